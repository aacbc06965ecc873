/**
 * Workflows and their runs as people read them.
 * @module
 */
import { formatDuration } from "../base/duration.ts";
import type { RunStatus } from "../base/record.ts";
import { formatBytes, formatNumber } from "../report/format.ts";
import type { Workflow } from "../workflow/get_flow.ts";
import { isPaused } from "../workflow/pause.ts";
import { describeSchedule } from "../workflow/schedule.ts";
import type { FlowRun } from "../workflow/flow_run.ts";
import { columns, cutText, oneLine, type Paint, textWidth } from "./style.ts";
import { localTime, statusText } from "./summary.ts";

/** A status of a run of a workflow, with its sign and in its colour. */
export function workflowStatus(status: string, paint: Paint, text = status): string {
  if (status === "queued") return paint("cyan", `○ ${text}`);
  if (status === "skipped") return paint("dim", `» ${text}`);
  return statusText(status as RunStatus, text, paint);
}

/** All workflows as a table. */
export function flowsText(flows: Workflow[], paint: Paint): string {
  const rows = flows.map(({ name, version, settings, next, latest }) => [
    name,
    `v${version}`,
    describeSchedule(settings.schedule),
    [pauseText(settings, paint), next[0] ? localTime(next[0]) : ""].filter(Boolean).join(", "),
    latest ? workflowStatus(latest.status, paint) : "",
    latest ? localTime(latest.startedAt ?? latest.requestedAt) : "",
  ]);
  const head = ["workflow", "version", "schedule", "next", "last run", "at"].map((text) => paint("dim", text));
  return columns([head, ...rows]);
}

/** One workflow with all that holds. */
export function flowText(flow: Workflow, paint: Paint): string {
  const { name, version, settings, overrides, parameters, latest } = flow;
  const changed = (key: keyof typeof overrides) => overrides[key] ? paint("yellow", " (changed by an operator)") : "";
  const rows = [
    ["what", `${flow.kind} ${flow.source}, version ${version} of ${localTime(flow.publishedAt)}`],
    ["schedule", describeSchedule(settings.schedule) + changed("schedule")],
    ["next", [pauseText(settings, paint), ...flow.next.map(localTime)].filter(Boolean).join(", ") || "none"],
    ["overlap", settings.overlap + changed("overlap")],
    ["missed ticks", settings.onMissed + changed("onMissed")],
    ["keep", (settings.keep ? keepText(settings.keep) : "all runs") + changed("keep")],
    ["timeout", (settings.timeout ? formatDuration(settings.timeout) : "none") + changed("timeout")],
    [
      "notify",
      `${settings.notify.length || "no"} ${settings.notify.length === 1 ? "channel" : "channels"}${changed("notify")}`,
    ],
    ...parameters.map(({ name, default: value, today, description }, i) => [
      i === 0 ? "parameters" : "",
      `${name} = ${today === undefined ? JSON.stringify(value) ?? "(must be given)" : `today (${today})`}${
        description ? paint("dim", `  ${oneLine(description)}`) : ""
      }`,
    ]),
    ...(flow.graph ?? []).map(({ name, kind, description, target }, i) => [
      i === 0 ? "steps" : "",
      `${oneLine(name)} ${paint("dim", `${kind}${target === undefined ? "" : ` to ${oneLine(target)}`}`)}${
        description ? paint("dim", `  ${oneLine(description)}`) : ""
      }`,
    ]),
    ...latest ? [["last run", `${workflowStatus(latest.status, paint)} ${latest.id}`]] : [],
  ];
  const about = flow.description ? `${oneLine(flow.description)}\n` : "";
  return `${paint("bold", name)}\n${about}${
    columns(rows.map(([key, text]) => [paint("dim", key), text]), { indent: "  " })
  }`;
}

function pauseText(settings: Workflow["settings"], paint: Paint): string {
  if (settings.paused) return paint("yellow", "paused");
  return isPaused(settings, Date.now()) ? paint("yellow", `paused until ${localTime(settings.pausedUntil!)}`) : "";
}

function keepText({ runs, days, bytes, failed }: NonNullable<Workflow["settings"]["keep"]>): string {
  const parts = [
    runs === undefined ? "" : `the newest ${runs}`,
    days === undefined ? "" : `those of ${days} days`,
    bytes === undefined ? "" : `the newest that take ${formatBytes(bytes)}`,
    failed === undefined ? "" : `the newest ${failed} that failed`,
  ];
  return parts.filter(Boolean).join(", ");
}

/** Runs as a table; the name of the workflow stands before each when there are several. */
export function runsText(runs: FlowRun[], paint: Paint, { width, many }: { width: number; many: boolean }): string {
  if (runs.length === 0) return "No runs\n";
  const head = [...many ? ["workflow"] : [], "run", "status", "trigger", "started", "took"];
  const rows = runs.map((run) => [
    ...many ? [run.workflow] : [],
    run.id,
    workflowStatus(run.status, paint),
    run.trigger,
    run.startedAt ? localTime(run.startedAt) : "",
    run.durationMs === undefined || run.startedAt === undefined ? "" : formatDuration(run.durationMs),
  ]);
  const fixed = columns([head, ...rows]).split("\n");
  const left = Math.max(20, width - Math.max(...fixed.map(textWidth)) - 3);
  const notes = runs.map((run) => cutText(noteOf(run), left));
  const all = [[...head, ""].map((text) => paint("dim", text)), ...rows.map((row, i) => [...row, notes[i]])];
  return columns(all, { right: [head.length - 1] });
}

function noteOf({ status, statusText, metrics, missed, pinned }: FlowRun): string {
  const numbers = Object.entries(metrics).map(([name, value]) => `${name} ${formatNumber(value)}`).join(", ");
  const late = missed ? [`for ${missed} missed ${missed === 1 ? "tick" : "ticks"}`] : [];
  const pin = pinned ? ["pinned"] : [];
  return [...pin, ...status === "succeeded" ? [numbers] : [oneLine(statusText)], ...late].filter(Boolean).join("; ");
}

/** The end of a run in a line or two. */
export function runEndText(run: FlowRun, paint: Paint): string {
  const took = run.durationMs === undefined || run.startedAt === undefined
    ? ""
    : ` in ${formatDuration(run.durationMs)}`;
  const first = workflowStatus(run.status, paint, `${run.workflow}/${run.id}: ${oneLine(run.statusText)}${took}`);
  const steps = run.steps();
  const lines = steps.map((step) =>
    `  ${statusText(step.status, `${step.step}/${step.instance}`, paint)}${
      paint("dim", step.cached ? " reused" : ` ${formatDuration(step.durationMs)}`)
    }`
  );
  const metrics = Object.entries(run.metrics).map(([name, value]) => `${name} ${formatNumber(value)}`);
  return [first, ...lines, ...metrics.length > 0 ? [`  ${metrics.join(", ")}`] : []].join("\n") + "\n";
}
