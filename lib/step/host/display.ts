/**
 * Values as MIME bundles, in the order in which Deno's own Jupyter kernel looks for their representations. Part of the
 * flow's process: see `main.ts`.
 * @module
 */
import { describeError } from "./errors.ts";

/** Representations of a value by MIME type. */
export type Bundle = Record<string, unknown>;

/** The method by which a value shows itself. */
export const displayMethod = Symbol.for("Jupyter.display");

const inspect = Deno.inspect;

export function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, (_key, item) => typeof item === "bigint" ? String(item) : item);
  } catch {
    return undefined;
  }
}

/** The representations of a value, in the order in which Deno's own kernel looks for them. */
export function bundleOf(value: unknown): Bundle | Promise<Bundle> {
  try {
    return richBundle(value) ?? { "text/plain": asText(value) };
  } catch (error) {
    return notShown(error);
  }
}

function richBundle(value: unknown): Bundle | Promise<Bundle> | undefined {
  if (typeof value !== "object" && typeof value !== "function" || value === null) return undefined;
  const object = value as Record<string | symbol, unknown>;
  if (typeof object[displayMethod] === "function") {
    const bundle = (object[displayMethod] as () => unknown)();
    return bundle instanceof Promise ? bundle.then(checkBundle) : checkBundle(bundle);
  }
  if (typeof value === "function") return undefined;
  if (typeof object.toDataURL === "function") return dataUrlBundle(String(object.toDataURL()));
  if (typeof object.toSpec === "function") return vegaBundle(object.toSpec());
  if (isDataFrame(object)) return rowsBundle((object.toRecords as () => object[])());
  if (value instanceof Uint8Array) return imageBundle(value);
  if (typeof object.outerHTML === "string") return elementBundle(object.outerHTML);
  if (isTableLike(object)) return rowsBundle((object.objects as () => object[])());
  return isRows(value) ? rowsBundle(value) : undefined;
}

function checkBundle(bundle: unknown): Bundle {
  if (typeof bundle === "object" && bundle !== null) return bundle as Bundle;
  return { "text/plain": `[Symbol.for("Jupyter.display") gave ${inspect(bundle)} instead of a MIME bundle]` };
}

export function notShown(error: unknown): Bundle {
  return { "text/plain": `[this value could not be shown: ${describeError(error).message}]` };
}

function asText(value: unknown): string {
  return inspect(value, { colors: false, depth: 6, iterableLimit: 100, strAbbreviateSize: 10_000 });
}

function dataUrlBundle(url: string): Bundle | undefined {
  const [, mime, data] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? [];
  return mime ? { [mime]: data } : undefined;
}

function vegaBundle(spec: unknown): Bundle {
  const schema = String((spec as { $schema?: unknown })?.$schema ?? "");
  const [, kind = "vega-lite", version = "5"] = /\/(vega|vega-lite)\/v(\d+)/.exec(schema) ?? [];
  return { [`application/vnd.${kind.replace("-", "")}.v${version}+json`]: spec };
}

/** Polars and its kin: a schema, a head and records. */
function isDataFrame(object: Record<string, unknown>): boolean {
  return object.schema !== undefined && typeof object.head === "function" && typeof object.toRecords === "function";
}

/** Arquero and its kin: a table that gives its rows as objects. */
function isTableLike(object: Record<string, unknown>): boolean {
  return typeof object.objects === "function" && typeof object.columnNames === "function";
}

function elementBundle(html: string): Bundle {
  return /^\s*<svg[\s>]/.test(html) ? { "image/svg+xml": withNamespace(html) } : { "text/html": html };
}

/** An SVG in a file of its own needs the namespace that a page would imply. */
function withNamespace(svg: string): string {
  return svg.includes("xmlns=") ? svg : svg.replace("<svg", `<svg xmlns="http://www.w3.org/2000/svg"`);
}

export function imageBundle(bytes: Uint8Array): Bundle | undefined {
  const starts = (...head: number[]) => head.every((byte, i) => bytes[i] === byte);
  const mime = starts(0x89, 0x50, 0x4e, 0x47) ? "image/png" : starts(0xff, 0xd8, 0xff) ? "image/jpeg" : undefined;
  return mime && { [mime]: (bytes as unknown as { toBase64(): string }).toBase64() };
}

function isRows(value: unknown): value is object[] {
  if (!Array.isArray(value) || value.length === 0) return false;
  return value.slice(0, 100).every((row) => {
    if (typeof row !== "object" || row === null || Array.isArray(row)) return false;
    const prototype = Object.getPrototypeOf(row);
    return prototype === null || prototype === Object.prototype;
  });
}

/** Rows as a table: the first 200 as data, the first 50 as HTML for other readers, and text. */
export function rowsBundle(rows: object[]): Bundle {
  const data = rows.slice(0, 200) as Record<string, unknown>[];
  const names = [...new Set(data.flatMap((row) => Object.keys(row)))];
  const fields = names.map((name) => ({ name, type: fieldType(data.map((row) => row[name])) }));
  const values = data.map((row) => Object.fromEntries(names.map((name) => [name, cellValue(row[name])])));
  const cell = (text: unknown) => String(text ?? "").replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);
  const line = (tag: string, items: unknown[]) =>
    `<tr>${items.map((i) => `<${tag}>${cell(i)}</${tag}>`).join("")}</tr>`;
  const body = values.slice(0, 50).map((row) => line("td", names.map((name) => row[name]))).join("");
  const more = rows.length > 50 ? `<caption>first 50 of ${rows.length} rows</caption>` : "";
  return {
    "application/vnd.dataresource+json": { data: values, schema: { fields }, totalRows: rows.length },
    "text/html": `<table>${more}<thead>${line("th", names)}</thead><tbody>${body}</tbody></table>`,
    "text/plain": inspect(rows.slice(0, 50), { colors: false, depth: 3, iterableLimit: 50 }),
  };
}

function fieldType(values: unknown[]): string {
  const kinds = new Set(values.filter((value) => value !== null && value !== undefined).map((value) => typeof value));
  if (kinds.size !== 1) return kinds.size === 0 ? "any" : "string";
  const [kind] = kinds;
  return kind === "number" || kind === "boolean" || kind === "string" ? kind : kind === "bigint" ? "integer" : "any";
}

function cellValue(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "boolean" || typeof value === "string") return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  return typeof value === "object" ? toJson(value) ?? inspect(value) : String(value);
}
