/**
 * Notebooks as text, byte for byte as Python's nbformat 5 writes them: indented by one space, keys sorted, UTF-8 as it
 * is, texts split into lines.
 * @module
 */
import type { Json } from "../base/json.ts";
import type { MimeBundle, Notebook, NotebookCell, Output } from "./ipynb.ts";

/** The text of an `.ipynb` file. Lone surrogates, which UTF-8 cannot hold, become U+FFFD. */
export function serializeNotebook(notebook: Notebook): string {
  const cells = notebook.cells.map(writeCell);
  const list = cells.length === 0 ? "[]" : `[\n  ${cells.join(",\n  ")}\n ]`;
  const metadata = writeJson(notebook.metadata, "\n ");
  return `{\n "cells": ${list},\n "metadata": ${metadata},\n "nbformat": 4,\n "nbformat_minor": 5\n}\n`;
}

// deno-lint-ignore no-control-regex
const pythonLineEnd = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g;

// Each `pad` is a line break with the indentation of the value it belongs to.
const cellPad = "\n   ";
const outputPad = "\n     ";

function writeCell(cell: NotebookCell): string {
  const head = `{${cellPad}"cell_type": "${cell.cell_type}",`;
  const id = `"id": ${writeString(cell.id)},`;
  const metadata = `"metadata": ${writeJson(cell.metadata, cellPad)},`;
  const source = `"source": ${writeLines(cell.source, cellPad)}`;
  if (cell.cell_type !== "code") {
    const attachments = cell.attachments && `"attachments": ${writeJson(cell.attachments, cellPad)},`;
    return `{${attachments ? cellPad + attachments : ""}${
      head.slice(1)
    }${cellPad}${id}${cellPad}${metadata}${cellPad}${source}\n  }`;
  }
  const count = `"execution_count": ${cell.execution_count ?? "null"},`;
  const outputs = cell.outputs.length === 0
    ? "[]"
    : `[\n    ${cell.outputs.map(writeOutput).join(",\n    ")}${cellPad}]`;
  return `${head}${cellPad}${count}${cellPad}${id}${cellPad}${metadata}${cellPad}"outputs": ${outputs},${cellPad}` +
    `${source}\n  }`;
}

function writeOutput(output: Output): string {
  return `{${outputPad}${outputMembers(output).join(`,${outputPad}`)}\n    }`;
}

function outputMembers(output: Output): string[] {
  const type = `"output_type": "${output.output_type}"`;
  switch (output.output_type) {
    case "stream":
      return [`"name": ${writeString(output.name)}`, type, `"text": ${writeLines(output.text, outputPad)}`];
    case "error":
      return [
        `"ename": ${writeString(output.ename)}`,
        `"evalue": ${writeString(output.evalue)}`,
        type,
        `"traceback": ${writeJson(output.traceback, outputPad)}`,
      ];
    case "display_data":
      return [
        `"data": ${writeBundle(output.data, outputPad)}`,
        `"metadata": ${writeJson(output.metadata, outputPad)}`,
        type,
      ];
    case "execute_result":
      return [
        `"data": ${writeBundle(output.data, outputPad)}`,
        `"execution_count": ${output.execution_count ?? "null"}`,
        `"metadata": ${writeJson(output.metadata, outputPad)}`,
        type,
      ];
  }
}

function writeBundle(bundle: MimeBundle, pad: string): string {
  return writeObject(bundle, pad, (mime, value, inner) => {
    if (isJsonMime(mime)) return writeJson(value, inner);
    // nbformat accepts nothing but text here, also as a list of lines.
    const text = typeof value === "string" ? value : isLines(value) ? value.join("") : JSON.stringify(value);
    return isSplitMime(mime) ? writeLines(text, inner) : writeString(text);
  });
}

function isJsonMime(mime: string): boolean {
  return mime === "application/json" || (mime.startsWith("application/") && mime.endsWith("+json"));
}

function isSplitMime(mime: string): boolean {
  return mime.startsWith("text/") || mime === "image/svg+xml" || mime === "application/javascript";
}

function isLines(value: Json): value is string[] {
  return Array.isArray(value) && value.every((line) => typeof line === "string");
}

function writeJson(value: unknown, pad: string): string {
  if (typeof value === "string") return writeString(value);
  if (typeof value === "number") return writeNumber(value);
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    const inner = `${pad} `;
    return `[${inner}${value.map((item) => writeJson(item, inner)).join(`,${inner}`)}${pad}]`;
  }
  if (typeof value === "object" && value !== null) {
    return writeObject(value as { [key: string]: unknown }, pad, (_, item, inner) => writeJson(item, inner));
  }
  return typeof value === "boolean" ? String(value) : "null";
}

function writeObject<T>(
  object: { [key: string]: T },
  pad: string,
  write: (key: string, value: Exclude<T, undefined>, pad: string) => string,
): string {
  const inner = `${pad} `;
  let text = "";
  for (const [key, value] of sortedEntries(object)) {
    if (value === undefined) continue;
    text += `${text === "" ? "{" : ","}${inner}${writeString(key)}: ${
      write(key, value as Exclude<T, undefined>, inner)
    }`;
  }
  return text === "" ? "{}" : `${text}${pad}}`;
}

/** Entries in Python's order: by code point. Keys that become the same text are one key, the last one. */
function sortedEntries<T>(object: { [key: string]: T }): [string, T][] {
  const keys = Object.keys(object);
  // Without surrogates, the order of UTF-16 units is that of code points.
  if (!keys.some((key) => /[\ud800-\uffff]/.test(key))) return keys.sort().map((key) => [key, object[key]]);
  const known = new Map(keys.map((key) => [key.toWellFormed(), object[key]]));
  return [...known].sort(([a], [b]) => compareCodePoints(a, b));
}

function compareCodePoints(a: string, b: string): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    // Only the first difference matters; there, a surrogate stands for a code point above all others.
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return isSurrogate(x) === isSurrogate(y) ? x - y : isSurrogate(x) ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/** A text as the list of its lines, split where Python's `splitlines` does, with the line ends kept. */
function writeLines(text: string, pad: string): string {
  if (text === "") return "[]";
  const inner = `${pad} `;
  const between = `,${inner}`;
  // Half a million short lines would take a hundred times their bytes: some at a time become one string.
  const blocks: string[] = [];
  let lines: string[] = [];
  let start = 0;
  for (const { index, 0: end } of text.matchAll(pythonLineEnd)) {
    lines.push(writeString(text.slice(start, index + end.length)));
    start = index + end.length;
    if (lines.length < 1000) continue;
    blocks.push(lines.join(between));
    lines = [];
  }
  if (start < text.length) lines.push(writeString(text.slice(start)));
  if (lines.length > 0) blocks.push(lines.join(between));
  return `[${inner}${blocks.join(between)}${pad}]`;
}

function writeString(text: string): string {
  return JSON.stringify(text.isWellFormed() ? text : text.toWellFormed());
}

/** A number as Python prints it, which takes to exponents earlier than JavaScript: `1e-05`. */
function writeNumber(value: number): string {
  if (!Number.isFinite(value)) return "null";
  if (value === 0 || Math.abs(value) >= 1e-4) return JSON.stringify(value);
  return value.toExponential().replace(/e-(\d)$/, "e-0$1");
}
