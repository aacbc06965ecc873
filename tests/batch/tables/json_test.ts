import { assertEquals } from "../../../lib/deps/assert.ts";
import { originOf } from "../../../lib/batch/row.ts";
import { readTable } from "../../../lib/batch/read_table.ts";
import { errorFor, plain, readContent, TableFolder } from "../table_file.ts";

Deno.test("readTable() keeps JSON values as they are, null too", async () => {
  const rows = [{ a: 1, b: "001", c: null, d: [1, { x: "=1+1" }], e: false }, {}];
  assertEquals(plain(await readContent("a.json", `\ufeff${JSON.stringify(rows)}`)), rows);
});

Deno.test("readTable() keeps the digits of ids that no number can hold", async () => {
  const text =
    '{"id": 12345678901234567890, "deep": [9007199254740993], "near": 9007199254740991, "x": 0.1234567890123456789}';
  const row = {
    id: "12345678901234567890",
    deep: ["9007199254740993"],
    near: 9007199254740991,
    x: 0.12345678901234568,
  };
  assertEquals(plain(await readContent("a.json", `[${text}]`)), [row]);
  assertEquals(plain(await readContent("a.jsonl", text)), [row]);
});

Deno.test("readTable() of JSON has no rows for an empty list", async () => {
  assertEquals(plain(await readContent("a.json", "[]")), []);
});

Deno.test("readTable() of NDJSON skips blank lines and knows the lines of its rows", async () => {
  using folder = new TableFolder({ "a.ndjson": '{"a":1}\r\n\r\n{"a":2}' });
  const rows = await readTable(folder.path("a.ndjson"));
  assertEquals(plain(rows), [{ a: 1 }, { a: 2 }]);
  assertEquals(rows.map(originOf), [
    { source: folder.path("a.ndjson"), row: 1, line: 1 },
    { source: folder.path("a.ndjson"), row: 2, line: 3 },
  ]);
});

Deno.test("readTable() of NDJSON reads lines across the pieces of a file", async () => {
  const rows = Array.from({ length: 30_000 }, (_, i) => ({ i, text: "ä".repeat(i % 60) }));
  assertEquals(plain(await readContent("a.ndjson", rows.map((row) => `${JSON.stringify(row)}\n`).join(""))), rows);
});

/** A file, and what is said of it after "cannot be read: ". */
const bad: [name: string, text: string, problem: string | RegExp][] = [
  ["a.json", "", "it is empty"],
  ["a.json", "{", /^it is no JSON: .*position 1/],
  ["a.json", '{"rows": []}', "found an object, accepted is a list of objects, one a row"],
  ["a.json", "5", "found 5, accepted is a list of objects, one a row"],
  [
    "a.json",
    '[{}, 5, [1], null, "x"]',
    "4 problems\n  - row 2: found 5, accepted is an object\n  - row 3: found a list, accepted is an object\n" +
    '  - row 4: found null, accepted is an object\n  - row 5: found the text "x", accepted is an object',
  ],
  ["a.ndjson", "\n \n", "it is empty"],
  [
    "a.ndjson",
    '{}\n\n[1]\n{"a":\n',
    /^2 problems\n {2}- row 2 \(line 3\): found a list.*\n {2}- row 3 \(line 4\): it is no JSON/,
  ],
];

for (const [name, text, problem] of bad) {
  Deno.test(`readTable() refuses ${name} with ${JSON.stringify(text)}`, async () => {
    const { code, message } = await errorFor(name, text);
    const found = message.replace(`The table ${name} cannot be read: `, "");
    assertEquals(code, "bad-table");
    if (typeof problem === "string") assertEquals(found, problem);
    else assertEquals(problem.test(found), true, found);
  });
}

Deno.test("readTable() tells which member of a JSON object holds the rows", async () => {
  assertEquals((await errorFor("a.json", '{"n": 1, "rows": []}')).hint, 'Make what "rows" holds the whole file');
});
