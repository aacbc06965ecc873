/**
 * SQLite's values, which any column may hold of any type, as columns with one type each.
 * @module
 */
import type { ColumnType, TableColumn } from "./column.ts";
import type { SqliteConnection } from "./connection.ts";
import { jsonText } from "./json_text.ts";
import { type NumberOptions, resultColumn, safeInteger } from "./numbers.ts";
import { resourceError } from "./resource_error.ts";

/** The column for a declared type; without one its type is still to be found. */
export function columnOfSqlite(name: string, declared: string | undefined): TableColumn {
  const native = declared?.trim() || undefined;
  if (native === undefined) return { name, type: "text", open: true };
  const column: TableColumn = { name, type: typeOfDeclared(native), native };
  const digits = column.type === "decimal" ? /\((\d+)\s*(?:,\s*(\d+))?\)/.exec(native) : null;
  if (digits) Object.assign(column, { precision: Number(digits[1]), scale: Number(digits[2] ?? 0) });
  return column;
}

/** A column as that of a result. An integer of SQLite has 64 bits, whatever its declaration says. */
export function sqliteResult(column: TableColumn, numbers: NumberOptions): TableColumn {
  if (column.type !== "integer") return resultColumn(column, numbers);
  return { ...column, stored: "integer", type: numbers.integers === "bigint" ? "bigint" : "integer" };
}

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

/** Decides, in place, the types of what is computed: SQLite has none, so its first values decide. */
export function inferSqliteColumns(columns: TableColumn[], rows: unknown[][], { integers }: NumberOptions): void {
  columns.forEach((column, c) => {
    if (!column.open) return;
    const values = rows.map((row) => row[c]).filter((value) => value !== null);
    if (values.length === 0) return;
    delete column.open;
    column.type = typeOfValues(values, integers);
  });
}

function typeOfValues(values: unknown[], integers: "number" | "bigint"): ColumnType {
  if (integers === "bigint" && values.every((value) => typeof value === "bigint")) return "bigint";
  if (values.every((value) => typeof value === "bigint" || typeof value === "number")) return "number";
  return values.every((value) => value instanceof Uint8Array) ? "bytes" : "text";
}

/** A value as its column has it. Throws when it is of another type. */
export function fromSqlite(value: unknown, column: TableColumn, row: number, connection: SqliteConnection): unknown {
  if (value === null) return null;
  const isNumber = column.type === "integer" || column.type === "number";
  if (isNumber && typeof value === "bigint") return safeInteger(value, column, connection, row);
  if (column.stored === "decimal" && typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value)) {
    if (column.type === "integer") return safeInteger(value, column, connection, row);
    return column.type === "bigint" ? BigInt(value) : Number(value);
  }
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
      return undefined;
    case "bigint":
      return typeof value === "bigint" ? value : undefined;
    case "number":
      return numeric ? Number(value) : undefined;
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
  if (column?.type === "json") return jsonText(value);
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
  return jsonText(value);
}
