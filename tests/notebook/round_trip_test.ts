/**
 * Round trips of generated texts and notebooks. The seed is printed with a failure; `DUCTAFLOW_SEED` repeats it.
 */
import { assert, assertEquals } from "../../lib/deps/assert.ts";
import { isDuctaflowError } from "../../lib/base/error.ts";
import { convertToNotebook, convertToText } from "../../lib/notebook/convert.ts";
import { mergeNotebook } from "../../lib/notebook/merge_notebook.ts";
import { parseNotebook } from "../../lib/notebook/parse_notebook.ts";
import { serializeNotebook } from "../../lib/notebook/serialize_notebook.ts";
import { jupytextReads } from "./jupytext_model.ts";
import type { CodeCell, Notebook, NotebookCell } from "../../lib/notebook/ipynb.ts";

const url = "file:///flows/x.ts";
const seed = Number(Deno.env.get("DUCTAFLOW_SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0]);
const rounds = Number(Deno.env.get("DUCTAFLOW_ROUNDS") ?? 200);

/** Random choices that a seed repeats (mulberry32). */
class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  below(n: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % n;
  }

  one<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }

  some<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.below(most + 1) }, make);
  }
}

function property(name: string, check: (chance: Chance) => Promise<void>): void {
  Deno.test(name, async () => {
    for (let i = 0; i < rounds; i++) {
      const own = (seed + i) >>> 0;
      try {
        await check(new Chance(own));
      } catch (error) {
        throw new Error(`Failed with DUCTAFLOW_SEED=${own}`, { cause: error });
      }
    }
  });
}

const safeCode = [
  "const a = 1;",
  "  indented();",
  "",
  "// a comment",
  "// // twice",
  "/// three",
  "/* block\n   comment */",
  "const t = `a\n\n${x}`;",
  "const u = 'ü😀é';",
  "x = a\n  % b;",
  '"""three""";',
  "@deco\nclass X {}",
  "await f();",
  "{ using r = g(); }",
  "enum E { A }",
  'import d from "./d.json" with { type: "json" };',
  "//",
  "x;  ",
];
const wildLines = [
  ...safeCode,
  "// %% looks like a cell",
  "  // %% indented",
  "// %%",
  "// In[3]:",
  "// %ls",
  "// %%html",
  "`\n// %% in a template\n`;",
  "/*\n// %% in a comment\n*/",
  "String.raw`\n// %% tagged\n`;",
  'const r = /"""/;',
  "'''",
  "const s = 'a\u2028b';",
  "// ends\u2029here",
  "x\f;",
  "%magic",
  "\t",
  "// ---",
];
const wildText = [
  "# Title",
  "",
  "text",
  "%% cell",
  "In[2]:",
  "<codecell>",
  "// x",
  "%magic",
  "---",
  "---",
  "title: x",
  "a\u2028b",
  "é",
  "  x",
];
const titles = [
  "Load",
  "Two words",
  "Größe 😀",
  "a = b",
  "x {1}",
  "[markdown] no",
  "[raw]",
  "[code]",
  "%x",
  "a  b",
  ".csv",
  "to .csv",
  "tags=1",
  "line\nbreak",
  "coding: latin",
  '"quoted"',
  "end ",
];
const keys = ["foo", "a.b", "x-y", "k@d", "n/m", "odd key", "ü", "title2", "__proto__", "--k", "9"];
const values = [1, 0.5, -3, true, false, null, "text", "ü\u2028'\"", "a=b", [], [1, "x"], {}, { a: { b: [null] } }, ""];

function metadataOf(chance: Chance, wild: boolean): Record<string, unknown> {
  const metadata: Record<string, unknown> = {};
  if (chance.below(3) === 0) metadata.tags = [...new Set(chance.some(2, () => chance.one(["parameters", "a", "ü"])))];
  for (let i = chance.below(3); i > 0; i--) {
    const [key, value] = [chance.one(wild ? keys : keys.slice(0, 5)), chance.one(values)];
    Object.defineProperty(metadata, key, { value, enumerable: true, configurable: true, writable: true });
  }
  if ((metadata.tags as unknown[] | undefined)?.length === 0) delete metadata.tags;
  if (chance.below(2) === 0) metadata.title = chance.one(wild ? titles : titles.slice(0, 3));
  if (wild && chance.below(8) === 0) metadata.cell_depth = 1 + chance.below(3);
  if (wild && chance.below(8) === 0) metadata.collapsed = true;
  if (wild && chance.below(12) === 0) metadata.active = chance.one(["ipynb", "ts", "ipynb,ts"]);
  if (wild && chance.below(20) === 0) metadata.language = "bash";
  return metadata;
}

/** Notebooks that were not refused. */
let written = 0;

function wildNotebook(chance: Chance): Notebook {
  const cells = chance.some(6, (): NotebookCell => {
    const type = chance.one(["code", "code", "markdown", "raw"] as const);
    const source = chance.some(5, () => chance.one(type === "code" ? wildLines : wildText)).join("\n");
    const metadata = metadataOf(chance, true) as NotebookCell["metadata"];
    if (type !== "code") return { id: "", cell_type: type, metadata, source };
    return { id: "", cell_type: "code", metadata, source, outputs: [], execution_count: null };
  });
  const metadata: Notebook["metadata"] = chance.below(2) === 0
    ? { kernelspec: { name: "deno", display_name: "Deno", language: "typescript" } }
    : { jupytext: { notebook_metadata_filter: "-all" } };
  return { nbformat: 4, nbformat_minor: 5, metadata, cells: cells.map((cell, i) => ({ ...cell, id: `c${i}` })) };
}

/** What text and notebook have in common. */
function essence(cells: NotebookCell[]): unknown[] {
  return cells.map((
    { cell_type: type, source, metadata },
  ) => [type, source, { ...metadata, lines_to_next_cell: undefined }]);
}

property(
  "what Jupytext reads in a text is the notebook that the text was made of, or it was refused",
  async (chance) => {
    const notebook = wildNotebook(chance);
    let made: { text: string; warnings: string[] };
    try {
      made = await convertToText(notebook, { url });
    } catch (error) {
      assert(isDuctaflowError(error, "notebook-unsafe"), String(error));
      return;
    }
    written++;
    const seen = jupytextReads(made.text);
    const isHeader = (cell: { source: string }) => cell.source.trim().startsWith("---\n");
    assertEquals(
      seen.filter((cell) => !isHeader(cell)).length,
      notebook.cells.filter((cell) => !isHeader(cell)).length,
    );
    const changed = made.warnings.join("\n");
    for (const [i, cell] of notebook.cells.entries()) {
      const { collapsed: _1, language: _2, ...metadata } = cell.metadata;
      const { lines_to_next_cell: _3, ...read } = seen[i].metadata;
      assertEquals(seen[i].type, cell.cell_type, made.text);
      assertEquals(read, metadata, made.text);
      const isLive = metadata.active === "ts"
        ? cell.cell_type !== "markdown"
        : cell.cell_type === "code" && metadata.active !== "ipynb";
      // Blank lines at the end of code are lost.
      const code = cell.source.trim() === "" ? "" : cell.source.replace(/(\n[ \t]*)+$/, "");
      const source = isHeader(cell) ? cell.source.trim() : isLive ? code : cell.source;
      const got = isHeader(cell) ? seen[i].source.trim() : seen[i].source;
      if (!changed.includes(`cell ${i + 1}`)) assertEquals(got, source, made.text);
    }
  },
);

Deno.test("what is generated is refused seldom enough to prove something", () => {
  assert(written > rounds / 4, `${written} of ${rounds} were written`);
});

property("a text made of a notebook gives that notebook again, and then the same text", async (chance) => {
  const made = await convertToText(wildNotebook(chance), { url }).catch((error) => {
    assert(isDuctaflowError(error, "notebook-unsafe"), String(error));
  });
  if (!made) return;
  const { notebook } = await convertToNotebook(made.text, url);
  const again = await convertToText(notebook, { url });
  assertEquals(again.text, made.text);
  const read = parseNotebook(serializeNotebook(notebook), "x");
  assertEquals(essence(read.cells), essence(notebook.cells));
});

function safeText(chance: Chance): string {
  const header = chance.below(2) === 0 ? "// ---\n// title: ü\n// timeout: 2m\n// ---\n\n" : "";
  const cells = Array.from({ length: 1 + chance.below(5) }, () => {
    const type = chance.one(["", "", "[markdown]"]);
    const title = chance.one(["", "Load", "Größe"]);
    const head = ["// %%", title, type].filter(Boolean).join(" ");
    const body = type === ""
      ? chance.some(4, () => chance.one(safeCode)).join("\n")
      : ["// first", ...chance.some(4, () => chance.one(["// text", "//", "// %x y", "//   list"]))].join("\n");
    const blank = "\n".repeat(chance.one([0, 1, 1, 1, 2]));
    return `${head}\n${body.trim() === "" ? "" : `${body.replace(/^\n+|\n+$/g, "")}\n`}${blank}`;
  });
  return header + cells.join("").replace(/\n+$/, "\n");
}

property("a text comes back as it was, through a notebook file", async (chance) => {
  const text = safeText(chance);
  const { notebook } = await convertToNotebook(text, url);
  const stored = parseNotebook(serializeNotebook(notebook), "x.ipynb");
  assertEquals((await convertToText(stored, { url })).text, text);
});

property("an edit of one cell changes nothing else, whatever the text looked like", async (chance) => {
  const odd = ["//%% x", "  // %%  y", "// %% t   foo=1  tags=['a']", "// In[1]:"];
  const text = safeText(chance).replace(/^\/\/ %%$/gm, () => chance.one(["// %%", ...odd])).replaceAll(
    "\n",
    chance.one(["\n", "\r\n"]),
  );
  const { notebook } = await convertToNotebook(text, url);
  assertEquals((await convertToText(notebook, { url, previous: text })).text, text);
  const edited = structuredClone(notebook);
  const cell = edited.cells.findLast((cell) => cell.cell_type === "code");
  if (!cell) return;
  cell.source += "\nedited();";
  const after = (await convertToText(edited, { url, previous: text })).text;
  const kept = new Set(text.split(/\r?\n/));
  const strange = after.split(/\r?\n/).filter((line) => !kept.has(line) && !line.startsWith("// %%"));
  assertEquals(strange, ["edited();"]);
  assertEquals(after.includes("\r\n"), text.includes("\r\n"));
});

property("a cell that was not edited keeps its id and outputs, wherever it went", async (chance) => {
  const text = Array.from({ length: 2 + chance.below(6) }, (_, i) => `// %%\nvalue${i}();\n`).join("\n");
  const { notebook } = await convertToNotebook(text, url);
  const before: Notebook = {
    ...notebook,
    cells: notebook.cells.map((cell, i) => ({ ...cell as CodeCell, id: `id${i}`, execution_count: i })),
  };
  const cells = [...notebook.cells];
  for (let i = chance.below(4); i > 0; i--) {
    const at = chance.below(cells.length + 1);
    const [how, cell] = [chance.below(3), cells[at] ?? notebook.cells[0]];
    if (how === 0) cells.splice(at, 0, { ...notebook.cells[0], source: `added${i}_${at}(${i});` });
    else if (how === 1 && cells.length > 1) cells.splice(at, 1);
    else if (cells.includes(cell)) cells.push(cells.splice(cells.indexOf(cell), 1)[0]);
  }
  const merged = mergeNotebook({ ...notebook, cells: cells.map((cell, i) => ({ ...cell, id: `cell-${i}` })) }, before);
  assertEquals(new Set(merged.cells.map(({ id }) => id)).size, merged.cells.length);
  for (const cell of merged.cells as CodeCell[]) {
    const old = before.cells.find(({ source }) => source === cell.source) as CodeCell | undefined;
    if (old) assertEquals([cell.id, cell.execution_count], [old.id, old.execution_count]);
  }
});

console.log(`Round trips of notebooks: DUCTAFLOW_SEED=${seed}`);
