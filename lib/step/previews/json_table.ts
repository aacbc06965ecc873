/**
 * JSON arrays and NDJSON files of objects as tables.
 * @module
 */
import { decodeHead, readHead, readPieces } from "./file_head.ts";
import { commonType, previewCell, previewRows, recordColumns, type TableHead } from "./table.ts";

/** JSON has no head: it is parsed whole, up to this size. */
const parsedJson = 8 * 1024 * 1024;
const firstHead = 64 * 1024;
const largestHead = 4 * 1024 * 1024;
const typedRows = 200;

type Row = Record<string, unknown>;

/** The table in a JSON file, or undefined when it is no array of objects or too large to parse. */
export function jsonTable(path: string, size: number): TableHead | undefined {
  if (size > parsedJson) return undefined;
  const value: unknown = JSON.parse(withoutMark(decodeHead(readHead(path, parsedJson))));
  if (!Array.isArray(value)) return undefined;
  return toTable(value.slice(0, typedRows), value.length);
}

/** The table in an NDJSON file, or undefined when its lines are no objects. Blank lines do not count. */
export function ndjsonTable(path: string, countRows: boolean): TableHead | undefined {
  for (let limit = firstHead;; limit *= 8) {
    const head = readHead(path, limit);
    const lines = withoutMark(decodeHead(head)).split("\n");
    // The line at the cut may be half a line.
    if (!head.whole) lines.pop();
    const filled = lines.filter((line) => line.trim() !== "");
    if (!head.whole && filled.length < previewRows && limit * 8 <= largestHead) continue;
    const rows = filled.slice(0, typedRows).map((line) => JSON.parse(line));
    return toTable(rows, head.whole ? filled.length : countRows ? countLines(path) : undefined);
  }
}

function toTable(values: unknown[], totalRows: number | undefined): TableHead | undefined {
  if (values.length === 0 || !values.every(isRow)) return undefined;
  const names = new Set(values.flatMap((row) => Object.keys(row)));
  const columns = [...names].slice(0, recordColumns).map((name) => ({
    name,
    type: commonType(values.map((row) => Object.hasOwn(row, name) ? typeOfJson(row[name]) : "null")),
  }));
  return {
    columns: columns.map((column) => ({ ...column, name: String(previewCell(column.name)) })),
    omitted: Math.max(0, names.size - recordColumns),
    rows: values.slice(0, previewRows).map((row) =>
      columns.map(({ name }) => Object.hasOwn(row, name) ? previewCell(row[name]) : null)
    ),
    ...(totalRows === undefined ? {} : { totalRows }),
  };
}

function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function typeOfJson(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

function withoutMark(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

function countLines(path: string): number {
  let lines = 0;
  let filled = false;
  readPieces(path, (piece) => {
    for (let i = 0; i < piece.length; i++) {
      if (piece[i] > 32) filled = true;
      else if (piece[i] === 10) {
        if (filled) lines++;
        filled = false;
      }
    }
  });
  return lines + (filled ? 1 : 0);
}
