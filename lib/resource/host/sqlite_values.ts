/**
 * SQLite's values, which any column may hold of any type, as columns with one type each.
 * @module
 */
import type { ColumnType, TableColumn } from "./column.ts";
import type { SqliteConnection } from "./connection.ts";
import { resourceError } from "./resource_error.ts";

/** The column for a declared type; without one its type is still to be found. */
export function columnOfSqlite(name: string, declared: string | undefined): TableColumn {
  const native = declared?.trim() || undefined;
  const column: TableColumn = { name, type: native === undefined ? unknownType : typeOfDeclared(native), native };
  const digits = column.type === "decimal" ? /\((\d+)\s*(?:,\s*(\d+))?\)/.exec(native ?? "") : null;
  if (digits) Object.assign(column, { precision: Number(digits[1]), scale: Number(digits[2] ?? 0) });
  return column;
}

/** Stands in a column whose type its first values decide. */
const unknownType = "unknown" as ColumnType;

function typeOfDeclared(declared: string): ColumnType {
  const word = declared.toUpperCase();
  if (/^BOOL/.test(word)) return "boolean";
  if (/^DECIMAL_TEXT/.test(word)) return "decimal";
  if (/^JSON/.test(word)) return "json";
  if (/^(DATETIME|TIMESTAMP)/.test(word)) return "timestamp";
  if (/^DATE/.test(word)) return "date";
  // SQLite's own rules from here, in their order.
  if (/BIGINT|INT8/.test(word)) return "bigint";
  if (/INT/.test(word)) return "integer";
  if (/CHAR|CLOB|TEXT/.test(word)) return "text";
  if (/BLOB/.test(word)) return "bytes";
  return "number";
}

/** Decides, in place, what the first rows have to decide. */
export function inferSqliteColumns(columns: TableColumn[], rows: unknown[][]): void {
  columns.forEach((column, c) => {
    const values = rows.map((row) => row[c]).filter((value) => value !== null);
    if (column.type === unknownType) column.type = typeOfValues(values);
    // An integer of SQLite has 64 bits.
    else if (column.type === "integer" && values.some((value) => typeof value === "bigint" && !isSafe(value))) {
      column.type = "bigint";
    }
  });
}

function typeOfValues(values: unknown[]): ColumnType {
  if (values.length === 0) return "text";
  if (values.every((value) => typeof value === "bigint")) return values.every(isSafe) ? "integer" : "bigint";
  if (values.every((value) => typeof value === "bigint" || typeof value === "number")) return "number";
  return values.every((value) => value instanceof Uint8Array) ? "bytes" : "text";
}

function isSafe(value: bigint): boolean {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER;
}

/** A value as its column has it. Throws when it is of another type. */
export function fromSqlite(value: unknown, column: TableColumn, row: number, connection: SqliteConnection): unknown {
  if (value === null) return null;
  const converted = convert(value, column.type);
  if (converted !== undefined) return converted;
  const found = value instanceof Uint8Array
    ? `${value.length} bytes`
    : `the ${kindOf(value)} "${String(value).slice(0, 80)}"`;
  throw resourceError(connection, {
    code: "resource-mismatch",
    text: `holds ${found} in row ${row} of column "${column.name}", whose values are ${
      column.native ? `declared ${column.native}` : `of type ${column.type}`
    }`,
    hint:
      `Convert it in the query, for example cast("${column.name}" as text), or nullif() where it stands for no value`,
  });
}

function kindOf(value: unknown): string {
  return typeof value === "string" ? "text" : "number";
}

/** The value as the type wants it; undefined when it is not of that type. */
function convert(value: unknown, type: ColumnType): unknown {
  const numeric = typeof value === "bigint" || typeof value === "number";
  switch (type) {
    case "boolean":
      return Number(value) === 0 || Number(value) === 1 ? Number(value) === 1 : undefined;
    case "integer":
      return typeof value === "bigint" && isSafe(value) ? Number(value) : undefined;
    case "bigint":
      return typeof value === "bigint" ? value : undefined;
    case "number":
      return numeric && (typeof value === "number" || isSafe(value as bigint)) ? Number(value) : undefined;
    case "date":
      return typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value) ? maybeDate(value) : undefined;
    case "timestamp":
      return typeof value === "string" ? maybeDate(zoned(value)) : undefined;
    case "json":
      return typeof value === "string" ? maybeJson(value) : numeric ? Number(value) : undefined;
    case "bytes":
      return value instanceof Uint8Array ? value : undefined;
    default:
      return value instanceof Uint8Array ? undefined : String(value);
  }
}

/** SQLite's own functions write moments as `2020-01-02 03:04:05`, in UTC. */
function zoned(text: string): string {
  return /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(text) ? `${text.replace(" ", "T")}Z` : text;
}

function maybeDate(text: string): Date | undefined {
  const date = new Date(text);
  return /^\d{4}-/.test(text) && !Number.isNaN(date.getTime()) ? date : undefined;
}

function maybeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A value as SQLite keeps it, in a column of ours or as a parameter. */
export function toSqlite(value: unknown, column?: TableColumn): null | number | bigint | string | Uint8Array {
  if (value === null || value === undefined) return null;
  if (column?.type === "json") return JSON.stringify(value);
  switch (typeof value) {
    case "boolean":
      return value ? 1 : 0;
    case "number":
      if (Number.isNaN(value)) throw new TypeError("NaN, which SQLite would turn into null: save null itself");
      return Number.isSafeInteger(value) && column?.type !== "number" ? BigInt(value) : value;
    case "bigint":
      if (BigInt.asIntN(64, value) === value) return value;
      throw new TypeError(`${value} is larger than the 64 bits of an integer of SQLite`);
    case "string":
      return value;
  }
  if (value instanceof Uint8Array) return value;
  if (value instanceof Date) return column?.type === "date" ? value.toISOString().slice(0, 10) : value.toISOString();
  return JSON.stringify(value);
}
