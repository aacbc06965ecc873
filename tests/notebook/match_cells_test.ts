import { assertEquals } from "../../lib/deps/assert.ts";
import { matchCells } from "../../lib/notebook/match_cells.ts";

const cell = (source: string, cell_type: "code" | "markdown" = "code") => ({ cell_type, source });
const cases: Record<string, [cells: string[], old: string[], matches: (number | undefined)[]]> = {
  "the same in order": [["a", "b", "a"], ["a", "b", "a"], [0, 1, 2]],
  "formatted anew": [['f("a",)'], ["x", "f( 'a' )"], [1]],
  "moved": [["c", "a", "b"], ["a", "b", "c"], [2, 0, 1]],
  "removed": [["b"], ["a", "b"], [1]],
  "added": [["a", "new", "b"], ["a", "b"], [0, undefined, 1]],
  "edited in place": [["a", "edited", "c"], ["a", "b", "c"], [0, 1, 2]],
  "split": [["first", "second"], ["first\nsecond"], [undefined, 0]],
  "empty cells": [["", "x"], ["x", ""], [1, 0]],
};
for (const [what, [cells, old, matches]] of Object.entries(cases)) {
  Deno.test(`matchCells() finds cells again: ${what}`, () => {
    assertEquals(matchCells(cells.map((source) => cell(source)), old.map((source) => cell(source))), matches);
  });
}

Deno.test("matchCells() never matches cells of different types", () => {
  assertEquals(matchCells([cell("a", "markdown")], [cell("a")]), [undefined]);
});
