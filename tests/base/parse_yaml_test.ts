import { assertEquals, assertThrows } from "../../lib/deps/assert.ts";
import { parseYaml } from "../../lib/base/parse_yaml.ts";

const values: [text: string, value: unknown][] = [
  ["010", 10],
  ["-010", -10],
  ["+012", 12],
  ["00", 0],
  ["0b11", "0b11"],
  ["1_000", "1_000"],
  ["1_0.5", "1_0.5"],
  ["0x1F", 31],
  ["0x1_F", "0x1_F"],
  ["-0x1", "-0x1"],
  ["1e3", 1000],
  [".5", 0.5],
  ["12:30", "12:30"],
  ["yes", "yes"],
  ["on", "on"],
  ["2020-01-01", "2020-01-01"],
  ["TRUE", true],
  ["~", null],
  [`"010"`, "010"],
  ["'1_000'", "1_000"],
  [".inf", Infinity],
  [`{"a": [1, 1.5e3, true, null, "x"]}`, { a: [1, 1500, true, null, "x"] }],
];
for (const [text, value] of values) {
  Deno.test(`parseYaml() reads ${text} as YAML 1.2 does`, () => {
    assertEquals(parseYaml(text), value);
    assertEquals(parseYaml(`a: ${text}\nb: [${text}, 0b1]\n`), { a: value, b: [value, "0b1"] });
  });
}

Deno.test("parseYaml() keeps aliases, nested values and odd keys", () => {
  const { first, second, list } = parseYaml("first: &x { n: 007 }\nsecond: *x\nlist: [[08], { __proto__: 010 }]\n") as {
    first: object;
    second: object;
    list: [unknown, object];
  };
  assertEquals([first, first === second], [{ n: 7 }, true]);
  // The parser takes it for no number, and a text in quotes looks the same.
  assertEquals(list[0], ["08"]);
  assertEquals(Object.getOwnPropertyDescriptor(list[1], "__proto__")?.value, 10);
  assertEquals(Object.getPrototypeOf(list[1]), Object.prototype);
});

Deno.test("parseYaml() says where a text is no YAML", () => {
  assertThrows(() => parseYaml("a: 010\nb: [1"), SyntaxError, "line");
});
