/** Flows and cells made by hand, so that tests of notebooks need neither a parser nor a process. */
import type { Flow } from "../../lib/notebook/flow.ts";
import type { ExecutedCell, NotebookRun } from "../../lib/notebook/executed_notebook.ts";
import type { Output } from "../../lib/notebook/ipynb.ts";

/** What a test notebook says about its run. */
export const runInfo: NotebookRun = {
  step: "delay",
  instance: "am",
  id: "20260101T000000-abc",
  status: "succeeded",
  startedAt: "2026-01-01T00:00:00.000Z",
  endedAt: "2026-01-01T00:00:01.000Z",
  durationMs: 1000,
};

/** A flow from markers such as `// %% Title`, `// %% [markdown]` and `// %% tags=["x"]`: no more than tests need. */
export function flowOf(source: string): Flow {
  const lines = source.split("\n");
  const starts = lines.flatMap((text, i) => text.startsWith("// %%") ? [i] : []);
  const cells = starts.map((start, index): Flow["cells"][number] => {
    const options = lines[start].slice("// %%".length).trim();
    const tags = /tags=(\[.*\])/.exec(options);
    const title = options.replace(/\[markdown\]|tags=.*/g, "").trim();
    return {
      index,
      type: options.includes("[markdown]") ? "markdown" : "code",
      ...(title ? { title } : {}),
      metadata: tags ? { tags: JSON.parse(tags[1]) } : {},
      tags: tags ? JSON.parse(tags[1]) : [],
      markerLine: start + 1,
      line: start + 2,
      source: lines.slice(start + 1, starts[index + 1] ?? lines.length).join("\n").trim(),
    };
  });
  const names = source.matchAll(/(?:let|const|,) (\w+)[ :=]/g);
  const parameters = [...names].map(({ index, 1: name }) => ({
    name,
    typeText: "any",
    required: false,
    line: source.slice(0, index).split("\n").length,
  }));
  const header = { permissions: {}, raw: {}, warnings: [] };
  return { url: "file:///flows/delay.ts", name: "delay", source, hash: "0".repeat(64), header, cells, parameters };
}

/** All cells succeeded; the last one has these outputs. */
export function executedCells(flow: Flow, outputs: Output[]): ExecutedCell[] {
  return flow.cells.map(({ index, type, line }) => ({
    record: { index, type, line, status: type === "code" ? "succeeded" : "skipped" },
    outputs: index === flow.cells.length - 1 ? outputs : [],
    executionCount: type === "code" ? index : null,
  }));
}
