/**
 * Which type the values of a column have, and how that is stored.
 * @module
 */
import { converted, physical } from "./parquet_footer.ts";
import type { ColumnKind } from "./artifact_kind.ts";

/** How a kind is stored. `json` and `mixed` are texts of tagged JSON. */
export const storage: Record<Exclude<ColumnKind, "null">, { type: number; converted?: number }> = {
  number: { type: physical.double },
  boolean: { type: physical.boolean },
  string: { type: physical.bytes, converted: converted.utf8 },
  date: { type: physical.int64, converted: converted.timestampMillis },
  bigint: { type: physical.int64 },
  bytes: { type: physical.bytes },
  json: { type: physical.bytes, converted: converted.json },
  mixed: { type: physical.bytes, converted: converted.json },
};

/** Typed arrays that come back as what they were. */
export const typedArrays: Record<
  string,
  { kind: ColumnKind; type: number; converted?: number; store: TypedArrayMaker }
> = {
  Float64Array: { kind: "number", type: physical.double, store: Float64Array },
  Float32Array: { kind: "number", type: physical.float, store: Float32Array },
  Int32Array: { kind: "number", type: physical.int32, store: Int32Array },
  Int16Array: { kind: "number", type: physical.int32, store: Int32Array },
  Int8Array: { kind: "number", type: physical.int32, store: Int32Array },
  Uint32Array: { kind: "number", type: physical.double, store: Float64Array },
  Uint16Array: { kind: "number", type: physical.int32, store: Int32Array },
  Uint8Array: { kind: "number", type: physical.int32, store: Int32Array },
  Uint8ClampedArray: { kind: "number", type: physical.int32, store: Int32Array },
  BigInt64Array: { kind: "bigint", type: physical.int64, store: BigInt64Array },
  BigUint64Array: {
    kind: "bigint",
    type: physical.int64,
    converted: converted.uint64,
    store: BigUint64Array,
  },
};

/** A class of typed arrays. */
// deno-lint-ignore no-explicit-any
export type TypedArrayMaker = { new (source: any): ArrayBufferView & ArrayLike<number | bigint>; name: string };

const [lowest, highest] = [-(2n ** 63n), 2n ** 63n - 1n];

/** The kind of one value; `null` for null and undefined. */
export function kindOf(value: unknown): ColumnKind {
  switch (typeof value) {
    case "number":
      return "number";
    case "string":
      // What is no Unicode text would not survive as UTF-8.
      return value.isWellFormed() ? "string" : "mixed";
    case "boolean":
      return "boolean";
    case "bigint":
      return value >= lowest && value <= highest ? "bigint" : "mixed";
    case "undefined":
      return "null";
    default:
      if (value === null) return "null";
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? "mixed" : "date";
      return value instanceof Uint8Array ? "bytes" : "json";
  }
}

/** The kind of all values of a column. */
export function commonKind(values: Iterable<unknown>): ColumnKind {
  let common: ColumnKind = "null";
  for (const value of values) {
    const kind = kindOf(value);
    if (kind === common || kind === "null") continue;
    if (common !== "null") return "mixed";
    common = kind;
    if (common === "mixed") return common;
  }
  return common;
}
