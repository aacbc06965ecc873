/**
 * Rows as the text that `copy … from stdin` of PostgreSQL reads.
 * @module
 */
import type { TableColumn, TableRow } from "./column.ts";
import { jsonText } from "./json_text.ts";

const escapes: Record<string, string> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** One row, with its end of line. */
export function copyLine(row: TableRow, columns: TableColumn[]): string {
  let line = "";
  for (let i = 0; i < columns.length; i++) {
    line += i === 0 ? copyField(row[columns[i].name], columns[i]) : `\t${copyField(row[columns[i].name], columns[i])}`;
  }
  return `${line}\n`;
}

function copyField(value: unknown, { name, type }: TableColumn): string {
  if (value === null || value === undefined) return "\\N";
  if (type === "json") return escaped(jsonText(value));
  switch (typeof value) {
    case "boolean":
      return value ? "t" : "f";
    case "number":
    case "bigint":
      return String(value);
    case "string":
      if (value.includes("\0")) {
        throw new TypeError(`column "${name}" holds a text with a NUL, which PostgreSQL cannot keep`);
      }
      return escaped(value);
  }
  if (value instanceof Date) return type === "date" ? value.toISOString().slice(0, 10) : value.toISOString();
  if (value instanceof Uint8Array) return `\\\\x${(value as unknown as { toHex(): string }).toHex()}`;
  return escaped(jsonText(value));
}

function escaped(text: string): string {
  return /[\\\n\r\t]/.test(text) ? text.replace(/[\\\n\r\t]/g, (character) => escapes[character]) : text;
}
