/**
 * Cells as lines of a text, spelled so that Jupytext reads them as the same cells.
 * @module
 */
import { isActive, readTags, splitMetadata } from "./cell_metadata.ts";
import { isCommentedCommand, jupytextLines, jupytextMarkers } from "./jupytext_lines.ts";
import { readPercentCells } from "./percent_cells.ts";
import { safeCode, safeMarkdown } from "./safe_source.ts";
import { maybeMarkerLine } from "./write_marker.ts";
import type { NotebookCell } from "./ipynb.ts";
import type { Marker } from "./marker.ts";

/** A cell as text. */
export interface WrittenCell {
  /** Without the blank lines behind it; undefined when there is no way to write it. */
  lines?: string[];
  /** The text that a notebook will have for it. */
  source?: string;
  /** What is spelled in another way, as clauses. */
  changes?: string[];
}

/** Writes a cell. */
export async function writeCell(cell: NotebookCell, ending: string): Promise<WrittenCell> {
  const { marker, changes } = markerOf(cell);
  const isCode = marker.type === "code" && isActive(ending, marker.metadata);
  const given = cell.source.replace(/\r\n?/g, "\n");
  const plain = isCode ? withoutBlankEnd(given) : given;
  const safe = isCode ? await safeCode(plain, ending) : cell.cell_type === "markdown" ? safeMarkdown(plain) : undefined;
  const source = safe?.source ?? plain;
  const body = isCode && source === "" ? [] : source.split("\n");
  const line = maybeMarkerLine(marker);
  if (line === undefined) return { changes };
  const lines = [line, ...isCode ? body : body.map((text) => text === "" ? "//" : `// ${text}`)];
  return { lines, source, changes: [...changes, ...safe?.changes ?? []] };
}

/** What the marker line says of a cell, and what of its metadata it cannot say. */
function markerOf({ cell_type, metadata }: NotebookCell): { marker: Marker; changes: string[] } {
  const { title, cell_type: strayType, language, ...rest } = splitMetadata(metadata).text;
  const changes = Object.entries({ cell_type: strayType, language }).flatMap(([key, value]) =>
    value === undefined ? [] : [`the metadata "${key}" was left out, since it has another meaning on a marker line`]
  );
  // A raw cell that says where it is active is code there.
  const saysWhere = typeof rest.active === "string" || readTags(rest.tags).some((tag) => tag.startsWith("active-"));
  const type = cell_type === "raw" && saysWhere ? "code" : cell_type;
  if (typeof title === "string" && title !== "") return { marker: { type, title, metadata: rest }, changes };
  return { marker: { type, metadata: title === undefined || title === "" ? rest : { ...rest, title } }, changes };
}

function withoutBlankEnd(source: string): string {
  return source.trim() === "" ? "" : source.replace(/(\n[^\S\n]*)+$/, "");
}

/** What Jupytext would make of the lines of a cell, if that is another one. */
export function checkCell(lines: string[], cell: NotebookCell, source: string, ending: string): string | undefined {
  const seen = jupytextLines([...lines, "", "// %%", ""].join("\n"));
  const markers = jupytextMarkers(seen);
  if (!markers.includes(seen.length - 1)) {
    return `""" or ''' in it hides the cells behind it from Jupytext; write \\""" there`;
  }
  if (markers.length > 2 || markers[0] !== 0) {
    const line = seen[markers.find((line) => line > 0)!] ?? "";
    return `its line "${line.trim()}" would start a cell; write it in another way`;
  }
  const [read] = readPercentCells(seen, 0, markers, ending);
  const command = cell.cell_type === "code" ? read.source.split("\n").find(isCommentedCommand) : undefined;
  if (command !== undefined && isActive(ending, read.metadata)) {
    return `its line "${command.trim()}" would be a command to Jupytext; write it in another way`;
  }
  if (read.source !== source) return "it holds characters that end a line only to Jupytext";
  return read.type === cell.cell_type ? undefined : `it would be a ${read.type} cell; change its metadata "active"`;
}
