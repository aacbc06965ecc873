/**
 * JSON for people: indented, coloured, and folded when long. Own colours of ten lines, so that a report with one small
 * object does not load a highlighter.
 * @module
 */
import { escapeHtml, markup, SafeHtml } from "./escape.ts";
import { formatBytes, plural } from "./format.ts";

const tokens = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;
const shownLimit = 200_000;
const openLines = 16;

/** A JSON value as a block that can be folded. */
export function jsonBlock(value: unknown, note?: string): SafeHtml {
  const full = JSON.stringify(value, null, 2) ?? "undefined";
  const text = full.length > shownLimit ? full.slice(0, shownLimit) : full;
  const lines = text.split("\n").length;
  const cut = text === full ? "" : markup`<p class="note">Cut: ${formatBytes(full.length)} in all</p>`;
  const body = new SafeHtml(`<pre class="json">${colourJson(text)}</pre>`);
  const open = new SafeHtml(lines <= openLines ? " open" : "");
  const summary = markup`${note ?? "JSON"} <span class="dim">${describe(value)}</span>`;
  return markup`<details class="fold"${open}><summary>${summary}</summary>${body}${cut}</details>`;
}

/** JSON text as HTML with the classes of the highlighter. */
export function colourJson(text: string): string {
  let result = "";
  let last = 0;
  for (const match of text.matchAll(tokens)) {
    const [all, string, colon, word] = match;
    result += escapeHtml(text.slice(last, match.index));
    last = match.index + all.length;
    const kind = string ? (colon ? "attr" : "string") : word ? "literal" : "number";
    result += `<span class="hljs-${kind}">${escapeHtml(string ?? all)}</span>${colon ?? ""}`;
  }
  return result + escapeHtml(text.slice(last));
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return plural(value.length, "item");
  if (typeof value === "object" && value !== null) return plural(Object.keys(value).length, "key");
  return "";
}
