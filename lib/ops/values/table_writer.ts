/**
 * Writes a table as a Parquet file, a row group at a time. Any program reads the file; what only we need to get the same
 * values back (which class of array, what was missing and what null) stands as JSON in front of the footer, where
 * others do not look.
 * @module
 */
import type { ColumnKind, TableColumn, TableShape, TypedRows } from "./artifact_kind.ts";
import { commonKind, kindOf, storage, typedArrays } from "./column_kind.ts";
import { bytesOf, encodeColumn, type EncodedColumn } from "./encode_column.ts";
import {
  dataPageHeader,
  dictionaryPageHeader,
  footer,
  type FooterChunk,
  physical,
  writeVarint,
} from "./parquet_footer.ts";

/** As many rows as a row group has: whoever wants the first rows reads one group. */
export const groupRows = 65536;
/** The last bytes of what stands in front of the footer. */
export const indexMagic = "DFL1";

/** The JSON in front of the footer. */
export interface TableIndex {
  form: "rows" | "columns" | "arrow";
  shape: TableShape;
  groups: { rows: number; chunks: ChunkIndex[] }[];
}

/** Where the values of one column in one row group lie. */
export interface ChunkIndex {
  column: number;
  count: number;
  /** Offset and length of the bits that tell values from nulls. */
  present?: [at: number, size: number];
  values: [at: number, size: number];
  dictionary?: [at: number, size: number, count: number];
  width?: 1 | 2;
  ascii?: boolean;
  missing?: true | string;
}

interface OpenColumn {
  name: string;
  kind: ColumnKind;
  array?: string;
  /** Whether the kind is that of all values, so that they need not be looked at. */
  sure?: boolean;
  nulls: number;
  missing: number;
  source?: string;
}

/** A Parquet file that grows. Call `finish`, or dispose it and it is closed as it is. */
export class TableWriter {
  readonly #file: Deno.FsFile;
  readonly #form: TableIndex["form"];
  readonly #columns = new Map<string, OpenColumn>();
  readonly #groups: TableIndex["groups"] = [];
  readonly #footerGroups: FooterChunk[][] = [];
  #declared = false;
  #at = 0;
  #rows = 0;

  constructor(path: string, form: TableIndex["form"]) {
    this.#file = Deno.openSync(path, { write: true, create: true, truncate: true });
    this.#form = form;
    this.#write(new TextEncoder().encode("PAR1"));
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }

  /** Says all columns with their kinds, when they are known from all values. */
  declare(kinds: Iterable<[name: string, kind: ColumnKind]>): void {
    this.#declared = true;
    for (const [name, kind] of kinds) this.#columns.set(name, { name, kind, sure: true, nulls: 0, missing: 0 });
  }

  /**
   * Says all columns of rows that come bit by bit. Where a kind is `null`, the values decide; where it is `json` or `mixed`,
   * they may be of any kind.
   */
  expect(columns: TypedRows["columns"]): void {
    this.#declared = true;
    for (const { name, type, source } of columns) {
      const sure = type === "json" || type === "mixed";
      this.#columns.set(name, { name, kind: type, sure, nulls: 0, missing: 0, ...(source ? { source } : {}) });
    }
  }

  /** Writes rows as row groups. */
  writeRows(rows: readonly Record<string, unknown>[]): void {
    for (let start = 0; start < rows.length; start += groupRows) {
      const group = start === 0 && rows.length <= groupRows ? rows : rows.slice(start, start + groupRows);
      const names = new Set(this.#columns.keys());
      if (!this.#declared) { for (const row of group) for (const name in row) names.add(name); }
      const columns = new Map<string, unknown[]>();
      for (const name of names) {
        const values = new Array(group.length);
        for (let i = 0; i < group.length; i++) values[i] = group[i][name];
        columns.set(name, values);
      }
      this.#writeGroup(columns, group.length);
    }
  }

  /** Writes columns of one length as row groups. */
  writeColumns(columns: ReadonlyMap<string, ArrayLike<unknown>>): void {
    const length = columns.values().next().value?.length ?? 0;
    for (const [name, values] of columns) this.#noteArray(name, values);
    for (let start = 0; start < length || (start === 0 && this.#rows === 0); start += groupRows) {
      const parts = [...columns].map(([name, values]) => [name, slice(values, start, start + groupRows)] as const);
      this.#writeGroup(new Map(parts), Math.min(groupRows, length - start));
    }
  }

  /** Writes the footer, closes the file and tells what is in it. */
  finish(): TableShape {
    this.#fillLateColumns();
    const columns = [...this.#columns.values()];
    const shape: TableShape = { rows: this.#rows, columns: columns.map(described) };
    const index: TableIndex = { form: this.#form, shape, groups: this.#groups };
    const json = new TextEncoder().encode(JSON.stringify(index));
    this.#write(json);
    this.#write(bytesOf(Uint32Array.of(json.length)));
    this.#write(new TextEncoder().encode(indexMagic));
    const foot = footer(
      columns.map((column) => ({ name: column.name, ...stored(column) })),
      this.#footerGroups,
      this.#rows,
    );
    this.#write(foot);
    this.#write(bytesOf(Uint32Array.of(foot.length)));
    this.#write(new TextEncoder().encode("PAR1"));
    return shape;
  }

  #noteArray(name: string, values: ArrayLike<unknown>): void {
    const array = Array.isArray(values) ? undefined : values.constructor.name;
    const typed = array === undefined ? undefined : typedArrays[array];
    if (this.#columns.has(name)) return;
    if (typed) this.#columns.set(name, { name, kind: typed.kind, array, nulls: 0, missing: 0 });
    else this.declare([[name, commonKind(values as unknown[])]]);
  }

  #writeGroup(columns: ReadonlyMap<string, ArrayLike<unknown>>, rows: number): void {
    if (rows <= 0) return;
    const chunks: ChunkIndex[] = [];
    const footerChunks: FooterChunk[] = [];
    for (const [name, values] of columns) {
      const column = this.#columns.get(name) ?? this.#addColumn(name);
      const encoded = column.array ? encodeTyped(values, column.array) : this.#encode(column, values);
      column.missing += encoded.missingCount;
      column.nulls += rows - encoded.count - encoded.missingCount;
      const place = [...this.#columns.keys()].indexOf(name);
      const { chunk, footerChunk } = this.#writeChunk(place, rows, encoded);
      chunks.push(chunk);
      footerChunks.push(footerChunk);
    }
    this.#groups.push({ rows, chunks });
    this.#footerGroups.push(footerChunks);
    this.#rows += rows;
  }

  /** A column that the rows before did not have. */
  #addColumn(name: string): OpenColumn {
    const column: OpenColumn = { name, kind: "null", nulls: 0, missing: this.#rows };
    this.#columns.set(name, column);
    return column;
  }

  #encode(column: OpenColumn, values: ArrayLike<unknown>): EncodedColumn {
    if (!column.sure) {
      const kind = commonKind(values as unknown[]);
      if (column.kind === "null") column.kind = kind;
      else if (kind !== "null" && kind !== column.kind) throw this.#changedKind(column, values);
    }
    return encodeColumn(values, column.kind);
  }

  #changedKind({ name, kind }: OpenColumn, values: ArrayLike<unknown>): TypeError {
    const other = Array.from(values).findIndex((value) => ![kind, "null"].includes(kindOf(value)));
    const found = kindOf(values[other]);
    return new TypeError(
      `The column "${name}" holds ${kind} up to row ${this.#rows + other} and ${found} in row ${
        this.#rows + other + 1
      }: ` +
        "in rows that come bit by bit, a column has values of one type",
    );
  }

  #writeChunk(column: number, rows: number, encoded: EncodedColumn) {
    const from = this.#at;
    const chunk: ChunkIndex = { column, count: encoded.count, values: [0, 0] };
    if (encoded.dictionary) {
      const { bytes, count } = encoded.dictionary;
      this.#write(dictionaryPageHeader(bytes.length, count));
      chunk.dictionary = [this.#at, bytes.length, count];
      this.#write(bytes);
    }
    const page = this.#at;
    const levels = definitionLevels(rows, encoded.present);
    this.#write(dataPageHeader(levels.length + encoded.values.length, rows, encoded.dictionary !== undefined));
    if (encoded.present) {
      chunk.present = [this.#at + levels.length - encoded.present.length, encoded.present.length];
    }
    this.#write(levels);
    chunk.values = [this.#at, encoded.values.length];
    this.#write(encoded.values);
    if (encoded.width) chunk.width = encoded.width;
    if (encoded.ascii) chunk.ascii = true;
    if (encoded.missing) chunk.missing = encoded.missing === true ? true : base64(encoded.missing);
    const dictionary = encoded.dictionary ? from : undefined;
    return { chunk, footerChunk: { column, rows, dictionary, page, size: this.#at - from } };
  }

  /** Row groups that were written before a column was first seen get it, without values. */
  #fillLateColumns(): void {
    const names = [...this.#columns.keys()];
    this.#groups.forEach((group, i) => {
      for (let place = group.chunks.length; place < names.length; place++) {
        const empty = encodeColumn(new Array(group.rows).fill(undefined), "null");
        const { chunk, footerChunk } = this.#writeChunk(place, group.rows, empty);
        group.chunks.push(chunk);
        this.#footerGroups[i].push(footerChunk);
      }
    });
  }

  #write(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) done += this.#file.writeSync(bytes.subarray(done));
    this.#at += bytes.length;
  }
}

function stored({ kind, array }: OpenColumn): { type: number; converted?: number } {
  if (array) return typedArrays[array];
  return kind === "null" ? { type: physical.bytes } : storage[kind];
}

function described({ name, kind, nulls, missing, array, source }: OpenColumn): TableColumn {
  return {
    name,
    type: kind,
    ...(source ? { source } : {}),
    ...(nulls > 0 ? { nulls } : {}),
    ...(missing > 0 ? { missing } : {}),
    ...(array ? { array } : {}),
  };
}

function encodeTyped(values: ArrayLike<unknown>, array: string): EncodedColumn {
  const { store } = typedArrays[array];
  const same = store.name === array ? values as unknown as ArrayBufferView : new store(values);
  return { count: values.length, missingCount: 0, values: bytesOf(same) };
}

function slice(values: ArrayLike<unknown>, start: number, end: number): ArrayLike<unknown> {
  if (Array.isArray(values)) return values.slice(start, end);
  return (values as unknown as Float64Array).subarray(start, end) as unknown as ArrayLike<unknown>;
}

/** Which rows have a value, as Parquet writes it: one run, or one bit a row. */
function definitionLevels(rows: number, present: Uint8Array | undefined): Uint8Array {
  const head: number[] = [];
  writeVarint(head, present ? present.length * 2 + 1 : rows * 2);
  const body = present ?? Uint8Array.of(1);
  const bytes = new Uint8Array(4 + head.length + body.length);
  new DataView(bytes.buffer).setUint32(0, head.length + body.length, true);
  bytes.set(head, 4);
  bytes.set(body, 4 + head.length);
  return bytes;
}

function base64(bytes: Uint8Array): string {
  return (bytes as unknown as { toBase64(): string }).toBase64();
}
