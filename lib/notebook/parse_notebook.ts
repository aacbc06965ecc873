/**
 * Notebooks from the text of an `.ipynb` file, whoever wrote it.
 * @module
 */
import { DuctaflowError, messageOf } from "../base/error.ts";
import { isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import type { CellMetadata, MimeBundle, Notebook, NotebookCell, Output } from "./ipynb.ts";

/**
 * Reads a notebook of nbformat 4, any minor version. Texts in lines are joined; cells without an id get one.
 * @param name what messages call it
 * @throws {DuctaflowError} `bad-notebook`, saying what is wrong where
 */
export function parseNotebook(text: string, name: string): Notebook {
  const fail = (what: string, hint?: string) => new DuctaflowError(`"${name}" ${what}`, { code: "bad-notebook", hint });
  let value: Json;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw new DuctaflowError(`"${name}" is no notebook: it is not JSON (${messageOf(cause)})`, {
      code: "bad-notebook",
      hint: /^\s*(\/\/|import\b)/.test(text) ? "This is the text of a flow: use to-ipynb" : undefined,
      cause,
    });
  }
  if (!isJsonObject(value)) throw fail("is no notebook: it holds no object");
  if (typeof value.nbformat === "number" && value.nbformat !== 4) {
    const hint = "Let Jupyter convert it: jupyter nbconvert --to notebook --nbformat 4";
    throw fail(`has the format ${value.nbformat}, accepted is 4`, hint);
  }
  if (!Array.isArray(value.cells)) throw fail(`is no notebook: it has no "cells"`);
  const ids = new Set<string>();
  const cells = value.cells.map((cell, i) => {
    const problem = maybeProblem(cell);
    if (problem) throw fail(`has a mistake in cell ${i + 1}: ${problem}`);
    return readCell(cell as JsonObject, freeId(cell as JsonObject, i, ids));
  });
  return { nbformat: 4, nbformat_minor: 5, metadata: isJsonObject(value.metadata) ? value.metadata : {}, cells };
}

function maybeProblem(cell: Json): string | undefined {
  if (!isJsonObject(cell)) return "it is no object";
  const { cell_type: type, source } = cell;
  if (type !== "code" && type !== "markdown" && type !== "raw") {
    return `its "cell_type" is ${JSON.stringify(type)}, accepted are "code", "markdown" and "raw"`;
  }
  return joined(source) === undefined ? `its "source" is ${JSON.stringify(source)}, accepted is text` : undefined;
}

function freeId({ id }: JsonObject, index: number, taken: Set<string>): string {
  const own = typeof id === "string" && /^[a-zA-Z0-9_-]{1,64}$/.test(id) && !taken.has(id) ? id : undefined;
  const found = own ?? nextId(index, taken);
  taken.add(found);
  return found;
}

/** An id for the cell at an index: its number, or a later one that is free. */
export function nextId(index: number, taken: Set<string>): string {
  while (taken.has(`cell-${index}`)) index++;
  return `cell-${index}`;
}

function readCell(cell: JsonObject, id: string): NotebookCell {
  const metadata = (isJsonObject(cell.metadata) ? { ...cell.metadata } : {}) as CellMetadata;
  const source = joined(cell.source)!;
  if (cell.cell_type !== "code") {
    const attachments = isJsonObject(cell.attachments) ? { attachments: cell.attachments } : {};
    return { id, cell_type: cell.cell_type as "markdown" | "raw", metadata, source, ...attachments };
  }
  const outputs = Array.isArray(cell.outputs) ? cell.outputs.flatMap(readOutput) : [];
  const count = typeof cell.execution_count === "number" ? cell.execution_count : null;
  return { id, cell_type: "code", metadata, source, outputs, execution_count: count };
}

function readOutput(output: Json): Output[] {
  if (!isJsonObject(output)) return [];
  const { output_type: type, name, text, metadata, ename, evalue, traceback } = output;
  const meta = isJsonObject(metadata) ? metadata : {};
  const count = typeof output.execution_count === "number" ? output.execution_count : null;
  if (type === "stream") {
    return [{ output_type: type, name: name === "stderr" ? name : "stdout", text: joined(text) ?? "" }];
  }
  if (type === "display_data") return [{ output_type: type, data: readBundle(output.data), metadata: meta }];
  if (type === "execute_result") {
    return [{ output_type: type, data: readBundle(output.data), metadata: meta, execution_count: count }];
  }
  if (type !== "error") return [];
  const lines = Array.isArray(traceback) ? traceback.map(String) : [];
  return [{ output_type: type, ename: String(ename ?? ""), evalue: String(evalue ?? ""), traceback: lines }];
}

function readBundle(data: Json | undefined): MimeBundle {
  if (!isJsonObject(data)) return {};
  return Object.fromEntries(
    Object.entries(data).map((
      [mime, value],
    ) => [mime, /^application\/(.*\+)?json$/.test(mime) ? value : joined(value) ?? value]),
  );
}

/** A text, which may be a list of its lines. */
function joined(value: Json | undefined): string | undefined {
  if (typeof value === "string") return value;
  return Array.isArray(value) && value.every((line) => typeof line === "string") ? value.join("") : undefined;
}
