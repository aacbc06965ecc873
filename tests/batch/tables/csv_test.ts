import { assert, assertAlmostEquals, assertEquals, fail } from "../../../lib/deps/assert.ts";
import { parse } from "../../../lib/deps/csv.ts";
import { fromFileUrl } from "../../../lib/deps/path.ts";
import { maybeStat } from "../../../lib/base/maybe_file.ts";
import { columnsOf } from "../../../lib/batch/columns.ts";
import { originOf } from "../../../lib/batch/row.ts";
import { readTable } from "../../../lib/batch/read_table.ts";
import { errorFor, plain, readContent } from "../table_file.ts";
import type { Row } from "../../../lib/batch/row.ts";

/** A file, and its rows. */
const cases: [name: string, text: string, rows: Row[]][] = [
  ["header only", "a,b\n", []],
  ["no line end at the end", "a,b\n1,2", [{ a: 1, b: 2 }]],
  ["CRLF", "a,b\r\n1,2\r\n", [{ a: 1, b: 2 }]],
  ["CR alone", "a,b\r1,2\r3,4\r", [{ a: 1, b: 2 }, { a: 3, b: 4 }]],
  ["a mark", "\ufeffa,b\n1,2\n", [{ a: 1, b: 2 }]],
  ["a mark before a quote", '\ufeff"a",b\n1,2\n', [{ a: 1, b: 2 }]],
  ["quotes", 'a,b\n"x,y","say ""hi"""\n', [{ a: "x,y", b: 'say "hi"' }]],
  ["line ends in quotes", 'a,b\n"x\ny","p\r\nq"\n', [{ a: "x\ny", b: "p\r\nq" }]],
  ["a quote inside of plain text", 'a,b\n5" pipe,x"y"\n', [{ a: '5" pipe', b: 'x"y"' }]],
  ["a quoted header", '"a b","c,d"\n1,2\n', [{ "a b": 1, "c,d": 2 }]],
  ["blanks around names", "a , b\n1,2\n", [{ a: 1, b: 2 }]],
  ["blank lines", "\n\na,b\n\n1,2\n  \n3,4\n\n", [{ a: 1, b: 2 }, { a: 3, b: 4 }]],
  ["records of separators alone", "a,b\n1,2\n,\n,,,,\n", [{ a: 1, b: 2 }]],
  ["a blank cell is not there", "a,b,c\n1,,x\n2, ,y\n3,4,\n", [{ a: 1, c: "x" }, { a: 2, c: "y" }, { a: 3, b: 4 }]],
  ["a quoted empty text in a column of text", 'a,b\nx,""\ny,\n"",z\n', [{ a: "x", b: "" }, { a: "y" }, {
    a: "",
    b: "z",
  }]],
  ["quoted empty texts alone", 'a,b\nx,""\n', [{ a: "x", b: "" }]],
  ["a quoted empty text in a column of numbers", 'a,b\n"1","x"\n"","y"\n', [{ a: 1, b: "x" }, { b: "y" }]],
  ["semicolons", 'a;"b,c";d\n1;x,y;0,5\n', [{ a: 1, "b,c": "x,y", d: "0,5" }]],
  ["a comma wins", "a,b;c\n1,2;3\n", [{ a: 1, "b;c": "2;3" }]],
  ["tabs by another name", "a\tb\n1\tx y\n", [{ a: 1, b: "x y" }]],
  ["one column", "a\n1\n2\n", [{ a: 1 }, { a: 2 }]],
  ["codes", "zip,id,hex\n001,12345678901234567890,0x10\n100,5,0x11\n", [
    { zip: "001", id: "12345678901234567890", hex: "0x10" },
    { zip: "100", id: "5", hex: "0x11" },
  ]],
  ["numbers", "a,b,c,d\n-0.5,1e5,-0,1.50\n", [{ a: -0.5, b: 100000, c: 0, d: 1.5 }]],
  ["booleans", "a,b,c\ntrue,TRUE,true\nfalse,False,yes\n", [
    { a: true, b: true, c: "true" },
    { a: false, b: false, c: "yes" },
  ]],
  ["one text makes a column text", "a\n1\n2\nNA\n", [{ a: "1" }, { a: "2" }, { a: "NA" }]],
  ["blank columns that a spreadsheet left at the end", 'a,b,,\n1,2,,\n3,4,"", \n,,,\n', [{ a: 1, b: 2 }, {
    a: 3,
    b: 4,
  }]],
  ["formulas are data", "a,b,c,d\n=1+1,+49,-x,@cmd\n", [{ a: "=1+1", b: "+49", c: "-x", d: "@cmd" }]],
  ["other scripts", "größe,名\n1,東京🗼\n", [{ größe: 1, 名: "東京🗼" }]],
];

for (const [name, text, rows] of cases) {
  Deno.test(`readTable() of a CSV file: ${name}`, async () => {
    assertEquals(plain(await readContent("a.csv", text)), rows);
  });
}

Deno.test("readTable() of a TSV file takes commas for text", async () => {
  assertEquals(plain(await readContent("a.tsv", "a,b\tc\n1,5\t2\n")), [{ "a,b": "1,5", c: 2 }]);
});

Deno.test("readTable() states the types of CSV columns", async () => {
  const rows = await readContent("a.csv", 'period,max,on,note,code\nam,500,true,,001\npm,,false,,"2"\n');
  assertEquals(
    columnsOf(rows).map(({ name, type }) => `${name}: ${type}`).join(", "),
    "period: text, max: number, on: boolean, note: blank, code: text",
  );
});

for (const [encoding, mark] of [["utf-16le", [0xff, 0xfe]], ["utf-16be", [0xfe, 0xff]]] as const) {
  Deno.test(`readTable() reads CSV in ${encoding} with a mark`, async () => {
    const units = [..."a,b\r\nä,2\r\n"].map((character) => character.charCodeAt(0));
    const bytes = units.flatMap((unit) => mark[0] === 0xff ? [unit & 255, unit >> 8] : [unit >> 8, unit & 255]);
    assertEquals(plain(await readContent("a.csv", new Uint8Array([...mark, ...bytes]))), [{ a: "ä", b: 2 }]);
  });
}

/** A file, and what is said of it. */
const bad: [name: string, text: string | Uint8Array, message: string][] = [
  ["an empty file", "", "The table a.csv cannot be read: it is empty"],
  ["a file of blanks", " \n\n", "The table a.csv cannot be read: it is empty"],
  ["a mark alone", "\ufeff", "The table a.csv cannot be read: it is empty"],
  [
    "ragged rows",
    'a,b,c\n1,2,3\n"x\ny",2\n1,2,3,4\n',
    "The table a.csv cannot be read: 2 problems\n" +
    "  - row 2 (line 3): found 2 fields, expected 3\n" +
    "  - row 3 (line 5): found 4 fields, expected 3",
  ],
  [
    "a name twice and a column without name",
    "a,b,a,\n1,2,3,4\n",
    'The table a.csv cannot be read: 2 problems\n  - line 1: two columns are named "a"\n' +
    "  - row 1 (line 2): found a value in column 4, which has no name",
  ],
  [
    "text after a closing quote",
    'a,b\n1,"x"y\n',
    'The table a.csv cannot be read: 1 problem\n  - row 1 (line 2), column "b": found text after the closing quote',
  ],
  [
    "a quote that is never closed",
    'a,b\n1,"x\n2,y\n',
    "The table a.csv cannot be read: line 2: a quote opens here and is never closed",
  ],
  [
    "a quote that opens after others on a later line",
    'a,b\n"1\n1","x\n2,y\n',
    "The table a.csv cannot be read: line 3: a quote opens here and is never closed",
  ],
  [
    "bytes that are no UTF-8",
    new Uint8Array([97, 10, 98, 10, 0xe4, 10]),
    "The table a.csv cannot be read: line 3: found bytes that are no UTF-8 text",
  ],
  [
    "a character cut at the end",
    new Uint8Array([97, 10, 98, 0xc3]),
    "The table a.csv cannot be read: line 2: found bytes that are no UTF-8 text",
  ],
  [
    "UTF-16 without a mark",
    new Uint8Array([97, 0, 44, 0, 98, 0, 10, 0]),
    "The table a.csv cannot be read: it is not text, or UTF-16 without a mark",
  ],
];

for (const [name, text, message] of bad) {
  Deno.test(`readTable() refuses a CSV file with ${name}`, async () => {
    const error = await errorFor("a.csv", text);
    assertEquals([error.code, error.message], ["bad-table", message]);
  });
}

Deno.test("readTable() names the first problems of many and counts the others", async () => {
  const { message } = await errorFor("a.csv", "a,b\n" + "1,2,3\n".repeat(1000));
  assertEquals(message.split("\n").length, 22);
  assert(message.startsWith("The table a.csv cannot be read: 1000 problems") && message.endsWith("and 980 more"));
});

/** Files on whose fields this reader and @std/csv must agree. */
const corpus = [
  'a,b\n1,"2"\n',
  'a,b\n"",""\nx,y\n',
  'a,b\n"a""b","""x"""\n"""",y\n',
  'a,b\r\n"x,\r\ny",z\r\n',
  "a,b\n x , y \n",
  "a,b\n,x\nx,\n",
  'a,b\n"\n\n","\n"\n',
  "a,b\nä,🗼\n",
  'a,b\n"x",""\n"y","z"',
  `a,b\n${"x".repeat(5000)},"${"y\n".repeat(5000)}"\n`,
];

for (const [i, text] of corpus.entries()) {
  Deno.test(`readTable() and @std/csv agree on the fields of file ${i + 1}`, async () => {
    const [header, ...records] = parse(text);
    const rows = await readContent("a.csv", text);
    const fields = rows.map((row) =>
      header.map((name) => (originOf(row)!.texts![name] ?? "").replaceAll("\r\n", "\n"))
    );
    const blank = records.map((record) =>
      record.map((field) => field.trim() === "" && !field.includes("\n") ? "" : field)
    );
    assertEquals(fields, blank);
  });
}

Deno.test("readTable() reads what a writer of random tables wrote, wherever the pieces of the file end", async () => {
  const seed = 20240105;
  let state = seed;
  const random = (below: number) => (state = (state * 1103515245 + 12345) % 2 ** 31) % below;
  const parts = ["x", '"', ",", "\n", "\r\n", "ä", "🗼", " ", "=", "0"];
  const cell = () => `t${Array.from({ length: random(30) }, () => parts[random(parts.length)]).join("")}`;
  // More than two pieces of a megabyte.
  const rows = Array.from({ length: 30_000 }, () => ({ a: cell(), b: cell(), c: cell() }));
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const lines = rows.map(({ a, b, c }) => [a, b, c].map(quoted).join(","));
  const read = await readContent("a.csv", `a,b,c\n${lines.join("\n")}\n`);
  assertEquals(read.length, rows.length, `seed ${seed}`);
  let line = 2;
  for (const [i, row] of read.entries()) {
    if (row.a !== rows[i].a || row.b !== rows[i].b || row.c !== rows[i].c) assertEquals(plain([row]), [rows[i]]);
    if (originOf(row)!.line !== line) assertEquals(originOf(row)!.line, line);
    line += lines[i].split("\n").length;
  }
});

Deno.test("readTable() reads a million rows", async () => {
  const rows = await readContent("a.csv", `id,n\n${Array.from({ length: 1e6 }, (_, i) => `r${i},${i}\n`).join("")}`);
  assertEquals(rows.length, 1e6);
  assertEquals({ ...originOf(rows[999_999]), source: "" }, {
    source: "",
    row: 1_000_000,
    line: 1_000_001,
    texts: { id: "r999999", n: "999999" },
  });
});

const realTables = ["airports.csv", "birdstrikes.csv", "github.csv", "stocks.csv", "unemployment.tsv", "zipcodes.csv"];

for (const name of realTables) {
  Deno.test(`readTable() and @std/csv agree on ${name} of vega-datasets`, async () => {
    const { default: text } = await import(`npm:vega-datasets@2.11.0/data/${name}`, { with: { type: "text" } });
    const [header, ...records] = parse(text, { separator: name.endsWith(".tsv") ? "\t" : "," });
    const rows = await readContent(name, text);
    assertEquals(rows.length, records.length);
    for (const [i, row] of rows.entries()) {
      const { texts } = originOf(row)!;
      const fields = header.map((column) => texts![column] ?? "");
      if (fields.join("\n") !== records[i].join("\n")) assertEquals(fields, records[i], `row ${i + 1}`);
      for (const [column, value] of Object.entries(row)) {
        if (typeof value === "number" && Number(texts![column]) !== value) fail(`${value} is not ${texts![column]}`);
      }
    }
  });
}

Deno.test("readTable() keeps zip codes as text and coordinates as numbers", async () => {
  const { default: text } = await import("npm:vega-datasets@2.11.0/data/zipcodes.csv", { with: { type: "text" } });
  const rows = await readContent("zipcodes.csv", text);
  assertEquals(columnsOf(rows).map(({ name, type }) => `${name}: ${type}`), [
    "zip_code: text",
    "latitude: number",
    "longitude: number",
    "city: text",
    "state: text",
    "county: text",
  ]);
  assertEquals(rows[0].zip_code, "00501");
});

const wine = new URL("../../../../shared/data/wine.csv", import.meta.url);

Deno.test({
  name: "readTable() reads the wine data",
  ignore: maybeStat(fromFileUrl(wine)) === undefined,
  async fn() {
    const rows = await readTable(wine);
    const red = rows.filter((row) => row.color === "red").map((row) => row.quality as number);
    assertEquals([rows.length, red.length], [6497, 1599]);
    assertAlmostEquals(red.reduce((sum, quality) => sum + quality) / red.length, 5.636, 0.001);
  },
});
