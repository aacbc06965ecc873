import { assertEquals } from "../../lib/deps/assert.ts";
import { applySplices } from "../../lib/notebook/edits.ts";
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
