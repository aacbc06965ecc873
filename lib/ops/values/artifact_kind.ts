/**
 * What artifacts are. Imports nothing: it is part of every operator's process.
 * @module
 */

/** What a save's function gets: the artifact, whole or bit by bit. */
export interface SavedArtifact {
  /** What it is. */
  kind: ArtifactKind;
  /** Path of its file, which the process may read. */
  path: string;
  /** MIME type of the file. */
  type: string;
  /** Number of rows and columns of a table. */
  table?: TableShape;
  /** The value as an operator would get it. */
  value(): Promise<unknown>;
  /** The rows of a table in arrays of at most some ten thousand; the file is read bit by bit. */
  batches(): AsyncIterable<Record<string, unknown>[]>;
}

/** What a value was when it was stored: it comes back as the same. */
export type ArtifactKind = "rows" | "columns" | "arrow" | "json" | "text" | "bytes" | "image" | "html";

/** Rows that come bit by bit, with their columns: a table without rows keeps them. */
export interface TypedRows extends AsyncIterable<Record<string, unknown>[]> {
  /** The columns in order. */
  columns: Pick<TableColumn, "name" | "type" | "source">[];
}

/** The type of the values of a column. `null` when there are none; `mixed` and `json` are stored as JSON. */
export type ColumnKind = "number" | "boolean" | "string" | "date" | "bigint" | "bytes" | "json" | "mixed" | "null";

/** What is known of a table without its values. */
export interface TableShape {
  /** The number of rows. */
  rows: number;
  /** The columns in order. */
  columns: TableColumn[];
}

/** One column of a table. */
export interface TableColumn {
  /** The name of the column. */
  name: string;
  /** The type of its values. */
  type: ColumnKind;
  /** How many values are null. */
  nulls?: number;
  /** How many rows do not have the column, or have `undefined` there. */
  missing?: number;
  /** What the column was where it was read from, such as `date` or `decimal(12, 2)`: a save makes the same of it. */
  source?: string;
  /** The class of the array that a column of `columns` came in, such as `Float32Array`. */
  array?: string;
}
