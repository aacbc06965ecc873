/**
 * Changes of a source text by splicing, and where they were made: `step/host/errors.ts` finds the way back from places in
 * the changed text.
 * @module
 */
import { positionAt } from "./lines.ts";
import type { Lines } from "./lines.ts";

/** A piece of text put in place of what stood from `start` to before `end`. */
export interface Splice {
  start: number;
  end: number;
  text: string;
}

/**
 * At a place of the original (line and column from 1, in UTF-16 units), `inserted` characters were added; a negative
 * number of them removed. A replacement is two edits at one place, first what was added, then what was removed.
 */
export interface Edit {
  line: number;
  column: number;
  inserted: number;
}

/**
 * Applies splices, which may touch but not overlap; at one place the earlier in the list comes first. Neither the new
 * texts nor the replaced ones may hold a line end.
 */
export function applySplices(lines: Lines, splices: Splice[]): { source: string; edits: Edit[] } {
  const edits: Edit[] = [];
  let source = "";
  let done = 0;
  for (const { start, end, text } of splices.toSorted((a, b) => a.start - b.start)) {
    source += lines.text.slice(done, start) + text;
    done = end;
    const place = positionAt(lines, start);
    if (text !== "") edits.push({ ...place, inserted: text.length });
    if (end > start) edits.push({ ...place, inserted: start - end });
  }
  return { source: source + lines.text.slice(done), edits };
}
