/**
 * What the databases write differently: names, places of parameters, types of columns.
 * @module
 */
import { DuctaflowError } from "../../base/error.ts";
import type { TableColumn } from "./column.ts";

/** One database's way of writing. */
export interface Dialect {
  name: "sqlite" | "duckdb" | "postgres" | "mysql";
  /** What people call it. */
  title: string;
  /** A name, quoted, so that nothing in it is read as SQL. */
  quote(name: string): string;
  /** The place of the nth parameter, from 1. */
  place(n: number): string;
  /** The type of a new column. */
  typeOf(column: TableColumn): string;
  /** The longest name, in bytes: longer ones would be cut or refused. */
  longestName: number;
}

const double = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** SQLite. Its types are words: those here are read back as what they were. */
export const sqliteDialect: Dialect = {
  name: "sqlite",
  title: "SQLite",
  quote: double,
  place: (n) => `?${n}`,
  longestName: 1000,
  typeOf: ({ type, precision, scale }) =>
    ({
      boolean: "BOOLEAN",
      integer: "INTEGER",
      bigint: "BIGINT",
      number: "REAL",
      // The word TEXT keeps all digits: a column of type DECIMAL would hold doubles.
      decimal: precision === undefined ? "DECIMAL_TEXT" : `DECIMAL_TEXT(${precision}, ${scale ?? 0})`,
      text: "TEXT",
      date: "DATE",
      timestamp: "TIMESTAMP",
      json: "JSON_TEXT",
      bytes: "BLOB",
    })[type],
};

/** DuckDB. */
export const duckdbDialect: Dialect = {
  name: "duckdb",
  title: "DuckDB",
  quote: double,
  place: (n) => `$${n}`,
  longestName: 1000,
  typeOf: ({ type, precision, scale, zoned }) =>
    ({
      boolean: "BOOLEAN",
      integer: "BIGINT",
      bigint: "BIGINT",
      number: "DOUBLE",
      decimal: precision === undefined || precision > 38 ? "DECIMAL(38, 10)" : `DECIMAL(${precision}, ${scale ?? 0})`,
      text: "VARCHAR",
      date: "DATE",
      timestamp: zoned ? "TIMESTAMPTZ" : "TIMESTAMP",
      json: "JSON",
      bytes: "BLOB",
    })[type],
};

/** PostgreSQL. */
export const postgresDialect: Dialect = {
  name: "postgres",
  title: "PostgreSQL",
  quote: double,
  place: (n) => `$${n}`,
  longestName: 63,
  typeOf: ({ type, precision, scale, zoned }) =>
    ({
      boolean: "boolean",
      integer: "bigint",
      bigint: "bigint",
      number: "double precision",
      decimal: precision === undefined ? "numeric" : `numeric(${precision}, ${scale ?? 0})`,
      text: "text",
      date: "date",
      timestamp: zoned === false ? "timestamp" : "timestamptz",
      json: "jsonb",
      bytes: "bytea",
    })[type],
};

/** MySQL and MariaDB. */
export const mysqlDialect: Dialect = {
  name: "mysql",
  title: "MySQL",
  quote: (name) => `\`${name.replaceAll("`", "``")}\``,
  place: () => "?",
  longestName: 64,
  typeOf: ({ type, precision, scale }) =>
    ({
      boolean: "BOOLEAN",
      integer: "BIGINT",
      bigint: "BIGINT",
      number: "DOUBLE",
      decimal: precision === undefined || precision > 65 ? "DECIMAL(65, 30)" : `DECIMAL(${precision}, ${scale ?? 0})`,
      text: "LONGTEXT",
      date: "DATE",
      timestamp: "DATETIME(3)",
      json: "JSON",
      bytes: "LONGBLOB",
    })[type],
};

/** A name as SQL, refused when no database could hold it. */
export function quoted(dialect: Dialect, name: string): string {
  const problem = name === ""
    ? "it is empty"
    : name.includes("\0")
    ? "it contains a NUL"
    : new TextEncoder().encode(name).length > dialect.longestName
    ? `it is longer than ${dialect.longestName} bytes, which is the most in ${dialect.title}`
    : undefined;
  if (problem === undefined) return dialect.quote(name);
  throw new DuctaflowError(`The name "${name.replaceAll("\0", "\\0")}" cannot be one of ${dialect.title}: ${problem}`, {
    code: "bad-identifier",
  });
}

/** The name of a table: `table`, or `schema.table` in parts. */
export type TableName = readonly string[];

/** A table's name as SQL. */
export function quotedTable(dialect: Dialect, table: TableName): string {
  return table.map((part) => quoted(dialect, part)).join(".");
}

/** Names as people read them. */
export function listed(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
