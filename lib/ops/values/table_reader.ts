/**
 * Reads tables that `table_writer.ts` wrote, a row group at a time.
 * @module
 */
import type { TableShape } from "./artifact_kind.ts";
import { decodeColumn } from "./decode_column.ts";
import { typedArrays } from "./column_kind.ts";
import { indexMagic, type TableIndex } from "./table_writer.ts";

type Row = Record<string, unknown>;

/** A table in a file. Dispose it to close the file. */
export class TableReader {
  readonly #file: Deno.FsFile;
  readonly #index: TableIndex;

  /** Opens a file that the toolkit wrote; throws when it is another one, or damaged. */
  constructor(path: string) {
    this.#file = Deno.openSync(path, { read: true });
    try {
      this.#index = this.#readIndex(path);
    } catch (error) {
      this.#file.close();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }

  /** What the table was when it was stored. */
  get form(): TableIndex["form"] {
    return this.#index.form;
  }

  /** Rows and columns. */
  get shape(): TableShape {
    return this.#index.shape;
  }

  /** The rows, a row group at a time; with `limit` no more than that. */
  *rowBatches(limit = Infinity): Generator<Row[]> {
    const toRows = rowMaker(this.shape.columns.map(({ name }) => name));
    let left = limit;
    for (let group = 0; group < this.#index.groups.length && left > 0; group++) {
      const { rows } = this.#index.groups[group];
      const batch = toRows(this.#groupColumns(group), Math.min(rows, left));
      left -= batch.length;
      yield batch;
    }
  }

  /** All rows, or the first `limit`. */
  rows(limit = Infinity): Row[] {
    const batches = [...this.rowBatches(limit)];
    return batches.length === 1 ? batches[0] : ([] as Row[]).concat(...batches);
  }

  /** The values of one column, a row group at a time. */
  *columnBatches(name: string): Generator<ArrayLike<unknown>> {
    const place = this.shape.columns.findIndex((column) => column.name === name);
    for (const { rows, chunks } of place < 0 ? [] : this.#index.groups) {
      const chunk = chunks.find(({ column }) => column === place)!;
      yield decodeColumn(chunk, this.shape.columns[place], rows, (at, size) => this.#read(at, size));
    }
  }

  /** All values by column, in the arrays they came in. */
  columns(): Record<string, ArrayLike<unknown>> {
    const { shape, groups } = this.#index;
    const parts = groups.map((_, i) => this.#groupColumns(i));
    return Object.fromEntries(shape.columns.map(({ name, array }, i) => {
      return [
        name,
        array ? joinTyped(array, shape.rows, parts.map((part) => part[i])) : joinPlain(parts.map((p) => p[i])),
      ];
    }));
  }

  #groupColumns(group: number): ArrayLike<unknown>[] {
    const { rows, chunks } = this.#index.groups[group];
    // A column that was seen late stands where it was seen.
    return chunks.toSorted((a, b) => a.column - b.column).map((chunk) => {
      return decodeColumn(chunk, this.shape.columns[chunk.column], rows, (at, size) => this.#read(at, size));
    });
  }

  #readIndex(path: string): TableIndex {
    const size = this.#file.statSync().size;
    const decoder = new TextDecoder();
    const damaged = () => new TypeError(`"${path}" is no table that an operator left, or it is damaged`);
    if (size < 20) throw damaged();
    const end = this.#read(size - 8, 8);
    if (decoder.decode(end.subarray(4)) !== "PAR1") throw damaged();
    const at = size - 8 - new DataView(end.buffer).getUint32(0, true);
    if (at < 12) throw damaged();
    const mark = this.#read(at - 8, 8);
    if (decoder.decode(mark.subarray(4)) !== indexMagic) throw damaged();
    const length = new DataView(mark.buffer).getUint32(0, true);
    if (length > at - 8) throw damaged();
    return JSON.parse(decoder.decode(this.#read(at - 8 - length, length)));
  }

  #read(at: number, size: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(size);
    this.#file.seekSync(at, Deno.SeekMode.Start);
    for (let done = 0; done < size;) {
      const count = this.#file.readSync(bytes.subarray(done));
      if (count === null) throw new TypeError("A table ended early: its file is damaged");
      done += count;
    }
    return bytes;
  }
}

/**
 * Makes rows of columns. A function that is made for the names makes objects five times as fast as setting one property
 * after the other; it is used where no value can be missing.
 */
function rowMaker(names: string[]): (columns: ArrayLike<unknown>[], count: number) => Row[] {
  const whole = new Function(
    "columns",
    "count",
    `const rows = new Array(count);
    const [${names.map((_, i) => `c${i}`).join()}] = columns;
    for (let i = 0; i < count; i++) rows[i] = { ${
      names.map((name, i) => `${name === "__proto__" ? `["__proto__"]` : JSON.stringify(name)}: c${i}[i]`).join()
    } };
    return rows;`,
  ) as (columns: ArrayLike<unknown>[], count: number) => Row[];
  return (columns, count) => {
    const rows = whole(columns, count);
    columns.forEach((column, c) => {
      if (ArrayBuffer.isView(column)) return;
      for (let i = 0; i < count; i++) if (column[i] === undefined) delete rows[i][names[c]];
    });
    return rows;
  };
}

function joinPlain(parts: ArrayLike<unknown>[]): unknown[] {
  return ([] as unknown[]).concat(...parts.map((part) => Array.from(part)));
}

function joinTyped(array: string, length: number, parts: ArrayLike<unknown>[]): ArrayLike<unknown> {
  const make = (globalThis as unknown as Record<string, { new (length: number): Float64Array }>)[array];
  if (!(array in typedArrays)) throw new TypeError(`There is no typed array "${array}"`);
  const all = new make(length);
  let at = 0;
  for (const part of parts) {
    all.set(part as ArrayLike<number>, at);
    at += part.length;
  }
  return all as unknown as ArrayLike<unknown>;
}
