/**
 * The command `clean`: what could be removed from the runs folder, and its removal.
 * @module
 */
import { clean, type CleanOptions, planCleaning } from "../batch/clean.ts";
import { measureRuns } from "../batch/cleaning/measure_runs.ts";
import { parseBytes } from "../base/bytes.ts";
import { parseDuration } from "../base/duration.ts";
import { jsonText } from "../base/json.ts";
import type { RunStatus } from "../base/record.ts";
import { stepDefaults } from "../step/step_options.ts";
import { cleaningText, planText, stockText } from "./clean_text.ts";
import type { Command } from "./command.ts";
import type { Effects } from "./effects.ts";
import { exitCodes } from "./exit.ts";
import { commonOptions, type OptionTable, type OptionValues, parseCount, parseOptions, usageError } from "./options.ts";
import { painter, statusStyles } from "./style.ts";

const options = {
  "keep": { value: "count", help: "Runs beyond so many of the newest of each step" },
  "older-than": { value: "age", help: "Runs that ended longer ago than 30d, 12h or 90m" },
  "status": {
    value: "status",
    many: true,
    choices: Object.keys(statusStyles).filter((status) => status !== "running"),
    help: "Runs of this status",
  },
  "max-size": { value: "size", help: "Oldest runs until all take no more than 10GB or 500MB" },
  "step": { value: "name", many: true, help: "Only of this step" },
  "history": { value: "count", help: "Earlier runs beyond so many of the newest of each instance" },
  "builds": { help: "Builds of flows that no run was made from" },
  "with-used": { help: "Also runs that another run, which stays, has read or refers to" },
  "dry-run": { help: "Only show what would go; this is so anyway without --yes" },
  "yes": { help: "Remove it" },
  "runs": { value: "folder", help: `Folder of all runs, "runs" unless given` },
  "json": { help: "Print the plan, or with --yes what was done, as JSON" },
} satisfies OptionTable;

type Values = OptionValues<typeof options>;

/** The command `clean`. */
export const command: Command = {
  name: "clean",
  usage: "[options]",
  description:
    `Shows what could be removed from the runs folder, and removes it only with --yes. Of --keep, --older-than, --status
and --max-size, a run must meet all that are given to go; its earlier runs go with it. Runs that somebody is running stay,
and runs that another run, which stays, has read or refers to. Nothing that the toolkit did not make is touched. Without options it
tells how much there is of what.`,
  options,
  examples: [
    ["clean", "how much is there?"],
    ["clean --older-than 30d --keep 20", "what is older than 30 days, without the newest 20 of each step"],
    ["clean --older-than 30d --keep 20 --yes", "and now remove it"],
    ["clean --status failed --status cancelled --step delay_model", "what did not work"],
    ["clean --history 0 --builds", "earlier runs and builds, but no run"],
    ["clean --max-size 10GB", "the oldest, until 10 GB are left"],
  ],
  async run(args, effects) {
    const { values, positionals } = parseOptions(args, { ...options, ...commonOptions });
    if (positionals.length > 0) {
      throw usageError(`"${positionals[0]}" is one argument too many`, `Write --step ${positionals[0]} for a step`);
    }
    if (values.yes && values["dry-run"]) throw usageError("--yes and --dry-run exclude each other");
    const wanted = cleanOptions(values);
    const hasCriteria = [values.keep, values["older-than"], values["max-size"], values.history].some(Boolean) ||
      values.status.length > 0 || values.builds;
    if (!hasCriteria && !values.yes && !values["dry-run"]) return overview(wanted, values, effects);
    return await carryOut(wanted, values, effects, args);
  },
};

function cleanOptions(values: Values): CleanOptions {
  // Here, so that they are called by the names that were typed.
  if (values["older-than"] !== undefined) parseDuration(values["older-than"], "The option --older-than");
  if (values["max-size"] !== undefined) parseBytes(values["max-size"], "The option --max-size");
  const all: CleanOptions = {
    runsDir: values.runs,
    steps: values.step.length > 0 ? values.step.map((step) => step.replace(/\/$/, "")) : undefined,
    status: values.status.length > 0 ? values.status as RunStatus[] : undefined,
    olderThan: values["older-than"],
    keep: parseCount(values.keep, "keep"),
    maxBytes: values["max-size"],
    history: parseCount(values.history, "history"),
    builds: values.builds,
    withUsed: values["with-used"],
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function overview({ steps }: CleanOptions, values: Values, { stdout, program }: Effects): number {
  const runsDir = values.runs ?? stepDefaults.runsDir;
  const stock = measureRuns(runsDir, steps);
  stdout.write(values.json ? jsonText(stock) : stockText(stock, { runsDir, program }, painter(stdout.color)));
  return exitCodes.done;
}

async function carryOut(wanted: CleanOptions, values: Values, effects: Effects, args: string[]): Promise<number> {
  const { stdout, program } = effects;
  const plan = await planCleaning(wanted);
  const paint = painter(stdout.color);
  const shown = { width: stdout.width(), verbose: args.includes("--verbose") };
  if (!values.yes) {
    const again = `${program} clean ${[...args.filter((arg) => arg !== "--dry-run"), "--yes"].map(quoted).join(" ")}`;
    stdout.write(values.json ? jsonText(plan) : planText(plan, { ...shown, again }, paint));
    return exitCodes.done;
  }
  const done = await clean(plan);
  stdout.write(
    values.json ? jsonText({ ...done, kept: plan.kept, left: plan.left }) : cleaningText(plan, done, shown, paint),
  );
  return done.skipped.some(({ failed }) => failed) ? exitCodes.runFailed : exitCodes.done;
}

function quoted(arg: string): string {
  return /^[\w./=@:+-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`;
}
