/**
 * A run as a Jupyter notebook: the config on top, the injected parameters, every cell with what it put out.
 * @module
 */
import { setOwn } from "../base/json.ts";
import { validMetadata } from "./cell_metadata.ts";
import { injectedParameters, type InjectedValues } from "./injected_parameters.ts";
import { denoKernel, jupyterHeader } from "./notebook_metadata.ts";
import type { Json, JsonObject } from "../base/json.ts";
import type { CellRecord, CellStatus, Config, ParameterRecord, RunStatus } from "../base/record.ts";
import type { Cell, Flow } from "./flow.ts";
import type { CellMetadata, CodeCell, Notebook, NotebookCell, Output, TextCell } from "./ipynb.ts";

/** What is known about the run besides its cells; it becomes the notebook's own metadata. */
export interface NotebookRun {
  step: string;
  instance: string;
  /** The id of the run. */
  id: string;
  status: RunStatus;
  /** ISO 8601, as in the record. */
  startedAt?: string;
  endedAt?: string;
  durationMs?: number;
}

/** One cell of the flow as it ran. */
export interface ExecutedCell {
  record: CellRecord;
  outputs: Output[];
  executionCount: number | null;
}

/** What `executedNotebook` needs besides the flow. */
export interface ExecutedNotebookOptions {
  config: Config;
  /** What the config set in the run; without it, the values in `parameters` and the other keys of the config. */
  injected?: InjectedValues;
  /** The config as Markdown, for the first cell. */
  configMarkdown: string;
  parameters: ParameterRecord[];
  /** One entry a cell of the flow, in order; those missing at the end count as not run. */
  cells: ExecutedCell[];
  metadata: NotebookRun;
}

const papermillStatus: Record<CellStatus, string> = {
  "succeeded": "completed",
  "skipped": "completed",
  "failed": "failed",
  "running": "running",
  "not-run": "pending",
};

/** The notebook of a run; a plain object that shares the outputs it was given. */
export function executedNotebook(flow: Flow, options: ExecutedNotebookOptions): Notebook {
  const cells: NotebookCell[] = [{
    id: "config",
    cell_type: "markdown",
    metadata: { tags: ["ductaflow-config"], ductaflow: { role: "config" } },
    source: options.configMarkdown,
  }];
  for (const cell of flow.cells) {
    cells.push(executedCell(cell, options.cells[cell.index]));
    if (!cell.tags.includes("parameters")) continue;
    const source = injectedParameters(flow, options.injected ?? topLevel(flow, options));
    if (source !== "") cells.push(injectedCell(source));
  }
  return { nbformat: 4, nbformat_minor: 5, metadata: notebookMetadata(flow, options), cells };
}

function topLevel(flow: Flow, { config, parameters }: ExecutedNotebookOptions): InjectedValues {
  const declared = new Set(flow.parameters.map((parameter) => parameter.name));
  const fromConfig = parameters.filter(({ source }) => source === "config");
  return {
    values: Object.fromEntries(fromConfig.map(({ name, value }) => [name, value])),
    globals: Object.fromEntries(Object.entries(config).filter(([name]) => !declared.has(name))),
  };
}

function executedCell(cell: Cell, executed: ExecutedCell | undefined): NotebookCell {
  const metadata: CellMetadata = { ...validMetadata(cell), ductaflow: { cell: cell.index, line: cell.line } };
  const id = `cell-${cell.index}`;
  if (cell.type !== "code") return { id, cell_type: cell.type, metadata, source: cell.source } satisfies TextCell;
  metadata.papermill = executed === undefined
    ? { duration: null, exception: null, status: "pending" }
    : papermillCell(executed.record);
  return {
    id,
    cell_type: "code",
    metadata,
    source: cell.source,
    outputs: executed?.outputs ?? [],
    execution_count: executed?.executionCount ?? null,
  } satisfies CodeCell;
}

function injectedCell(source: string): CodeCell {
  return {
    id: "injected-parameters",
    cell_type: "code",
    metadata: { tags: ["injected-parameters"], ductaflow: { role: "injected-parameters" } },
    source,
    outputs: [],
    execution_count: null,
  };
}

/** Papermill's own keys, so that its viewers and Scrapbook read our notebooks; its durations are seconds. */
function papermillCell(record: CellRecord): JsonObject {
  return {
    duration: record.durationMs === undefined ? null : record.durationMs / 1000,
    exception: record.status === "failed" ? true : record.status === "succeeded" ? false : null,
    status: papermillStatus[record.status],
  };
}

function notebookMetadata(flow: Flow, options: ExecutedNotebookOptions): { [key: string]: Json } {
  const { id, step, instance, status, startedAt, endedAt, durationMs } = options.metadata;
  const parameters: JsonObject = {};
  for (const { name, source, value } of options.parameters) if (source === "config") setOwn(parameters, name, value);
  return {
    ...jupyterHeader(flow.header.raw),
    ...denoKernel(),
    ductaflow: { step, instance, run: id, status, flow: flow.url },
    papermill: {
      parameters,
      start_time: startedAt ?? null,
      end_time: endedAt ?? null,
      duration: durationMs === undefined ? null : durationMs / 1000,
      exception: status === "succeeded" || status === "warned" || status === "running" ? null : true,
    },
  };
}
