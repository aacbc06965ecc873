/**
 * Stores a value in files, each kind by its codec.
 * @module
 */
import type { ColumnKind, TypedRows } from "./artifact_kind.ts";
import { kindOf, typedArrays } from "./column_kind.ts";
import { maybeEmptyColumns } from "./empty_rows.ts";
import type { JsonType, StoredFile, StoredValue } from "./stored_value.ts";
import { groupRows, TableWriter } from "./table_writer.ts";
import { NotStorable, toTagged } from "./tagged_json.ts";

type Row = Record<string, unknown>;

const displayMethod = Symbol.for("Jupyter.display");
const partsLimit = 50;
const magic: [type: string, ending: string, bytes: number[]][] = [
  ["image/png", "png", [0x89, 0x50, 0x4e, 0x47]],
  ["image/jpeg", "jpg", [0xff, 0xd8, 0xff]],
  ["image/gif", "gif", [0x47, 0x49, 0x46, 0x38]],
];

/** Writes a value into a folder; an object or tuple with a table, bytes or pictures in it gets a file for each part. */
export async function encodeValue(value: unknown, folder: string): Promise<StoredValue> {
  const parts = maybeParts(value);
  if (!parts) return await encodeFile(value, folder, "value");
  const stored: Record<string, StoredFile> = {};
  const names = new Set<string>();
  for (const [key, part] of parts) {
    let name = key.replace(/[^A-Za-z0-9_-]+/g, "_").slice(0, 40) || "part";
    while (names.has(name.toLowerCase())) name += "_";
    names.add(name.toLowerCase());
    stored[key] = await encodeFile(part, folder, `value.${name}`);
  }
  return { kind: "parts", form: Array.isArray(value) ? "tuple" : "object", parts: stored };
}

function maybeParts(value: unknown): [string, unknown][] | undefined {
  if (typeof value !== "object" || value === null || isColumns(value)) return undefined;
  if (!Array.isArray(value) && (!isPlain(value) || isStream(value))) return undefined;
  // A million rows are not looked at one by one to see that they are too many.
  if (Array.isArray(value) && (value.length > partsLimit || isRows(value))) return undefined;
  const entries = Object.entries(value);
  if (entries.length === 0 || entries.length > partsLimit) return undefined;
  return entries.some(([, part]) => isLarge(part)) ? entries : undefined;
}

/** Whether a value has a codec of its own, better than JSON. */
function isLarge(value: unknown): boolean {
  return typeof value === "object" && value !== null &&
    (isRows(value) || maybeEmptyColumns(value) !== undefined || isColumns(value) || isArrow(value) ||
      ArrayBuffer.isView(value) || displayMethod in value ||
      isStream(value));
}

async function encodeFile(value: unknown, folder: string, name: string): Promise<StoredFile> {
  const columns = maybeEmptyColumns(value);
  if (columns) {
    const empty: TypedRows = { columns, async *[Symbol.asyncIterator]() {} };
    return await encodeStream(empty, folder, name);
  }
  const write = (ending: string, content: string | Uint8Array) => {
    const file = `${name}.${ending}`;
    if (typeof content === "string") Deno.writeTextFileSync(`${folder}/${file}`, content);
    else Deno.writeFileSync(`${folder}/${file}`, content);
    return file;
  };
  const table = (fill: (writer: TableWriter) => void | Promise<void>, kind: "rows" | "columns" | "arrow") =>
    writeTable(`${folder}/${name}.parquet`, `${name}.parquet`, kind, fill);
  if (typeof value === "string" && value.isWellFormed()) {
    return { kind: "text", file: write("txt", value), type: "text/plain" };
  }
  if (typeof value === "object" && value !== null) {
    if (displayMethod in value) return encodeShown(value as never, write);
    if (isRows(value)) {
      return await table((writer) => {
        writer.declare(kindsOf(value));
        writer.writeRows(value);
      }, "rows");
    }
    if (isColumns(value)) {
      return await table((writer) => writer.writeColumns(new Map(Object.entries(value))), "columns");
    }
    if (isArrow(value)) {
      return await table((writer) => {
        // Without values the schema alone tells the types.
        if (value.numRows === 0) writer.expect(value.schema.fields.map(arrowColumn));
        writer.writeColumns(arrowColumns(value));
      }, "arrow");
    }
    if (isStream(value)) return await encodeStream(value, folder, name);
    if (ArrayBuffer.isView(value)) return encodeBytes(value, write);
  }
  return {
    kind: "json",
    file: write("json", JSON.stringify(toTagged(value))),
    type: "application/json",
    json: jsonType(value),
  };
}

async function writeTable(
  path: string,
  file: string,
  kind: "rows" | "columns" | "arrow",
  fill: (writer: TableWriter) => void | Promise<void>,
): Promise<StoredFile> {
  using writer = new TableWriter(path, kind);
  await fill(writer);
  return { kind, file, type: "application/vnd.apache.parquet", table: writer.finish() };
}

/** Rows that come bit by bit are written when there are enough for a row group. */
async function encodeStream(value: AsyncIterable<unknown> | Iterable<unknown>, folder: string, name: string) {
  const path = `${folder}/${name}.parquet`;
  const { columns } = value as Partial<TypedRows>;
  let seen = Array.isArray(columns);
  const stored = await writeTable(path, `${name}.parquet`, "rows", async (writer) => {
    if (Array.isArray(columns)) writer.expect(columns);
    let waiting: Row[] = [];
    for await (const item of value) {
      const rows = Array.isArray(item) ? item : [item];
      rows.forEach((row, i) => {
        if (!isPlain(row)) {
          throw new NotStorable(`[${i}]`, `${Deno.inspect(row).slice(0, 80)} where a row was expected`);
        }
        waiting.push(row as Row);
      });
      seen ||= rows.length > 0;
      if (waiting.length < groupRows) continue;
      writer.writeRows(waiting);
      waiting = [];
    }
    writer.writeRows(waiting);
  });
  if (seen) return stored;
  Deno.removeSync(path);
  return await encodeFile([], folder, name);
}

function encodeShown(value: { [displayMethod](): Record<string, unknown> }, write: Write): StoredFile {
  const bundle = value[displayMethod]();
  const shows = true;
  for (const [type, ending, kind] of shownTypes) {
    const content = bundle[type];
    if (typeof content !== "string") continue;
    if (kind !== "image" || type === "image/svg+xml") return { kind, file: write(ending, content), type, shows };
    const bytes = (Uint8Array as unknown as { fromBase64(text: string): Uint8Array }).fromBase64(content);
    return { kind, file: write(ending, bytes), type, shows };
  }
  throw new NotStorable("", `something that shows itself as ${Object.keys(bundle).join(", ")}`);
}

type Write = (ending: string, content: string | Uint8Array) => string;

const shownTypes = [
  ["text/html", "html", "html"],
  ["image/svg+xml", "svg", "image"],
  ["image/png", "png", "image"],
  ["image/jpeg", "jpg", "image"],
  ["text/markdown", "md", "text"],
  ["text/plain", "txt", "text"],
] as const;

function encodeBytes(value: ArrayBufferView, write: Write): StoredFile {
  const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  const { name } = value.constructor;
  const picture = name === "Uint8Array" && magic.find(([, , start]) => start.every((byte, i) => bytes[i] === byte));
  if (picture) return { kind: "image", file: write(picture[1], bytes), type: picture[0] };
  const array = name in typedArrays && name !== "Uint8Array" ? { array: name } : {};
  return { kind: "bytes", file: write("bin", bytes), type: "application/octet-stream", ...array };
}

function jsonType(value: unknown): JsonType {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  const type = typeof value;
  return type === "bigint" || type === "function" || type === "symbol" ? "object" : type;
}

/** Whether a value is a list of plain objects, at least one, that have something in them. */
export function isRows(value: unknown): value is Row[] {
  if (!Array.isArray(value) || value.length === 0 || !isPlain(value[0]) || Object.keys(value[0]).length === 0) {
    return false;
  }
  return value.every(isPlain);
}

/** Whether a value is an object of arrays of one length, at least one of them typed. */
export function isColumns(value: object): value is Record<string, ArrayLike<unknown>> {
  if (!isPlain(value)) return false;
  const columns = Object.values(value) as ArrayLike<unknown>[];
  const isArray = (column: unknown) => Array.isArray(column) || isTyped(column);
  return columns.some(isTyped) && columns.every((column) => isArray(column) && column.length === columns[0].length);
}

function isTyped(value: unknown): boolean {
  return ArrayBuffer.isView(value) && value.constructor.name in typedArrays;
}

function isPlain(value: unknown): value is Row {
  if (typeof value !== "object" || value === null || displayMethod in value) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

interface ArrowLike {
  numRows: number;
  schema: { fields: { name: string; type?: unknown }[] };
  getChild(
    name: string,
  ): { nullCount: number; toArray(): ArrayLike<unknown>; [Symbol.iterator](): Iterator<unknown> } | null;
}

function isArrow(value: object): value is ArrowLike {
  return "numRows" in value && "schema" in value && typeof (value as ArrowLike).getChild === "function";
}

/** The column of an Arrow field, with the kind that its values have in JavaScript. */
function arrowColumn({ name, type }: ArrowLike["schema"]["fields"][number]): TypedRows["columns"][number] {
  const word = String(type).replace(/^Dictionary<[^,]*, (.*)>$/, "$1");
  const [, kind] = arrowKinds.find(([pattern]) => pattern.test(word)) ?? [];
  return { name, type: kind ?? "null" };
}

const arrowKinds: [RegExp, ColumnKind][] = [
  [/^U?int64$/i, "bigint"],
  [/^(Date|Timestamp)/, "date"],
  [/^(U?int|Float)/i, "number"],
  [/Utf8$/, "string"],
  [/^Bool/, "boolean"],
  [/Binary/, "bytes"],
  [/^(List|Struct|Map|FixedSizeList|[<{])/, "json"],
];

function arrowColumns(table: ArrowLike): Map<string, ArrayLike<unknown>> {
  return new Map(table.schema.fields.map((field) => {
    const { name } = field;
    const column = table.getChild(name)!;
    // Arrow gives them as milliseconds, and would give them back as numbers.
    if (arrowColumn(field).type === "date") return [name, Array.from(column as Iterable<unknown>, dateOf)];
    const array = column.nullCount === 0 ? column.toArray() : undefined;
    // What Arrow packs in its own way (texts, dates, decimals) is taken value by value.
    const same = array !== undefined && isTyped(array) && array.length === table.numRows &&
      typeof array[0] === typeof column[Symbol.iterator]().next().value;
    return [name, same ? array : [...column as Iterable<unknown>]];
  }));
}

function dateOf(milliseconds: unknown): Date | null {
  return milliseconds === null || milliseconds === undefined ? null : new Date(Number(milliseconds));
}

function isStream(value: object): value is AsyncIterable<unknown> | Iterable<unknown> {
  if (Symbol.asyncIterator in value) return true;
  return Symbol.iterator in value && typeof (value as { next?: unknown }).next === "function";
}

/** The kinds of the columns of rows, told from all values. */
function kindsOf(rows: readonly Row[]): Map<string, ColumnKind> {
  const kinds = new Map<string, ColumnKind>();
  for (const row of rows) {
    for (const name in row) {
      const known = kinds.get(name);
      if (known === "mixed") continue;
      const kind = kindOf(row[name]);
      if (known === undefined || known === "null") kinds.set(name, kind);
      else if (kind !== known && kind !== "null") kinds.set(name, "mixed");
    }
  }
  return kinds;
}
