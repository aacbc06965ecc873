import { assert, assertEquals, assertMatch, assertRejects } from "../../lib/deps/assert.ts";
import { DuctaflowError } from "../../lib/base/error.ts";
import { convertToNotebook, convertToText } from "../../lib/notebook/convert.ts";
import { parseNotebook } from "../../lib/notebook/parse_notebook.ts";
import { jupytextReads } from "./jupytext_model.ts";
import type { Notebook, NotebookCell } from "../../lib/notebook/ipynb.ts";

const url = "file:///flows/x.ts";
const bare = { jupytext: { notebook_metadata_filter: "-all" } };

function code(source: string, metadata: NotebookCell["metadata"] = {}): NotebookCell {
  return { id: "", cell_type: "code", metadata, source, outputs: [], execution_count: null };
}

function notebookOf(cells: NotebookCell[], metadata: Notebook["metadata"] = bare): Notebook {
  return { nbformat: 4, nbformat_minor: 5, metadata, cells: cells.map((cell, i) => ({ ...cell, id: `c${i}` })) };
}

async function textOf(...cells: NotebookCell[]): Promise<string> {
  return (await convertToText(notebookOf(cells), { url })).text;
}

/**
 * As Jupytext was seen to write markers that it had read, but for bare keys: it writes them behind the title, and would
 * read them as part of that.
 */
const rewritten: [read: string, written: string][] = [
  [
    '// %% My title tags=["a","b"] foo=1 bar={"x": [1, 2]} flag=true nul',
    '// %% My title tags=["a", "b"] nul foo=1 bar={"x": [1, 2]} flag=true',
  ],
  ["// %% [markdown] My title after", "// %% My title after [markdown]"],
  ["//%% x", "// %% x"],
  ["//   %%   x", "// %% x"],
  ["  // %% x", "// %% x"],
  ["// %%%% sub", "// %%%% sub"],
  ["// %% [md]", "// %% [md]"],
  ["// %% x [md]", "// %% x [md]"],
  ['// %% [markdown] tags=["x"] {"a": 1}', '// %% [markdown] tags=["x"] {"a": 1}'],
  ["// %% key='single' n=None t=True", '// %% key="single" n t=true'],
  ["// %% .cls a.b/c@d=1", "// %% .cls a.b/c@d=1"],
];
for (const [read, written] of rewritten) {
  Deno.test(`convertToText() writes as Jupytext does what it read as: ${read}`, async () => {
    const { notebook } = await convertToNotebook(`${read}\n//\n`, url);
    const { text } = await convertToText(parseNotebook(JSON.stringify(notebook), "x"), { url });
    assertEquals(text.split("\n")[0], written);
  });
}

Deno.test("convertToNotebook() counts blank lines as Jupytext does", async () => {
  const { notebook } = await convertToNotebook(
    "// %% one\na\n\n// %% two\nb\n\n\n// %% three\nb\n\n\n\n// %% none\nc\n// %% end\nd\n\n",
    url,
  );
  const seen = notebook.cells.map(({ source, metadata }) => [source, metadata.lines_to_next_cell]);
  assertEquals(seen, [["a", undefined], ["b", 2], ["b\n\n", undefined], ["c", 0], ["d", 2]]);
});

Deno.test("convertToNotebook() keeps the header as a raw cell, and Jupytext's part of it as metadata", async () => {
  const { notebook } = await convertToNotebook(
    "#!/usr/bin/env -S deno run\n// -*- coding: utf-8 -*-\n// ---\n// title: ü\n// jupyter:\n//   toc: {depth: 2}\n//   kernelspec:\n" +
      "//     name: other\n//     display_name: Other\n// timeout: 2m\n// ---\n\n// %%\na\n",
    url,
  );
  assertEquals(notebook.cells[0].source, "---\ntitle: ü\ntimeout: 2m\n---");
  const { toc, kernelspec, jupytext } = notebook.metadata;
  assertEquals([toc, kernelspec], [{ depth: 2 }, { name: "other", display_name: "Other" }]);
  assertEquals(jupytext, { executable: "/usr/bin/env -S deno run", encoding: "// -*- coding: utf-8 -*-" });
  const { text } = await convertToText(notebook, { url });
  assert(
    text.startsWith(
      "#!/usr/bin/env -S deno run\n// -*- coding: utf-8 -*-\n// ---\n// title: ü\n// timeout: 2m\n// jupyter:\n",
    ),
  );
  assertMatch(text, /\/\/ {3}kernelspec:\n\/\/ {5}display_name: Other\n\/\/ {5}name: other\n\/\/ ---\n\n\/\/ %%\n/);
});

Deno.test("convertToText() writes Jupytext's header for a notebook from Jupyter, its keys sorted", async () => {
  const kernelspec = { name: "deno", language: "typescript", display_name: "Deno" };
  const { text } = await convertToText(notebookOf([code("a")], { kernelspec, language_info: { name: "typescript" } }), {
    url,
  });
  assertEquals(
    text,
    `// ---
// jupyter:
//   jupytext:
//     text_representation:
//       extension: .ts
//       format_name: percent
//       format_version: '1.3'
//   kernelspec:
//     display_name: Deno
//     language: typescript
//     name: deno
// ---

// %%
a
`,
  );
});

Deno.test("cells that are active in one of both only are comments in the other, or raw", async () => {
  const text = '// %% active="ipynb"\n// onlyInNotebook();\n\n// %% tags=["active-ts"]\nonlyInText();\n';
  const { notebook } = await convertToNotebook(text, url);
  assertEquals(notebook.cells.map(({ cell_type, source }) => [cell_type, source]), [
    ["code", "onlyInNotebook();"],
    ["raw", "onlyInText();"],
  ]);
  assertEquals((await convertToText(notebook, { url })).text, text);
});

/** What Jupytext would read differently, and how it is written instead. */
const escaped: Record<string, [source: string, written: string]> = {
  "a marker in a template": ["x`a`;\nconst t = `\n// %% x\n`;", "x`a`;\nconst t = `\n/\\/ %% x\n`;"],
  "a marker in a block comment": ["/*\n// %% x\n*/", "/*\n/// %% x\n*/"],
  "a marker that is a comment": ["f();\n  // %% x\ng();", "f();\n  /// %% x\ng();"],
  "a comment like a command": ["// %ls\nf();", "/// %ls\nf();"],
  "a line separator in a text": ["f('a\u2028b');", "f('a\\u2028b');"],
};
for (const [what, [source, written]] of Object.entries(escaped)) {
  Deno.test(`convertToText() writes ${what} in another way that means the same, and says so`, async () => {
    const { text, warnings } = await convertToText(notebookOf([code(source), code("last")]), { url });
    assertEquals(text, `// %%\n${written}\n\n// %%\nlast\n`);
    assertEquals(jupytextReads(text).map(({ source }) => source), [written, "last"]);
    assertEquals(warnings.length, 1);
    assertMatch(warnings[0], /^In cell 1, its (line|character) .* and is now written differently$/);
  });
}

Deno.test("convertToText() gives Markdown that looks like a marker a backslash", async () => {
  const cell: NotebookCell = { id: "", cell_type: "markdown", metadata: {}, source: "%% a\nIn[3]:\n%%b" };
  assertEquals(await textOf(cell), "// %% [markdown]\n// \\%% a\n// In\\[3]:\n// %%b\n");
});

const refused: Record<string, [cells: NotebookCell[], message: RegExp]> = {
  "a tagged template with a marker": [
    [code("String.raw`\n// %% x\n`")],
    /; cell 1: its line "\/\/ %% x" would start a cell/,
  ],
  "a triple quote": [[code('/"""/')], /; cell 1: """ or ''' in it hides the cells behind it/],
  "statements that become one": [
    [code("a", { title: "A" }), code("(b)")],
    /; cell 2: in one file it goes on with the last statement of cell 1 "A"; end that with a semicolon$/,
  ],
  "two cells at once": [[code("`'''`"), code("`'''`")], /as text:\n- cell 1: .*\n- cell 2: /],
};
for (const [what, [cells, message]] of Object.entries(refused)) {
  Deno.test(`convertToText() refuses ${what}`, async () => {
    const error = await assertRejects(() => textOf(...cells), DuctaflowError);
    assertEquals(error.code, "notebook-unsafe");
    assertMatch(error.message, message);
  });
}

Deno.test("convertToText() warns of cells that are no module together", async () => {
  const { warnings } = await convertToText(notebookOf([code("const a = 1;"), code("const a = 2;")]), { url });
  assertMatch(
    warnings.join(),
    /^The text cannot run as it is\. The flow has a syntax error \(.*x\.ts:5:7, in cell 2\)/,
  );
});

Deno.test("convertToText() keeps what was unsafe before, with a warning", async () => {
  const previous = 'const r = /"""/;\n\n// %% B\nf();\n';
  const { notebook } = await convertToNotebook(previous, url);
  notebook.cells[1].source = "g();";
  const { text, warnings } = await convertToText(notebook, { url, previous });
  assertEquals(text, 'const r = /"""/;\n\n// %% B\ng();\n');
  assertMatch(warnings.join(), /^Jupytext reads cell 1 differently: """/);
});

Deno.test("convertToText() leaves out the cells that a run added", async () => {
  const cells = [code("1"), code("2", { tags: ["injected-parameters"] }), code("3", { ductaflow: { role: "config" } })];
  assertEquals(await textOf(...cells), "// %%\n1\n");
});

Deno.test("imports and import.meta mean the same from a notebook in another folder, and come back", async () => {
  const text =
    '// %%\nimport a from "../lib/a.ts";\nexport * from "/abs.ts";\nimport.meta.resolve("./y");\nawait import("./b.ts");\n';
  const notebookUrl = "file:///runs/s/i/x.ipynb";
  const { notebook } = await convertToNotebook(text, "file:///flows/x.ts", { notebookUrl });
  assertEquals(notebook.cells.length, 2);
  assertEquals(
    notebook.cells[1].source,
    'import a from "../../../lib/a.ts";\nexport * from "../../../abs.ts";\n__import_meta__.resolve("./y");\nawait import("../../../flows/b.ts");',
  );
  const back = (await convertToText(notebook, { url: "file:///flows/x.ts", notebookUrl })).text;
  assertEquals(back, text.replace('"/abs.ts"', '"../abs.ts"'));
});

Deno.test("convertToNotebook() says what a later cell declares and an earlier one uses", async () => {
  const { warnings } = await convertToNotebook(
    "// %%\nhelp(join);\nconst o = { later: 1 };\no.later;\n// %%\nfunction help(join: unknown) { later(); }\n// %%\nfunction later() {}\n" +
      '// %%\nimport { join } from "x";\n',
    url,
  );
  assertEquals(warnings.map((text) => text.replace(/:.*/, "")).length, 3);
  assertMatch(
    warnings.toSorted().join("\n"),
    /^"help" is used on .*x\.ts:2 .*line 6.*\n"join" is used .*\n"later" is used on .*:6 /,
  );
});

Deno.test("parseNotebook() reads older minor versions, and says what is wrong with others", () => {
  const old = {
    nbformat: 4,
    nbformat_minor: 2,
    metadata: {},
    cells: [{ cell_type: "code", source: ["a\n", "b"], outputs: [] }],
  };
  const { cells, nbformat_minor } = parseNotebook(JSON.stringify(old), "x.ipynb");
  assertEquals([cells[0].id, cells[0].source, nbformat_minor], ["cell-0", "a\nb", 5]);
  const problem = (value: unknown) => {
    try {
      parseNotebook(typeof value === "string" ? value : JSON.stringify(value), "x.ipynb");
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };
  assertMatch(problem("// %%\n"), /^"x\.ipynb" is no notebook: it is not JSON/);
  assertEquals(problem({ nbformat: 3, worksheets: [] }), '"x.ipynb" has the format 3, accepted is 4');
  assertEquals(
    problem({ nbformat: 4, cells: [{ cell_type: "heading", source: "" }] }),
    '"x.ipynb" has a mistake in cell 1: its "cell_type" is "heading", accepted are "code", "markdown" and "raw"',
  );
});
