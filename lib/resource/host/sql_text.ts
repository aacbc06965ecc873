/**
 * A query as data: texts, names and places for values, none of which can pass for another. It becomes the SQL of one
 * database in the process that runs it.
 * @module
 */
import { DuctaflowError } from "../../base/error.ts";
import { type Dialect, quoted } from "./dialect.ts";

/** One piece of a query: text, a name to be quoted, or the number of a value. */
export type SqlPart = string | { name: string[] } | { slot: number };

/** What a database takes as a parameter. */
export type SqlValue = null | boolean | number | bigint | string | Date | Uint8Array;

/** SQL with its parameters apart. */
export interface BoundSql {
  text: string;
  values: SqlValue[];
}

/** The SQL of a query in one database: values become places, lists several of them, names are quoted. */
export function bindSql(parts: readonly SqlPart[], given: readonly unknown[], dialect: Dialect): BoundSql {
  const values: SqlValue[] = [];
  const place = (value: unknown) => dialect.place(values.push(checkedValue(value)));
  let text = "";
  for (const part of parts) {
    if (typeof part === "string") text += part;
    else if ("name" in part) text += part.name.map((name) => quoted(dialect, name)).join(".");
    else {
      const value = given[part.slot];
      text += Array.isArray(value) ? `(${checkedList(value).map(place).join(", ")})` : place(value);
    }
  }
  return { text: withoutSemicolon(text), values };
}

/** A query without the semicolon that ends it. */
export function withoutSemicolon(text: string): string {
  return text.replace(/[;\s]+$/, "");
}

/** A value that databases take. Throws a `TypeError` for all others. */
export function checkedValue(value: unknown): SqlValue {
  switch (typeof value) {
    case "boolean":
    case "string":
    case "bigint":
      return value;
    case "number":
      if (Number.isFinite(value)) return value;
      throw new TypeError(`The number ${value} cannot be a parameter of a query, accepted is a finite one`);
    case "undefined":
      throw new TypeError("undefined cannot be a parameter of a query: null is what databases have");
  }
  if (value === null || value instanceof Uint8Array) return value;
  if (value instanceof Date) {
    if (!Number.isNaN(value.getTime())) return value;
    throw new TypeError("An invalid date cannot be a parameter of a query");
  }
  throw new TypeError(
    `${
      Deno.inspect(value, { depth: 1 }).slice(0, 200)
    } cannot be a parameter of a query, accepted are text, numbers, ` +
      "BigInts, booleans, dates, bytes, null, lists of these, ident() and queries",
  );
}

/** A list of values that databases take. */
export function checkedList(values: readonly unknown[]): readonly unknown[] {
  if (values.length > 0) return values;
  throw new TypeError("An empty list cannot be a parameter of a query: SQL has no empty in (), so leave that part out");
}

/** A query from outside, checked. */
export function parseSql(value: unknown): SqlPart[] {
  const isPart = (part: unknown): part is SqlPart =>
    typeof part === "string" || typeof part === "object" && part !== null && ("name" in part || "slot" in part);
  if (Array.isArray(value) && value.every(isPart)) return value;
  throw new DuctaflowError("The query is no list of texts, names and values", { code: "bad-query" });
}
