/**
 * Which cell of a notebook became which after its text was edited, so that outputs and ids stay: Jupytext's rules.
 * @module
 */
import type { NotebookCell } from "./ipynb.ts";

type Matched = Pick<NotebookCell, "cell_type" | "source">;

/**
 * For each new cell the index of the old one, or undefined. Cells match within their type: first those with equal text in
 * the order of the notebook, then those moved, then those that are the end of an old cell (which was split), then
 * whatever stands next to the match before. Blanks, quotes, commas and parentheses do not count as text.
 */
export function matchCells(cells: Matched[], old: Matched[]): (number | undefined)[] {
  const matches: (number | undefined)[] = cells.map(() => undefined);
  const texts = cells.map(({ source }) => essence(source));
  const oldTexts = old.map(({ source }) => essence(source));
  const free = new Set(old.keys());
  const take = (cell: number, found: number) => {
    matches[cell] = found;
    free.delete(found);
  };
  const next = new Map<string, number>();
  cells.forEach(({ cell_type: type }, i) => {
    const found = old.findIndex((other, j) =>
      j >= (next.get(type) ?? 0) && other.cell_type === type && oldTexts[j] === texts[i]
    );
    if (found < 0) return;
    take(i, found);
    next.set(type, found + 1);
  });
  const rules = [
    (i: number, j: number) => oldTexts[j] === texts[i],
    (i: number, j: number) => texts[i] === "" ? oldTexts[j] === "" : oldTexts[j].endsWith(texts[i]),
  ];
  for (const fits of rules) {
    cells.forEach(({ cell_type: type }, i) => {
      if (matches[i] !== undefined) return;
      const found = [...free].find((j) => old[j].cell_type === type && fits(i, j));
      if (found !== undefined) take(i, found);
    });
  }
  matchNeighbours(cells, old, matches, free, take);
  return matches;
}

function matchNeighbours(
  cells: Matched[],
  old: Matched[],
  matches: (number | undefined)[],
  free: Set<number>,
  take: (cell: number, found: number) => void,
): void {
  let before = -1;
  cells.forEach(({ cell_type: type, source }, i) => {
    if (matches[i] !== undefined) before = matches[i];
    else if (free.has(before + 1) && old[before + 1].cell_type === type && source.trim() !== "") take(i, ++before);
  });
}

/** A text without what a formatter changes. */
function essence(source: string): string {
  return source.replace(/[ \t\n,'"()\\]/g, "");
}
