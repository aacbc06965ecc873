/**
 * Rows of control tables: plain JSON, and where each came from.
 * @module
 */
import { type Json, setOwn } from "../base/json.ts";

/** One row of a table: a plain JSON value a column. A column whose cell is blank is not there. */
export interface Row {
  /** The value of a column. */
  [column: string]: Json;
}

/** Where a row came from. */
export interface RowOrigin {
  /** The path or URL as it was given, with `#table` where there is one. */
  source: string;
  /** The number of the row among the rows of its table, from 1. */
  row: number;
  /** The line of the file on which the row starts, from 1, if the file is text with a row a line. */
  line?: number;
  /**
   * The cells as the text file has them, such as `001` or `1.50`: only those of columns that still hold the value that
   * was read, so that a value set since is not overruled by the text that it replaced.
   */
  texts?: { [column: string]: string };
}

/** What the rows of one table share. */
export interface TableOrigin {
  source: string;
  /** The texts of a row with the values made of them, found again in what the row keeps. */
  cells?(kept: unknown): Iterable<[column: string, text: string, value: Json]>;
}

const originKey: unique symbol = Symbol.for("ductaflow.row");

/** A row, or a copy of one, that may know where it came from. */
interface Marked {
  [originKey]?: KeptOrigin;
}

/** What a row carries. Cells are not kept twice: their texts are cut again from the record when somebody asks. */
class KeptOrigin {
  readonly table: TableOrigin;
  readonly row: number;
  readonly line?: number;
  readonly kept?: unknown;

  constructor(table: TableOrigin, row: number, line?: number, kept?: unknown) {
    this.table = table;
    this.row = row;
    this.line = line;
    this.kept = kept;
  }

  [Symbol.for("Deno.customInspect")](): string {
    return `${this.table.source}, row ${this.row}${this.line === undefined ? "" : ` (line ${this.line})`}`;
  }
}

/** Marks a row, in place, with where it came from. The mark is enumerable, as `{...row}` copies nothing else. */
export function withOrigin(row: Row, table: TableOrigin, number: number, line?: number, kept?: unknown): Row {
  (row as Marked)[originKey] = new KeptOrigin(table, number, line, kept);
  return row;
}

/** Hands the origin of a row on to one made of it. */
export function copyOrigin(from: object, to: Row): Row {
  const origin = (from as Marked)[originKey];
  if (origin !== undefined) (to as Marked)[originKey] = origin;
  return to;
}

/**
 * Where a row came from; undefined for rows that were not read by `readTable`. Copies know it too: `{...row, x: 1}`
 * comes from where `row` does. It is kept under a symbol, which `Object.keys` and `JSON.stringify` do not see and
 * `structuredClone` drops.
 *
 * @example
 * ```ts
 * import { originOf } from "./row.ts";
 * import { readTable } from "./read_table.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * const path = await Deno.makeTempFile({ suffix: ".csv" });
 * await Deno.writeTextFile(path, "zone,max\nL2,1.50\n");
 * const [row] = (await readTable(path)).map((row) => ({ ...row, extra: true }));
 * const { line, texts } = originOf(row) ?? {};
 * await Deno.remove(path);
 * assertEquals(line, 2);
 * assertEquals(texts, { zone: "L2", max: "1.50" });
 * ```
 */
export function originOf(row: object): RowOrigin | undefined {
  const origin = (row as Marked)[originKey];
  if (origin === undefined) return undefined;
  const { table, row: number, line, kept } = origin;
  const texts: RowOrigin["texts"] = {};
  for (const [column, text, value] of table.cells?.(kept) ?? []) {
    if (Object.hasOwn(row, column) && (row as Row)[column] === value) setOwn(texts, column, text);
  }
  return {
    source: table.source,
    row: number,
    ...(line === undefined ? {} : { line }),
    ...(table.cells ? { texts } : {}),
  };
}
