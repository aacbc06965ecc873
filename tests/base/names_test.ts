import { assert, assertEquals, assertStringIncludes, assertThrows } from "../../lib/deps/assert.ts";
import { DuctaflowError } from "../../lib/base/error.ts";
import { checkName, nameProblem, suggestName } from "../../lib/base/names.ts";

const good = [
  "a",
  "A1",
  "_x",
  "am_short",
  "2026-01-02",
  "a.b",
  "x=1+y",
  "a".repeat(100),
  "console",
  "com10",
  "auxiliary",
];

/** The list of reliability.md §4, each with what the message must say. */
const bad: [name: string, reason: string][] = [
  ["", "empty"],
  [".", "starts with a dot"],
  ["..", "starts with a dot"],
  [".hidden", "starts with a dot"],
  ["../up", "starts with a dot"],
  ["-rf", "starts with a dash"],
  ["a/b", `"/"`],
  ["a\\b", `"\\"`],
  ["a,b", `","`],
  ["a b", "contains a space"],
  ["a ", "contains a space"],
  ["a\0", `"U+0000"`],
  ["a\nb", `"U+000A"`],
  ["a:b", `":"`],
  ['a*?"<>|', `"*"`],
  ["a%2e%2e", `"%"`],
  ["ä", `"ä"`],
  ["a\u0308", `"ä"`],
  ["a\u202eb", `"U+202E"`],
  ["a\u200bb", `"U+200B"`],
  ["a\ufeffb", `"U+FEFF"`],
  ["a\ud800", "U+D800"],
  ["😀", `"😀"`],
  ["ＣＯＮ", `"Ｃ"`],
  ["COM¹", `"¹"`],
  ["LPT³.txt", `"³"`],
  ["CLOCK$", `"$"`],
  ["+x", "starts with a sign"],
  ["=cmd", "starts with a sign"],
  ["a.", "ends with a dot"],
  ["a...", "ends with a dot"],
  ["CON", "Windows"],
  ["con", "Windows"],
  ["Con.txt", "Windows"],
  ["prn", "Windows"],
  ["aux.tar.gz", "Windows"],
  ["NUL", "Windows"],
  ["com0", "Windows"],
  ["COM9.log", "Windows"],
  ["lpt1", "Windows"],
  ["a".repeat(101), "101 characters"],
  ["a".repeat(300), "300 characters"],
];

Deno.test("nameProblem() takes names that are safe on every system", () => {
  for (const name of good) assertEquals(nameProblem(name), undefined, name);
});

Deno.test("case 58: bad names are refused with the reason and a name that could be used", () => {
  for (const [name, reason] of bad) {
    const error = assertThrows(() => checkName("instance", name), DuctaflowError);
    assertStringIncludes(error.message, reason, JSON.stringify(name));
    assertEquals(error.code, "bad-name");
    const suggestion = /letters, digits and any of \._=\+- \(for example "(.*)"\)$/.exec(error.hint ?? "")?.[1];
    assert(suggestion !== undefined, error.hint);
    assertEquals(nameProblem(suggestion), undefined, `${JSON.stringify(name)} -> ${suggestion}`);
  }
});

Deno.test("nameProblem() refuses what is not text", () => {
  for (const value of [undefined, null, 1, true, ["a"], { toString: () => "a" }]) {
    assertEquals(nameProblem(value), "it is not text");
  }
});

Deno.test("checkName() returns a good name and cuts a long one in its message", () => {
  assertEquals(checkName("step", "delay"), "delay");
  const error = assertThrows(() => checkName("step", "x".repeat(5000)), DuctaflowError);
  assert(error.message.length < 200);
  assertStringIncludes(error.message, "The step name");
});

Deno.test("suggestName() keeps a name readable", () => {
  assertEquals(suggestName("Zürich Flughafen (2026)"), "Zurich_Flughafen_2026");
  assertEquals(suggestName("a/b, c"), "a_b_c");
  assertEquals(suggestName("CON"), "run_CON");
  assertEquals(suggestName("日本"), "run");
  assertEquals(suggestName("ﬁle"), "file");
});

Deno.test("checkName() says in its message which name could be used: nobody sees the hint of an error that is not caught", () => {
  const error = assertThrows(() => checkName("workflow", "Wine Ratings"), DuctaflowError);
  assertEquals(
    error.message,
    'The workflow name "Wine Ratings" cannot be used: it contains a space; "Wine_Ratings" can',
  );
});
