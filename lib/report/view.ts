/**
 * What the templates show of a record, said in words: status, times, error, results. Tolerates records that lack parts.
 * @module
 */
import { formatDuration } from "../base/duration.ts";
import { ansiToHtml } from "./ansi.ts";
import { configFromParameters, type ConfigTable, configTables, renderConfigValue } from "./config_table.ts";
import { SafeHtml } from "./escape.ts";
import { formatNumber, formatTime, plural } from "./format.ts";

import type { CellRecord, Config, ErrorRecord, RunRecord } from "../base/record.ts";

/** How a status looks: a word, a sign that does not need colour, and the class that colours it. */
export interface StatusView {
  kind: "good" | "warn" | "bad" | "idle" | "busy";
  sign: string;
  label: string;
}

const statuses: Record<string, StatusView> = {
  "succeeded": { kind: "good", sign: "✓", label: "Succeeded" },
  "warned": { kind: "warn", sign: "!", label: "Succeeded with warnings" },
  "failed": { kind: "bad", sign: "✕", label: "Failed" },
  "timed-out": { kind: "bad", sign: "✕", label: "Timed out" },
  "cancelled": { kind: "idle", sign: "–", label: "Cancelled" },
  "interrupted": { kind: "bad", sign: "✕", label: "Interrupted" },
  "running": { kind: "busy", sign: "…", label: "Running" },
};

/** The look of a status. */
export function viewStatus(status: string): StatusView {
  return Object.hasOwn(statuses, status) ? statuses[status] : { kind: "idle", sign: "?", label: String(status) };
}

/** The top of the report. */
export interface HeaderView {
  title: string;
  step: string;
  instance: string;
  status: StatusView;
  /** The status as a sentence, where it says more than the badge. */
  statusText?: string;
  facts: string[];
  warnings: string[];
  attempts: { status: StatusView; text: string; duration: string; startedAt: string }[];
}

/** Title, status and times. */
export function viewHeader(record: RunRecord): HeaderView {
  const status = viewStatus(record.status);
  const attempts = list(record.attempts);
  const facts = [formatTime(record.startedAt)];
  if (typeof record.durationMs === "number" && record.status !== "running") {
    facts.push(`took ${formatDuration(record.durationMs)}`);
  }
  if (attempts.length > 1) facts.push(`${attempts.length} attempts`);
  return {
    title: String(record.flow?.title || record.step),
    step: record.step,
    instance: record.instance,
    status,
    statusText: addsToStatus(record, status.label) ? record.statusText : undefined,
    facts,
    warnings: [...list(record.warnings), ...viewLosses(record)],
    attempts: attempts.length < 2 ? [] : attempts.map((attempt) => ({
      status: viewStatus(attempt.status),
      text: attempt.statusText,
      duration: formatDuration(Number(attempt.durationMs) || 0),
      startedAt: formatTime(attempt.startedAt),
    })),
  };
}

/** What was put out but not kept, where no cell says so. */
function viewLosses({ output }: RunRecord): string[] {
  if (!(output?.droppedDisplays > 0)) return [];
  return [`${plural(output.droppedDisplays, "rich output")} not kept: there were too many, or they were too large`];
}

/** Whether the sentence says more than the badge and, on a failed run, than the error panel. */
function addsToStatus({ statusText, error }: RunRecord, label: string): boolean {
  if (typeof statusText !== "string" || statusText.toLowerCase().replace(/\.$/, "") === label.toLowerCase()) {
    return false;
  }
  return statusText !== "" && !(error?.message && statusText.includes(error.message));
}

/** The panel on top of a failed run. */
export interface ErrorView {
  name: string;
  message: SafeHtml;
  /** `Cell 3 "Load", line 42`, and the place on the page. */
  place?: { text: string; href?: string };
  hint?: string;
  stack?: SafeHtml;
  causes: { name: string; message: SafeHtml }[];
}

/** What went wrong and where; undefined when nothing did. */
export function viewError(record: RunRecord): ErrorView | undefined {
  const { error } = record;
  if (typeof error !== "object" || error === null) return undefined;
  return {
    name: error.name,
    message: terminalText(error.message),
    place: viewPlace(record, error),
    hint: error.hint,
    stack: error.stack === undefined ? undefined : terminalText(error.stack),
    causes: list(error.causes).map(({ name, message }) => ({ name, message: terminalText(message) })),
  };
}

/** Messages come from programs that may have coloured them. */
function terminalText(text: unknown): SafeHtml {
  return new SafeHtml(ansiToHtml(String(text)));
}

function viewPlace(record: RunRecord, error: ErrorRecord): ErrorView["place"] {
  const parts: string[] = [];
  const cell = error.cell === undefined ? undefined : list(record.cells).find(({ index }) => index === error.cell);
  if (error.cell !== undefined) parts.push(nameCell(error.cell, cell?.title));
  if (error.line !== undefined) parts.push(`line ${error.line}`);
  if (parts.length === 0) return undefined;
  return { text: parts.join(", "), href: cell && `#${cellId(cell.index)}` };
}

/** What people call a cell: counted from 1, with its title. */
export function nameCell(index: number, title?: string): string {
  const number = typeof index === "number" ? index + 1 : index;
  return title ? `Cell ${number} “${title}”` : `Cell ${number}`;
}

/** The place of a cell on the page. */
export function cellId(index: CellRecord["index"]): string {
  return `cell-${Number(index) + 1}`;
}

/** Metrics and checks. */
export interface ResultsView {
  metrics: { name: string; value: string; exact: string; unit?: string; description?: string }[];
  checks: { name: string; kind: "good" | "warn" | "bad"; sign: string; word: string; message?: string }[];
}

/** The numbers and judgements that the flow reported. */
export function viewResults(record: RunRecord): ResultsView {
  const metrics = list(record.metrics).map(({ name, value, unit, description }) => {
    return { name, value: formatNumber(value), exact: String(value), unit, description };
  });
  const checks = list(record.checks).map(({ name, ok, severity, message }) => {
    if (ok === true) return { name, kind: "good" as const, sign: "✓", word: "holds" };
    if (severity === "warning") return { name, kind: "warn" as const, sign: "!", word: "warning", message };
    return { name, kind: "bad" as const, sign: "✕", word: "error", message };
  });
  return { metrics, checks };
}

/** The config as tables, values drawn. */
export interface ConfigView {
  tables: { title?: string; rows: { name: string; value: SafeHtml; type?: string; isDefault: boolean }[] }[];
}

/** The config: as given, or what the record says about the declared parameters. */
export function viewConfig(record: RunRecord, config: Config | undefined): ConfigView {
  const parameters = list(record.parameters);
  const tables: ConfigTable[] = configTables(config ?? configFromParameters(parameters), parameters);
  return {
    tables: tables.map(({ title, rows }) => ({
      title,
      rows: rows.map((row) => ({ ...row, value: renderConfigValue(row.value) })),
    })),
  };
}

/** A list from a record, or an empty one where the record has none. */
export function list<T>(value: T[] | undefined): T[] {
  return Array.isArray(value) ? value.filter((item) => item !== null && item !== undefined) : [];
}
