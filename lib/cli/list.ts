/**
 * The command `list`: the steps that ever ran, or the instances of one.
 * @module
 */
import { formatDuration } from "../base/duration.ts";
import { isDuctaflowError, messageOf } from "../base/error.ts";
import { jsonText } from "../base/json.ts";
import { isGreen, type RunRecord, type RunStatus } from "../base/record.ts";
import { resolve } from "../deps/path.ts";
import { checkStep, getRun, instanceNames, stepNames } from "../step/get_run.ts";
import type { Run } from "../step/run.ts";
import { stepDefaults } from "../step/step_options.ts";
import type { Command } from "./command.ts";
import { exitCodes } from "./exit.ts";
import { commonOptions, type OptionTable, parseOptions, usageError } from "./options.ts";
import { columns, cutText, oneLine, type Paint, painter, statusStyles, textWidth } from "./style.ts";
import { localTime, metricTexts, statusText } from "./summary.ts";

const statuses = Object.keys(statusStyles) as RunStatus[];

const options = {
  status: { value: "status", many: true, choices: statuses, help: "Only runs of this status" },
  sort: { value: "order", choices: ["name", "newest"], help: "Order of the instances" },
  runs: { value: "folder", help: `Folder of all runs, "runs" unless given` },
  json: { help: "Print the list as JSON" },
} satisfies OptionTable;

/** An instance as it is listed; without a record when that cannot be read. */
interface Entry {
  instance: string;
  run?: Run;
  problem?: string;
}

/** The command `list`. */
export const command: Command = {
  name: "list",
  usage: "[step] [options]",
  description: "Lists all steps with how many instances stand how, or all instances of one step.",
  options,
  examples: [
    ["list", "all steps"],
    ["list delay_model --sort newest", "all instances of a step, the newest first"],
    ["list delay_model --status failed --json", "for a script"],
  ],
  async run(args, { stdout }) {
    const { values, positionals } = parseOptions(args, { ...options, ...commonOptions });
    if (positionals.length > 1) throw usageError(`"${positionals[1]}" is one argument too many`);
    const runsDir = values.runs ?? stepDefaults.runsDir;
    const wanted = (entry: Entry) => values.status.length === 0 || values.status.includes(entry.run?.status ?? "");
    const read = async (step: string) => (await readEntries(step, runsDir)).filter(wanted);
    const paint = painter(stdout.color);
    const [name] = positionals;
    if (name === undefined) {
      const steps = await Promise.all(
        stepNames({ runsDir }).map(async (step) => ({ step, entries: await read(step) })),
      );
      const shown = steps.filter(({ entries }) => entries.length > 0);
      stdout.write(values.json ? jsonText(shown.map(stepJson)) : stepsText(shown, paint, runsDir));
      return exitCodes.done;
    }
    const step = checkStep(name.replace(/\/$/, ""), { runsDir });
    const entries = await read(step);
    if (values.sort === "newest") entries.sort((a, b) => startOf(b) < startOf(a) ? -1 : 1);
    stdout.write(values.json ? jsonText(entries.map(entryJson)) : entriesText(entries, paint, stdout.width()));
    return exitCodes.done;
  },
};

async function readEntries(step: string, runsDir: string): Promise<Entry[]> {
  const entries = await Promise.all(
    instanceNames(step, { runsDir }).map(async (instance): Promise<Entry | undefined> => {
      try {
        return { instance, run: await getRun(step, instance, { runsDir }) };
      } catch (error) {
        // A folder without a record is no run; one record that cannot be read must not hide the others.
        return isDuctaflowError(error, "run-not-found") ? undefined : { instance, problem: messageOf(error) };
      }
    }),
  );
  return entries.filter((entry) => entry !== undefined);
}

function startOf({ run }: Entry): string {
  return run?.record.startedAt ?? "";
}

function stepJson({ step, entries }: { step: string; entries: Entry[] }) {
  const lastStartedAt = entries.map(startOf).sort().at(-1);
  return { step, instances: entries.length, statuses: countStatuses(entries), lastStartedAt };
}

function countStatuses(entries: Entry[]): Partial<Record<RunStatus | "unreadable", number>> {
  const counts: Partial<Record<RunStatus | "unreadable", number>> = {};
  for (const { run } of entries) counts[run?.status ?? "unreadable"] = (counts[run?.status ?? "unreadable"] ?? 0) + 1;
  return counts;
}

function entryJson({ instance, run, problem }: Entry) {
  if (!run) return { instance, problem };
  const { status, dir, metrics, record: { statusText, startedAt, durationMs, id } } = run;
  const checks = run.checks.map(({ name, ok, severity }) => ({ name, ok, severity }));
  return { instance, status, statusText, id, startedAt, durationMs, metrics, checks, dir };
}

function stepsText(steps: { step: string; entries: Entry[] }[], paint: Paint, runsDir: string): string {
  if (steps.length === 0) return `No runs in "${resolve(runsDir)}"\n`;
  const rows = steps.map((item) => {
    const counts = Object.entries(countStatuses(item.entries)) as [RunStatus, number][];
    const { lastStartedAt } = stepJson(item);
    return [
      item.step,
      String(item.entries.length),
      lastStartedAt ? localTime(lastStartedAt) : "",
      counts.map(([status, count]) => statusText(status, `${count} ${status}`, paint)).join(", "),
    ];
  });
  const head = ["step", "runs", "last start", "status"].map((text) => paint("dim", text));
  return columns([head, ...rows], { right: [1] });
}

function entriesText(entries: Entry[], paint: Paint, width: number): string {
  if (entries.length === 0) return "No runs\n";
  const rows = entries.map(({ instance, run, problem }) => {
    if (!run) return [instance, paint("red", "? unreadable"), "", "", oneLine(problem ?? "")];
    const { status, record } = run;
    const took = status === "running" || status === "interrupted" ? "" : formatDuration(record.durationMs);
    return [instance, statusText(status, status, paint), localTime(record.startedAt), took, noteOf(status, record)];
  });
  const fixed = columns([header, ...rows].map((row) => row.slice(0, 4))).split("\n");
  const left = Math.max(20, width - Math.max(...fixed.map(textWidth)) - 3);
  const cut = rows.map((row) => [...row.slice(0, 4), cutText(row[4], left)]);
  return columns([header.map((text) => paint("dim", text)), ...cut], { right: [3] });
}

const header = ["instance", "status", "started", "took", "metrics"];

/** What went wrong says more than the numbers up to then. */
function noteOf(status: RunStatus, record: RunRecord): string {
  return isGreen(status) ? metricTexts(record).join(", ") : oneLine(record.statusText);
}
