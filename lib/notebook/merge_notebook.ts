/**
 * A notebook and the text it is paired with: what of the one survives when the other was edited.
 * @module
 */
import { sha256 } from "../base/hash.ts";
import { canonicalJson, isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import { readTags, splitMetadata } from "./cell_metadata.ts";
import { matchCells } from "./match_cells.ts";
import { headerMetadata } from "./notebook_metadata.ts";
import { nextId } from "./parse_notebook.ts";
import type { Notebook, NotebookCell } from "./ipynb.ts";

/** Cells that papermill or this toolkit puts into a notebook for one run of it. */
const addedTags = ["injected-parameters", "papermill-error-cell-tag"];

/** Whether a cell is none of the text's but was added for a run. */
export function isAddedCell({ metadata }: NotebookCell): boolean {
  const { ductaflow } = metadata as { ductaflow?: Json };
  return isJsonObject(ductaflow) && "role" in ductaflow ||
    readTags(metadata.tags).some((tag) => addedTags.includes(tag));
}

/**
 * A notebook fresh from its text, with what only the notebook before knew: ids, outputs, counts, attachments, metadata
 * that are not in texts.
 */
export function mergeNotebook(fresh: Notebook, before: Notebook): Notebook {
  const old = before.cells.filter((cell) => !isAddedCell(cell));
  const own = fresh.cells.filter((cell) => !isAddedCell(cell));
  const matches = matchCells(own, old);
  const found = new Map(own.map((cell, i) => [cell, matches[i] === undefined ? undefined : old[matches[i]]]));
  const ids = new Set([...found.values()].flatMap((cell) => cell ? [cell.id] : []));
  const cells = fresh.cells.map((cell, i) => {
    const match = found.get(cell);
    if (match) return mergeCell(cell, match);
    const id = ids.has(cell.id) ? nextId(i, ids) : cell.id;
    ids.add(id);
    return { ...cell, id };
  });
  return { ...fresh, cells, metadata: mergeMetadata(fresh.metadata, before.metadata) };
}

function mergeCell(cell: NotebookCell, match: NotebookCell): NotebookCell {
  const { lines_to_next_cell: _1, ductaflow: _2, ...kept } = splitMetadata(match.metadata).notebook;
  const metadata = { ...kept, ...cell.metadata };
  if (cell.cell_type === "code" && match.cell_type === "code") {
    return { ...cell, id: match.id, metadata, outputs: match.outputs, execution_count: match.execution_count };
  }
  const attachments = match.cell_type !== "code" && match.attachments ? { attachments: match.attachments } : {};
  return { ...cell, id: match.id, metadata, ...attachments };
}

/** The text decides what is in it; the kernel and all else stay. */
function mergeMetadata(fresh: JsonObject, before: JsonObject): JsonObject {
  const { main_language: _1, notebook_metadata_filter: _2, executable: _3, encoding: _4, ...kept } =
    isJsonObject(before.jupytext) ? before.jupytext : {};
  const own = isJsonObject(fresh.jupytext) ? fresh.jupytext : {};
  const isInText = own.notebook_metadata_filter !== "-all";
  return { ...fresh, ...before, ...isInText && fresh, jupytext: { ...kept, ...own } };
}

/** A hash of all that a notebook and its text have in common: the same for both when neither was edited. */
export async function fingerprintOf({ cells, metadata }: Notebook): Promise<string> {
  const own = cells.filter((cell) => !isAddedCell(cell)).map((cell) => [
    cell.cell_type,
    cell.source.trim() === "" ? "" : cell.source.replace(/\r\n?/g, "\n").trimEnd(),
    splitMetadata(cell.metadata).text,
  ]);
  const { jupytext: _1, kernelspec: _2, ...header } = headerMetadata(metadata, "ts") ?? {};
  return (await sha256(canonicalJson([own, header]))).slice(0, 16);
}
