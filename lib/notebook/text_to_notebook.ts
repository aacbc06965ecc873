/**
 * The text of a flow or a conductor as a notebook, as Jupytext would make it.
 * @module
 */
import { DuctaflowError, isDuctaflowError, messageOf } from "../base/error.ts";
import { isJsonObject, type JsonObject } from "../base/json.ts";
import { readTags, validMetadata } from "./cell_metadata.ts";
import { splitCells } from "./cells.ts";
import { flowLocation } from "./flow_location.ts";
import { findHeader } from "./header.ts";
import { jupytextMarkers } from "./jupytext_lines.ts";
import { type Lines, linesOf } from "./lines.ts";
import { denoKernel, jupyterHeader } from "./notebook_metadata.ts";
import { parseModule } from "./parse_module.ts";
import { type PercentCell, readPercentCells, textLines } from "./percent_cells.ts";
import type { CellMetadata, Notebook, NotebookCell, TextCell } from "./ipynb.ts";

/** A text as a notebook, and where the parts of the notebook stand in it. */
export interface TextNotebook {
  notebook: Notebook;
  lines: string[];
  /** The cells of the text; those of the notebook are the same, behind a raw one for the header if `hasHeaderCell`. */
  cells: PercentCell[];
  hasHeaderCell: boolean;
  /** What will surprise, as sentences. */
  warnings: string[];
}

interface HeaderParts {
  metadata: JsonObject;
  /** The header's own keys, which are a raw cell in a notebook. */
  cell?: TextCell;
  /** The first line behind it, from 0. */
  end: number;
}

/** The ending of a file that cells may be `active` in: `ts` also for its kin. */
export function endingOf(url: string): string {
  return /\.[cm]?jsx?$/.test(new URL(url).pathname) ? "js" : "ts";
}

/**
 * Makes a notebook of a text. A text that is no module (yet) is cut into cells by its lines alone.
 * @throws {DuctaflowError} `flow-header` when the header is not closed or no YAML
 */
export async function textToNotebook(source: string, url: string): Promise<TextNotebook> {
  const [lines, texts, ending] = [linesOf(source), textLines(source), endingOf(url)];
  const header = await readHeaderParts(lines, url, ending);
  const { markers, warnings } = await findMarkers(source, lines, texts, header.end, url);
  const cells = readPercentCells(texts, header.end, markers, ending);
  const all = cells.map(notebookCell);
  if (header.cell) all.unshift(header.cell);
  const notebook: Notebook = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { ...denoKernel(), ...header.metadata },
    cells: all.map((cell, i) => ({ ...cell, id: `cell-${i}` })),
  };
  return { notebook, lines: texts, cells, hasHeaderCell: header.cell !== undefined, warnings };
}

async function findMarkers(source: string, lines: Lines, texts: string[], headerEnd: number, url: string) {
  try {
    const { cells, warnings } = splitCells(lines, await parseModule(source, url), headerEnd, url);
    return { markers: cells.flatMap(({ markerLine }) => markerLine === undefined ? [] : [markerLine - 1]), warnings };
  } catch (error) {
    if (!isDuctaflowError(error, "flow-syntax")) throw error;
    return { markers: jupytextMarkers(texts, headerEnd), warnings: [messageOf(error)] };
  }
}

async function readHeaderParts(lines: Lines, url: string, ending: string): Promise<HeaderParts> {
  const texts = textLines(lines.text);
  const { first, open, close } = findHeader(lines, url);
  const jupytext: JsonObject = {};
  for (const text of texts.slice(0, first - 1)) {
    if (text.startsWith("#!")) jupytext.executable = text.slice(2);
    else jupytext.encoding = text;
  }
  const inside = open === undefined ? [] : texts.slice(open, close - 1).map((line) => line.replace(/^\/\/ ?/, ""));
  const { own, jupyter } = splitSections(inside);
  const metadata = jupyter.length > 0 ? await readJupyter(jupyter, flowLocation(url, open)) : {
    jupytext: { main_language: ending === "js" ? "javascript" : "typescript", notebook_metadata_filter: "-all" },
  };
  if (Object.keys(jupytext).length > 0) {
    metadata.jupytext = { ...isJsonObject(metadata.jupytext) && metadata.jupytext, ...jupytext };
  }
  if (open === undefined) return { metadata, end: first - 1 };
  const isFollowedByBlank = /^(\/\/)?\s*$/.test(texts[close] ?? "x");
  const cell = own.length === 0 ? undefined : {
    id: "",
    cell_type: "raw",
    metadata: isFollowedByBlank || close >= texts.length ? {} : { lines_to_next_cell: 0 },
    source: ["---", ...own, "---"].join("\n"),
  } satisfies TextCell;
  return { metadata, cell, end: isFollowedByBlank ? close + 1 : close };
}

/** The lines of Jupytext's own section, and all others. */
function splitSections(lines: string[]): { own: string[]; jupyter: string[] } {
  const sections: { own: string[]; jupyter: string[] } = { own: [], jupyter: [] };
  let inJupyter = false;
  for (const line of lines) {
    if (/^jupyter\s*:\s*$/.test(line)) inJupyter = true;
    else if (line !== "" && !/^\s/.test(line)) inJupyter = false;
    sections[inJupyter ? "jupyter" : "own"].push(line);
  }
  return sections;
}

async function readJupyter(lines: string[], place: string): Promise<JsonObject> {
  const { parseYaml } = await import("../base/parse_yaml.ts");
  try {
    const value = parseYaml(lines.join("\n")) as JsonObject;
    return jupyterHeader(isJsonObject(value) ? value : {});
  } catch (cause) {
    const [what] = messageOf(cause).split("\n");
    throw new DuctaflowError(`The "jupyter" section in the header (${place}) is not valid YAML: ${what}`, {
      code: "flow-header",
      hint: "Correct it, or remove the section: Jupytext writes it anew",
      cause,
    });
  }
}

function notebookCell({ type, title, metadata, source, blankLines }: PercentCell): NotebookCell {
  const all: CellMetadata = validMetadata({ title, metadata, tags: readTags(metadata.tags) });
  if (blankLines !== undefined) all.lines_to_next_cell = blankLines;
  if (type !== "code") return { id: "", cell_type: type, metadata: all, source };
  return { id: "", cell_type: "code", metadata: all, source, outputs: [], execution_count: null };
}
