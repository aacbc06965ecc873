/**
 * Tables on their way between a database and this toolkit: columns with types, and rows in batches.
 * @module
 */

/**
 * What a column holds, and what its values are in JavaScript: `integer` a safe number, `bigint` a BigInt, `number` a
 * double, `decimal` its exact text, `date` a Date at midnight UTC, `timestamp` a Date, `json` any JSON value, `bytes` a
 * Uint8Array. Any of them may be null.
 */
export type ColumnType =
  | "boolean"
  | "integer"
  | "bigint"
  | "number"
  | "decimal"
  | "text"
  | "date"
  | "timestamp"
  | "json"
  | "bytes";

/** One column of a table. */
export interface TableColumn {
  /** Its name. */
  name: string;
  /** What its values are. */
  type: ColumnType;
  /** Digits in all, of decimals. */
  precision?: number;
  /** Digits after the point, of decimals. */
  scale?: number;
  /** Whether a timestamp is a moment in time, not a reading of some clock. */
  zoned?: boolean;
  /** False when the database holds no null in it. */
  nullable?: boolean;
  /** What it is in the database, where a result has it as another type. */
  stored?: ColumnType;
  /** Whether no value says what the type is. */
  open?: boolean;
  /** The type as the database calls it. */
  native?: string;
}

/** One row: its values by column. */
export type TableRow = { [column: string]: unknown };

/** A table that streams. */
export interface TableStream {
  columns: TableColumn[];
  batches: AsyncIterable<TableRow[]> | Iterable<TableRow[]>;
}

/** Rows of a batch: large enough to make calls cheap, small enough to stay out of the way of memory. */
export const batchSize = 2000;

/** Makes rows of lists of values. */
export function rowMaker(columns: TableColumn[]): (values: ArrayLike<unknown>) => TableRow {
  const names = columns.map(({ name }) => name);
  return (values) => {
    const row: TableRow = {};
    for (let i = 0; i < names.length; i++) row[names[i]] = values[i];
    return row;
  };
}

/** Finds the types of columns by their values: the one type that holds all of them, text where there are none. */
export class ColumnTypes {
  readonly #types: Map<string, ColumnType | undefined>;

  constructor(names: readonly string[] = []) {
    this.#types = new Map(names.map((name) => [name, undefined]));
  }

  /** Looks at more rows. Undefined counts as null. */
  add(rows: readonly TableRow[]): void {
    for (const row of rows) {
      for (const name in row) {
        const value = row[name];
        const before = this.#types.get(name);
        const type = typeOfValue(value);
        if (type !== before || before === undefined && !this.#types.has(name)) {
          this.#types.set(name, joined(before, type));
        }
      }
    }
  }

  /** The type of a column; undefined when it has no values. */
  type(name: string): ColumnType | undefined {
    return this.#types.get(name);
  }

  /** What was found. */
  columns(): TableColumn[] {
    return [...this.#types].map(([name, type]) => ({ name, type: type ?? "text" }));
  }
}

/** The type of one value; undefined for null. */
export function typeOfValue(value: unknown): ColumnType | undefined {
  if (value === null || value === undefined) return undefined;
  switch (typeof value) {
    case "boolean":
      return "boolean";
    case "bigint":
      return "bigint";
    case "number":
      return Number.isSafeInteger(value) ? "integer" : "number";
    case "string":
      return "text";
  }
  if (value instanceof Date) return "timestamp";
  return value instanceof Uint8Array ? "bytes" : "json";
}

function joined(a: ColumnType | undefined, b: ColumnType | undefined): ColumnType | undefined {
  if (a === undefined || b === undefined || a === b) return a ?? b;
  const pair = new Set([a, b]);
  if (pair.has("integer") && pair.has("number")) return "number";
  if (pair.has("integer") && pair.has("bigint")) return "bigint";
  return "json";
}
