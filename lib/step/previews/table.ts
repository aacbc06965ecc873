/**
 * The head of a table, whatever file it came from, and the values in its cells.
 * @module
 */
import type { PreviewCell } from "../../report/preview.ts";

/** A column, and the type of its values as far as they were seen. */
export interface Column {
  name: string;
  type: string;
}

/** The first rows of a table. */
export interface TableHead {
  columns: Column[];
  /** Columns of the file beyond `columns`. */
  omitted: number;
  rows: PreviewCell[][];
  /** Rows in the whole file, when that was free to know. */
  totalRows?: number;
}

/** As many rows as a preview shows. */
export const previewRows = 10;
/** As many columns as a record names. */
export const recordColumns = 1000;
/** As many columns as a preview shows. */
export const previewColumns = 100;
const cellLength = 200;

/** A value as a preview shows it: numbers and booleans as they are, all else as text of bounded length. */
export function previewCell(value: unknown): PreviewCell {
  if (value === null || value === undefined) return null;
  switch (typeof value) {
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "bigint":
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    case "string":
      return shorten(value);
    default:
      return shorten(textOf(value));
  }
}

function textOf(value: unknown): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  return JSON.stringify(value, (_, item) => typeof item === "bigint" ? previewCell(item) : item) ?? String(value);
}

/** Text cut to a length that a table can show, never inside a character. */
function shorten(text: string): string {
  if (text.length <= cellLength) return text.toWellFormed();
  return `${text.slice(0, cellLength).replace(/[\ud800-\udbff]$/, "").toWellFormed()}…`;
}

/** One name for the types of a column's values: `integer` widens to `number`, what does not fit together is `mixed`. */
export function commonType(types: Iterable<string>): string {
  const seen = new Set(types);
  seen.delete("null");
  if (seen.has("number")) seen.delete("integer");
  if (seen.has("timestamp")) seen.delete("date");
  return seen.size === 0 ? "null" : seen.size === 1 ? [...seen][0] : "mixed";
}
