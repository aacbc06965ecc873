/**
 * The outputs of a cell as HTML. Each is drawn by itself: one that is broken becomes a placeholder and harms no other.
 * @module
 */
import { ansiToHtml, stripAnsi } from "./ansi.ts";
import { markup, SafeHtml } from "./escape.ts";
import { formatBytes } from "./format.ts";
import { htmlFrame } from "./html_frame.ts";
import { bitmapImage, svgImage } from "./images.ts";
import { jsonBlock } from "./json_block.ts";
import { type ImageSource, renderMarkdown } from "./markdown.ts";
import { renderTable, tableFromResource } from "./tables.ts";

import type { Output } from "../notebook/ipynb.ts";

/** What drawing an output needs to know about the page around it. */
export interface OutputContext {
  /** The content security policy of the page. */
  policy: string;
  /** Pictures beside the report, for Markdown. */
  images: ImageSource;
}

type Drawer = (value: unknown, context: OutputContext) => SafeHtml | undefined | Promise<SafeHtml | undefined>;

/** Which representation is shown when there are several: the first of these that can be drawn. */
const drawers: [string, Drawer][] = [
  ["application/vnd.dataresource+json", (value) => {
    const table = tableFromResource(value);
    return table && renderTable(table);
  }],
  ["text/html", (value, { policy }) => {
    const text = joinText(value);
    return text === undefined ? undefined : htmlFrame(text, policy);
  }],
  ["text/markdown", async (value, { images }) => {
    const text = joinText(value);
    return text === undefined ? undefined : markup`<div class="prose">${await renderMarkdown(text, images)}</div>`;
  }],
  ["image/svg+xml", (value) => svgImage(joinText(value), "Figure")],
  ["image/png", (value) => bitmapImage("image/png", joinText(value), "Figure")],
  ["image/jpeg", (value) => bitmapImage("image/jpeg", joinText(value), "Figure")],
  ["image/gif", (value) => bitmapImage("image/gif", joinText(value), "Figure")],
  ["image/webp", (value) => bitmapImage("image/webp", joinText(value), "Figure")],
  ["application/json", (value) => value === undefined ? undefined : jsonBlock(value)],
];

/** All outputs of a cell, in order; neighbouring pieces of one stream are joined. */
export async function renderOutputs(outputs: unknown, context: OutputContext): Promise<SafeHtml[]> {
  if (!Array.isArray(outputs)) return outputs === undefined ? [] : [placeholder()];
  const drawn: SafeHtml[] = [];
  for (const output of joinStreams(outputs)) {
    try {
      drawn.push(await renderOutput(output, context));
    } catch {
      drawn.push(placeholder());
    }
  }
  return drawn;
}

async function renderOutput(output: Output, context: OutputContext): Promise<SafeHtml> {
  switch (output.output_type) {
    case "stream":
      return renderStream(output.name, joinText(output.text));
    case "error":
      return renderError(output.ename, output.evalue, output.traceback);
    case "display_data":
    case "execute_result":
      return await renderBundle(output.data, context) ?? placeholder();
    default:
      return placeholder();
  }
}

function renderStream(name: unknown, text: string | undefined): SafeHtml {
  if (text === undefined) return placeholder();
  const block = preBlock(text.replace(/\n$/, ""), "stream");
  if (name !== "stderr") return markup`<div class="out">${block}</div>`;
  return markup`<div class="out stderr"><span class="tag">stderr</span>${block}</div>`;
}

/** Terminal text in a box that scrolls; on paper a long one is cut, and says so. */
function preBlock(text: string, kind: "stream" | "result"): SafeHtml {
  const isLong = text.length > 4000 || text.split("\n", 50).length === 50;
  const cut = isLong ? markup`<p class="note on-paper">Only the beginning is printed</p>` : "";
  return markup`<pre class="${kind}${isLong ? " long" : ""}" tabindex="0">${terminalText(text)}</pre>${cut}`;
}

function renderError(name: unknown, message: unknown, traceback: unknown): SafeHtml {
  const lines = Array.isArray(traceback) ? traceback.filter((line) => typeof line === "string") : [];
  const stack = lines.join("\n");
  // Most stacks begin with the name and the message.
  const isRepeated = stripAnsi(stack).startsWith(`${name}: ${message}`);
  const first = markup`<p><strong>${name ?? "Error"}</strong> ${terminalText(String(message ?? ""))}</p>`;
  const rest = stack === "" ? "" : markup`${preBlock(stack, "stream")}`;
  return markup`<div class="out error">${isRepeated ? "" : first}${rest}</div>`;
}

function terminalText(text: string): SafeHtml {
  return new SafeHtml(ansiToHtml(text));
}

async function renderBundle(data: unknown, context: OutputContext): Promise<SafeHtml | undefined> {
  if (typeof data !== "object" || data === null) return undefined;
  const bundle = data as Record<string, unknown>;
  for (const [mime, draw] of drawers) {
    if (!Object.hasOwn(bundle, mime)) continue;
    const drawn = await draw(bundle[mime], context);
    if (drawn) return markup`<div class="out">${drawn}</div>`;
  }
  return renderUnknown(bundle);
}

/** Formats that only another program can draw, such as Vega-Lite, are shown as data; plain text comes last. */
function renderUnknown(bundle: Record<string, unknown>): SafeHtml | undefined {
  for (const [mime, value] of Object.entries(bundle)) {
    const isKnown = drawers.some(([known]) => known === mime);
    if (isKnown || !/^application\/.*json$/.test(mime) || typeof value !== "object" || value === null) continue;
    return markup`<div class="out">${jsonBlock(value, `${mime}, shown as data`)}</div>`;
  }
  const text = joinText(bundle["text/plain"]);
  if (text !== undefined) return markup`<div class="out">${preBlock(text, "result")}</div>`;
  const kinds = Object.keys(bundle);
  return kinds.length === 0 ? undefined : placeholder(`An output of type ${kinds.join(", ")} cannot be shown`);
}

/** A line that says how much text of a cell was not kept. */
export function droppedNotice(bytes: unknown): SafeHtml | undefined {
  if (typeof bytes !== "number" || !(bytes > 0)) return undefined;
  return markup`<p class="dropped">… ${formatBytes(bytes)} of output dropped: the beginning and the end are kept</p>`;
}

function placeholder(text = "This output is damaged and cannot be shown"): SafeHtml {
  return markup`<p class="placeholder">${text}</p>`;
}

/** Notebook text is a string or a list of strings. */
function joinText(value: unknown): string | undefined {
  if (Array.isArray(value) && value.every((part) => typeof part === "string")) return value.join("");
  return typeof value === "string" ? value : undefined;
}

function joinStreams(outputs: Output[]): Output[] {
  const joined: Output[] = [];
  for (const output of outputs) {
    const before = joined.at(-1);
    if (isTextStream(before) && isTextStream(output) && before.name === output.name) {
      joined[joined.length - 1] = { ...before, text: before.text + output.text };
    } else joined.push(output);
  }
  return joined;
}

function isTextStream(output: Output | undefined): output is Extract<Output, { output_type: "stream" }> {
  return output?.output_type === "stream" && typeof output.text === "string";
}
