import { assertEquals, assertMatch } from "../../lib/deps/assert.ts";
import { parseFlow } from "../../lib/notebook/parse_flow.ts";

const parametersCell = '// %% tags=["parameters"]\n';
const parse = (text: string) => parseFlow(text + "\n" + parametersCell, "file:///flows/x.ts");
const cellsOf = async (text: string) => (await parse(text)).cells.slice(0, -1);

Deno.test("splitCells() gives each cell as a notebook holds it, with its lines", async () => {
  const cells = await cellsOf(
    "const a = 1;\n\n// %% [markdown] Intro\n\n// # Head\n//\n//  - item\n//bare\nnotAComment;\n\n\n" +
      '// %% Load tags=["a", "b"] n=1\n\nconst b = `\n\n`;  \n\n// %% [raw]\n// text\n// %%\n',
  );
  assertEquals(cells, [
    { index: 0, type: "code", metadata: {}, tags: [], line: 1, source: "const a = 1;" },
    {
      index: 1,
      type: "markdown",
      title: "Intro",
      metadata: {},
      tags: [],
      markerLine: 3,
      line: 5,
      source: "# Head\n\n - item\nbare\nnotAComment;",
    },
    {
      index: 2,
      type: "code",
      title: "Load",
      metadata: { tags: ["a", "b"], n: 1 },
      tags: ["a", "b"],
      markerLine: 12,
      line: 14,
      source: "const b = `\n\n`;  ",
    },
    { index: 3, type: "raw", metadata: {}, tags: [], markerLine: 18, line: 19, source: "text" },
    { index: 4, type: "code", metadata: {}, tags: [], markerLine: 20, line: 21, source: "" },
  ]);
});

Deno.test("splitCells() makes no cell of comments before the first marker, but one of code", async () => {
  assertEquals(await cellsOf("// only\n/* comments */\n\n"), []);
  assertEquals(await cellsOf("// ---\n// title: x\n// ---\n\n// intro\n"), []);
  const [cell] = await cellsOf("// ---\n// title: x\n// ---\n\n// intro\nf();\n");
  assertEquals([cell.line, cell.source, cell.markerLine], [5, "// intro\nf();", undefined]);
});

Deno.test("splitCells() gives cells LF line ends whatever the file has", async () => {
  const [first, second] = await cellsOf("\uFEFF// %% A\r\nx;\r\ny;\r\n\r\n// %% [markdown]\r\n// a\r\n//\r\n// b\r\n");
  assertEquals([first.title, first.source, second.source], ["A", "x;\ny;", "a\n\nb"]);
});

Deno.test("splitCells() keeps U+2028 inside a text", async () => {
  const [cell] = await cellsOf("// %% A\nx = '\u2028';\ny;\n");
  assertEquals(cell.source, "x = '\u2028';\ny;");
});

const inside: Record<string, [text: string, warning: RegExp]> = {
  "a template literal": [
    "const a = `\n// %% x\n`;",
    /x\.ts:2\) stands inside the statement that starts on line 1.*one$/,
  ],
  "a block comment": ["/*\n// %% x\n*/", /x\.ts:2\) stands inside a block comment/],
  "a function": ["f();\nfunction a() {\n// %% x\n}", /x\.ts:3\) stands inside the statement that starts on line 2/],
  "a decorated class": ["@f\n// %% x\nclass A {}", /inside the statement that starts on line 1/],
  "an expression that goes on": ["const a = b\n// %% x\n.c", /x\.ts:2\) stands inside .* line 1.*semicolon$/],
  "an operation": ["const a = b\n// %% x\n- c", /stands inside .* line 1.*; if one should, end .* with a semicolon$/],
  "brackets": ["f(a,\n// %% x\n(b))", /x\.ts:2\) stands inside .* line 1/],
  "a function that is called": ["(() => {\na\n// %% x\n[b]\n})()", /x\.ts:3\) stands inside .* line 1/],
  "an if with else": ["if (a) b();\n// %% x\nelse c();", /inside the statement/],
  "a JSX-like type": ["type A =\n// %% x\n| B;", /inside the statement/],
};
for (const [where, [text, warning]] of Object.entries(inside)) {
  Deno.test(`splitCells() starts no cell inside ${where} and says so`, async () => {
    const { cells, header } = await parse(text);
    assertEquals(cells.filter(({ title }) => title === "x"), []);
    assertEquals(header.warnings.length, 1);
    assertMatch(header.warnings[0], warning);
  });
}

Deno.test("splitCells() starts a cell where only a semicolon of the statement before stands behind the marker", async () => {
  const cells = await cellsOf("const a = 1\n// %% x\n;[a].map(f)\n// %% y\n// c\n;(f)()\n");
  assertEquals(cells.map(({ title, source }) => [title, source]), [
    [undefined, "const a = 1"],
    ["x", ";[a].map(f)"],
    ["y", "// c\n;(f)()"],
  ]);
});

Deno.test("splitCells() warns of code in a Markdown cell and of metadata that cannot be read", async () => {
  const { header } = await parse("// %% [markdown]\n// text\nconst x = 1;\n// %% A tags=[a]\n");
  assertEquals(header.warnings, [
    "The markdown cell holds code (/flows/x.ts:3), which runs but belongs to no code cell",
    'The cell marker on /flows/x.ts:4 has metadata that cannot be read: "tags=[a]"',
  ]);
});

Deno.test("splitCells() takes one tag that is no list", async () => {
  assertEquals((await cellsOf('// %% tags="hide-output"\n'))[0].tags, ["hide-output"]);
});
