/**
 * A connection to a database while something is done with it. Each database has its own file; what is common to all of
 * them (saving, checking) is written against this.
 * @module
 */
import type { TableColumn, TableStream } from "./column.ts";
import type { DatabaseConnection } from "./connection.ts";
import type { Dialect, TableName } from "./dialect.ts";
import type { NumberOptions } from "./numbers.ts";
import type { BoundSql, SqlValue } from "./sql_text.ts";

/** A table or view that a database has. */
export interface ListedTable {
  /** The schema or database it is in, where that is not the one connected to. */
  schema?: string;
  /** Its name there. */
  name: string;
  /** What it is. */
  kind: "table" | "view";
}

/** What is known of a table. */
export interface TableDescription {
  /** In their order. */
  columns: TableColumn[];
  /** The columns of the primary key. */
  key: string[];
  /** The columns of each unique index, the primary key's among them. */
  unique: string[][];
}

/** An open connection. One thing at a time; after an error it is closed. */
export interface Session {
  readonly connection: DatabaseConnection;
  readonly dialect: Dialect;
  /** Runs one statement of ours. */
  run(text: string, values?: SqlValue[]): Promise<Record<string, unknown>[]>;
  /** Runs a query of the user's, in a transaction that cannot write, and streams what it gives. */
  read(query: BoundSql, numbers: NumberOptions): Promise<TableStream>;
  /** Puts rows into a table. */
  load(table: TableName, columns: TableColumn[], rows: TableStream["batches"]): Promise<number>;
  /** The tables and views a user may see. */
  list(): Promise<ListedTable[]>;
  /** Columns and keys; undefined when there is no such table. */
  describe(table: TableName): Promise<TableDescription | undefined>;
  /** The error in words of ours. */
  explain(error: unknown, statement?: string): Error;
  close(): Promise<void>;
}

/** What a session is opened for. */
export type Purpose = "read" | "write";

/** Opens a database. */
export type Opener<C extends DatabaseConnection = DatabaseConnection> = (
  connection: C,
  purpose: Purpose,
) => Promise<Session>;
