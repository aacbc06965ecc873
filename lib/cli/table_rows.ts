/**
 * The rows of a control table as the command line picks them, and the names that it proposes for their instances.
 * @module
 */
import { nameProblem } from "../base/names.ts";
import { columnsOf } from "../batch/columns.ts";
import type { Row } from "../batch/row.ts";
import { plural } from "../report/format.ts";
import { usageError } from "./options.ts";
import { cutText, oneLine } from "./style.ts";

const shownColumns = 12;
const longestColumn = 40;
/** More columns make no name that people read. */
const mostColumns = 4;
const triedColumns = 16;

/** `zones.csv: 60 rows; zone text, period text, max number`. */
export function tableLine(table: string, rows: readonly Row[]): string {
  const all = columnsOf(rows);
  const shown = all.slice(0, shownColumns).map(({ name, type }) => `${cutText(oneLine(name), longestColumn)} ${type}`);
  const more = all.length > shownColumns ? `, and ${all.length - shownColumns} more columns` : "";
  return `${oneLine(table)}: ${plural(rows.length, "row")}; ${shown.join(", ") || "no columns"}${more}`;
}

/** The rows with these numbers, counted from 1, such as `1-10,15`, in the order of the table. */
export function selectRows(rows: readonly Row[], selection: string): Row[] {
  const wanted = new Set<number>();
  for (const part of selection.split(",")) {
    const [, from, to = from] = /^\s*(\d{1,9})\s*(?:-\s*(\d{1,9}))?\s*$/.exec(part) ?? [];
    if (from === undefined || Number(from) < 1 || Number(to) < Number(from)) {
      throw usageError(
        `The option --rows is "${selection}"; accepted are numbers from 1 up and ranges, such as 1-10,15`,
      );
    }
    if (Number(to) > rows.length) {
      throw usageError(`The option --rows is "${selection}", but the table has ${plural(rows.length, "row")}`);
    }
    for (let number = Number(from); number <= Number(to); number++) wanted.add(number);
  }
  return rows.filter((_, index) => wanted.has(index + 1));
}

/** A template of the fewest columns whose values together name every row; undefined when there is none. */
export function suggestTemplate(rows: readonly Row[]): string | undefined {
  const names = columnsOf(rows).map(({ name }) => name).filter((name) => isUseful(rows, name)).slice(0, triedColumns);
  for (let count = 1; count <= Math.min(mostColumns, names.length); count++) {
    for (const chosen of combinations(names, count)) {
      if (isUnique(rows, chosen)) return chosen.map((name) => `{${name}}`).join("_");
    }
  }
}

function isUseful(rows: readonly Row[], column: string): boolean {
  if (/[{}]/.test(column)) return false;
  const isUsable = (value: unknown) => {
    // Fractions tell rows apart, but nobody calls a scenario by them.
    const isName = typeof value === "string" || typeof value === "boolean" || Number.isInteger(value);
    return isName && nameProblem(String(value)) === undefined;
  };
  return rows.every((row) => Object.hasOwn(row, column) && isUsable(row[column])) &&
    (rows.length === 1 || rows.some((row) => row[column] !== rows[0][column]));
}

function isUnique(rows: readonly Row[], columns: string[]): boolean {
  const seen = new Set<string>();
  for (const row of rows) {
    const name = columns.map((column) => row[column]).join("_").toLowerCase();
    if (seen.has(name) || nameProblem(name) !== undefined) return false;
    seen.add(name);
  }
  return true;
}

function* combinations<T>(items: readonly T[], count: number): Generator<T[]> {
  if (count === 0) return yield [];
  for (const [i, item] of items.entries()) {
    for (const rest of combinations(items.slice(i + 1), count - 1)) yield [item, ...rest];
  }
}
