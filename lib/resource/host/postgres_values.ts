/**
 * PostgreSQL's types and values as ours.
 * @module
 */
import type { TableColumn } from "./column.ts";
import type { ServerConnection } from "./connection.ts";
import type { PostgresField } from "./postgres_catalog.ts";
import { safeInteger } from "./numbers.ts";
import { resourceError } from "./resource_error.ts";
import type { SqlValue } from "./sql_text.ts";

/** Types by their numbers in `pg_type`, which are the same everywhere; all others are texts. */
const known: Record<number, Omit<TableColumn, "name">> = {
  16: { type: "boolean", native: "boolean" },
  17: { type: "bytes", native: "bytea" },
  20: { type: "bigint", native: "bigint" },
  21: { type: "integer", native: "smallint" },
  23: { type: "integer", native: "integer" },
  26: { type: "integer", native: "oid" },
  114: { type: "json", native: "json" },
  700: { type: "number", native: "real" },
  701: { type: "number", native: "double precision" },
  1082: { type: "date", native: "date" },
  1114: { type: "timestamp", native: "timestamp", zoned: false },
  1184: { type: "timestamp", native: "timestamptz", zoned: true },
  1700: { type: "decimal", native: "numeric" },
  3802: { type: "json", native: "jsonb" },
};

/**
 * All values come and go as texts: what the driver would make of dates depends on the machine's time zone, and of
 * numbers, on their size.
 */
export const rawTypes = {
  text: { to: 0, from: Object.keys(known).map(Number), serialize: (x: unknown) => x, parse: (x: string) => x },
};

/** A parameter as text; the server knows its type from where it stands. */
export function toPostgres(value: SqlValue): string | null {
  if (value === null) return null;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\x${(value as unknown as { toHex(): string }).toHex()}`;
  if (typeof value === "string" && value.includes("\0")) {
    throw new TypeError("A text with a NUL cannot be a parameter of a query in PostgreSQL");
  }
  return String(value);
}

/** The column for a field of a result. */
export function columnOfPostgres({ name, type }: PostgresField): TableColumn {
  return { name, ...known[type] ?? { type: "text" } };
}

/** How texts of a type become values; undefined where they stay as they are. */
export function converterOf(
  type: number,
  column: TableColumn,
  connection: ServerConnection,
): ((text: unknown) => unknown) | undefined {
  switch (column.type) {
    case "boolean":
      return (text) => text === "t";
    case "integer":
      return column.stored ? (text) => safeInteger(text, column, connection) : Number;
    case "number":
      return Number;
    case "bigint":
      return (text) => BigInt(text as string);
    case "json":
      return (text) => JSON.parse(text as string);
    case "bytes":
      return (text) => (Uint8Array as unknown as { fromHex(t: string): Uint8Array }).fromHex((text as string).slice(2));
    case "date":
    case "timestamp":
      return (text) => dateOf(text as string, type, column, connection);
  }
  return undefined;
}

function dateOf(text: string, type: number, column: TableColumn, connection: ServerConnection): Date {
  // 2020-01-02 03:04:05.123456+00, in the session's time zone, which is UTC.
  const date = new Date(type === 1082 ? text : `${text.replace(" ", "T").replace(/\+00$/, "")}Z`);
  if (!Number.isNaN(date.getTime())) return date;
  throw resourceError(connection, {
    code: "resource-mismatch",
    text: `holds the ${column.native} "${text}" in column "${column.name}", which no JavaScript Date can be`,
    hint: `Convert it in the query, for example "${column.name}"::text, or nullif() where it stands for no value`,
  });
}
