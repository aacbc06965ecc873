/**
 * JSON that keeps what JSON alone would lose: dates, bigints, bytes, `undefined` in arrays, NaN and the infinities, maps
 * and sets. What is plain JSON stays as it is; the rest becomes an object with one key that starts with `$`.
 * @module
 */

/** What cannot be stored, and the path to it. */
export class NotStorable extends TypeError {
  /** Path inside of the value, such as `.model.fit`; empty for the value itself. */
  readonly path: string;

  constructor(path: string, found: string) {
    super(`${path === "" ? "the value" : `"${path.replace(/^\./, "")}"`} is ${found}, which is no data`);
    this.path = path;
  }
}

const maxDepth = 200;

/** The JSON value that stands for a value. Throws `NotStorable` for functions, symbols, class instances and cycles. */
export function toTagged(value: unknown, path = "", depth = 0): unknown {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $number: Object.is(value, -0) ? "-0" : `${value}` };
    case "undefined":
      return { $undefined: true };
    case "bigint":
      return { $bigint: String(value) };
    case "object":
      return value === null ? null : objectToTagged(value, path, depth);
    default:
      throw new NotStorable(path, `a ${typeof value}`);
  }
}

function objectToTagged(value: object, path: string, depth: number): unknown {
  if (depth > maxDepth) throw new NotStorable(path, "nested too deeply, or part of itself");
  if (Array.isArray(value)) return value.map((item, i) => toTagged(item, `${path}[${i}]`, depth + 1));
  if (value instanceof Date) return { $date: Number.isNaN(value.getTime()) ? null : value.toISOString() };
  if (ArrayBuffer.isView(value)) return bytesToTagged(value);
  if (value instanceof Map) return { $map: [...value].map((pair) => toTagged(pair, path, depth + 1)) };
  if (value instanceof Set) return { $set: [...value].map((item) => toTagged(item, path, depth + 1)) };
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype && Object.getPrototypeOf(prototype) !== null) {
    const name = value.constructor?.name;
    throw new NotStorable(path, name ? `an instance of ${name}` : "an object of a class");
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  const tagged = Object.fromEntries(entries.map(([key, item]) => [key, toTagged(item, `${path}.${key}`, depth + 1)]));
  // An object of the user's own that looks like one of ours.
  return entries.length === 1 && entries[0][0].startsWith("$") ? { $plain: tagged } : tagged;
}

function bytesToTagged(view: ArrayBufferView): unknown {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const base64 = (bytes as unknown as { toBase64(): string }).toBase64();
  // A class of somebody's own (such as Node's `Buffer`) comes back as what it is at bottom.
  const { name } = view.constructor;
  return { $bytes: base64, ...(view instanceof Uint8Array ? {} : { array: name }) };
}

/** The value that tagged JSON stands for. */
export function fromTagged(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(fromTagged);
  const [key] = Object.keys(value);
  if (key?.startsWith("$")) {
    const tag = (value as Record<string, unknown>)[key];
    switch (key) {
      case "$number":
        return Number(tag);
      case "$undefined":
        return undefined;
      case "$bigint":
        return BigInt(tag as string);
      case "$date":
        return new Date(tag === null ? NaN : tag as string);
      case "$bytes":
        return bytesFromTagged(value as { $bytes: string; array?: string });
      case "$map":
        return new Map((tag as unknown[]).map(fromTagged) as [unknown, unknown][]);
      case "$set":
        return new Set((tag as unknown[]).map(fromTagged));
      case "$plain":
        return plainObject(tag as Record<string, unknown>);
    }
  }
  return plainObject(value as Record<string, unknown>);
}

function plainObject(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fromTagged(item)]));
}

function bytesFromTagged({ $bytes, array }: { $bytes: string; array?: string }): ArrayBufferView {
  const bytes = (Uint8Array as unknown as { fromBase64(text: string): Uint8Array }).fromBase64($bytes);
  if (array === undefined) return bytes;
  const make = (globalThis as unknown as Record<string, new (buffer: ArrayBufferLike) => ArrayBufferView>)[array];
  return new make(bytes.buffer);
}
