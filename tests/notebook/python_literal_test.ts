import { assertEquals } from "../../lib/deps/assert.ts";
import { maybePythonLiteral } from "../../lib/notebook/python_literal.ts";
import type { Json } from "../../lib/base/json.ts";

const literals: [text: string, value: Json | undefined][] = [
  ["'single'", "single"],
  [`"it's"`, "it's"],
  [String.raw`'a\n\'b\' \\ \d'`, "a\n'b' \\ \\d"],
  ["True", true],
  ["False", false],
  ["None", null],
  ["-1.5e3", -1500],
  [".5", 0.5],
  ["['a', 1, [None,]]", ["a", 1, [null]]],
  ["('a', 1)", ["a", 1]],
  ["('a')", "a"],
  ["('a',)", ["a"]],
  ["()", []],
  ["{'a': {'b': (1, 2)}, \"c\": 'd'}", { a: { b: [1, 2] }, c: "d" }],
  ["name", undefined],
  ["1 2", undefined],
  ["'open", undefined],
  ["[1", undefined],
  ["[1 2]", undefined],
  ["{1: 2}", undefined],
  ["{'a' 1}", undefined],
  ["", undefined],
  ["constructor", undefined],
  ["1e999", undefined],
];

for (const [text, value] of literals) {
  Deno.test(`maybePythonLiteral() reads ${text || "nothing"} as ${JSON.stringify(value)}`, () => {
    assertEquals(maybePythonLiteral(text), value);
  });
}
