/**
 * Data frames of any library as rows. They are known by their shape, so that no library is loaded.
 * @module
 */
import { quoteValue } from "../base/shown_text.ts";
import { plainRow } from "./tables/plain_row.ts";
import { copyOrigin, type Row } from "./row.ts";
import { TableProblems } from "./tables/table_problems.ts";

/** Something with members to look for. */
interface Members {
  [name: string]: unknown;
}

/** Rows that are not checked yet, and what null means in them. */
interface FoundRows {
  rows: Iterable<unknown>;
  nullIsBlank: boolean;
  /** Changes a value by its column. */
  convert?: Map<string, (value: unknown) => unknown>;
}

/**
 * The rows of a data frame as plain JSON: a list or any iterable of objects, an object or a Map of columns (lists or
 * typed arrays), an Arquero, Apache Arrow or Polars table. Dates become ISO text, BigInts numbers or, beyond 2^53, text.
 * Null is no value in a frame, so its column is left out of the row; in lists of objects it stays null. Rows that come
 * from `readTable` keep their origin.
 *
 * @throws {TypeError} when no rows can be found in it
 * @throws {DuctaflowError} of code `bad-table` with all problems by row and column: a row that is no object, columns of
 * unequal length, a value that JSON cannot hold, such as NaN
 *
 * @example
 * ```ts
 * import { toRows } from "./to_rows.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * const rows = toRows({ zone: ["L2", "L4"], max: new Float64Array([500, 1000]) });
 * assertEquals(rows, [{ zone: "L2", max: 500 }, { zone: "L4", max: 1000 }]);
 * ```
 */
export function toRows(frame: unknown): Row[] {
  const { rows, nullIsBlank, convert } = findRows(frame);
  const problems = new TableProblems("given as data");
  let number = 0;
  const result = Array.from(rows, (row) => {
    const place = { row: ++number };
    const members = membersOf(row);
    if (members === undefined) {
      problems.add(place, `found ${describe(row)}, accepted is an object`);
      return {};
    }
    const cells = Object.entries(members).map(([column, value]): [string, unknown] => {
      const change = convert?.get(column);
      return [column, change ? change(value) : value];
    });
    return copyOrigin(row as object, plainRow(cells, place, problems, { nullIsBlank }));
  });
  problems.throwIfAny();
  return result;
}

function findRows(frame: unknown): FoundRows {
  if (Array.isArray(frame)) return { rows: frame, nullIsBlank: false };
  if (typeof frame !== "object" || frame === null) throw notAFrame(frame);
  const members = frame as Members;
  const call = (name: string) => (members[name] as () => Iterable<unknown>)();
  if (isFunction(members.objects) && isFunction(members.columnNames)) return frameRows(call("objects"));
  if (isFunction(members.toRecords)) return frameRows(call("toRecords"));
  if (typeof members.numRows === "number" && isIterable(frame)) {
    return { ...frameRows(frame), convert: arrowDates(members.schema) };
  }
  if (frame instanceof Map && [...frame.values()].every(isList)) return columnRows([...frame]);
  if (isIterable(frame)) return { rows: frame, nullIsBlank: false };
  const columns = Object.entries(frame);
  if (!isPlain(frame) || !columns.every(([, values]) => isList(values))) throw notAFrame(frame);
  return columnRows(columns as [string, ArrayLike<unknown>][]);

  function frameRows(rows: Iterable<unknown>): FoundRows {
    return { rows, nullIsBlank: true };
  }
}

function columnRows(columns: [string, ArrayLike<unknown>][]): FoundRows {
  const length = columns[0]?.[1].length ?? 0;
  const problems = new TableProblems("given as columns");
  for (const [column, values] of columns) {
    if (values.length !== length) {
      problems.add({ column }, `found ${values.length} values, but ${length} in column "${columns[0][0]}"`);
    }
  }
  problems.throwIfAny();
  // The vectors of frame libraries have a length, but give their values only when walked through.
  const lists = columns.map(([name, values]): [string, unknown[]] => [name, Array.from(values)]);
  const rows = Array.from({ length }, (_, i) => new Map(lists.map(([name, values]) => [name, values[i]])));
  return { rows, nullIsBlank: true };
}

const [arrowDate, arrowTimestamp, arrowDay] = [8, 10, 0];

/** Apache Arrow gives dates as milliseconds; only its schema knows that they are dates. */
function arrowDates(schema: unknown): FoundRows["convert"] {
  const fields = (schema as { fields?: { name: string; type?: { typeId?: number; unit?: number } }[] } | null)?.fields;
  if (!Array.isArray(fields)) return undefined;
  return new Map(
    fields.filter(({ type }) => type?.typeId === arrowDate || type?.typeId === arrowTimestamp).map(({ name, type }) => {
      const isDay = type?.typeId === arrowDate && type.unit === arrowDay;
      return [name, (value) => {
        if (typeof value !== "number") return value;
        const text = new Date(value).toISOString();
        return isDay ? text.slice(0, 10) : text;
      }];
    }),
  );
}

/** The columns of one row, whatever kind of object it is; undefined when it is none. */
function membersOf(row: unknown): object | undefined {
  if (row instanceof Map) return Object.fromEntries(row);
  if (typeof row !== "object" || row === null || isList(row) || row instanceof Date) return undefined;
  if (!isFunction((row as Members).toJSON)) return row;
  const json = (row as { toJSON(): unknown }).toJSON();
  return typeof json === "object" && json !== null && !Array.isArray(json) ? json : undefined;
}

function isFunction(value: unknown): value is (...args: unknown[]) => unknown {
  return typeof value === "function";
}

function isIterable(value: object): value is Iterable<unknown> {
  return Symbol.iterator in value;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** A list, a typed array, or a vector of a frame library: whatever has a length and can be walked through. */
function isList(value: unknown): value is ArrayLike<unknown> {
  return typeof value === "object" && value !== null && isIterable(value) &&
    typeof (value as { length?: unknown }).length === "number";
}

function notAFrame(frame: unknown): TypeError {
  const awaited = typeof frame === "object" && frame !== null && (Symbol.asyncIterator in frame || "then" in frame);
  return new TypeError(
    `No rows can be found in ${describe(frame)}, accepted are a list or iterable of objects, an object of columns, ` +
      `and an Arquero, Arrow or Polars table${awaited ? "; await it first, with Array.fromAsync for a stream" : ""}`,
  );
}

function describe(value: unknown): string {
  if (isList(value)) return "a list";
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return quoteValue(value);
  const name = value.constructor?.name;
  return name === undefined || name === "Object" ? "an object" : `an instance of ${name}`;
}
