/**
 * Cells that are not run: those tagged `skip`, or `skip-execution` as Jupyter's own tools have it.
 * @module
 */
import type { Cell, Flow } from "./flow.ts";
import type { Lines } from "./lines.ts";

/** Whether a code cell is not to be run. */
export function isSkipped({ type, tags }: Pick<Cell, "type" | "tags">): boolean {
  return type === "code" && (tags.includes("skip") || tags.includes("skip-execution"));
}

/** The flow's text with blanks in place of what is not to be run: nothing moves, and nothing of it is imported. */
export function withoutSkipped({ source, cells }: Flow, lines: Lines): string {
  let text = source;
  for (const { index, markerLine } of cells.filter(isSkipped)) {
    const start = lines.starts[markerLine!];
    const next = cells[index + 1]?.markerLine;
    const end = next === undefined ? source.length : lines.starts[next - 1];
    if (start === undefined) continue;
    text = text.slice(0, start) + text.slice(start, end).replace(/[^\r\n\u2028\u2029]/g, " ") + text.slice(end);
  }
  return text;
}
