import { assertEquals, assertStringIncludes } from "../../../lib/deps/assert.ts";
import { originOf } from "../../../lib/batch/row.ts";
import { errorFor, plain, readContent } from "../table_file.ts";

Deno.test("readTable() of YAML keeps dates and codes as text and leaves blank values out", async () => {
  const text = `# scenarios
- zip: 001
  day: 2024-01-05
  share: 1.50
  plus: +5
  hex: 0x10
  id: 12345678901234567890
  on: true
  no: no
  quoted: "12"
  blank:
  none: null
  deep: { codes: [007, 7], note: x }
- &base { zone: L2 }
- zone: =1+1
  copy: *base
`;
  assertEquals(plain(await readContent("a.yaml", text)), [
    {
      zip: "001",
      day: "2024-01-05",
      share: 1.5,
      plus: "+5",
      hex: "0x10",
      id: "12345678901234567890",
      on: true,
      no: "no",
      quoted: "12",
      none: null,
      deep: { codes: ["007", 7], note: "x" },
    },
    { zone: "L2" },
    { zone: "=1+1", copy: { zone: "L2" } },
  ]);
});

Deno.test("originOf() tells the texts of what YAML takes for numbers and booleans", async () => {
  const [row] = await readContent("a.yml", '- {zip: 001, share: 1.50, on: True, name: x, quoted: "12"}\n');
  assertEquals(originOf(row)?.texts, { zip: "001", share: "1.50", on: "True" });
  assertEquals(originOf({ ...row, share: 2 })?.texts, { zip: "001", on: "True" });
});

Deno.test("readTable() of YAML takes a number that is tagged as text for text", async () => {
  const [row] = await readContent("a.yaml", "- a: 7\n  b: !!str 5\n");
  assertEquals(plain([row]), [{ a: 7, b: "5" }]);
  assertEquals(originOf(row)?.texts, { a: "7" });
});

const bad: [text: string, problem: string][] = [
  ["", "it is empty"],
  ["# nothing\n", "found nothing, accepted is a list of maps, one a row"],
  ["a: 1\n", "found a map, accepted is a list of maps, one a row"],
  ["- a: 1\n- 5\n- [1]\n", '2 problems\n  - row 2: found the value "5", accepted is a map\n  - row 3: found a list'],
  ["- a: 1\n  a: 2\n", "it is no YAML: Cannot store mapping pair: duplicated key at line 2"],
  ["- a: [1\n", "it is no YAML: "],
  ["- {a: 1, b: .nan}\n", 'row 1, column "b": found the number NaN, which JSON cannot hold'],
  ["- a: &x [*x]\n", 'row 1, column "a": found a reference back to an object that contains it at [0]'],
];

for (const [text, problem] of bad) {
  Deno.test(`readTable() refuses YAML with ${JSON.stringify(text)}`, async () => {
    const { code, message } = await errorFor("a.yaml", text);
    assertEquals(code, "bad-table");
    assertStringIncludes(message, problem);
  });
}
