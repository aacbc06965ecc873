/**
 * The beginning of a value, for people.
 * @module
 */
import { isColumns, isRows } from "../values/encode_value.ts";

/** Some rows, or some other value that is short. */
export interface Sample {
  about?: string;
  rows?: object[];
  value?: unknown;
}

const shownRows = 5;
const shownText = 2000;

/** A sample of a value; undefined when there is nothing to see. */
export function sampleOf(value: unknown): Sample | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "string" && value.length > shownText) {
    return { about: `text of ${value.length} characters`, value: `${value.slice(0, shownText)}…` };
  }
  if (typeof value !== "object" || value === null) return { value };
  if (Array.isArray(value) && value.length > 0 && isRows(value.slice(0, shownRows))) {
    return { about: `${value.length} rows`, rows: value.slice(0, shownRows) };
  }
  if (Array.isArray(value) && value.length > 20) return { about: `${value.length} items`, value: value.slice(0, 20) };
  if (isColumns(value)) {
    const columns = Object.entries(value);
    const count = columns[0][1].length;
    const rows = Array.from({ length: Math.min(count, shownRows) }, (_, i) => {
      return Object.fromEntries(columns.map(([name, values]) => [name, values[i]]));
    });
    return { about: `${count} rows in columns`, rows };
  }
  if (ArrayBuffer.isView(value)) return { value: `${value.byteLength} bytes` };
  // Rows that came bit by bit have been used up.
  if (Symbol.asyncIterator in value || "next" in value) return undefined;
  return { value };
}
