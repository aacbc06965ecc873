/**
 * A notebook as the text of a flow or a conductor, which Jupytext reads as the same notebook.
 * @module
 */
import { DuctaflowError, isDuctaflowError, messageOf } from "../base/error.ts";
import { canonicalJson } from "../base/json.ts";
import { splitMetadata } from "./cell_metadata.ts";
import { splitCells } from "./cells.ts";
import { linesOf } from "./lines.ts";
import { isMarkerLine } from "./marker.ts";
import { isAddedCell } from "./merge_notebook.ts";
import { parseModule } from "./parse_module.ts";
import { endingOf, type TextNotebook, textToNotebook } from "./text_to_notebook.ts";
import { checkCell, writeCell, type WrittenCell } from "./write_cell.ts";
import { keptHeader, ownHeader, writeHeader } from "./write_header.ts";
import type { Notebook, NotebookCell } from "./ipynb.ts";

/** How a notebook becomes text. */
export interface NotebookToTextOptions {
  /** The URL that the text will have: its ending decides what cells are active in it. */
  url: string;
  /** The text as it is now. Cells that are the same in both keep their spelling. */
  previous?: string;
}

/** More blank lines are somebody's mistake. */
const mostBlankLines = 20;

/**
 * Writes a notebook as text. What would not read back as the same is spelled in another way, with a warning, or refused.
 * @throws {DuctaflowError} `notebook-unsafe`, naming every cell that cannot be written
 */
export async function notebookToText(
  notebook: Notebook,
  { url, previous }: NotebookToTextOptions,
): Promise<{ text: string; warnings: string[] }> {
  const ending = endingOf(url);
  const before = previous === undefined ? undefined : await textToNotebook(previous, url);
  const cells = notebook.cells.filter((cell) => !isAddedCell(cell));
  const own = ownHeader(cells[0]);
  const header = await writeHeader(own, notebook.metadata, ending);
  const lines = await keptHeader(header, before, ending) ?? header;
  const known = new KnownCells(before);
  const warnings: string[] = [];
  const problems: string[] = [];
  const starts: CellStart[] = [];
  for (const [i, cell] of (own ? cells.slice(1) : cells).entries()) {
    const name = nameOf(cell, notebook.cells.indexOf(cell));
    const kept = known.take(cell);
    const written = kept ?? await writeCell(cell, ending);
    warnings.push(...(written.changes ?? []).map((change) => `In ${name}, ${change}`));
    const problem = written.lines && checkCell(written.lines, cell, written.source ?? cell.source, ending);
    if (written.lines === undefined) problems.push(`${name}: its metadata cannot be written on a marker line`);
    else if (problem && kept) warnings.push(`Jupytext reads ${name} differently: ${problem}`);
    else if (problem) problems.push(`${name}: ${problem}`);
    if (isMarkerLine(written.lines?.[0] ?? "")) starts.push({ name, line: lines.length });
    lines.push(...written.lines ?? [], ...blankLines(cell, i === cells.length - (own ? 2 : 1)));
  }
  if (problems.length > 0) throw unsafe(problems);
  if (encodingLike.test(lines[0] ?? "") && !lines[0].includes("utf-8")) {
    lines.unshift("// -*- coding: utf-8 -*-");
    starts.forEach((start) => start.line++);
  }
  warnings.push(...await checkModule(lines.join("\n"), starts, url));
  return { text: withLineEnds(lines, previous), warnings };
}

interface CellStart {
  /** How messages call the cell. */
  name: string;
  /** The line of its marker, from 0. */
  line: number;
}

/**
 * Looks at the text as the module that it is: cells that are apart in a notebook may be one statement there, which is
 * refused, or may not fit together, which is a warning.
 */
async function checkModule(text: string, starts: CellStart[], url: string): Promise<string[]> {
  const lines = linesOf(text);
  let found: Set<number>;
  try {
    const { cells } = splitCells(lines, await parseModule(text, url), 0, url);
    found = new Set(cells.map(({ markerLine }) => markerLine! - 1));
  } catch (error) {
    if (!isDuctaflowError(error, "flow-syntax")) throw error;
    return [`The text cannot run as it is. ${messageOf(error)}`];
  }
  const lost = starts.flatMap(({ line, name }, i) => found.has(line) ? [] : [{ name, before: starts[i - 1]?.name }]);
  if (lost.length === 0) return [];
  throw unsafe(
    lost.map(({ name, before }) =>
      `${name}: in one file it goes on with the last statement of ${
        before ?? "the text before"
      }; end that with a semicolon`
    ),
  );
}

function nameOf(cell: NotebookCell, index: number): string {
  return `cell ${index + 1}${typeof cell.metadata.title === "string" ? ` "${cell.metadata.title}"` : ""}`;
}

/** The cells of a text that a notebook may still have. */
class KnownCells {
  #lines = new Map<string, string[][]>();

  constructor(before: TextNotebook | undefined) {
    const offset = before?.hasHeaderCell ? 1 : 0;
    before?.cells.forEach(({ from, to, blankLines: blank = 1 }, i) => {
      const key = keyOf(before.notebook.cells[i + offset]);
      const end = Math.max(from + 1, to - (to === before.lines.length ? blank - 1 : blank));
      this.#lines.set(key, [...this.#lines.get(key) ?? [], before.lines.slice(from, end)]);
    });
  }

  /** The lines of a cell that is the same, once. */
  take(cell: NotebookCell): WrittenCell | undefined {
    const lines = this.#lines.get(keyOf(cell))?.shift();
    return lines && { lines };
  }
}

function keyOf({ cell_type, source, metadata }: NotebookCell): string {
  return canonicalJson([cell_type, source, splitMetadata(metadata).text]);
}

function blankLines({ metadata }: NotebookCell, isLast: boolean): string[] {
  const asked = metadata.lines_to_next_cell;
  const count = typeof asked === "number" && Number.isInteger(asked) && asked >= 0 && asked <= mostBlankLines
    ? asked
    : 1;
  // The last line end is written anyway.
  return Array(isLast ? Math.max(0, count - 1) : count).fill("");
}

function unsafe(problems: string[]): DuctaflowError {
  const [first] = problems;
  const message = problems.length === 1
    ? `The notebook cannot be written as text; ${first}`
    : `The notebook cannot be written as text:\n${problems.map((problem) => `- ${problem}`).join("\n")}`;
  return new DuctaflowError(message, {
    code: "notebook-unsafe",
    hint: "Change the cell in the notebook, so that the text means the same to every reader",
  });
}

/** What Python would take for the name of an encoding, which is read on the first line only. */
const encodingLike = /^[ \t\f]*\/\/.*?coding[:=][ \t]*[-_.a-zA-Z0-9]+/;

/** Lines as a text, with the line ends and the byte order mark of the text before. */
function withLineEnds(lines: string[], previous = ""): string {
  const end = /\r\n/.test(previous) && !/[^\r]\n/.test(previous) ? "\r\n" : "\n";
  return (previous.startsWith("\uFEFF") ? "\uFEFF" : "") + lines.map((line) => line + end).join("");
}
