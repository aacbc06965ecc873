/**
 * The command `collate`: one page over many runs.
 * @module
 */
import { jsonText } from "../base/json.ts";
import { shortPath } from "../base/short_path.ts";
import { collate, type Collation } from "../batch/collate.ts";
import { join } from "../deps/path.ts";
import { plural } from "../report/format.ts";
import { checkStep, getAllInstances, getRun } from "../step/get_run.ts";
import type { Run } from "../step/run.ts";
import { stepDefaults } from "../step/step_options.ts";
import type { Command } from "./command.ts";
import { exitCodes } from "./exit.ts";
import { commonOptions, type OptionTable, parseOptions, usageError } from "./options.ts";
import { whichRun } from "./show.ts";

const options = {
  dir: {
    value: "folder",
    help: `Where index.html and bulk_summary.json go; "collated" in the runs folder unless given`,
  },
  title: { value: "text", help: "The heading of the page; the names of the steps unless given" },
  thumbnails: { value: "glob", many: true, help: `Pictures to show side by side: "delay.svg", "plots/*.png"` },
  "no-thumbnails": { help: "Show no pictures" },
  succeeded: { help: "Leave out runs that did not succeed" },
  overwrite: { help: "Replace an index.html or bulk_summary.json that is none of a collation" },
  runs: { value: "folder", help: `Folder of all runs, "runs" unless given` },
  json: { help: "Print folder, paths and counts as JSON, instead of the page's path" },
} satisfies OptionTable;

/** The command `collate`. */
export const command: Command = {
  name: "collate",
  usage: "<step>[/instance]... [options]",
  description: `Writes one page over many runs, index.html, and the same as data, bulk_summary.json: a table to sort and
filter with config, metrics, checks and links to the reports; pictures side by side; a timeline. The page is one file that
loads nothing. All runs of a step are taken, or those that are named. Files of an earlier collation are replaced.`,
  options,
  examples: [
    ["collate delay_model", "all runs of a step, into runs/collated/"],
    ["collate prepare_flights delay_model --dir overview --title Delays", "two steps on one page"],
    ["collate delay_model/am delay_model/pm --thumbnails delay.svg --json", "two runs with one picture each"],
  ],
  async run(args, { stdout, stderr }) {
    const { values, positionals } = parseOptions(args, { ...options, ...commonOptions });
    if (positionals.length === 0) throw usageError("No step is given", `Write ${command.usage}`);
    if (values["no-thumbnails"] && values.thumbnails.length > 0) {
      throw usageError("--thumbnails and --no-thumbnails exclude each other");
    }
    const runsDir = values.runs ?? stepDefaults.runsDir;
    const runs = await findRuns(positionals, runsDir, values.succeeded ? "succeeded" : "all");
    const collation = await collate(runs, {
      dir: values.dir ?? join(runsDir, "collated"),
      ...(values.title === undefined ? {} : { title: values.title }),
      ...(values["no-thumbnails"] ? { thumbnails: false } : {}),
      ...(values.thumbnails.length > 0 ? { thumbnails: values.thumbnails } : {}),
      overwrite: values.overwrite,
    });
    stderr.write(summary(collation));
    stdout.write(values.json ? jsonText(collation) : `${collation.indexPath}\n`);
    return exitCodes.done;
  },
};

/** All runs of the steps and those that are named, each once, in the order given. */
async function findRuns(named: string[], runsDir: string, status: "succeeded" | "all"): Promise<Run[]> {
  const runs = new Map<string, Run>();
  for (const name of named.map((name) => name.replace(/\/$/, ""))) {
    for (const run of name.includes("/") ? [await oneRun(name, runsDir)] : await runsOf(name, runsDir, status)) {
      runs.set(run.dir, run);
    }
  }
  if (runs.size > 0) return [...runs.values()];
  const steps = named.map((name) => `"${name}"`).join(", ");
  throw usageError(`There is no run of ${steps} to show`, "Without --succeeded runs that failed are shown, too");
}

async function oneRun(name: string, runs: string): Promise<Run> {
  const { step, instance, runsDir } = whichRun([name], runs);
  return await getRun(step, instance, { runsDir });
}

async function runsOf(step: string, runsDir: string, status: "succeeded" | "all"): Promise<Run[]> {
  return await getAllInstances(checkStep(step, { runsDir }), status === "all" ? { runsDir, status } : { runsDir });
}

function summary({ indexPath, counts: { total, status } }: Collation): string {
  const parts = Object.entries(status).filter(([, count]) => count > 0).map(([name, count]) => `${count} ${name}`);
  return `${plural(total, "run")} on one page: ${parts.join(", ")}\n${shortPath(indexPath)}\n`;
}
