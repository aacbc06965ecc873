/**
 * CSV and TSV files as tables: the head is parsed, the rest at most counted.
 * @module
 */
import { decodeHead, type FileHead, readHead, readPieces } from "./file_head.ts";
import { commonType, previewCell, previewRows, recordColumns, type TableHead } from "./table.ts";
import type { PreviewCell } from "../../report/preview.ts";

const firstHead = 16 * 1024;
const largestHead = 4 * 1024 * 1024;
const typedRows = 200;

/**
 * The columns and first rows of a CSV or TSV file, or undefined when it has no record. The rows of a file that is read
 * whole anyway are counted, those of others only with `countRows`.
 */
export async function csvTable(path: string, type: string, countRows: boolean): Promise<TableHead | undefined> {
  const { parse } = await import("../../deps/csv.ts");
  for (let limit = firstHead;; limit *= 16) {
    const head = readHead(path, limit);
    const text = decodeHead(head);
    const separator = type === "text/tab-separated-values" ? "\t" : guessSeparator(text);
    const records = parse(text, { separator, lazyQuotes: true });
    // The record at the cut may be half a record.
    if (!head.whole) records.pop();
    if (!head.whole && records.length <= previewRows && limit * 16 <= largestHead) continue;
    const table = toTable(records);
    if (table === undefined) return undefined;
    const count = head.whole ? records.length : countRows ? countCsvRecords(path, separator, head) : undefined;
    return count === undefined ? table : { ...table, totalRows: count - (hasHeader(records[0]) ? 1 : 0) };
  }
}

function toTable(records: string[][]): TableHead | undefined {
  if (records.length === 0) return undefined;
  const width = records.reduce((most, record) => Math.max(most, record.length), 0);
  const named = hasHeader(records[0]);
  const rows = records.slice(named ? 1 : 0, typedRows);
  const columns = Array.from({ length: Math.min(width, recordColumns) }, (_, i) => {
    const type = commonType(rows.map((row) => typeOfText(row[i] ?? "")));
    return { name: named ? previewName(records[0][i]) : `column ${i + 1}`, type: type === "null" ? "string" : type };
  });
  return {
    columns,
    omitted: Math.max(0, width - recordColumns),
    rows: rows.slice(0, previewRows).map((row) => columns.map(({ type }, i) => toCell(row[i] ?? "", type))),
  };
}

function previewName(text: string | undefined): string {
  return String(previewCell(text ?? ""));
}

/** A first row in which every value is a number, a date or a boolean is data. */
function hasHeader(first: string[]): boolean {
  return !first.every((text) => typeOfText(text) !== "string" && typeOfText(text) !== "null");
}

/** The separator that occurs most in the first line, outside quotes. */
function guessSeparator(text: string): string {
  const end = text.search(/[\r\n]/);
  const line = (end < 0 ? text : text.slice(0, end)).replace(/"[^"]*"/g, "");
  const count = (separator: string) => line.split(separator).length - 1;
  return [";", "\t"].reduce((best, next) => count(next) > count(best) ? next : best, ",");
}

function typeOfText(text: string): string {
  if (text === "") return "null";
  // Leading zeros are part of a code, such as a postcode.
  if (/^-?(0|[1-9]\d*)$/.test(text)) return "integer";
  if (/^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(text) && !/^[-+]?0\d/.test(text)) return "number";
  if (/^(true|false)$/i.test(text)) return "boolean";
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return "date";
  if (/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[-+]\d\d:?\d\d)?$/.test(text)) return "timestamp";
  return "string";
}

/** Numbers become numbers only where that changes nothing for the eye: `1.50` stays text. */
function toCell(text: string, type: string): PreviewCell {
  if (text === "" && type !== "string" && type !== "mixed") return null;
  if ((type === "integer" || type === "number") && String(Number(text)) === text) return Number(text);
  return previewCell(text);
}

/** Undefined when a quote stays open or the file is UTF-16. Empty lines do not count, as the parser skips them. */
function countCsvRecords(path: string, separator: string, head: FileHead): number | undefined {
  const [first] = head.bytes;
  if (first === 0xff || first === 0xfe) return undefined;
  const counter = new RecordCounter(separator.charCodeAt(0), first === 0xef ? 3 : 0);
  readPieces(path, (piece) => counter.push(piece));
  return counter.end();
}

const [lineFeed, carriageReturn, quote] = [10, 13, 34];

/** Counts records in bytes as @std/csv does with lazy quotes: line ends inside quoted fields do not end a record. */
class RecordCounter {
  #separator: number;
  #skip: number;
  #records = 0;
  #filled = false;
  #state: "field start" | "plain" | "quoted" | "after quote" = "field start";

  constructor(separator: number, skip: number) {
    this.#separator = separator;
    this.#skip = skip;
  }

  push(bytes: Uint8Array): void {
    let [state, filled, records] = [this.#state, this.#filled, 0];
    const separator = this.#separator;
    for (let i = this.#skip; i < bytes.length; i++) {
      const byte = bytes[i];
      if (state === "quoted") {
        if (byte === quote) state = "after quote";
      } else if (byte === lineFeed) {
        if (filled) records++;
        filled = false;
        state = "field start";
      } else if (byte !== carriageReturn) {
        filled = true;
        if (byte === separator) state = "field start";
        // A doubled quote, and by leniency any other text after a quote, continues the field.
        else if (state === "after quote" || (state === "field start" && byte === quote)) state = "quoted";
        else state = "plain";
      }
    }
    this.#state = state;
    this.#filled = filled;
    this.#records += records;
    this.#skip = 0;
  }

  /** The number of records, or undefined when the file ends inside quotes. */
  end(): number | undefined {
    return this.#state === "quoted" ? undefined : this.#records + (this.#filled ? 1 : 0);
  }
}
