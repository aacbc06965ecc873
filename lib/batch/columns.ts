/**
 * The columns of a table and the type of the values in each.
 * @module
 */
import type { Json } from "../base/json.ts";
import type { Row } from "./row.ts";

/**
 * What the cells of a column hold: all text, all numbers, all booleans, lists, objects, nulls or a mixture (`json`), or
 * nothing (`blank`).
 */
export type ColumnType = "text" | "number" | "boolean" | "json" | "blank";

/** A column of a table. */
export interface Column {
  /** Its name, as the header has it. */
  name: string;
  /** What its cells hold. */
  type: ColumnType;
}

const columnsKey = Symbol.for("ductaflow.columns");

/** Keeps the columns with the rows, hidden, as a table without rows has columns too. */
export function withColumns<Rows extends readonly Row[]>(rows: Rows, columns: Column[]): Rows {
  return Object.defineProperty(rows, columnsKey, { value: columns });
}

/** A copy of a list of rows that knows the columns which the list knows. */
export function copyRows<R extends object>(rows: Iterable<R>): R[] {
  const copy = [...rows];
  const columns = (rows as { [columnsKey]?: Column[] })[columnsKey];
  return columns ? Object.defineProperty(copy, columnsKey, { value: columns }) : copy;
}

/** The names of all columns, those that are blank in every row too, as far as the list knows them. */
export function columnNames(rows: readonly object[]): Set<string> {
  const known = (rows as { [columnsKey]?: Column[] })[columnsKey] ?? [];
  const names = new Set(known.map(({ name }) => name));
  for (const row of rows) for (const name of Object.keys(Object(row))) names.add(name);
  return names;
}

/**
 * The columns of a table in their order, with the types of their values. Those of rows that `readTable` gave are known
 * even when there is no row; those of other lists are found by looking at every value.
 *
 * @example
 * ```ts
 * import { columnsOf } from "./columns.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * const columns = columnsOf([{ period: "am", max: 500 }, { period: "pm" }]);
 * assertEquals(columns.map(({ name, type }) => `${name}: ${type}`).join(", "), "period: text, max: number");
 * ```
 */
export function columnsOf(rows: readonly Row[]): Column[] {
  return (rows as { [columnsKey]?: Column[] })[columnsKey] ?? inferColumns(rows);
}

/** The columns by the values in the rows, those in `names` first. */
export function inferColumns(rows: readonly Row[], names: Iterable<string> = []): Column[] {
  const types = new Map<string, ColumnType>([...names].map((name) => [name, "blank"]));
  for (const row of rows) {
    for (const name of Object.keys(row)) {
      const before = types.get(name) ?? "blank";
      if (before === "json") continue;
      const type = typeOfValue(row[name]);
      types.set(name, before === "blank" || before === type ? type : "json");
    }
  }
  return [...types].map(([name, type]) => ({ name, type }));
}

function typeOfValue(value: Json): ColumnType {
  switch (typeof value) {
    case "string":
      return "text";
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    default:
      return "json";
  }
}
