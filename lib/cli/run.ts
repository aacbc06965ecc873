/**
 * The command `run`: one flow as one recorded instance.
 * @module
 */
import { isDuctaflowError } from "../base/error.ts";
import { jsonText } from "../base/json.ts";
import { join } from "../deps/path.ts";
import { ownedFiles } from "../step/instance_paths.ts";
import { runStepFlow } from "../step/run_step_flow.ts";
import type { Run } from "../step/run.ts";
import type { StepFailedError } from "../step/step_failed_error.ts";
import type { StepEvent } from "../step/step_options.ts";
import { checkSettings } from "./check_settings.ts";
import type { Command } from "./command.ts";
import type { Effects } from "./effects.ts";
import { exitCodes, signalCode } from "./exit.ts";
import { commonOptions, type OptionTable, type OptionValues, parseCount, parseOptions, usageError } from "./options.ts";
import { showProgress } from "./progress.ts";
import { runJson } from "./run_json.ts";
import { inspectOptions, readInspection } from "./inspection.ts";
import { lastLines, readRunLog } from "./run_log.ts";
import { readRunOptions, runOptions } from "./run_options.ts";
import { watchSignals } from "./signal_watch.ts";
import { readStepArguments, type StepArguments, stepArguments, stepName } from "./step_arguments.ts";
import { painter } from "./style.ts";
import { runSummary } from "./summary.ts";

const tailLines = 10;

const options = {
  ...stepArguments,
  ...runOptions,
  watch: {
    help: "Run again whenever the flow, its imports or a config file is saved, and show the report in a browser",
  },
  port: { value: "number", help: "With --watch: the port of that page, instead of any that is free" },
  print: {
    value: "file",
    help: "Print this file of the run on stdout instead of the run folder: an output, report.html, flow.ipynb",
  },
  ...inspectOptions,
  "no-wait": { help: "Give up with exit code 75 when somebody else runs the instance" },
  json: { help: "Print the record on stdout as JSON, instead of the run folder" },
  events: { help: "Print what happens on stdout, one JSON object a line, the record last" },
} satisfies OptionTable;

type Values = OptionValues<typeof options & typeof commonOptions>;

/** The command `run`. */
export const command: Command = {
  name: "run",
  usage: "<flow> [instance] [options]",
  description: `Runs a flow in a process of its own, with only the permissions it was granted, and records it in
runs/{step}/{instance}/. A run that would come out the same is reused. Values given with --set are converted
by the type that the flow declares. Precedence, the last wins: defaults in the flow, --config files in order,
--config-yaml, --config-base64, --set and --secret. Without a name the instance is named after its config files and
values, such as pm_500.`,
  options,
  examples: [
    ["run delay_model", `flows/delay_model.ts with its defaults, as the instance "default"`],
    ["run flows/delay_model.ts am --set period=am --set maxDistance=500", "one scenario"],
    ["run delay_model -f base.yaml -p model.seed=3 --json", "config from a file, one value over it"],
    ["run delay_model -f base.yaml --instance '{period}_{maxDistance}'", "named by values of its config"],
    ["run delay_model am --set period=am --watch", "run again on each save, with the report in a browser"],
    ["run delay_model am --secret token=API_TOKEN", "the variable token gets $API_TOKEN, which no file will hold"],
    ["run delay_model am --config - --print delays.csv < am.json > delays.csv", "config in, one output out"],
    ["run delay_model --inspect-brk --set period=am", "wait for a debugger, and stop at the first cell"],
    ["run report --permit net=api.example.com --forbid env", "your word on permissions, over the flow's header"],
  ],
  async run(args, effects) {
    const { values, positionals } = parseOptions(args, { ...options, ...commonOptions });
    checkOutputs(values);
    if (values.watch) return await watchAndTell(values, positionals, effects);
    const step = await readOrder(values, positionals);
    Object.assign(step.options, await readInspection(values, step.options, effects));
    return await runAndTell(step, values, effects);
  },
};

async function readOrder(values: Values, positionals: string[], stdin?: () => Promise<string>): Promise<StepArguments> {
  const step = await readStepArguments(values, positionals, stdin);
  Object.assign(step.options, readRunOptions(values), { wait: !values["no-wait"] });
  await checkSettings(step.flow, [...values.set, ...values.secret], step.options);
  return step;
}

/** What goes to stdout can be one thing only. */
function checkOutputs(values: Values): void {
  const given = (["json", "events", "print", "watch"] as const).filter((name) => values[name]);
  if (given.length > 1) throw usageError(`--${given[0]} and --${given[1]} exclude each other`);
  for (const name of ["inspect-brk", "inspect-wait"] as const) {
    if (values.watch && values[name]) throw usageError(`--watch and --${name} exclude each other`);
  }
  if (values.port !== undefined && !values.watch) {
    throw usageError("--port is the port of the page of --watch", "Add --watch");
  }
}

async function watchAndTell(values: Values, positionals: string[], effects: Effects): Promise<number> {
  const { watchAndRun } = await import("./watch/watch_run.ts");
  const { readPipedConfig } = await import("../step/config_input.ts");
  let piped: Promise<string> | undefined;
  // What is piped in can be read only once.
  const stdin = () => piped ??= readPipedConfig();
  const port = parseCount(values.port, "port") ?? 0;
  if (port > 65535) throw usageError(`The option --port is "${port}"; accepted is a number up to 65535`);
  const [flow] = positionals;
  if (!flow) await readOrder(values, positionals, stdin);
  return await watchAndRun({
    flow,
    configFiles: values.config.filter((file) => file !== "-"),
    port,
    read: () => readOrder(values, positionals, stdin),
    async run(step, signal, onEvent) {
      const run = await runOrFail(step, values, effects, signal, onEvent);
      tellSummary(run, values, effects);
      return run;
    },
  }, effects);
}

async function runAndTell(step: StepArguments, values: Values, effects: Effects): Promise<number> {
  const { stdout } = effects;
  const stop = watchSignals(effects);
  const run = await runOrFail(step, values, effects, stop.signal, (event) => {
    if (event.t === "running") stop.leaveToRun();
  });
  tellSummary(run, values, effects);
  const { error } = run.record;
  if (values.print !== undefined) {
    if (!error) stdout.writeBytes(Deno.readFileSync(printedPath(run, values.print)));
  } else if (values.events) stdout.write(`${JSON.stringify({ t: "run", run: runJson(run) })}\n`);
  else stdout.write(values.json ? jsonText(runJson(run)) : `${run.dir}\n`);
  const signal = stop.received();
  if (run.status === "cancelled" && signal) return signalCode(signal);
  return error ? exitCodes.runFailed : exitCodes.done;
}

function tellSummary(run: Run, { verbose }: Values, { stderr }: Effects): void {
  const { error } = run.record;
  const tail = error && !verbose ? lastLines(readRunLog(run), error.cell, tailLines) : [];
  stderr.write(runSummary(run, painter(stderr.color), tail));
}

/** One of the toolkit's own files, or an output. */
function printedPath(run: Run, name: string): string {
  const own: readonly string[] = ownedFiles;
  return own.includes(name) ? join(run.dir, name) : run.artifact(name).path;
}

/** The run, whether it succeeded or not. */
async function runOrFail(
  { flow, instance, input, options }: StepArguments,
  values: Values,
  effects: Effects,
  signal: AbortSignal,
  listen: (event: StepEvent) => void,
): Promise<Run> {
  const progress = showProgress(`${options.step ?? stepName(flow)}/${instance}`, effects, { verbose: values.verbose });
  const onEvent = (event: StepEvent) => {
    listen(event);
    progress.event(event);
    if (values.events) effects.stdout.write(`${JSON.stringify(event)}\n`);
  };
  try {
    return await runStepFlow(flow, instance, input.config, { ...options, signal, onEvent });
  } catch (error) {
    // By its code: the class may be that of another copy of the module.
    if (isDuctaflowError(error) && error.code.startsWith("step-")) return (error as StepFailedError).run;
    throw error;
  } finally {
    progress.stop();
  }
}
