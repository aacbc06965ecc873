/**
 * The values of one column in one row group, from the bytes that `encode_column.ts` made.
 * @module
 */
import type { TableColumn } from "./artifact_kind.ts";
import { typedArrays } from "./column_kind.ts";
import { fromTagged } from "./tagged_json.ts";
import type { ChunkIndex } from "./table_writer.ts";

/** Gives the bytes of the file from an offset on; a copy, so that it is aligned. */
export type ReadRange = (at: number, size: number) => Uint8Array<ArrayBuffer>;

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
// Every byte its own character: which Latin-1, as the web has it, is not.
const onlyAscii = new TextDecoder("ascii");

/** The values of a chunk: nulls as null, what is missing as undefined. Typed arrays are of the class they were. */
export function decodeColumn(
  chunk: ChunkIndex,
  column: TableColumn,
  rows: number,
  read: ReadRange,
): ArrayLike<unknown> {
  const values = decodeValues(chunk, column, read);
  return chunk.present ? withNulls(values, rows, chunk, read) : values;
}

function decodeValues(chunk: ChunkIndex, { type, array }: TableColumn, read: ReadRange): ArrayLike<unknown> {
  const bytes = read(...chunk.values);
  if (array) {
    const stored = new typedArrays[array].store(bytes.buffer);
    const make = (globalThis as unknown as Record<string, { from(values: unknown): ArrayLike<unknown> }>)[array];
    return stored.constructor.name === array ? stored as ArrayLike<unknown> : make.from(stored);
  }
  switch (type) {
    case "number":
      return new Float64Array(bytes.buffer);
    case "bigint":
      return Array.from(new BigInt64Array(bytes.buffer));
    case "date":
      return decodeTimes(bytes);
    case "boolean":
      return unpackBits(bytes, chunk.count);
    case "string":
      return decodeTexts(chunk, bytes, read);
    case "bytes":
      return splitBytes(bytes, chunk.count);
    case "json":
    case "mixed":
      return decodeTexts(chunk, bytes, read).map((text) => fromTagged(JSON.parse(text)));
    case "null":
      return [];
  }
}

function decodeTimes(bytes: Uint8Array<ArrayBuffer>): Date[] {
  const low = new Uint32Array(bytes.buffer);
  const high = new Int32Array(bytes.buffer);
  const dates = new Array<Date>(low.length / 2);
  for (let i = 0; i < dates.length; i++) dates[i] = new Date(high[2 * i + 1] * 2 ** 32 + low[2 * i]);
  return dates;
}

function unpackBits(bytes: Uint8Array, count: number): boolean[] {
  const values = new Array<boolean>(count);
  for (let i = 0; i < count; i++) values[i] = (bytes[i >> 3] >> (i & 7) & 1) === 1;
  return values;
}

function decodeTexts(chunk: ChunkIndex, bytes: Uint8Array<ArrayBuffer>, read: ReadRange): string[] {
  const { dictionary, width, count, ascii } = chunk;
  if (!dictionary || !width) return splitTexts(bytes, count, ascii === true);
  const [at, size, keys] = dictionary;
  const texts = splitTexts(read(at, size), keys, ascii === true);
  let start = 1;
  while (bytes[start++] >= 0x80);
  const places = width === 1 ? bytes.subarray(start) : new Uint16Array(bytes.slice(start).buffer);
  const values = new Array<string>(count);
  for (let i = 0; i < count; i++) values[i] = texts[places[i]];
  return values;
}

function splitTexts(bytes: Uint8Array<ArrayBuffer>, count: number, ascii: boolean): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const all = ascii ? onlyAscii.decode(bytes) : "";
  const texts = new Array<string>(count);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const start = at + 4;
    at = start + view.getUint32(at, true);
    texts[i] = ascii ? all.slice(start, at) : utf8.decode(bytes.subarray(start, at));
  }
  return texts;
}

function splitBytes(bytes: Uint8Array<ArrayBuffer>, count: number): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const list = new Array<Uint8Array>(count);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const start = at + 4;
    at = start + view.getUint32(at, true);
    list[i] = bytes.slice(start, at);
  }
  return list;
}

function withNulls(values: ArrayLike<unknown>, rows: number, chunk: ChunkIndex, read: ReadRange): unknown[] {
  const present = read(...chunk.present!);
  const { missing } = chunk;
  const absent = typeof missing === "string" ? bytesOfBase64(missing) : undefined;
  const all = new Array<unknown>(rows);
  let next = 0;
  for (let i = 0; i < rows; i++) {
    const bit = 1 << (i & 7);
    if (present[i >> 3] & bit) all[i] = values[next++];
    else all[i] = missing === true || (absent && absent[i >> 3] & bit) ? undefined : null;
  }
  return all;
}

function bytesOfBase64(text: string): Uint8Array {
  return (Uint8Array as unknown as { fromBase64(text: string): Uint8Array }).fromBase64(text);
}
