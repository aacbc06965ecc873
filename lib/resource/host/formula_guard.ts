/**
 * Texts in CSV files that a spreadsheet would take for formulas. Whoever gets such a file opens it in one, and
 * `=HYPERLINK(...)` in a customer's name would then run as the reader. They get an apostrophe in front, which is taken
 * away again where the toolkit reads the file.
 * @module
 */
import { isPlainNumber } from "../../batch/tables/plain_number.ts";
import { setOwn } from "../../base/json.ts";
import type { Row } from "../../batch/row.ts";

/** A text that was guarded gets one more, so that taking one away gives back what was there. */
const formula = /^'*[=+\-@\t\r\n＝＋－＠]/;
/** Signs alone compute nothing; they stand for a missing value in many tables. */
const signsAlone = /^[=+\-@]+$/;

/** A text as a cell of a CSV file. */
export function guarded(text: string): string {
  return formula.test(text) && !signsAlone.test(text) && !isPlainNumber(text) ? `'${text}` : text;
}

/** A row of a CSV file with its texts and the names of its columns as they were before. */
export function unguardedRow(row: Row): Row {
  const copy: Row = {};
  for (const [name, value] of Object.entries(row)) {
    setOwn(copy, unguarded(name), typeof value === "string" ? unguarded(value) : value);
  }
  return copy;
}

function unguarded(text: string): string {
  return text.startsWith("'") && formula.test(text) ? text.slice(1) : text;
}
