import { assertEquals } from "../../lib/deps/assert.ts";
import { applySplices, type Splice } from "../../lib/notebook/edits.ts";
import { linesOf } from "../../lib/notebook/lines.ts";
import { originalColumn } from "../../lib/step/host/errors.ts";

function changed(text: string, splices: Splice[]) {
  const { source, edits } = applySplices(linesOf(text), splices);
  return {
    source,
    edits: edits.map(({ line, column, inserted }): [number, number, number] => [line, column, inserted]),
  };
}

Deno.test("originalColumn() finds the place of every kept character, and of added ones where they were added", () => {
  // Original `abcdef`; `b` becomes `XYZ`, `PQ` is added before `e`, `f` is removed.
  const { source, edits } = changed("abcdef", [
    { start: 1, end: 2, text: "XYZ" },
    { start: 4, end: 4, text: "PQ" },
    { start: 5, end: 6, text: "" },
  ]);
  assertEquals(source, "aXYZcdPQe");
  const columns = [...source].map((_, i) => originalColumn(edits, 1, i + 1));
  assertEquals(columns, [1, 2, 2, 2, 3, 4, 5, 5, 5]);
  assertEquals(originalColumn(edits, 1, 10), 7);
  assertEquals(originalColumn(edits, 2, 3), 3);
});

Deno.test("originalColumn() finds the place behind a replacement by something shorter", () => {
  const { source, edits } = changed("abcdefgh", [{ start: 1, end: 7, text: "X" }]);
  assertEquals(source, "aXh");
  assertEquals([1, 2, 3].map((column) => originalColumn(edits, 1, column)), [1, 2, 8]);
});
