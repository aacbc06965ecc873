import { assert, assertEquals, assertStringIncludes } from "../../lib/deps/assert.ts";
import { executedNotebook } from "../../lib/notebook/executed_notebook.ts";
import { injectedParameters } from "../../lib/notebook/injected_parameters.ts";
import { serializeNotebook } from "../../lib/notebook/serialize_notebook.ts";
import { executedCells, flowOf, runInfo } from "./executed.ts";
import type { Config, ParameterRecord } from "../../lib/base/record.ts";
import type { Json } from "../../lib/base/json.ts";
import type { CodeCell, Notebook, Output } from "../../lib/notebook/ipynb.ts";

const delay = flowOf(`// %% [markdown]
// # Delay
// %% tags=["parameters"]
let period = "am", maxDistance = 500;
const days: number[] = [1];
declare const airport: string;
// %% Load
1 + 1
`);

function parameter(name: string, value: Json, source: "config" | "default" = "config"): ParameterRecord {
  const line = delay.source.split("\n").findIndex((text) => text.includes(name)) + 1;
  return { name, type: "any", value, source, line };
}

function notebookOf(options: { config?: Config; parameters?: ParameterRecord[]; outputs?: Output[] } = {}): Notebook {
  return executedNotebook(delay, {
    config: options.config ?? {},
    configMarkdown: "## Config",
    parameters: options.parameters ?? [],
    cells: executedCells(delay, options.outputs ?? []),
    metadata: runInfo,
  });
}

function injected(config: Config, parameters: ParameterRecord[]): string | undefined {
  return notebookOf({ config, parameters }).cells.find((cell) => cell.id === "injected-parameters")?.source;
}

Deno.test("executedNotebook() puts the config on top and the flow's cells in order, with stable ids", () => {
  const { cells } = notebookOf({ config: { period: "pm" }, parameters: [parameter("period", "pm")] });
  assertEquals(cells.map((cell) => cell.id), ["config", "cell-0", "cell-1", "injected-parameters", "cell-2"]);
  assertEquals(cells[0].metadata, { tags: ["ductaflow-config"], ductaflow: { role: "config" } });
  assertEquals(cells[4].metadata.ductaflow, { cell: 2, line: 8 });
  assertEquals(cells[4].metadata.title, "Load");
  assertEquals(cells[3].metadata.tags, ["injected-parameters"]);
});

Deno.test("executedNotebook() assigns what let declared, and sets declared and undeclared names as globals", () => {
  const config = { period: "pm", airport: "LHR", extra: { a: [1] }, "odd key": 1, fetch: "never" };
  const text = injected(config, [parameter("period", "pm"), parameter("maxDistance", 7), parameter("airport", "LHR")]);
  assertEquals(
    text,
    `period = "pm";\nmaxDistance = 7;\nglobalThis.airport = "LHR";\nglobalThis.extra = {"a":[1]};\n` +
      `globalThis["odd key"] = 1;`,
  );
});

Deno.test("executedNotebook() leaves a comment for a const, on one line whatever the value", () => {
  const text = injected({ days: ["a\nb\u2028c"] }, [parameter("days", ["a\nb\u2028c"])]);
  assertEquals(text, `// days = ["a\\nb\\u2028c"] (injected at its const declaration)`);
});

Deno.test("injectedParameters() gives what the run had: variables one level down, and config", () => {
  const flow = flowOf(`// %% tags=["parameters"]\nlet config: unknown = {};\n// %%\ndeep`);
  const config = { grp: { deep: 4 } };
  assertEquals(
    injectedParameters(flow, { values: { config }, globals: { ...config, deep: 4 } }),
    `config = {"grp":{"deep":4}};\nglobalThis.grp = {"deep":4};\nglobalThis.deep = 4;`,
  );
});

Deno.test("executedNotebook() adds no injected cell when the config sets nothing", () => {
  assertEquals(injected({}, [parameter("period", "am", "default")]), undefined);
});

Deno.test("executedNotebook() injects __proto__ as a key, not as a prototype", () => {
  const config = JSON.parse(`{"period":{"__proto__":{"x":1}}}`);
  const text = injected(config, [parameter("period", config.period)])!;
  const value = new Function(`let period; ${text}; return period`)();
  assertEquals(Object.keys(value), ["__proto__"]);
});

Deno.test("executedNotebook() writes papermill's timing and status of each cell", () => {
  const cells = executedCells(delay, []);
  cells[1].record.durationMs = 1500;
  cells[2].record.status = "failed";
  const notebook = executedNotebook(delay, {
    config: {},
    configMarkdown: "",
    parameters: [],
    cells: cells.slice(0, 3),
    metadata: runInfo,
  });
  const papermill = notebook.cells.map((cell) => cell.metadata.papermill);
  assertEquals(papermill[1], undefined);
  assertEquals(papermill[2], { duration: 1.5, exception: false, status: "completed" });
  assertEquals(papermill[3], { duration: null, exception: true, status: "failed" });
});

Deno.test("executedNotebook() shows cells without an entry as pending", () => {
  const notebook = executedNotebook(delay, {
    config: {},
    configMarkdown: "",
    parameters: [],
    cells: [],
    metadata: { ...runInfo, status: "interrupted" },
  });
  const last = notebook.cells.at(-1) as CodeCell;
  assertEquals(last.metadata.papermill, { duration: null, exception: null, status: "pending" });
  assertEquals([last.outputs, last.execution_count], [[], null]);
});

Deno.test("executedNotebook() makes tags unique and drops cell metadata that nbformat forbids", () => {
  const flow = flowOf("// %%\n1\n");
  flow.cells[0].tags = ["a,b", "a", " ", "c"];
  flow.cells[0].metadata = {
    tags: ["a,b"],
    collapsed: "yes",
    name: "",
    scrolled: 2,
    jupyter: 1,
    trusted: true,
    mine: 1,
  };
  const [, cell] = executedNotebook(flow, {
    config: {},
    configMarkdown: "",
    parameters: [],
    cells: executedCells(flow, []),
    metadata: runInfo,
  }).cells;
  assertEquals(cell.metadata.tags, ["a", "b", "c"]);
  assertEquals(Object.keys(cell.metadata).sort(), ["ductaflow", "mine", "papermill", "tags"]);
});

Deno.test("executedNotebook() names kernel, language and run in the notebook's metadata", () => {
  const { metadata } = notebookOf();
  assertEquals(metadata.kernelspec, { name: "deno", display_name: "Deno", language: "typescript" });
  assertEquals((metadata.language_info as { file_extension: string }).file_extension, ".ts");
  assertEquals((metadata.ductaflow as { run: string }).run, runInfo.id);
});

Deno.test("executedNotebook() keeps the notebook metadata in a Jupytext header", () => {
  const flow = flowOf("// %%\n1\n");
  flow.header.raw = { jupyter: { toc: { depth: 2 }, title: 3, signature: "x", kernelspec: { name: "other" } } };
  const { metadata } = executedNotebook(flow, {
    config: {},
    configMarkdown: "",
    parameters: [],
    cells: [],
    metadata: runInfo,
  });
  assertEquals(metadata.toc, { depth: 2 });
  assertEquals([metadata.title, metadata.signature], [undefined, undefined]);
  assertEquals((metadata.kernelspec as { name: string }).name, "deno");
});

Deno.test("serializeNotebook() gives JSON that holds the same notebook, with texts as lists of lines", () => {
  const text = serializeNotebook(notebookOf({
    outputs: [{ output_type: "stream", name: "stdout", text: "a\r\nb\n\nc" }],
  }));
  assert(text.endsWith("\n}\n"));
  const parsed = JSON.parse(text);
  assertEquals([parsed.nbformat, parsed.nbformat_minor], [4, 5]);
  assertEquals(parsed.cells[3].outputs[0].text, ["a\r\n", "b\n", "\n", "c"]);
  assertEquals(parsed.cells[0].source, ["## Config"]);
});

Deno.test("serializeNotebook() splits text and SVG, keeps base64 and JSON whole", () => {
  const data = {
    "text/plain": "a\nb",
    "image/svg+xml": "<svg>\n</svg>",
    "image/png": "aGk=\naGk=\n",
    "application/json": ["x\n", "y"],
    "application/vnd.vegalite.v5+json": { b: 1, a: "p\nq" },
  };
  const text = serializeNotebook(notebookOf({ outputs: [{ output_type: "display_data", data, metadata: {} }] }));
  assertEquals(JSON.parse(text).cells[3].outputs[0].data, {
    ...data,
    "text/plain": ["a\n", "b"],
    "image/svg+xml": ["<svg>\n", "</svg>"],
  });
  assertStringIncludes(text, `"a": "p\\nq",\n       "b": 1`);
});

Deno.test("serializeNotebook() makes text of what a text type must not hold", () => {
  const data = { "text/plain": 5, "text/html": ["<b>", "x</b>"], "image/png": { no: 1 } };
  const text = serializeNotebook(notebookOf({ outputs: [{ output_type: "display_data", data, metadata: {} }] }));
  assertEquals(JSON.parse(text).cells[3].outputs[0].data, {
    "text/plain": ["5"],
    "text/html": ["<b>x</b>"],
    "image/png": `{"no":1}`,
  });
});

Deno.test("serializeNotebook() replaces lone surrogates, also in keys", () => {
  const metadata = Object.fromEntries([["\ud800", 1], ["\udfff", 2], ["ok", "\udc00x"]]);
  const text = serializeNotebook(notebookOf({ outputs: [{ output_type: "display_data", data: {}, metadata }] }));
  assertEquals(JSON.parse(text).cells[3].outputs[0].metadata, { ok: "\ufffdx", "\ufffd": 2 });
});

Deno.test("serializeNotebook() sorts keys by code point, as Python does", () => {
  const metadata = { "\u{1f600}": 1, "\uff5e": 2, a: 3, B: 4, "a😀": 5, "a\uffff": 6 };
  const text = serializeNotebook(notebookOf({ outputs: [{ output_type: "display_data", data: {}, metadata }] }));
  const keys = Object.keys(JSON.parse(text).cells[3].outputs[0].metadata);
  assertEquals(keys, ["B", "a", "a\uffff", "a😀", "\uff5e", "\u{1f600}"]);
});
