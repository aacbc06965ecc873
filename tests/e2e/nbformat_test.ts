/**
 * Notebooks as Jupyter's own library sees them: Debian's `python3-nbformat` validates a corpus of outputs, and writing
 * what it read must give our bytes again. Case 61 of the test catalogue.
 */
import { assertEquals } from "../../lib/deps/assert.ts";
import { convertToNotebook } from "../../lib/notebook/convert.ts";
import { executedNotebook } from "../../lib/notebook/executed_notebook.ts";
import { parseNotebook } from "../../lib/notebook/parse_notebook.ts";
import { serializeNotebook } from "../../lib/notebook/serialize_notebook.ts";
import { executedCells, flowOf, runInfo } from "../notebook/executed.ts";
import type { Notebook, Output } from "../../lib/notebook/ipynb.ts";

const python = "/usr/bin/python3";
const flowText = `// %% [markdown]\n// # T\n// %% tags=["parameters"]\nlet a = 1;\nconst b = "x";\n// %% Last\na + 1\n`;

function notebookWith(outputs: Output[], change?: (notebook: Notebook) => void): string {
  const flow = flowOf(flowText);
  const notebook = executedNotebook(flow, {
    config: { a: 2, b: "\u2028*/", more: { deep: [1, null, 1e-7, 1e21, 12345678901234567890] } },
    configMarkdown: "| key | value |\n| --- | --- |\n| a | 2 |",
    parameters: [
      { name: "a", type: "number", value: 2, source: "config", line: 4 },
      { name: "b", type: "string", value: "\u2028*/", source: "config", line: 5 },
    ],
    cells: executedCells(flow, outputs),
    metadata: runInfo,
  });
  change?.(notebook);
  return serializeNotebook(notebook);
}

function display(data: Record<string, unknown>, metadata: Record<string, unknown> = {}): string {
  return notebookWith([{ output_type: "display_data", data, metadata } as Output]);
}

function stream(text: string): string {
  return notebookWith([{ output_type: "stream", name: "stdout", text }]);
}

function tagged(tags: string[], metadata: Record<string, unknown> = {}): string {
  const flow = flowOf("// %%\n1\n");
  flow.cells[0].tags = tags;
  flow.cells[0].metadata = { tags, ...metadata } as typeof flow.cells[0]["metadata"];
  const cells = executedCells(flow, []);
  return serializeNotebook(
    executedNotebook(flow, { config: {}, configMarkdown: "", parameters: [], cells, metadata: runInfo }),
  );
}

const everyControl = Array.from({ length: 0xa0 }, (_, i) => `${String.fromCharCode(i)}x`).join("");

const corpus: Record<string, string> = {
  "no outputs": notebookWith([]),
  "no cells": serializeNotebook({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [] }),
  "streams with all kinds of line ends": stream("a\nb\r\nc\rd\v\f\x1c\x1d\x1e\x85\u2028\u2029e\n\n\r\r\n"),
  "a stream with an empty text": stream(""),
  "a stream with every control character": stream(everyControl),
  "a stream with ANSI colours and NUL": stream("\x1b[31mred\x1b[0m\0"),
  "stdout and stderr": notebookWith([
    { output_type: "stream", name: "stdout", text: "out" },
    { output_type: "stream", name: "stderr", text: "err\n" },
  ]),
  "lone surrogates and astral text": stream("\ud800 \udc00x 😀 e\u0301 é \ufeff \uffff \u{10ffff}"),
  "lone surrogates in keys": display({ "text/plain": "\ud800" }, { "\ud800a": { "\udfff": "\udfff" } }),
  "keys that sort by code point": display({}, { "😀": 1, "～": 2, Z: 3, a: 4, "": 5, "\u007f": 6, "1": 7, "10": 8 }),
  "rich MIME types": display({
    "text/html": "<b>\n</b>",
    "text/markdown": "# a\n\n- b",
    "text/latex": "$x$",
    "image/svg+xml": "<svg>\n</svg>\n",
    "image/png": "aGVsbG8K\naGVsbG8K\n",
    "application/javascript": "a();\nb();",
    "application/json": { z: [], a: {}, m: [{ n: null }, true, false, ["x\n", "y"]] },
    "application/vnd.vegalite.v5+json": { $schema: "s\nt" },
    "application/vnd.dataresource+json": ["one\n", "two"],
    "text/plain": "plain",
  }),
  "text types that hold other things": display({ "text/plain": 1, "text/html": ["a\n", "b"], "image/png": null }),
  "numbers in every notation": display({
    "application/json": [0, -0, 1.5, 1e-4, 1e-5, 1.25e-10, 5e-324, 1e15, 1e16, 123456789012345680000, 1e21, 1.7e308],
  }),
  "numbers that JSON cannot hold": display({ "application/json": [NaN, Infinity] }),
  "an execute_result": notebookWith([
    { output_type: "execute_result", data: { "text/plain": "2" }, metadata: {}, execution_count: 3 },
    { output_type: "execute_result", data: {}, metadata: {}, execution_count: null },
  ]),
  "errors": notebookWith([
    { output_type: "error", ename: "Error", evalue: "no\nway \ud800", traceback: ["Error: no\n  way", "", "\x1b[1mx"] },
    { output_type: "error", ename: "", evalue: "", traceback: [] },
  ]),
  "empty cells": notebookWith([], (notebook) => notebook.cells.forEach((cell) => cell.source = "")),
  "cells of line ends alone": notebookWith([], (notebook) => notebook.cells.forEach((cell) => cell.source = "\n\r\n")),
  "a __proto__ key": notebookWith([], (notebook) => {
    notebook.metadata.odd = JSON.parse(`{"__proto__": {"constructor": 1}}`);
  }),
  "tags with commas, duplicates and blanks": tagged(["a,b", "a", "", "ü", "parameters", "\ud800", "x\ny"]),
  "cell metadata of the wrong type": tagged([], {
    tags: "a",
    collapsed: "no",
    scrolled: "maybe",
    name: "",
    format: 1,
    jupyter: [],
    execution: { "iopub.status.busy": 1 },
    trusted: true,
    id: 5,
  }),
  "cell metadata of the right type": tagged(["t"], {
    collapsed: true,
    scrolled: "auto",
    name: "n",
    format: "text/x",
    jupyter: { source_hidden: true },
    execution: { "iopub.status.busy": "2026-01-01T00:00:00Z" },
  }),
  "a long output": stream("x".repeat(100_000) + "\n" + "line\n".repeat(20_000)),
};

/** Converted texts, with outputs and ids from a notebook that nobody checked. */
async function converted(text: string, cells: unknown[] = []): Promise<string> {
  const given = { nbformat: 4, nbformat_minor: 4, metadata: { kernelspec: { name: "x", display_name: "X" } }, cells };
  const previous = parseNotebook(JSON.stringify(given), "x");
  return serializeNotebook((await convertToNotebook(text, "file:///flows/x.ts", { previous })).notebook);
}

for (const name of ["flows/delay_model.ts", "flows/prepare_flights.ts", "conductor.ts"]) {
  corpus[`${name} converted`] = await converted(Deno.readTextFileSync(new URL(`../../${name}`, import.meta.url)));
}
corpus["converted with odd metadata"] = await converted(
  `#!/usr/bin/env deno\n// ---\n// title: x\n// jupyter:\n//   signature: 1\n//   orig_nbformat: 3\n// ---\n` +
    `// %% A tags=["a,b", "a"] collapsed="x" name="" jupyter=1 nul\nimport.meta.url;\n\n\n// %% [markdown]\n//\n// %% [raw] active=""\n// é`,
);
corpus["converted, with an old notebook"] = await converted(
  "// %% [markdown]\n// ![a](attachment:a.png)\n// %%\n1 + 1\n",
  [
    { cell_type: "markdown", source: ["![a](attachment:a.png)"], attachments: { "a.png": { "image/png": "aGk=" } } },
    {
      cell_type: "code",
      source: "1+1",
      execution_count: 3,
      metadata: { scrolled: true, ExecuteTime: {} },
      outputs: [
        { output_type: "stream", text: ["a\n", "b"] },
        { output_type: "execute_result", data: { "text/plain": ["2"], "application/json": ["x"] }, execution_count: 3 },
        { output_type: "error", ename: "E" },
        { output_type: "pyout" },
      ],
    },
  ],
);

const program = `
import json, sys, glob, os
try:
    import nbformat
except ImportError:
    print(json.dumps(None)); sys.exit(0)
result = {}
for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.ipynb"))):
    try:
        notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
        nbformat.validate(notebook)
        nbformat.write(notebook, path + ".again")
        same = open(path, "rb").read() == open(path + ".again", "rb").read()
        result[os.path.basename(path)] = "ok" if same else "nbformat writes it differently"
    except Exception as error:
        result[os.path.basename(path)] = type(error).__name__ + ": " + str(error)
print(json.dumps(result))
`;

async function validateAll(dir: string): Promise<Record<string, string> | null> {
  try {
    const { stdout, stderr, success } = await new Deno.Command(python, { args: ["-c", program, dir] }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return JSON.parse(new TextDecoder().decode(stdout));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

Deno.test("case 61: notebooks are valid for nbformat, and it writes them as we do", async (t) => {
  const dir = await Deno.makeTempDir();
  try {
    const names = Object.keys(corpus);
    names.forEach((name, i) => Deno.writeTextFileSync(`${dir}/${i}.ipynb`, corpus[name]));
    const results = await validateAll(dir);
    if (results === null) {
      if (Deno.env.get("DUCTAFLOW_REQUIRE_NBFORMAT") === "1") throw new Error(`${python} has no nbformat`);
      console.log("Skipped: python3-nbformat is not installed (apt-get install python3-nbformat)");
      return;
    }
    for (const [i, name] of names.entries()) {
      await t.step(name, () => assertEquals(results[`${i}.ipynb`], "ok"));
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
