import { assertEquals } from "../../../lib/deps/assert.ts";
import { diffTexts } from "../../../lib/batch/comparison/text_diff.ts";

Deno.test("diffTexts() gives the lines that differ with three neighbours, and counts them", async () => {
  const before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
  const diff = await diffTexts(before, before.replace("6\n", "six\nsix and a half\n"));
  assertEquals(diff, {
    added: 2,
    removed: 1,
    hunks: [{
      oldStart: 3,
      oldLines: 7,
      newStart: 3,
      newLines: 8,
      lines: [" 3", " 4", " 5", "-6", "+six", "+six and a half", " 7", " 8", " 9"],
    }],
  });
});

Deno.test("diffTexts() has no hunks for equal texts, and says when only the end of the last line differs", async () => {
  assertEquals((await diffTexts("a\n", "a\n"))?.hunks, []);
  assertEquals((await diffTexts("a", "a\n"))?.hunks[0].lines, ["-a", "\\ No newline at end of file", "+a"]);
});

Deno.test("diffTexts() gives up on long texts that have hardly a line in common", async () => {
  const lines = (word: string) => Array.from({ length: 6000 }, (_, i) => `${word} ${i}\n`).join("");
  assertEquals(await diffTexts(lines("a"), lines("b")), undefined);
});
