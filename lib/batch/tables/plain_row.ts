/**
 * Values of data frames, databases and files as plain JSON rows.
 * @module
 */
import { type Json, setOwn, toPlainJson } from "../../base/json.ts";
import type { Row } from "../row.ts";
import type { TablePlace, TableProblems } from "./table_problems.ts";

/** How the values of a table are to be taken. */
export interface PlainRowOptions {
  /** Whether null stands for a cell without a value, so that its column is left out of the row. */
  nullIsBlank: boolean;
}

/**
 * A row as plain JSON: dates become ISO text, BigInts numbers or, beyond 2^53, text, typed arrays lists, Maps objects.
 * What JSON cannot hold, such as NaN or bytes, becomes a problem that names row and column.
 */
export function plainRow(
  cells: Iterable<[column: string, value: unknown]>,
  place: TablePlace,
  problems: TableProblems,
  { nullIsBlank }: PlainRowOptions,
): Row {
  const row: Row = {};
  for (const [column, value] of cells) {
    if (value === undefined || (value === null && nullIsBlank)) continue;
    setOwn(row, column, plainCell(value, { ...place, column }, problems));
  }
  return row;
}

function plainCell(value: unknown, place: TablePlace, problems: TableProblems): Json {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value as number;
  if (value instanceof Uint8Array) {
    problems.add(place, "found bytes, accepted are text and numbers");
    return null;
  }
  const plain = toPlainJson(value, withoutSpecialTypes);
  for (const { path, found } of plain.problems) {
    problems.add(place, `found ${found}${path ? ` at ${path}` : ""}, which JSON cannot hold`);
  }
  return plain.value;
}

function withoutSpecialTypes(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  if (value instanceof Map) return Object.fromEntries(value);
  // Bytes would pass for a list of numbers.
  const isList = ArrayBuffer.isView(value) && !(value instanceof DataView) && !(value instanceof Uint8Array);
  if (isList) return Array.from(value as Float64Array);
  // The structs of Arrow are proxies that have the method but deny it.
  const { toJSON } = value as { toJSON?: unknown };
  return typeof toJSON === "function" && !("toJSON" in value) ? toJSON.call(value) : value;
}
