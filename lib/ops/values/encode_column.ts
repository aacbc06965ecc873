/**
 * The values of one column in one row group as Parquet stores them.
 * @module
 */
import type { ColumnKind } from "./artifact_kind.ts";
import { writeVarint } from "./parquet_footer.ts";
import { toTagged } from "./tagged_json.ts";

/** Values as bytes, and what is needed to read them again. */
export interface EncodedColumn {
  /** How many values are not null. */
  count: number;
  /** One bit a row, 1 for a value; absent when there are no nulls. */
  present?: Uint8Array;
  /** The values, or the places of the values in the dictionary. */
  values: Uint8Array;
  /** The different texts, when that takes less room. */
  dictionary?: { bytes: Uint8Array; count: number };
  /** Bytes of a place in the dictionary. */
  width?: 1 | 2;
  /** Whether all texts are ASCII. */
  ascii?: boolean;
  /** Rows that do not have the column at all: all nulls, or one bit a row. */
  missing?: true | Uint8Array;
  missingCount: number;
}

const encoder = new TextEncoder();
const dictionaryLimit = 65536;

/** Encodes values of a kind; null and undefined are nulls. */
export function encodeColumn(values: ArrayLike<unknown>, kind: ColumnKind): EncodedColumn {
  const { present, list, missing, missingCount } = withoutNulls(values);
  const base = { count: list.length, missingCount, ...(present ? { present } : {}), ...(missing ? { missing } : {}) };
  switch (kind) {
    case "number":
      return { ...base, values: bytesOf(new Float64Array(list as number[])) };
    case "bigint":
      return { ...base, values: bytesOf(BigInt64Array.from(list as bigint[])) };
    case "date":
      return { ...base, values: encodeTimes(list as Date[]) };
    case "boolean":
      return { ...base, values: packBits(list as boolean[]) };
    case "string":
      return { ...base, ...encodeTexts(list as string[]) };
    case "bytes":
      return { ...base, values: joinBytes(list as Uint8Array[]) };
    case "json":
    case "mixed":
      return { ...base, ...encodeTexts((list as unknown[]).map((value) => JSON.stringify(toTagged(value)))) };
    case "null":
      return { ...base, values: new Uint8Array() };
  }
}

function withoutNulls(values: ArrayLike<unknown>) {
  const { length } = values;
  let first = 0;
  while (first < length && values[first] !== null && values[first] !== undefined) first++;
  if (first === length) return { list: values, missingCount: 0 };
  const list: unknown[] = [];
  const present = new Uint8Array(Math.ceil(length / 8));
  const absent = new Uint8Array(present.length);
  let missingCount = 0;
  for (let i = 0; i < length; i++) {
    const value = values[i];
    if (value === undefined) {
      absent[i >> 3] |= 1 << (i & 7);
      missingCount++;
    } else if (value !== null) {
      present[i >> 3] |= 1 << (i & 7);
      list.push(value);
    }
  }
  const allMissing = missingCount === length - list.length;
  return { present, list, missingCount, missing: missingCount === 0 ? undefined : allMissing ? true as const : absent };
}

/** The bytes of a typed array: Parquet is little-endian, as all machines that Deno runs on. */
export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** Milliseconds as 64 bits, in halves: a million bigints would take as long as all the rest. */
function encodeTimes(dates: ArrayLike<Date>): Uint8Array {
  const halves = new Int32Array(dates.length * 2);
  for (let i = 0; i < dates.length; i++) {
    const time = dates[i].getTime();
    const high = Math.floor(time / 2 ** 32);
    halves[2 * i] = time - high * 2 ** 32;
    halves[2 * i + 1] = high;
  }
  return bytesOf(halves);
}

function packBits(values: boolean[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(values.length / 8));
  for (let i = 0; i < values.length; i++) if (values[i]) bytes[i >> 3] |= 1 << (i & 7);
  return bytes;
}

function joinBytes(list: ArrayLike<Uint8Array>): Uint8Array {
  let size = 0;
  for (let i = 0; i < list.length; i++) size += 4 + list[i].length;
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (let i = 0; i < list.length; i++) {
    view.setUint32(at, list[i].length, true);
    bytes.set(list[i], at + 4);
    at += 4 + list[i].length;
  }
  return bytes;
}

function encodeTexts(texts: ArrayLike<string>): Pick<EncodedColumn, "values" | "dictionary" | "width" | "ascii"> {
  const places = maybePlaces(texts);
  if (!places) return joinTexts(texts);
  const { bytes, ascii } = (({ values, ascii }) => ({ bytes: values, ascii }))(joinTexts([...places.keys.keys()]));
  const width = places.keys.size <= 256 ? 1 : 2;
  // Places are packed with 8 or 16 bits, which is what they are in memory, in runs of eight.
  const runs = Math.ceil(texts.length / 8);
  const head = [width * 8];
  writeVarint(head, runs * 2 + 1);
  const packed = width === 1 ? new Uint8Array(runs * 8) : new Uint16Array(runs * 8);
  packed.set(places.indexes);
  const values = new Uint8Array(head.length + packed.byteLength);
  values.set(head);
  values.set(bytesOf(packed), head.length);
  return { values, dictionary: { bytes, count: places.keys.size }, width, ascii };
}

/** Each text's place among the different ones; undefined when most differ. */
function maybePlaces(texts: ArrayLike<string>): { keys: Map<string, number>; indexes: Uint16Array } | undefined {
  const { length } = texts;
  if (length < 16) return undefined;
  const keys = new Map<string, number>();
  const indexes = new Uint16Array(length);
  for (let i = 0; i < length; i++) {
    let place = keys.get(texts[i]);
    if (place === undefined) {
      place = keys.size;
      if (place >= dictionaryLimit || (place >= 64 && place * 2 > i)) return undefined;
      keys.set(texts[i], place);
    }
    indexes[i] = place;
  }
  return keys.size * 2 > length ? undefined : { keys, indexes };
}

function joinTexts(texts: ArrayLike<string>): { values: Uint8Array; ascii: boolean } {
  let room = 0;
  for (let i = 0; i < texts.length; i++) room += 4 + texts[i].length * 3;
  const bytes = new Uint8Array(room);
  const view = new DataView(bytes.buffer);
  let at = 0;
  let ascii = true;
  for (let i = 0; i < texts.length; i++) {
    const { written } = encoder.encodeInto(texts[i], bytes.subarray(at + 4));
    if (written !== texts[i].length) ascii = false;
    view.setUint32(at, written, true);
    at += 4 + written;
  }
  return { values: bytes.slice(0, at), ascii };
}
