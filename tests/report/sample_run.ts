/** A record and a notebook of a small run, for the tests of reports; each call gives fresh objects. */
import { recordSchema, type RunRecord } from "../../lib/base/record.ts";
import type { CodeCell, Notebook, Output, TextCell } from "../../lib/notebook/ipynb.ts";
import type { Preview } from "../../lib/report/preview.ts";

/** A run that succeeded, with something in every field. */
export function sampleRecord(changes: Partial<RunRecord> = {}): RunRecord {
  const hash = "3f9a1c5b".repeat(8);
  return {
    schema: recordSchema,
    toolkit: "0.1.0",
    id: "20261124T140309Z-7f3a",
    step: "delay_model",
    instance: "am_short",
    status: "warned",
    statusText: 'Succeeded, but the check "few outliers" does not hold',
    startedAt: "2026-11-24T14:03:09.120Z",
    endedAt: "2026-11-24T14:03:11.540Z",
    durationMs: 2420,
    attempts: [
      {
        startedAt: "2026-11-24T14:03:01.000Z",
        durationMs: 900,
        status: "failed",
        statusText: "Failed in cell 2",
        exitCode: 1,
      },
      {
        startedAt: "2026-11-24T14:03:09.120Z",
        durationMs: 2420,
        status: "warned",
        statusText: "Succeeded",
        exitCode: 0,
      },
    ],
    flow: { url: "file:///work/flows/delay_model.ts", title: "Delay model", hash },
    configHash: hash,
    parameters: [
      { name: "period", type: '"am" | "pm"', value: "am", source: "config", line: 9 },
      { name: "maxDistance", type: "number", value: 500, source: "config", line: 10 },
      { name: "airlines", type: "string[]", value: [], source: "default", line: 11 },
    ],
    cells: [
      { index: 0, type: "markdown", line: 6, status: "skipped" },
      { index: 1, type: "code", line: 9, status: "succeeded", durationMs: 3, memory: 51_000_000 },
      { index: 2, type: "code", title: "Load", line: 14, status: "succeeded", durationMs: 340, memory: 84_000_000 },
      { index: 3, type: "code", title: "Model", line: 19, status: "succeeded", durationMs: 1700, memory: 120_000_000 },
    ],
    permissions: {
      requested: { read: ["/work/data"], net: ["api.example.com"] },
      granted: { read: ["/work/runs", "/work/data"], write: ["/work/runs/delay_model/am_short"] },
      used: { read: ["/work/runs/flights/am/flights.parquet"], write: ["/work/runs/delay_model/am_short"] },
      denied: { env: ["HOME"] },
      hash,
      suggestion: "permissions:\n  env: [HOME]",
      command: ["deno", "run", "--no-prompt", "--allow-read=/work/runs", "flow.ts"],
    },
    code: {
      hash,
      plain: hash,
      modules: [{ specifier: "file:///work/flows/delay_model.ts", hash, plain: hash }],
      packages: ["npm:arquero@7.2.1"],
      deno: "2.9.6",
    },
    inputs: [
      {
        path: "/work/runs/flights/am/flights.parquet",
        kind: "file",
        size: 182_344,
        hash,
        from: { step: "flights", instance: "am" },
      },
      { path: "/work/data", kind: "directory", hash },
    ],
    untraced: ["Network access to api.example.com"],
    artifacts: [
      {
        name: "tables/by hour.csv",
        type: "text/csv",
        size: 2311,
        hash,
        table: { rows: 1234, columns: [{ name: "hour", type: "number" }, { name: "delay", type: "number" }] },
      },
      { name: "notes.txt", type: "text/plain", size: 12, hash },
      { name: "plot.png", type: "image/png", size: 70, hash },
    ],
    metrics: [
      { name: "flights", value: 18234, cell: 2 },
      { name: "mean delay", value: 12.34567, unit: "min", description: "Arrival delay of all flights kept", cell: 3 },
    ],
    checks: [
      { name: "has flights", ok: true, severity: "error", cell: 2 },
      {
        name: "few outliers",
        ok: false,
        severity: "warning",
        message: "2.1 % of flights are late by over 3 h",
        cell: 3,
      },
    ],
    output: { stdoutBytes: 1200, stderrBytes: 40, droppedBytes: 0, droppedDisplays: 0 },
    environment: {
      deno: "2.9.6",
      v8: "15.0.245",
      typescript: "6.0.3",
      os: "linux",
      arch: "x86_64",
      cores: 2,
      timeZone: "Europe/Berlin",
    },
    git: { commit: "4e73e88a0b1c2d3e4f5061728394a5b6c7d8e9f0", branch: "main" },
    warnings: ['The header key "permisions" is unknown: did you mean "permissions"'],
    ...changes,
  };
}

/** The same run, failed in its third cell. */
export function failedRecord(): RunRecord {
  const record = sampleRecord({ status: "failed", statusText: 'Failed in cell 3 "Load": no such file' });
  record.cells[2].status = "failed";
  record.cells[3] = { index: 3, type: "code", title: "Model", line: 19, status: "not-run" };
  record.error = {
    name: "NotFound",
    message: "No such file or directory (os error 2): readfile 'flights.csv'",
    stack: "NotFound: No such file\n    at file:///work/flows/delay_model.ts:15:20",
    cell: 2,
    line: 15,
    column: 20,
    hint: 'Run the step "flights" first',
    causes: [{ name: "Error", message: "the disk is empty" }],
  };
  return record;
}

/** A notebook with the sources and outputs of the sample run. */
export function sampleNotebook(outputs: Output[] = sampleOutputs()): Notebook {
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: "deno" } },
    cells: [
      text("config", "## Configuration", { role: "config" }),
      text("cell-0", "# Delay model\n\nHow late are **short** flights? See [the data](https://example.com/).", {
        cell: 0,
        line: 6,
      }),
      {
        ...code("cell-1", 'let period: "am" | "pm" = "am";\nlet maxDistance = 500;', { cell: 1, line: 9 }, []),
        metadata: { tags: ["parameters"], ductaflow: { cell: 1, line: 9 } },
      },
      code("injected-parameters", "maxDistance = 500;", { role: "injected-parameters" }, []),
      code("cell-2", 'const text = "rows";\nconst rows = await load(`${text}.csv`);\nrows.length', {
        cell: 2,
        line: 14,
      }, outputs),
      code("cell-3", "// The model\nfit(rows)", { cell: 3, line: 19 }, []),
    ],
  };
}

/** One output of each kind. */
export function sampleOutputs(): Output[] {
  const display = (data: { [mime: string]: never }): Output => ({ output_type: "display_data", data, metadata: {} });
  const bundle = (data: unknown) => display(data as { [mime: string]: never });
  return [
    { output_type: "stream", name: "stdout", text: "loading\r\x1b[32mdone\x1b[0m\n" },
    { output_type: "stream", name: "stderr", text: "a warning\n" },
    bundle({
      "application/vnd.dataresource+json": {
        schema: { fields: [{ name: "hour", type: "number" }, { name: "carrier", type: "string" }] },
        data: [{ hour: 6, carrier: "AA" }, { hour: 7, carrier: null }],
        totalRows: 40,
      },
      "text/html": "<table></table>",
    }),
    bundle({ "text/html": "<b>bold</b>", "text/plain": "bold" }),
    bundle({ "text/markdown": "**strong**" }),
    bundle({ "image/svg+xml": '<svg width="9" height="9"><rect fill="currentColor"/></svg>' }),
    bundle({ "image/png": onePixel }),
    bundle({ "application/json": { a: [1, "two", null] } }),
    bundle({ "application/vnd.vegalite.v5+json": { mark: "bar" }, "text/plain": "[Vega]" }),
    { output_type: "execute_result", data: { "text/plain": "18234" }, metadata: {}, execution_count: 2 },
    {
      output_type: "error",
      ename: "NotFound",
      evalue: "No such file",
      traceback: ["NotFound: No such file", "  at x:15"],
    },
  ];
}

/** Previews of the sample's artifacts. */
export function samplePreviews(): Record<string, Preview> {
  return {
    "tables/by hour.csv": {
      kind: "table",
      columns: [{ name: "hour", type: "number" }, { name: "delay", type: "number" }],
      rows: [[0, 1.5], [1, 12.25]],
      totalRows: 1234,
    },
    "notes.txt": { kind: "text", text: "a < b", truncated: true },
    "plot.png": { kind: "image", mime: "image/png", base64: onePixel },
  };
}

/** A PNG of one pixel. */
export const onePixel =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

function text(id: string, source: string, ductaflow: TextCell["metadata"]["ductaflow"]): TextCell {
  return { id, cell_type: "markdown", metadata: { ductaflow }, source };
}

function code(
  id: string,
  source: string,
  ductaflow: CodeCell["metadata"]["ductaflow"],
  outputs: Output[],
): CodeCell {
  return { id, cell_type: "code", metadata: { ductaflow }, source, outputs, execution_count: 1 };
}
