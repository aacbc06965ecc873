import { assertEquals } from "../../lib/deps/assert.ts";
import { applySplices, originalColumn } from "../../lib/notebook/edits.ts";
import { linesOf } from "../../lib/notebook/lines.ts";

Deno.test("applySplices() keeps the order of what is added at one place", () => {
  const splices = [
    { start: 4, end: 4, text: "C" },
    { start: 1, end: 1, text: "A" },
    { start: 1, end: 3, text: "B" },
  ];
  const { source, edits } = applySplices(linesOf("ab\ncd"), [{ start: 4, end: 4, text: "C" }]);
  assertEquals([source, edits], ["ab\ncCd", [{ line: 2, column: 2, inserted: 1 }]]);
  assertEquals(applySplices(linesOf("abcde"), splices), {
    source: "aABdCe",
    edits: [
      { line: 1, column: 2, inserted: 1 },
      { line: 1, column: 2, inserted: 1 },
      { line: 1, column: 2, inserted: -2 },
      { line: 1, column: 5, inserted: 1 },
    ],
  });
});

Deno.test("applySplices() does not count a BOM as a column", () => {
  const { source, edits } = applySplices(linesOf("\uFEFFab"), [{ start: 2, end: 2, text: "X" }]);
  assertEquals([source, edits], ["\uFEFFaXb", [{ line: 1, column: 2, inserted: 1 }]]);
});

Deno.test("originalColumn() finds the place of every kept character, and of added ones where they were added", () => {
  // Original `abcdef`; `b` becomes `XYZ`, `PQ` is added before `e`, `f` is removed.
  const { source, edits } = applySplices(linesOf("abcdef"), [
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
  const { source, edits } = applySplices(linesOf("abcdefgh"), [{ start: 1, end: 7, text: "X" }]);
  assertEquals(source, "aXh");
  assertEquals([1, 2, 3].map((column) => originalColumn(edits, 1, column)), [1, 2, 8]);
});
