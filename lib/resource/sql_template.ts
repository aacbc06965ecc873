/**
 * SQL as a tagged template: what is put into it is bound, never pasted.
 * @module
 */
import { checkedList, checkedValue, type SqlPart, withoutSemicolon } from "./host/sql_text.ts";

/** What may stand in a query: values, lists of values, names and other queries. */
export type SqlInput =
  | string
  | number
  | bigint
  | boolean
  | null
  | Date
  | Uint8Array
  | SqlIdentifier
  | SqlQuery
  | readonly (string | number | bigint | boolean | null | Date | Uint8Array)[];

/** A piece of a query where it is written: the value itself stands in its place. */
export type TemplatePart = string | { name: string[] } | { value: unknown };

/** Finds out what stands for a value that is known only later, or for a query, in a place of a template. */
export type Recognise = (value: object) => { later: unknown } | SqlQuery | undefined;

const queryBrand = Symbol.for("ductaflow.sqlQuery");

/** The name of a table or column in a query; made by `ident()`. */
export class SqlIdentifier {
  /** The parts of the name: `["sales", "orders"]` is `sales.orders`. */
  readonly names: readonly string[];

  /** Made by `ident()`. */
  constructor(names: readonly string[]) {
    this.names = names;
  }
}

/** A query, or a piece of one, with its values apart; made by `sql`. */
export class SqlQuery {
  /** Texts, names and values in their order. */
  readonly parts: readonly TemplatePart[];

  /** Made by `sql`. */
  constructor(parts: readonly TemplatePart[]) {
    this.parts = parts;
    Object.defineProperty(this, queryBrand, { value: true });
  }
}

/**
 * A query, or a piece of one. Values become bound parameters, so no value can change what the query says; a list becomes
 * `(?, ?, …)`, as `in` wants it; names of tables and columns are given with `ident()`. A query within a query stands in
 * parentheses, a piece of one as it is.
 *
 * Throws a `TypeError` for values that no database takes, among them the empty list and `undefined`.
 *
 * @example
 * ```ts
 * import { ident, sql } from "./sql_template.ts";
 *
 * const recent = sql`where year >= ${1980}`;
 * const query = sql`select * from ${ident("cars")} ${recent} and origin in ${["USA", "Japan"]}`;
 * const chained = sql`select count(*) as n from ${query} as chosen`;
 * ```
 */
export function sql(strings: TemplateStringsArray, ...values: SqlInput[]): SqlQuery {
  return makeQuery(strings, values, () => undefined);
}

/** As `sql`, for templates in which other things may stand too. */
export function makeQuery(strings: TemplateStringsArray, values: unknown[], recognise: Recognise): SqlQuery {
  if (!Array.isArray(strings) || !Array.isArray(strings.raw)) {
    throw new TypeError("sql is a template tag: write sql`select …`, so that values are bound and not pasted");
  }
  // The cooked text: what is undefined there has an escape that JavaScript does not know.
  const text = strings.map((piece, i) => piece ?? strings.raw[i]);
  const parts = text.flatMap((piece, i) => i < values.length ? [piece, ...partsOf(values[i], recognise)] : [piece]);
  return new SqlQuery(joinTexts(parts));
}

/** A query as data: its pieces, and apart from them its values. */
export function queryData({ parts }: SqlQuery): { parts: SqlPart[]; values: unknown[] } {
  const values: unknown[] = [];
  const data = parts.map((part) =>
    typeof part === "object" && "value" in part ? { slot: values.push(part.value) - 1 } : part
  );
  return { parts: data, values };
}

/** A query for people: values are places. */
export function queryText({ parts }: SqlQuery): string {
  let places = 0;
  return parts.map((part) => {
    if (typeof part === "string") return part;
    return "name" in part ? part.name.map((name) => `"${name}"`).join(".") : `$${++places}`;
  }).join("");
}

/**
 * The name of a table or column, quoted as the database wants it: `ident("orders")`, `ident("sales", "orders")`.
 *
 * @example
 * ```ts
 * import { ident, sql } from "./sql_template.ts";
 *
 * const query = sql`select ${ident("Miles per gallon")} from ${ident("sales", "cars")}`;
 * ```
 */
export function ident(...names: [string, ...string[]]): SqlIdentifier {
  for (const name of names) {
    if (typeof name === "string" && name !== "" && !name.includes("\0")) continue;
    throw new TypeError(`The name ${Deno.inspect(name)} cannot be an identifier, accepted is text that is not empty`);
  }
  return new SqlIdentifier(names);
}

function partsOf(value: unknown, recognise: Recognise): TemplatePart[] {
  if (value instanceof SqlIdentifier) return [{ name: [...value.names] }];
  if (isSqlQuery(value)) return nested(value.parts);
  if (Array.isArray(value)) return [{ value: checkedList(value).map(checkedValue) }];
  const known = typeof value === "object" && value !== null ? recognise(value) : undefined;
  if (known === undefined) return [{ value: checkedValue(value) }];
  return isSqlQuery(known) ? nested(known.parts) : [{ value: known.later }];
}

/** Whether a value is a query, also one of another copy of this module. */
export function isSqlQuery(value: unknown): value is SqlQuery {
  return typeof value === "object" && value !== null && queryBrand in value;
}

function nested(parts: readonly TemplatePart[]): TemplatePart[] {
  const [first, last] = [parts[0], parts[parts.length - 1]];
  const isQuery = typeof first === "string" && /^(\s|--.*\n|\/\*[^]*?\*\/)*(select|with|values|table)\b/i.test(first);
  if (!isQuery) return [...parts];
  const ended = typeof last === "string" ? [...parts.slice(0, -1), withoutSemicolon(last)] : parts;
  // A line of its own for the parenthesis: the query may end in a comment.
  return ["(", ...ended, "\n)"];
}

function joinTexts(parts: TemplatePart[]): TemplatePart[] {
  const joined: TemplatePart[] = [];
  for (const part of parts) {
    const last = joined.length - 1;
    if (part === "") continue;
    if (typeof part === "string" && typeof joined[last] === "string") joined[last] += part;
    else joined.push(part);
  }
  return joined;
}
