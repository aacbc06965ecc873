/**
 * The parts of a Parquet file that are not data: page headers and the footer, in Thrift's compact protocol. Only what a
 * table of an artifact needs: flat columns that may hold nulls, plain or dictionary encoding, no compression.
 * @module
 */

/** Physical types by number, as the format has them. */
export const physical = { boolean: 0, int32: 1, int64: 2, float: 4, double: 5, bytes: 6 } as const;
/** What physical types stand for, by number. */
export const converted = { utf8: 0, timestampMillis: 9, uint64: 14, json: 19 } as const;

/** How a column is declared. */
export interface FooterColumn {
  name: string;
  type: number;
  converted?: number;
}

/** Where the values of a column lie in a row group. */
export interface FooterChunk {
  column: number;
  rows: number;
  /** Offset of the dictionary page, if there is one. */
  dictionary?: number;
  /** Offset of the data page. */
  page: number;
  size: number;
}

type Field = [id: number, type: number, value: unknown];

const [i32, i64, binary, list, struct] = [5, 6, 8, 9, 12];
const [plain, rle, rleDictionary] = [0, 3, 8];
const encoder = new TextEncoder();

/** Bytes in front of a data page. */
export function dataPageHeader(size: number, rows: number, hasDictionary: boolean): Uint8Array {
  const about: Field[] = [[1, i32, rows], [2, i32, hasDictionary ? rleDictionary : plain], [3, i32, rle], [
    4,
    i32,
    rle,
  ]];
  return thrift([[1, i32, 0], [2, i32, size], [3, i32, size], [5, struct, about]]);
}

/** Bytes in front of a dictionary page. */
export function dictionaryPageHeader(size: number, values: number): Uint8Array {
  return thrift([[1, i32, 2], [2, i32, size], [3, i32, size], [7, struct, [[1, i32, values], [2, i32, plain]]]]);
}

/** The footer without its length and the magic number. */
export function footer(columns: FooterColumn[], groups: FooterChunk[][], rows: number): Uint8Array {
  const elements: Field[][] = columns.map(({ name, type, converted }) => [
    [1, i32, type],
    [3, i32, 1],
    [4, binary, name],
    ...(converted === undefined ? [] : [[6, i32, converted] as Field]),
  ]);
  return thrift([
    [1, i32, 1],
    [2, list, { of: struct, items: [[[4, binary, "schema"], [5, i32, columns.length]], ...elements] }],
    [3, i64, rows],
    [4, list, { of: struct, items: groups.map((chunks) => groupFields(columns, chunks)) }],
    [6, binary, "ductaflow"],
  ]);
}

function groupFields(columns: FooterColumn[], chunks: FooterChunk[]): Field[] {
  const size = chunks.reduce((sum, chunk) => sum + chunk.size, 0);
  const items = chunks.map((chunk): Field[] => {
    const { name, type } = columns[chunk.column];
    const { dictionary, page, size, rows } = chunk;
    const encodings = dictionary === undefined ? [plain, rle] : [plain, rle, rleDictionary];
    const about: Field[] = [
      [1, i32, type],
      [2, list, { of: i32, items: encodings }],
      [3, list, { of: binary, items: [name] }],
      [4, i32, 0],
      [5, i64, rows],
      [6, i64, size],
      [7, i64, size],
      [9, i64, page],
      ...(dictionary === undefined ? [] : [[11, i64, dictionary] as Field]),
    ];
    return [[2, i64, dictionary ?? page], [3, struct, about]];
  });
  return [[1, list, { of: struct, items }], [2, i64, size], [3, i64, chunks[0]?.rows ?? 0]];
}

/** A struct in Thrift's compact protocol. */
function thrift(fields: Field[]): Uint8Array {
  const bytes: number[] = [];
  writeStruct(bytes, fields);
  return Uint8Array.from(bytes);
}

function writeStruct(bytes: number[], fields: Field[]): void {
  let last = 0;
  for (const [id, type, value] of fields) {
    bytes.push((id - last) << 4 | type);
    last = id;
    writeValue(bytes, type, value);
  }
  bytes.push(0);
}

function writeValue(bytes: number[], type: number, value: unknown): void {
  if (type === i32 || type === i64) return writeVarint(bytes, zigzag(value as number));
  if (type === struct) return writeStruct(bytes, value as Field[]);
  if (type === binary) {
    const text = encoder.encode(value as string);
    writeVarint(bytes, text.length);
    for (const byte of text) bytes.push(byte);
    return;
  }
  const { of, items } = value as { of: number; items: unknown[] };
  if (items.length < 15) bytes.push(items.length << 4 | of);
  else {
    bytes.push(0xf0 | of);
    writeVarint(bytes, items.length);
  }
  for (const item of items) writeValue(bytes, of, item);
}

/** All numbers here are positive, and may be larger than 32 bits. */
function zigzag(value: number): number {
  return value * 2;
}

/** Appends a number as Parquet and Thrift write counts. */
export function writeVarint(bytes: number[], value: number): void {
  while (value >= 0x80) {
    bytes.push(value % 0x80 | 0x80);
    value = Math.floor(value / 0x80);
  }
  bytes.push(value);
}
