/**
 * Arrow tables of columns, for operators that are given one.
 * @module
 */
import { Table, tableFromArrays, vectorFromArray } from "../../deps/arrow.ts";

/** A table with these columns. */
export function makeArrow(columns: Record<string, ArrayLike<unknown>>): unknown {
  const vectors = Object.entries(columns).map(([name, values]) => {
    // A typed array is a column as it is, and keeps its type.
    if (ArrayBuffer.isView(values)) return [name, tableFromArrays({ [name]: values as never }).getChild(name)!];
    return [name, vectorFromArray(Array.from(values))];
  });
  return new Table(Object.fromEntries(vectors));
}
