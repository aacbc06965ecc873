/**
 * Ready-made metrics and checks, run as operators. Of a table they read the columns that they need.
 * @module
 */
import { nearest } from "../../base/nearest.ts";
import type { CheckResult } from "../../flow.ts";
import { beforeWords, type Bounds, holds } from "../bounds.ts";
import type { LocalArtifact } from "./arguments.ts";

/** The value itself: for numbers that a record tells. */
export function same(value: number): number {
  return value;
}

/** The number of rows. */
export function rowCount(table: LocalArtifact): number {
  return shapeOf(table).rows;
}

/** How many values are null, missing or NaN, in one column or in all. */
export function missing(table: LocalArtifact, column?: string): number {
  const columns = column === undefined ? shapeOf(table).columns.map(({ name }) => name) : [column];
  let count = 0;
  for (const name of columns) for (const value of valuesOf(table, name)) if (isMissing(value)) count++;
  return count;
}

/** The smallest number. */
export function min(table: LocalArtifact, column: string): number {
  let least = Infinity;
  for (const value of someNumbers("min", table, column)) if (value < least) least = value;
  return least;
}

/** The largest number. */
export function max(table: LocalArtifact, column: string): number {
  let most = -Infinity;
  for (const value of someNumbers("max", table, column)) if (value > most) most = value;
  return most;
}

/** The mean. */
export function mean(table: LocalArtifact, column: string): number {
  return moments("mean", table, column).mean;
}

/** The standard deviation of a sample. */
export function std(table: LocalArtifact, column: string): number {
  const { count, squares } = moments("std", table, column);
  if (count < 2) throw new RangeError(`The column "${column}" has ${count} number: std needs two`);
  return Math.sqrt(squares / (count - 1));
}

/** A quantile, by line between neighbours. */
export function quantile(table: LocalArtifact, column: string, q: number): number {
  const sorted = Float64Array.from(someNumbers("quantile", table, column)).sort();
  const place = q * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/** Welford's method: sums of squares alone would lose digits. */
function moments(what: string, table: LocalArtifact, column: string) {
  let [count, mean, squares] = [0, 0, 0];
  for (const value of someNumbers(what, table, column)) {
    count++;
    const delta = value - mean;
    mean += delta / count;
    squares += delta * (value - mean);
  }
  return { count, mean, squares };
}

/** No value, or no combination of values, is there twice. */
export function unique(table: LocalArtifact, column: string | string[]): CheckResult {
  const columns = typeof column === "string" ? [column] : column;
  const seen = new Map<string, number>();
  const iterators = columns.map((name) => valuesOf(table, name));
  let twice = 0;
  let example: string | undefined;
  for (let row = 1;; row++) {
    const next = iterators.map((values) => values.next());
    if (next[0]?.done !== false) break;
    const key = JSON.stringify(next.map(({ value }) => keyOf(value)));
    const before = seen.get(key);
    if (before === undefined) seen.set(key, row);
    else {
      twice++;
      example ??= `${next.map(({ value }) => shown(value)).join(", ")} in rows ${before} and ${row}`;
    }
  }
  return answer(twice, `${twice} of ${columns.join(", ")} are there more than once, such as ${example}`);
}

/** No value is null, missing or NaN. */
export function notNull(table: LocalArtifact, column: string): CheckResult {
  return every(table, column, (value) => !isMissing(value), "are null, missing or NaN", true);
}

/** All numbers are in a range. */
export function between(table: LocalArtifact, column: string, lower: number, upper: number): CheckResult {
  const inside = (value: unknown) => {
    const number = value instanceof Date ? value.getTime() : value;
    return (typeof number === "number" || typeof number === "bigint") && number >= lower && number <= upper;
  };
  return every(table, column, inside, `are not between ${lower} and ${upper}`);
}

/** All values are some of these. */
export function inSet(table: LocalArtifact, column: string, values: unknown[]): CheckResult {
  // One of a BigInt column is the same as the number one.
  const plain = (value: unknown) =>
    typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value;
  const allowed = new Set(values.map(plain));
  return every(table, column, (value) => allowed.has(plain(value)), `are none of ${values.map(shown).join(", ")}`);
}

/** All texts match a pattern. */
export function matches(table: LocalArtifact, column: string, pattern: { source: string; flags: string }): CheckResult {
  // Without `g` and `y`, which make a pattern remember where it was.
  const regexp = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ""));
  return every(table, column, (value) => typeof value === "string" && regexp.test(value), `do not match ${regexp}`);
}

/** A number is within bounds. */
export function bound(value: unknown, bounds: Bounds, previous: number | null): CheckResult {
  if (typeof value !== "number") throw new TypeError(`A bound is for numbers, and the artifact is ${shown(value)}`);
  const before = bounds.vs ? `; before, ${beforeWords(bounds.vs, previous)}` : "";
  return answer(holds(value, bounds, previous) ? 0 : 1, `It is ${value}${before}`);
}

function every(
  table: LocalArtifact,
  column: string,
  test: (value: unknown) => boolean,
  what: string,
  withMissing = false,
): CheckResult {
  let wrong = 0;
  let row = 0;
  let example: string | undefined;
  for (const value of valuesOf(table, column)) {
    row++;
    if ((!withMissing && isMissing(value)) || test(value)) continue;
    wrong++;
    example ??= `${shown(value)} in row ${row}`;
  }
  return answer(wrong, `${wrong} of ${row} values of ${column} ${what}, such as ${example}`);
}

function answer(wrong: number, message: string): CheckResult {
  return wrong === 0 ? { ok: true } : { ok: false, message };
}

function* valuesOf(table: LocalArtifact, column: string): Generator<unknown> {
  const { columns } = shapeOf(table);
  const batches = table.column(column);
  // An empty list is a table of which nobody knows the columns.
  if (!batches && columns.length > 0) {
    const names = columns.map(({ name }) => name);
    const meant = nearest(column, names);
    throw new RangeError(
      `There is no column "${column}"${
        meant ? `; did you mean "${meant}"?` : `: there are ${names.slice(0, 20).join(", ")}`
      }`,
    );
  }
  for (const batch of batches ?? []) for (let i = 0; i < batch.length; i++) yield batch[i];
}

function* someNumbers(what: string, table: LocalArtifact, column: string): Generator<number> {
  let some = false;
  for (const value of valuesOf(table, column)) {
    if (isMissing(value)) continue;
    if (typeof value !== "number" && typeof value !== "bigint") {
      throw new TypeError(`The column "${column}" holds ${shown(value)}: ${what} needs numbers`);
    }
    some = true;
    yield Number(value);
  }
  if (!some) throw new RangeError(`The column "${column}" has no numbers: there is no ${what}`);
}

function shapeOf({ table, kind }: LocalArtifact): NonNullable<LocalArtifact["table"]> {
  if (table) return table;
  throw new TypeError(`The artifact is no table but ${kind}`);
}

function isMissing(value: unknown): boolean {
  return value === null || value === undefined || Number.isNaN(value);
}

function keyOf(value: unknown): unknown {
  return typeof value === "bigint" ? `${value}n` : value;
}

function shown(value: unknown): string {
  return Deno.inspect(value, { compact: true, breakLength: Infinity }).slice(0, 80);
}
