/**
 * The command `batch`: one instance of a flow for every row of a control table.
 * @module
 */
import { shellWords } from "../base/shell_words.ts";
import { isDuctaflowError } from "../base/error.ts";
import { jsonText } from "../base/json.ts";
import type { Batch, BatchEvent, BatchFailedError } from "../batch/batch.ts";
import { planInstances } from "../batch/plan_instances.ts";
import { readTable } from "../batch/read_table.ts";
import type { Row } from "../batch/row.ts";
import { type BatchOptions, runInstances } from "../batch/run_instances.ts";
import { join, resolve } from "../deps/path.ts";
import { stepDefaults } from "../step/step_options.ts";
import { showBatchProgress } from "./batch_progress.ts";
import { batchJson, batchSummary } from "./batch_result.ts";
import { checkSettings } from "./check_settings.ts";
import type { Command } from "./command.ts";
import type { Effects } from "./effects.ts";
import { exitCodes, signalCode } from "./exit.ts";
import { commonOptions, type OptionTable, type OptionValues, parseCount, parseOptions, usageError } from "./options.ts";
import { planText } from "./plan_text.ts";
import { readRunOptions, runOptions } from "./run_options.ts";
import { type SignalWatch, watchSignals } from "./signal_watch.ts";
import { readConfigValues, readStepOptions, stepArguments } from "./step_arguments.ts";
import { painter } from "./style.ts";
import { selectRows, suggestTemplate, tableLine } from "./table_rows.ts";

const failureModes = ["continue", "stop"] as const;

const options = {
  ...stepArguments,
  instance: { value: "template", short: "i", help: "Name of each instance, made of columns: {zone}_{period}" },
  config: {
    value: "file",
    many: true,
    short: "f",
    help: "Config that all rows have in common; later files win, the row wins over all",
  },
  set: {
    value: "key=value",
    many: true,
    short: "p",
    help: "One value that all rows have in common, over the config files",
  },
  rows: { value: "numbers", help: "Only these rows, counted from 1: 1-10,15" },
  concurrency: { value: "count", help: "How many run at a time; the number of cores unless given" },
  "on-failure": { value: "mode", choices: failureModes, help: "What to do after a failure; continue unless given" },
  resume: { help: "Go on with the last batch: only what failed, was interrupted or is missing runs" },
  ...runOptions,
  "dry-run": { help: "Only tell what would run, why, and about how long it would take" },
  json: { help: "Print the batch, or the plan, on stdout as JSON" },
  events: { help: "Print what happens on stdout, one JSON object a line, the batch last" },
} satisfies OptionTable;

type Values = OptionValues<typeof options & typeof commonOptions>;

/** What is to be run. */
interface Order {
  flow: string;
  rows: Row[];
  options: BatchOptions<Row>;
}

/** The command `batch`. */
export const command: Command = {
  name: "batch",
  usage: "<flow> <table> --instance <template> [options]",
  description: `Runs a flow once for every row of a control table (.csv, .tsv, .json, .ndjson, .yaml, .parquet, or
.sqlite#table), several at a time. The columns of a row become its config; a column a.b is the key b of a, and
a blank cell means the default of the flow. All rows are checked before anything runs, what would come out the
same is not run again, and a failure does not stop the others.`,
  options,
  examples: [
    ["batch delay_model zones.csv --instance '{zone}_{period}'", "one instance a row"],
    ["batch delay_model zones.csv --instance '{zone}_{period}' --dry-run", "what would run, and why"],
    ["batch delay_model zones.csv --instance '{zone}_{period}' --resume", "after an interruption or a repair"],
    ["batch delay_model zones.csv --instance '{zone}' --set seed=3 --concurrency 4", "a value for all rows"],
  ],
  async run(args, effects) {
    const { values, positionals } = parseOptions(args, { ...options, ...commonOptions });
    const order = await readOrder(values, positionals, effects);
    return values["dry-run"] ? await tellPlan(order, values, effects) : await runAndTell(order, args, values, effects);
  },
};

async function readOrder(values: Values, [flow, table, ...rest]: string[], effects: Effects): Promise<Order> {
  if (!flow || !table) throw usageError("A flow and a table are needed", `Write ${command.usage}`);
  if (rest.length > 0) throw usageError(`"${rest[0]}" is one argument too many`, "Values are given as --set key=value");
  if (values.events && (values.json || values["dry-run"])) {
    throw usageError(`--events and ${values.json ? "--json" : "--dry-run"} exclude each other`);
  }
  const common = readBatchOptions(values);
  const { config: defaults, textKeys: textDefaults } = await readConfigValues(values);
  await checkSettings(flow, [...values.set, ...values.secret], common);
  const all = await readTable(table);
  effects.stderr.write(`${painter(effects.stderr.color)("dim", tableLine(table, all))}\n`);
  if (all.length === 0) throw usageError(`The table "${table}" has no rows`, "Give it a row a scenario");
  const rows = values.rows === undefined ? all : selectRows(all, values.rows);
  if (values.instance === undefined) throw noTemplate(suggestTemplate(rows));
  return { flow, rows, options: { ...common, instance: values.instance, defaults, textDefaults } };
}

function readBatchOptions(values: Values): Omit<BatchOptions<Row>, "instance"> {
  const concurrency = parseCount(values.concurrency, "concurrency");
  if (concurrency === 0) throw usageError(`The option --concurrency is "0"; accepted is a whole number from 1 up`);
  return {
    ...readStepOptions(values),
    ...readRunOptions(values),
    ...(concurrency === undefined ? {} : { concurrency }),
    onFailure: failureModes.find((mode) => mode === values["on-failure"]),
    resume: values.resume,
  };
}

function noTemplate(template: string | undefined) {
  const hint = template === undefined
    ? "No columns of the table name each row once: add a column with a name to it"
    : `Write --instance "${template}", which names each row once`;
  return usageError("The option --instance is missing: it makes the names of the instances from columns", hint);
}

async function tellPlan({ flow, rows, options }: Order, values: Values, { stdout }: Effects): Promise<number> {
  const plan = await planInstances(flow, rows, options);
  stdout.write(values.json ? jsonText(plan) : planText(plan, painter(stdout.color), { all: values.verbose }));
  return exitCodes.done;
}

async function runAndTell(order: Order, args: string[], values: Values, effects: Effects): Promise<number> {
  const { stdout, stderr, program } = effects;
  const stop = watchSignals(effects);
  const batch = await runOrFail(order, values, effects, stop);
  const again = shellWords(["batch", ...args, ...(values.resume ? [] : ["--resume"])]);
  stderr.write(batchSummary(batch, painter(stderr.color), `${program} ${again}`));
  if (values.events) stdout.write(`${JSON.stringify({ t: "result", batch: batchJson(batch) })}\n`);
  else if (values.json) stdout.write(jsonText(batchJson(batch)));
  else stdout.write(`${join(resolve(order.options.runsDir ?? stepDefaults.runsDir), batch.step)}\n`);
  const signal = stop.received();
  const isCut = batch.skipped.length > 0 || batch.failed.some(({ status }) => status === "cancelled");
  if (signal && isCut) return signalCode(signal);
  return batch.failed.length + batch.skipped.length > 0 ? exitCodes.runFailed : exitCodes.done;
}

/** The batch, whether all of it succeeded or not. */
async function runOrFail(order: Order, values: Values, effects: Effects, stop: SignalWatch): Promise<Batch> {
  const display = showBatchProgress(effects, { verbose: values.verbose });
  const progress = (event: BatchEvent) => {
    // From here on the batch listens for signals itself.
    if (event.t === "batch" && event.total > event.fresh) stop.leaveToRun();
    display.event(event);
    if (values.events) effects.stdout.write(`${JSON.stringify(event)}\n`);
  };
  try {
    return await runInstances(order.flow, order.rows, { ...order.options, signal: stop.signal, progress });
  } catch (error) {
    // By its code: the class may be that of another copy of the module.
    if (isDuctaflowError(error, "batch-failed")) return (error as BatchFailedError).batch;
    throw error;
  } finally {
    display.stop();
  }
}
