/**
 * A source text cut into cells.
 * @module
 */
import { readTags } from "./cell_metadata.ts";
import { firstFrom } from "./between_tokens.ts";
import { flowLocation } from "./flow_location.ts";
import { lineText, positionAt } from "./lines.ts";
import { isMarkerLine, parseMarker } from "./marker.ts";
import type { File } from "../deps/babel.ts";
import type { Cell } from "./flow.ts";
import type { InsideMarker } from "./lost_marker.ts";
import type { Lines } from "./lines.ts";
import type { Marker } from "./marker.ts";

/** A stretch of a source text, from `start` to before `end`. */
export interface Span {
  start: number;
  end: number;
}

/** The top-level statements of a module in order, with directives such as a lone text, which the parser keeps apart. */
export function topLevelSpans(file: File): Span[] {
  const { directives, body } = file.program;
  return [...directives, ...body].map(({ start, end }) => ({ start: start!, end: end! }));
}

/**
 * Cuts a flow into cells. A marker counts only as a line comment between top-level statements; elsewhere it gives a
 * warning, because Jupytext, which does not parse, would start a cell there. Those that are comments inside statements
 * are given as well.
 * @param headerEnd the last line of the header, 0 without one
 */
export function splitCells(
  lines: Lines,
  file: File,
  headerEnd: number,
  url: string,
): { cells: Cell[]; warnings: string[]; inside: InsideMarker[] } {
  const statements = topLevelSpans(file);
  const { markers, inside, warnings } = findMarkers(lines, file, statements, url);
  const cells: Cell[] = [];
  const first = markers[0] ?? lines.starts.length + 1;
  const before = lines.starts[first - 1] ?? lines.text.length;
  if (statements.some(({ start }) => start < before)) {
    cells.push(makeCell(lines, { type: "code", metadata: {} }, 0, headerEnd + 1, first));
  }
  markers.forEach((line, i) => {
    const next = markers[i + 1] ?? lines.starts.length + 1;
    const cell = makeCell(lines, parseMarker(lineText(lines, line))!, cells.length, line + 1, next);
    cells.push({ ...cell, markerLine: line });
    warnings.push(...cellWarnings(cell, line, lines, next, statements, url));
  });
  return { cells, warnings, inside };
}

function findMarkers(lines: Lines, file: File, statements: Span[], url: string) {
  const comments = new Set(file.comments?.filter(({ type }) => type === "CommentLine").map(({ start }) => start));
  const markers: number[] = [];
  const inside: InsideMarker[] = [];
  const warnings: string[] = [];
  let next = 0;
  for (let line = 1; line <= lines.starts.length; line++) {
    const text = lineText(lines, line);
    if (!isMarkerLine(text)) continue;
    const offset = lines.starts[line - 1] + text.indexOf("//");
    while (next < statements.length && statements[next].end <= offset) next++;
    const isComment = comments.has(offset);
    const around = statementAround(lines, file, statements[next], offset);
    if (isComment && !around) markers.push(line);
    else warnings.push(notAMarker(lines, flowLocation(url, line), isComment, around));
    if (isComment && around) inside.push({ offset, statement: around });
  }
  return { markers, inside, warnings };
}

/**
 * The statement that a place is inside of. One that only its semicolon ends behind the place, as in code that begins such
 * lines with one, is over.
 */
function statementAround(lines: Lines, file: File, statement: Span | undefined, offset: number): Span | undefined {
  if (statement === undefined || statement.start >= offset) return undefined;
  const rest = firstFrom(lines.text, file.comments ?? [], offset);
  return rest === statement.end - 1 && lines.text[rest] === ";" ? undefined : statement;
}

function notAMarker(lines: Lines, place: string, isComment: boolean, around: Span | undefined): string {
  const where = around
    ? `inside the statement that starts on line ${positionAt(lines, around.start).line}`
    : "inside a block comment";
  // A statement may go on across the marker only because nothing ends it.
  const advice = isComment ? "; if one should, end the statement before it with a semicolon" : "";
  return `What looks like a cell marker (${place}) stands ${where}, so that no cell starts there, ` +
    `though Jupytext would start one${advice}`;
}

function makeCell(lines: Lines, marker: Marker, index: number, from: number, to: number): Cell {
  let line = from;
  let end = to;
  while (end > line && lineText(lines, end - 1).trim() === "") end--;
  while (line < end && lineText(lines, line).trim() === "") line++;
  const text = lines.text.slice(lines.starts[line - 1], lines.starts[end - 1]);
  const code = (line < end ? text : "").replace(/\r\n?/g, "\n").replace(/\n$/, "");
  const { type, title, metadata } = marker;
  const source = type === "code" ? code : code.replace(/^\/\/ ?/gm, "");
  const tags = readTags(metadata.tags);
  return { index, type, ...(title !== undefined && { title }), metadata, tags, line: line < end ? line : from, source };
}

function cellWarnings(cell: Cell, line: number, lines: Lines, next: number, statements: Span[], url: string): string[] {
  const warnings: string[] = [];
  const unreadable = cell.metadata.incorrectly_encoded_metadata;
  if (unreadable !== undefined) {
    warnings.push(`The cell marker on ${flowLocation(url, line)} has metadata that cannot be read: "${unreadable}"`);
  }
  if (cell.type === "code") return warnings;
  const end = lines.starts[next - 1] ?? lines.text.length;
  const code = statements.find(({ start }) => start >= lines.starts[line - 1] && start < end);
  if (code) {
    const place = flowLocation(url, positionAt(lines, code.start).line);
    warnings.push(`The ${cell.type} cell holds code (${place}), which runs but belongs to no code cell`);
  }
  return warnings;
}
