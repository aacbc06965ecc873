/**
 * DuckDB's types and values as ours.
 * @module
 */
import type { ColumnType, TableColumn } from "./column.ts";
import type { DuckdbConnection } from "./connection.ts";
import { type NumberOptions, safeInteger } from "./numbers.ts";
import { resourceError } from "./resource_error.ts";
import type { SqlValue } from "./sql_text.ts";
import type { DuckDBValue } from "../../deps/duckdb.ts";

const known: Record<string, ColumnType> = {
  BOOLEAN: "boolean",
  TINYINT: "integer",
  SMALLINT: "integer",
  INTEGER: "integer",
  UTINYINT: "integer",
  USMALLINT: "integer",
  UINTEGER: "integer",
  BIGINT: "bigint",
  UBIGINT: "bigint",
  HUGEINT: "bigint",
  UHUGEINT: "bigint",
  FLOAT: "number",
  DOUBLE: "number",
  DATE: "date",
  TIMESTAMP: "timestamp",
  TIMESTAMP_S: "timestamp",
  TIMESTAMP_MS: "timestamp",
  TIMESTAMP_NS: "timestamp",
  "TIMESTAMP WITH TIME ZONE": "timestamp",
  BLOB: "bytes",
  JSON: "json",
};

/** The column for a type as DuckDB calls it; lists, structs and maps are JSON. */
export function columnOfDuckdb(name: string, native: string): TableColumn {
  const digits = /^DECIMAL\((\d+),\s*(\d+)\)$/.exec(native);
  if (digits) return { name, type: "decimal", native, precision: Number(digits[1]), scale: Number(digits[2]) };
  if (/[[(]/.test(native) && !/^(ENUM|VARCHAR)/.test(native)) return { name, type: "json", native };
  const type = known[native] ?? "text";
  return { name, type, native, ...type === "timestamp" ? { zoned: native.endsWith("ZONE") } : {} };
}

/** A value as its column has it. */
export function fromDuckdb(
  value: DuckDBValue,
  column: TableColumn,
  connection: DuckdbConnection,
  numbers: NumberOptions,
): unknown {
  if (value === null) return null;
  switch (column.type) {
    case "integer":
      return safeInteger(value, column, connection);
    case "bigint":
      return typeof value === "bigint" ? value : BigInt(String(value));
    case "number":
      return Number(typeof value === "object" ? String(value) : value);
    case "bytes":
      return Uint8Array.from((value as { bytes: Uint8Array }).bytes);
    case "date":
    case "timestamp":
      return dateOf(value, column, connection);
    case "json":
      return typeof value === "string" && column.native === "JSON"
        ? JSON.parse(value)
        : jsonOf(value, (item) => numbers.integers === "bigint" ? item : safeInteger(item, column, connection));
    case "text":
    case "decimal":
      return String(value);
  }
  return value;
}

function dateOf(value: DuckDBValue, column: TableColumn, connection: DuckdbConnection): Date {
  const text = String(value);
  // 2020-01-02 03:04:05.123456+00
  const iso = column.type === "date" ? text : `${text.replace(" ", "T").replace(/\+00(:00)?$/, "")}Z`;
  const date = new Date(iso);
  if (!Number.isNaN(date.getTime())) return date;
  throw resourceError(connection, {
    code: "resource-mismatch",
    text: `holds the ${column.native} "${text}" in column "${column.name}", which no JavaScript Date can be`,
    hint: `Convert it in the query, for example "${column.name}"::varchar`,
  });
}

/** Lists, structs and maps of the library as plain data. */
function jsonOf(value: unknown, integer: (item: bigint) => unknown): unknown {
  if (typeof value === "bigint") return integer(value);
  if (typeof value !== "object" || value === null) return value;
  const { items, entries } = value as { items?: unknown; entries?: unknown };
  const inner = (item: unknown) => jsonOf(item, integer);
  if (Array.isArray(items)) return items.map(inner);
  if (Array.isArray(entries)) {
    return Object.fromEntries(
      (entries as { key: unknown; value: unknown }[]).map((e) => [String(e.key), inner(e.value)]),
    );
  }
  if (entries !== undefined || items !== undefined) {
    return Object.fromEntries(Object.entries((entries ?? items) as object).map(([key, item]) => [key, inner(item)]));
  }
  return String(value);
}

/** A parameter as the library takes it. */
export function toDuckdb(value: SqlValue, library: typeof import("../../deps/duckdb.ts")): DuckDBValue {
  if (value instanceof Date) return new library.DuckDBTimestampValue(BigInt(value.getTime()) * 1000n);
  if (value instanceof Uint8Array) return new library.DuckDBBlobValue(value);
  return value;
}
