/**
 * The cells of a text in Jupytext's percent format, exactly as a notebook holds them.
 * @module
 */
import { isActive } from "./cell_metadata.ts";
import { type Marker, parseMarker } from "./marker.ts";

/** One cell of a text. */
export interface PercentCell extends Marker {
  /** As a notebook holds it. */
  source: string;
  /** Blank lines before the next cell, where these are not one. */
  blankLines?: number;
  /** Its lines in the text, counted from 0, with its marker and the blank lines behind it; `to` is the next cell's. */
  from: number;
  to: number;
}

/** The lines of a text without their ends; a byte order mark is none of it. */
export function textLines(text: string): string[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/**
 * Cuts lines into cells at the markers, which are counted from 0. What stands before the first marker is a code cell,
 * unless it is blank. `ending` is that of the text (`ts`): cells may be active in it or not.
 */
export function readPercentCells(lines: string[], start: number, markers: number[], ending: string): PercentCell[] {
  const first = markers[0] ?? lines.length;
  const cells: PercentCell[] = [];
  if (lines.slice(start, first).some((line) => line.trim() !== "")) {
    cells.push(readCell({ type: "code", metadata: {} }, lines, start, start, first, ending));
  }
  markers.forEach((line, i) => {
    cells.push(readCell(parseMarker(lines[line])!, lines, line, line + 1, markers[i + 1] ?? lines.length, ending));
  });
  return cells;
}

function readCell(
  marker: Marker,
  lines: string[],
  from: number,
  bodyFrom: number,
  to: number,
  ending: string,
): PercentCell {
  const end = bodyEnd(lines, from, bodyFrom, to);
  // Behind the last cell, one blank line is one more than the end of the file needs.
  const blankLines = end === lines.length ? 1 : to - end + (to === lines.length ? 1 : 0);
  const { type, metadata, commented } = roleOf(marker, ending);
  const body = lines.slice(bodyFrom, end);
  const source = (commented ? body.map((line) => line.replace(/^\/\/ ?/, "")) : body).join("\n");
  return { ...marker, type, metadata, source, ...(blankLines !== 1 && { blankLines }), from, to };
}

/** Two blank lines at the end, if there are exactly two, or else one are no part of the cell. */
function bodyEnd(lines: string[], from: number, bodyFrom: number, to: number): number {
  const blank = (line: number) => line >= from && lines[line].trim() === "";
  if (to - 3 >= from && !blank(to - 3) && blank(to - 2) && blank(to - 1)) return to - 2;
  return to > bodyFrom && blank(to - 1) ? to - 1 : to;
}

/** What a notebook makes of a cell that may count only in the text or only in the notebook. */
function roleOf(
  { type, metadata }: Marker,
  ending: string,
): Pick<Marker, "type" | "metadata"> & { commented: boolean } {
  if (type !== "code") return { type, metadata, commented: true };
  const commented = !isActive(ending, metadata);
  if (isActive("ipynb", metadata)) return { type, metadata, commented };
  const { active, ...rest } = metadata;
  return { type: "raw", metadata: active === "" ? rest : metadata, commented };
}
