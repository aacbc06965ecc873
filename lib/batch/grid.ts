/**
 * All combinations of the values of some axes.
 * @module
 */
import { canonicalJson, type Json, setOwn, toPlainJson } from "../base/json.ts";

/** The lists of values to combine, by the name of the column that holds them. */
export interface Axes {
  /** The values of a column, each once. */
  readonly [column: string]: readonly unknown[];
}

/** One combination: the values as JSON has them, so a `Date` is its text. */
export type GridRow<A extends Axes> = { -readonly [Column in keyof A]: AsJson<A[Column][number]> };

/** What a value is after a way through JSON. */
export type AsJson<Value> = Value extends { toJSON(): infer Result } ? Result : Value;

const mostRows = 10_000_000;

/**
 * All combinations of the values of some axes, one row each. The order of axes and values is kept, the last axis
 * changes fastest. A value may be any JSON value; an object is the value of its column like any other. No axes make one
 * row without columns, an empty axis makes no rows.
 *
 * @throws {TypeError} with all that is wrong: an axis that is no list, a value that JSON cannot hold, a value that an
 * axis has twice
 * @throws {RangeError} when there would be more than ten million rows
 *
 * @example
 * ```ts
 * import { grid } from "./grid.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * const rows = grid({ period: ["am", "pm"] as const, maxDistance: [500, 1000] });
 * assertEquals(rows.length, 4);
 * assertEquals(rows[1], { period: "am", maxDistance: 1000 });
 * ```
 */
export function grid<A extends Axes>(axes: A): GridRow<A>[] {
  const problems: string[] = [];
  const lists = Object.entries(axes).map((
    [name, values],
  ): [string, Json[]] => [name, checkAxis(name, values, problems)]);
  if (problems.length > 0) {
    throw new TypeError(`The grid cannot be made:${problems.map((problem) => `\n  - ${problem}`).join("")}`);
  }
  const count = lists.reduce((product, [, values]) => product * values.length, 1);
  if (count > mostRows) throw new RangeError(`The grid would have ${count} rows, at most ${mostRows} are made`);
  const rows: { [column: string]: Json }[] = [];
  for (let number = 0; number < count; number++) rows.push(rowAt(number, count, lists));
  return rows as GridRow<A>[];
}

function rowAt(number: number, count: number, lists: [string, Json[]][]): { [column: string]: Json } {
  const row = {};
  let before = 1;
  for (const [name, values] of lists) {
    before *= values.length;
    const value = values[Math.floor(number / (count / before)) % values.length];
    // Rows must not share objects: a change to one would be a change to others.
    setOwn(row, name, typeof value === "object" ? structuredClone(value) : value);
  }
  return row;
}

function checkAxis(name: string, values: unknown, problems: string[]): Json[] {
  if (!Array.isArray(values)) {
    problems.push(`axis "${name}": found ${describe(values)}, accepted is a list of values`);
    return [];
  }
  const { value, problems: lost } = toPlainJson(values);
  for (const { path, found } of lost) {
    problems.push(`axis "${name}": found ${found} at ${path}, which JSON cannot hold`);
  }
  if (lost.length > 0) return [];
  const list = value as Json[];
  const seen = new Set<string>();
  for (const text of list.map(canonicalJson)) {
    if (seen.has(text)) problems.push(`axis "${name}": found ${text} twice, accepted is each value once`);
    seen.add(text);
  }
  return list;
}

function describe(value: unknown): string {
  if (typeof value === "string") return `the text "${value}"`;
  return value === null || typeof value !== "object" ? String(value) : `an object`;
}
