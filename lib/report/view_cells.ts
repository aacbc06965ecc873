/**
 * The cells of a report: prose, code with the flow's own line numbers, and outputs.
 * @module
 */
import { formatDuration } from "../base/duration.ts";
import { markup, SafeHtml } from "./escape.ts";
import { formatBytes } from "./format.ts";
import { highlightCode } from "./highlight.ts";
import { renderMarkdown } from "./markdown.ts";
import { droppedNotice, type OutputContext, renderOutputs } from "./outputs.ts";
import { cellId, list, nameCell } from "./view.ts";

import type { CellRecord, RunRecord } from "../base/record.ts";
import type { CodeCell, Notebook, NotebookCell } from "../notebook/ipynb.ts";

/** One cell as the template shows it. */
export interface CellView {
  kind: "code" | "prose" | "raw";
  id: string;
  /** What the navigation calls it; absent for cells that need no entry. */
  label?: string;
  title?: string;
  status: string;
  /** Time and memory. */
  meta: string[];
  prose?: SafeHtml;
  code?: SafeHtml;
  lines?: string;
  codeOpen: boolean;
  /** Whether the outputs are folded at first. */
  outputsFolded?: boolean;
  outputs: SafeHtml[];
  dropped?: SafeHtml;
}

/** What drawing cells needs besides the notebook. */
export interface CellsOptions extends OutputContext {
  /** Coloured code by source text. */
  highlighted?: Map<string, string>;
  /** Whether code is open at first. */
  showCode: boolean;
  /** False leaves all code out. */
  code: boolean;
}

/** The flow's cells in order; those that the toolkit added are left out, since the config table replaces them. */
export async function viewCells(record: RunRecord, notebook: Notebook, options: CellsOptions): Promise<CellView[]> {
  const records = new Map(list(record.cells).map((cell) => [cell.index, cell]));
  const views: CellView[] = [];
  let next = 0;
  for (const cell of list(notebook?.cells)) {
    const own = cell.metadata?.ductaflow;
    if (own && "role" in own) continue;
    const index = typeof own?.cell === "number" ? own.cell : next;
    next = index + 1;
    const view = await viewCell(cell, index, own?.line, record, records.get(index), options);
    if (view) views.push(view);
  }
  return dropRepeatedTitle(views, record);
}

async function viewCell(
  cell: NotebookCell,
  index: number,
  line: number | undefined,
  record: RunRecord,
  known: CellRecord | undefined,
  options: CellsOptions,
): Promise<CellView | undefined> {
  const source = sourceText(cell.source);
  const status = known?.status ?? "skipped";
  const base = { id: cellId(index), title: known?.title, status, meta: [], outputs: [], codeOpen: false };
  if (list(cell.metadata?.tags).includes("remove-cell") && status !== "failed") return undefined;
  if (cell.cell_type === "markdown") {
    const heading = /^#{1,3}\s+(.+)$/m.exec(source)?.[1];
    const prose = await renderMarkdown(source, options.images);
    return { ...base, kind: "prose", label: heading && plainHeading(heading), prose };
  }
  if (cell.cell_type !== "code") {
    return source.trim() === "" ? undefined : { ...base, kind: "raw", code: markup`${source}` };
  }
  const errorLine = record.error?.cell === index ? record.error.line : undefined;
  const code = await viewCodeCell(cell, source, line ?? known?.line ?? 1, errorLine, known, options);
  const isEmpty = (source.trim() === "" || !code.code) && code.outputs.length === 0 && !code.dropped &&
    status !== "failed";
  const label = known?.title ?? (status === "failed" ? nameCell(index) : undefined);
  return isEmpty ? undefined : { ...base, ...code, label };
}

async function viewCodeCell(
  cell: CodeCell,
  source: string,
  first: number,
  errorLine: number | undefined,
  known: CellRecord | undefined,
  options: CellsOptions,
) {
  const tags = list(cell.metadata?.tags);
  const hasFailed = known?.status === "failed";
  const isQuiet = ["parameters", "hide-input"].some((tag) => tags.includes(tag)) ||
    cell.metadata?.hide === "code" || known?.status === "not-run" || known?.status === "skipped";
  const withCode = options.code && (hasFailed || !tags.includes("remove-input"));
  const withOutputs = hasFailed || !tags.includes("remove-output");
  return {
    kind: "code" as const,
    meta: viewMeta(known),
    ...(withCode ? { code: await viewCode(source, first, errorLine, options.highlighted) } : {}),
    lines: lineRange(first, source),
    codeOpen: hasFailed || (options.showCode && !isQuiet),
    outputsFolded: !hasFailed && tags.includes("hide-output"),
    outputs: withOutputs ? await renderOutputs(cell.outputs, options) : [],
    dropped: droppedNotice(known?.droppedBytes),
  };
}

function viewMeta(cell: CellRecord | undefined): string[] {
  if (cell?.durationMs === undefined) return [];
  const meta = [formatDuration(Number(cell.durationMs) || 0)];
  if (cell.memory !== undefined) meta.push(formatBytes(cell.memory));
  return meta;
}

/** Code with one block a line, numbered by the style sheet from `first`, so that lines can wrap and be copied. */
async function viewCode(
  source: string,
  first: number,
  errorLine: number | undefined,
  highlighted: Map<string, string> | undefined,
): Promise<SafeHtml> {
  const coloured = highlighted?.get(source) ?? await highlightCode(source, "typescript");
  const number = Math.trunc(Number(first)) || 1;
  const start = `<code style="counter-reset:line ${number - 1}"><span class="l">`;
  if (errorLine === undefined) {
    return new SafeHtml(`${start}${coloured.replaceAll("\n", '</span><span class="l">')}</span></code>`);
  }
  const lines = coloured.split("\n").map((text, i) =>
    `<span class="l${i + number === errorLine ? " bad" : ""}">${text}</span>`
  );
  return new SafeHtml(`<code style="counter-reset:line ${number - 1}">${lines.join("")}</code>`);
}

function lineRange(first: number, source: string): string {
  const count = source.split("\n").length;
  return count === 1 ? `line ${first}` : `lines ${first}–${Number(first) + count - 1}`;
}

function sourceText(source: unknown): string {
  if (Array.isArray(source)) return source.join("");
  return typeof source === "string" ? source : "";
}

function plainHeading(text: string): string {
  return text.replace(/\s#+\s*$/, "").replace(/[*_`]/g, "").replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").slice(0, 80);
}

/** A flow often opens with its title as a heading, which stands on top of the report already. */
function dropRepeatedTitle(views: CellView[], record: RunRecord): CellView[] {
  const first = views.find((view) => view.kind === "prose");
  if (!first?.prose || first.label !== record.flow?.title) return views;
  const match = /^<h2>([^<]*)<\/h2>\s*/.exec(first.prose.html);
  if (!match || match[1] !== markup`${record.flow.title}`.html) return views;
  first.prose = new SafeHtml(first.prose.html.slice(match[0].length));
  first.label = undefined;
  return first.prose.html === "" ? views.filter((view) => view !== first) : views;
}
