import { assertEquals } from "../../lib/deps/assert.ts";
import { columns, cutName, cutText, oneLine, padText, painter, plainText, textWidth } from "../../lib/cli/style.ts";

Deno.test("textWidth() counts columns, not characters, and no escape codes", () => {
  assertEquals(textWidth("abc"), 3);
  assertEquals(textWidth("東京"), 4);
  assertEquals(textWidth("e\u0301"), 1);
  assertEquals(textWidth("😀!"), 3);
  assertEquals(textWidth("\x1b[31mred\x1b[39m"), 3);
});

Deno.test("cutText() keeps text that fits and marks what it cuts, also in the middle of wide characters", () => {
  assertEquals(cutText("abcdef", 6), "abcdef");
  assertEquals(cutText("abcdefg", 6), "abcde…");
  assertEquals(cutText("東京大阪", 6), "東京…");
  assertEquals(cutText("abc", 0), "");
});

Deno.test("plainText() removes what moves cursors, sets titles, rings and turns text around, and keeps lines and tabs", () => {
  assertEquals(plainText("a\x1b[2Jb\x1b]0;title\x07c\x07d\u202ee\tf\r\ng\x1b"), "abcde\tf\ng");
  assertEquals(oneLine(" a\n b\x1b[1mc "), "a bc");
});

Deno.test("columns() aligns painted and wide cells and leaves no blanks at the ends", () => {
  const paint = painter(true);
  const text = columns([["東京", "1"], [paint("red", "a"), "100"], ["x"]], { right: [1], indent: " " });
  assertEquals(text, ` 東京    1\n ${paint("red", "a")}     100\n x\n`);
  assertEquals(columns([]), "");
});

Deno.test("painter() paints only where colours are welcome", () => {
  assertEquals(painter(false)("red", "a"), "a");
  assertEquals(painter(true)("red", "a"), "\x1b[31ma\x1b[39m");
  assertEquals(padText("a", 3, "right"), "  a");
});

Deno.test("cutName() keeps both ends of a name, as families of names differ at the end", () => {
  assertEquals(cutName("zone_with_a_long_name_am", 11), "zone_…me_am");
  assertEquals(cutName("zone_am", 7), "zone_am");
  assertEquals(cutName("zone_am", 2), "z…");
});
