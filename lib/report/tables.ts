/**
 * Tables of rows: what a flow displays as a table, and the previews of tabular artifacts. Every value is escaped, so they
 * need no frame.
 * @module
 */
import { markup, SafeHtml } from "./escape.ts";
import { formatCount, plural } from "./format.ts";

/** A table to draw: values are scalars, or JSON that is shown as text. */
export interface TableData {
  columns: { name: string; type?: string }[];
  rows: unknown[][];
  /** Rows in the whole, when more than are here. */
  totalRows?: number;
}

const shownRows = 200;
const openRows = 10;
// The style sheet hides the rows after these on paper.
const printedRows = 40;
const longText = 300;

/** The table inside its own scroll box, with a line on how much of it is shown. */
export function renderTable(data: TableData): SafeHtml {
  const rows = data.rows.slice(0, shownRows);
  const formats = data.columns.map((column, i) => columnFormat(column.name, rows.map((row) => row[i])));
  const head = data.columns.map((column, i) =>
    markup`<th${formats[i].attribute}>${column.name}${
      column.type && column.type !== "any" ? markup`<small>${column.type}</small>` : ""
    }</th>`
  );
  const body = rows.map((row) =>
    markup`<tr>${
      formats.map((format, i) => markup`<td${format.attribute}>${renderValue(row[i], format.text)}</td>`)
    }</tr>\n`
  );
  const tall = rows.length > openRows ? " tall" : "";
  const table = markup`<table class="data"><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
  const printed = rows.length > printedRows ? markup`<span class="on-paper"> · ${printedRows} printed</span>` : "";
  const note = markup`<p class="note">${describeTable(data, rows.length)}${printed}</p>`;
  return markup`<div class="table"><div class="scroll${tall}" tabindex="0">${table}</div>${note}</div>`;
}

/** `first 10 of 1,234 rows · 5 columns`. */
export function describeTable(data: TableData, shown = data.rows.length): string {
  const total = data.totalRows ?? data.rows.length;
  const rows = total > shown ? `first ${formatCount(shown)} of ${plural(total, "row")}` : plural(total, "row");
  return `${rows} · ${plural(data.columns.length, "column")}`;
}

/** A Tabular Data Resource as a table, or undefined when it is none. */
export function tableFromResource(value: unknown): TableData | undefined {
  if (!isObject(value) || !Array.isArray(value.data)) return undefined;
  const rows = value.data.filter(isObject);
  if (rows.length !== value.data.length) return undefined;
  const fields = isObject(value.schema) && Array.isArray(value.schema.fields) ? value.schema.fields : undefined;
  const columns = fields
    ? fields.filter(isObject).map(({ name, type }) => ({ name: String(name), type: asText(type) }))
    : [...new Set(rows.slice(0, shownRows).flatMap((row) => Object.keys(row)))].map((name) => ({ name }));
  if (columns.length === 0 && rows.length > 0) return undefined;
  const totalRows = typeof value.totalRows === "number" ? value.totalRows : rows.length;
  const shown = rows.slice(0, shownRows).map((row) => columns.map(({ name }) => row[name]));
  return { columns, rows: shown, totalRows };
}

interface ColumnFormat {
  attribute: SafeHtml;
  text: (value: number) => string;
}

const left = new SafeHtml("");
const right = new SafeHtml(' class="num"');

/** Numbers of a column get the same number of decimals, and thousands separated unless they look like years or keys. */
function columnFormat(name: string, values: unknown[]): ColumnFormat {
  const numbers = values.filter((value) => typeof value === "number");
  const others = values.some((value) => typeof value !== "number" && value !== null && value !== undefined);
  if (numbers.length === 0 || others) return { attribute: left, text: String };
  const decimals = Math.min(4, Math.max(...numbers.map(countDecimals)));
  const isKey = /(^|[^a-z])(id|code|zip|year|no|nr|number)$/i.test(name) || /(Id|Code|Year)$/.test(name);
  const group = decimals > 0 || (!isKey && numbers.some((value) => Math.abs(value) >= 10_000));
  const format = new Intl.NumberFormat("en-US", {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
    useGrouping: group,
  });
  const small = 0.5 * 10 ** -decimals;
  const text = (value: number) => {
    if ((value !== 0 && Math.abs(value) < small) || Math.abs(value) >= 1e15) return value.toPrecision(3);
    return format.format(value);
  };
  return { attribute: right, text };
}

function countDecimals(value: number): number {
  const text = String(value);
  const dot = text.indexOf(".");
  return text.includes("e-") ? 4 : dot < 0 ? 0 : text.length - dot - 1;
}

function renderValue(value: unknown, formatNumber: (value: number) => string): unknown {
  if (value === null || value === undefined) return markup`<span class="null">–</span>`;
  if (typeof value === "number") return formatNumber(value);
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? String(value);
  return text.length > longText
    ? markup`<span title="${text.length} characters">${text.slice(0, longText)}…</span>`
    : text;
}

function asText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
