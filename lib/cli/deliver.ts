/**
 * The command `deliver`: outputs of runs to folders.
 * @module
 */
import { jsonText } from "../base/json.ts";
import { isGreen } from "../base/record.ts";
import { shortPath } from "../base/short_path.ts";
import { deliver, type Delivery } from "../batch/deliver.ts";
import { formatBytes, plural } from "../report/format.ts";
import { checkStep, getAllInstances, getRun } from "../step/get_run.ts";
import type { Run } from "../step/run.ts";
import type { Command } from "./command.ts";
import { exitCodes } from "./exit.ts";
import { commonOptions, type OptionTable, parseOptions, usageError } from "./options.ts";
import { whichRun } from "./show.ts";
import { columns, oneLine, type Paint, painter } from "./style.ts";

const options = {
  include: { value: "glob", many: true, help: `Only outputs like this: "*.csv", "plots/**"` },
  exclude: { value: "glob", many: true, help: "No outputs like this" },
  report: { help: "Deliver report.html too" },
  notebook: { help: "Deliver flow.ipynb too" },
  record: { help: "Deliver the record, run.json, too" },
  config: { help: "Deliver config.json too" },
  "dry-run": { help: "Only tell what would be delivered" },
  overwrite: { help: "Replace folders that are not ductaflow's, or in which files were added or edited" },
  "allow-failed": { help: "Deliver runs that did not succeed, too" },
  force: { help: "Deliver outputs that changed after their run" },
  runs: { value: "folder", help: `Folder of all runs, "runs" unless given` },
  json: { help: "Print the deliveries as JSON" },
} satisfies OptionTable;

/** The command `deliver`. */
export const command: Command = {
  name: "deliver",
  usage: "<step>[/instance] <template> [options]",
  description: `Copies the outputs of one run, or of all runs of a step that succeeded, to folders. Placeholders of the
template come from the config of each run, and from {step}, {instance}, {id}, {status} and {date} of it. All is checked
before anything is copied; what is delivered already stays as it is.`,
  options,
  examples: [
    ["deliver delay_model 'delivery/{period}/{instance}' --dry-run", "what would go where"],
    ["deliver delay_model 'delivery/{period}/{instance}' --include '*.csv' --report", "tables and reports of all runs"],
    ["deliver delay_model/am_short 'delivery/latest'", "one run"],
  ],
  async run(args, { stdout, stderr }) {
    const { values, positionals } = parseOptions(args, { ...options, ...commonOptions });
    const [which, template, ...rest] = positionals;
    if (!which || !template) throw usageError("A step or run and a template are needed", `Write ${command.usage}`);
    if (rest.length > 0) throw usageError(`"${rest[0]}" is one argument too many`, "Put the template in quotes");
    const { runs, left } = await findRuns(which, values.runs, values["allow-failed"]);
    const deliveries = await deliver(runs, template, {
      ...(values.include.length > 0 ? { include: values.include } : {}),
      exclude: values.exclude,
      report: values.report,
      notebook: values.notebook,
      record: values.record,
      config: values.config,
      force: values.force,
      allowFailed: values["allow-failed"],
      overwrite: values.overwrite,
      dryRun: values["dry-run"],
    });
    if (values.json) stdout.write(jsonText(deliveries));
    else stdout.write(deliveries.map(({ target }) => `${target}\n`).join(""));
    stderr.write(summary(deliveries, { left, dryRun: values["dry-run"], paint: painter(stderr.color) }));
    return exitCodes.done;
  },
};

/** One run by its name, or all of a step; `left`: how many of them did not succeed and stay where they are. */
async function findRuns(
  which: string,
  runs: string | undefined,
  failed: boolean,
): Promise<{ runs: Run[]; left: number }> {
  const isStep = !which.replace(/\/$/, "").includes("/");
  const options = runs === undefined ? {} : { runsDir: runs };
  if (!isStep) {
    const { step, instance, runsDir } = whichRun([which], runs);
    return { runs: [await getRun(step, instance, { runsDir })], left: 0 };
  }
  const step = checkStep(which.replace(/\/$/, ""), options);
  const all = await getAllInstances(step, { ...options, status: "all" });
  const wanted = all.filter(({ status }) => failed ? status !== "running" : isGreen(status));
  return { runs: wanted, left: all.length - wanted.length };
}

function summary(
  deliveries: Delivery[],
  { left, dryRun, paint }: { left: number; dryRun: boolean; paint: Paint },
): string {
  const rows = deliveries.map(({ run, target, status, files, bytes }) => [
    paint(status === "unchanged" ? "dim" : "green", status),
    `${run.step}/${run.instance}`,
    oneLine(shortPath(target)),
    paint("dim", `${plural(files.length, "file")}, ${formatBytes(bytes)}`),
  ]);
  const skipped = deliveries.flatMap(({ run, skipped }) =>
    skipped.map(({ name, reason }) => [
      paint("yellow", "skipped"),
      `${run.step}/${run.instance}`,
      oneLine(name),
      oneLine(reason),
    ])
  );
  const count = (status: Delivery["status"]) => deliveries.filter((delivery) => delivery.status === status).length;
  const counts = (["new", "updated", "unchanged"] as const).map((status) => `${count(status)} ${status}`).join(", ");
  const more = left === 0 ? "" : `; ${plural(left, "run")} that did not succeed ${left === 1 ? "is" : "are"} left out`;
  return `${columns([...rows, ...skipped])}${dryRun ? "Would be delivered" : "Delivered"}: ${counts}${more}\n`;
}
