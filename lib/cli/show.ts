/**
 * The command `show`: one run.
 * @module
 */
import { formatDuration } from "../base/duration.ts";
import { jsonText } from "../base/json.ts";
import type { PermissionSet, RunRecord } from "../base/record.ts";
import { shortPath } from "../base/short_path.ts";
import { join } from "../deps/path.ts";
import { flowLocation } from "../notebook/flow_location.ts";
import { formatBytes } from "../report/format.ts";
import { maybeConfig } from "../step/config_file.ts";
import { getRun } from "../step/get_run.ts";
import type { Run } from "../step/run.ts";
import type { Command } from "./command.ts";
import { exitCodes } from "./exit.ts";
import { commonOptions, type OptionTable, parseOptions, usageError } from "./options.ts";
import { operatorText } from "./operators_text.ts";
import { runJson } from "./run_json.ts";
import { readRunLog } from "./run_log.ts";
import { columns, oneLine, type Paint, painter, plainText } from "./style.ts";
import { checkTexts, errorLines, localTime, metricTexts, statusText } from "./summary.ts";

const options = {
  cells: { help: "Show the cells with status, time and memory" },
  log: { help: "Show what the cells printed, as text" },
  runs: { value: "folder", help: `Folder of all runs, "runs" unless given` },
  json: { help: "Print the record as JSON" },
} satisfies OptionTable;

/** The command `show`. */
export const command: Command = {
  name: "show",
  usage: "<step>/<instance> [options]",
  description: `Shows one run: status, config, results, errors, permissions. The path of a run folder will do as well.`,
  options,
  examples: [
    ["show delay_model/am", "the run in runs/delay_model/am"],
    ["show delay_model/am --log", "what it printed, cell by cell; of a run that is going on too"],
    ["show runs/delay_model/am --json", "the record as data"],
  ],
  async run(args, { stdout }) {
    const { values, positionals } = parseOptions(args, { ...options, ...commonOptions });
    const { step, instance, runsDir } = whichRun(positionals, values.runs);
    const run = await getRun(step, instance, { runsDir });
    const paint = painter(stdout.color);
    if (values.json) stdout.write(jsonText(runJson(run)));
    else if (values.log || values.cells) {
      if (values.cells) stdout.write(cellsText(run.record, paint));
      if (values.log) stdout.write(logText(run, paint));
    } else stdout.write(showText(run, paint) + await operatorText(run, paint));
    return exitCodes.done;
  },
};

/** `step/instance`, `step instance`, or the path of a run folder. */
export function whichRun(positionals: string[], runs?: string): { step: string; instance: string; runsDir?: string } {
  const parts = positionals.flatMap((text, i) => i === 0 ? text.replace(/\/+$/, "").split("/") : [text]);
  const [instance, step] = parts.toReversed();
  if (positionals.length > 2 || !step || !instance) {
    throw usageError(
      positionals.length === 0 ? "No run is given" : `"${positionals.join(" ")}" names no run`,
      "Write step/instance, such as delay_model/am",
    );
  }
  const folder = parts.slice(0, -2).join("/");
  const runsDir = parts.length > 2 ? folder || "/" : runs;
  return { step, instance, ...(runsDir === undefined ? {} : { runsDir }) };
}

/** A run for people. */
export function showText(run: Run, paint: Paint): string {
  const { record, status } = run;
  const took = status === "running" || status === "interrupted" ? "" : `, took ${formatDuration(record.durationMs)}`;
  const tries = record.attempts.length > 1 ? `, ${record.attempts.length} tries` : "";
  const head = [
    `${paint("bold", `${run.step}/${run.instance}`)}  ${oneLine(record.flow.title)}`,
    statusText(status, plainText(record.statusText), paint),
    ...errorLines(record, paint),
    paint("dim", `${flowLocation(record.flow.url)}, started ${localTime(record.startedAt)}${took}${tries}`),
  ];
  const config = Object.entries(maybeConfig(join(run.dir, "config.json")) ?? {}).map((
    [key, value],
  ) => [key, oneLine(JSON.stringify(value))]);
  const defaults = record.parameters.filter((parameter) => parameter.source === "default").map(({ name, value }) => [
    name,
    `${oneLine(JSON.stringify(value))} ${paint("dim", "default")}`,
  ]);
  const sections: [string, string[][]][] = [
    ["Config", [...config, ...defaults]],
    ["Metrics", metricTexts(record).map((text) => [text])],
    ["Checks", checkTexts(record, paint).map((text) => [text])],
    [
      "Files",
      record.artifacts.map(({ name, type, size, dropped }) => {
        return [oneLine(name), paint("dim", type), formatBytes(size), ...(dropped ? [paint("dim", "not kept")] : [])];
      }),
    ],
    [
      "Inputs",
      record.inputs.map(({ path, kind, from }) => [
        shortPath(path),
        paint("dim", from ? `from ${from.step}/${from.instance}` : kind === "file" ? "" : kind),
      ]),
    ],
    ["Permissions", permissionRows(record, paint)],
    ["Enough would be", suggestionRows(record)],
    ["Not traced", record.untraced.map((text) => [oneLine(text)])],
    ["Warnings", record.warnings.map((text) => [paint("yellow", oneLine(text))])],
    ["Where", whereRows(run)],
  ];
  const text = sections.filter(([, rows]) => rows.length > 0)
    .map(([name, rows]) => `\n${paint("bold", name)}\n${columns(rows, { indent: "  " })}`);
  return `${head.join("\n")}\n${text.join("")}`;
}

function permissionRows({ permissions }: RunRecord, paint: Paint): string[][] {
  const rows = (label: string, set: PermissionSet, style: "dim" | "red") =>
    Object.entries(set).map(([kind, values]) => [
      paint(style, label),
      kind,
      values === true ? "all" : values.map((value) => oneLine(/^\//.test(value) ? shortPath(value) : value)).join(", "),
    ]);
  return [
    ...rows("requested", permissions.requested, "dim"),
    ...rows("used", permissions.used, "dim"),
    ...rows("denied", permissions.denied, "red"),
  ];
}

/** The smallest header, as it can be pasted into the flow. */
function suggestionRows({ permissions }: RunRecord): string[][] {
  return (permissions.suggestion?.trimEnd().split("\n") ?? []).map((line) => [`// ${plainText(line)}`]);
}

function whereRows({ dir, reportPath, notebookPath, status }: Run): string[][] {
  const rows = [["folder", shortPath(dir)]];
  if (status !== "running" && status !== "interrupted") {
    rows.push(["report", shortPath(reportPath)], ["notebook", shortPath(notebookPath)]);
  }
  return rows;
}

function cellsText({ cells }: RunRecord, paint: Paint): string {
  const rows = cells.filter((cell) => cell.type === "code").map((cell) => [
    String(cell.index + 1),
    oneLine(cell.title ?? ""),
    `line ${cell.line}`,
    cell.status === "failed" ? paint("red", cell.status) : cell.status,
    cell.durationMs === undefined ? "" : formatDuration(cell.durationMs),
    cell.memory === undefined ? "" : formatBytes(cell.memory),
  ]);
  const head = ["cell", "title", "", "status", "took", "memory"].map((text) => paint("dim", text));
  return columns([head, ...rows], { right: [0, 4, 5] });
}

function logText(run: Run, paint: Paint): string {
  const { cells } = run.record;
  return readRunLog(run).map(({ cell, text }) => {
    const title = cells[cell]?.title;
    const name = cell < 0 ? "before the first cell" : `cell ${cell + 1}${title ? ` "${oneLine(title)}"` : ""}`;
    return `${paint("cyan", `── ${name} ──`)}\n${text.endsWith("\n") ? text : `${text}\n`}`;
  }).join("");
}
