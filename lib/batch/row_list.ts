/**
 * The rows that a batch is asked to run.
 * @module
 */
import { copyRows } from "./columns.ts";

/**
 * The rows as a list.
 *
 * @throws {TypeError} for what is likely meant as a table and is none: a path, a promise of rows, a data frame
 */
export function rowList<R extends object>(rows: Iterable<R>): R[] {
  const given: unknown = rows;
  if (typeof given === "string" || given instanceof URL) {
    throw notRows(`the text "${given}"`, "read a table with readTable");
  }
  if (typeof given !== "object" || given === null) throw notRows(String(given));
  if ("then" in given) throw notRows("a promise", "await it first");
  if (Symbol.asyncIterator in given) throw notRows("a stream", "await Array.fromAsync of it first");
  if (!(Symbol.iterator in given)) throw notRows("an object", "toRows makes rows of data frames");
  return copyRows(rows);
}

function notRows(found: string, advice?: string): TypeError {
  const what = `The rows of the batch are ${found}, accepted is a list or iterable of objects`;
  return new TypeError(advice === undefined ? what : `${what}; ${advice}`);
}
