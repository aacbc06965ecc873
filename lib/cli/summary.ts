/**
 * What came out of a run, in a few lines.
 * @module
 */
import { formatDuration } from "../base/duration.ts";
import type { RunRecord, RunStatus } from "../base/record.ts";
import { shortPath } from "../base/short_path.ts";
import { flowLocation } from "../notebook/flow_location.ts";
import { formatNumber } from "../report/format.ts";
import type { Run } from "../step/run.ts";
import { columns, oneLine, type Paint, plainText, statusStyles } from "./style.ts";

/** A status with its sign and in its colour. */
export function statusText(status: RunStatus, text: string, paint: Paint): string {
  const [style, sign] = statusStyles[status] ?? ["red", "?"];
  return paint(style, `${sign} ${text}`);
}

/** `2026-11-22 12:03:04`, in the time zone of this machine. */
export function localTime(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return oneLine(iso);
  const two = (n: number) => String(n).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Status, error, metrics, checks and where to look, for the end of a run. `tail`: the last lines it printed. */
export function runSummary(run: Run, paint: Paint, tail: string[] = []): string {
  const { record } = run;
  const name = `${run.step}/${run.instance}`;
  const took = formatDuration(run.durationMs);
  const first = run.cached
    ? `${name} is fresh: the run of ${localTime(record.startedAt)} is reused`
    : record.error
    ? `${name}: ${plainText(record.statusText)}`
    : `${name}: ${plainText(record.statusText)} in ${took}`;
  const lines = [statusText(run.status, first, paint)];
  lines.push(...errorLines(record, paint));
  if (tail.length > 0) lines.push(paint("dim", "  Last output:"), ...tail.map((line) => paint("dim", `  │ ${line}`)));
  return `${lines.join("\n")}\n${columns(resultRows(run, paint), { indent: "  " })}`;
}

/** Where it happened, why, and what to do. */
export function errorLines({ error, flow, cells }: RunRecord, paint: Paint): string[] {
  if (!error) return [];
  const lines: string[] = [];
  const line = error.line ?? (error.cell === undefined ? undefined : cells[error.cell]?.line);
  if (line !== undefined) lines.push(`  at ${flowLocation(flow.url, line, error.line && error.column)}`);
  // The status already says the first line of the message.
  const more = plainText(error.message).split("\n").slice(1).filter((text) => text.trim() !== "");
  lines.push(...more.slice(0, 20).map((text) => `  ${text}`));
  for (const { name, message } of error.causes ?? []) lines.push(`  caused by ${name}: ${oneLine(message)}`);
  if (error.hint) lines.push(`  ${paint("cyan", "Hint:")} ${oneLine(error.hint)}`);
  return lines;
}

function resultRows({ record, reportPath, notebookPath, status }: Run, paint: Paint): string[][] {
  const rows: string[][] = [];
  const add = (label: string, text: string) => rows.push([paint("dim", label), text]);
  if (record.attempts.length > 1) add("tries", String(record.attempts.length));
  if (record.metrics.length > 0) add("metrics", metricTexts(record).join(", "));
  for (const text of checkTexts(record, paint)) add("checks", text);
  if (record.artifacts.length > 0) add("files", shortList(record.artifacts.map((artifact) => artifact.name)));
  for (const warning of record.warnings) add("warning", paint("yellow", oneLine(warning)));
  if (status === "running") return rows;
  add("report", shortPath(reportPath));
  add("notebook", shortPath(notebookPath));
  return rows;
}

/** `flights 1,204`, `median_delay 3.1 min`. */
export function metricTexts({ metrics }: Pick<RunRecord, "metrics">): string[] {
  return metrics.map(({ name, value, unit }) => oneLine(`${name} ${formatNumber(value)}${unit ? ` ${unit}` : ""}`));
}

/** The checks that do not hold, one a line; else one line that says how many hold. */
export function checkTexts({ checks }: Pick<RunRecord, "checks">, paint: Paint): string[] {
  if (checks.length === 0) return [];
  const broken = checks.filter((check) => !check.ok);
  if (broken.length === 0) return [checks.length === 1 ? "1 holds" : `all ${checks.length} hold`];
  return broken.map(({ name, severity, message }) => {
    const detail = message ? ` (${oneLine(message)})` : "";
    return paint(severity === "error" ? "red" : "yellow", oneLine(`"${name}" does not hold${detail}`));
  });
}

function shortList(names: string[]): string {
  const shown = names.slice(0, 6).map(oneLine);
  return names.length > 6 ? `${shown.join(", ")} and ${names.length - 6} more` : shown.join(", ");
}
