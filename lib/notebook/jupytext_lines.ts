/**
 * How Jupytext sees a text: it does not parse, so that it takes lines and markers for what they are not at times. What
 * is written must be safe from that.
 * @module
 */
import { isMarkerLine } from "./marker.ts";

// deno-lint-ignore no-control-regex
const pythonLineEnd = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;

/** Lines as Python's `splitlines` finds them. */
export function jupytextLines(text: string): string[] {
  const lines = text.split(pythonLineEnd);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** The lines that start a cell: all that look like it, but those in what Python would take for a text of many lines. */
export function jupytextMarkers(lines: string[], start = 0): number[] {
  const markers: number[] = [];
  let quote: string | undefined;
  for (let line = start; line < lines.length; line++) {
    if (quote === undefined && isMarkerLine(lines[line])) markers.push(line);
    quote = quoteAfter(lines[line], quote);
  }
  return markers;
}

/** The kind of triple quote that is open behind a line, given the one before it. */
function quoteAfter(line: string, open: string | undefined): string | undefined {
  if (open === undefined && line.trimStart().startsWith("//")) return undefined;
  let triple = open;
  let single: string | undefined;
  let tripleAt = -1;
  for (let i = 0; i < line.length; i++) {
    const char = line[i];
    if (single === undefined && triple === undefined && line.startsWith("//", i)) break;
    if (char !== '"' && char !== "'" || line[i - 1] === "\\") continue;
    if (single === char) single = undefined;
    else if (single !== undefined) continue;
    else if (i >= 2 && i >= tripleAt + 3 && line.slice(i - 2, i + 1) === char.repeat(3)) {
      if (triple !== undefined && triple !== char) continue;
      triple = triple === char ? undefined : char;
      tripleAt = i;
    } else if (triple === undefined) single = char;
  }
  return triple;
}

/** Whether Jupytext takes a line for an IPython command that it once made a comment, and takes the `//` away again. */
export function isCommentedCommand(line: string): boolean {
  return /^\s*(?:\/\/ ?)+%{1,3}[a-zA-Z]/.test(line);
}
