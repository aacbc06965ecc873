/**
 * Arrow tables of columns, for operators that are given one.
 * @module
 */
import {
  Bool,
  Float64,
  Int64,
  Table,
  tableFromArrays,
  TimestampMillisecond,
  Utf8,
  vectorFromArray,
} from "../../deps/arrow.ts";
import type { ColumnKind, TableShape } from "../values/artifact_kind.ts";

/** Types of columns that have no values to tell them. */
const types: Partial<Record<ColumnKind, () => Bool | Float64 | Int64 | TimestampMillisecond | Utf8>> = {
  boolean: () => new Bool(),
  number: () => new Float64(),
  bigint: () => new Int64(),
  string: () => new Utf8(),
  date: () => new TimestampMillisecond(),
};

/** A table with these columns. */
export function makeArrow(columns: Record<string, ArrayLike<unknown>>, shape: TableShape): unknown {
  const vectors = Object.entries(columns).map(([name, values], i) => {
    // A typed array is a column as it is, and keeps its type.
    if (ArrayBuffer.isView(values)) return [name, tableFromArrays({ [name]: values as never }).getChild(name)!];
    const kind = shape.columns[i].type;
    const type = values.length === 0 || kind === "date" ? types[kind]?.() : undefined;
    return [name, type ? vectorFromArray(Array.from(values) as never[], type) : vectorFromArray(Array.from(values))];
  });
  return new Table(Object.fromEntries(vectors));
}
