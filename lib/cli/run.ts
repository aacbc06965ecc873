/**
 * The command `run`: one flow as one recorded instance.
 * @module
 */
import { isDuctaflowError } from "../base/error.ts";
import { jsonText } from "../base/json.ts";
import { runStepFlow } from "../step/run_step_flow.ts";
import type { Run } from "../step/run.ts";
import type { StepFailedError } from "../step/step_failed_error.ts";
import type { StepEvent } from "../step/step_options.ts";
import { checkSettings } from "./check_settings.ts";
import type { Command } from "./command.ts";
import type { Effects } from "./effects.ts";
import { exitCodes, signalCode } from "./exit.ts";
import { commonOptions, type OptionTable, type OptionValues, parseOptions, usageError } from "./options.ts";
import { showProgress } from "./progress.ts";
import { runJson } from "./run_json.ts";
import { lastLines, readRunLog } from "./run_log.ts";
import { readRunOptions, runOptions } from "./run_options.ts";
import { type SignalWatch, watchSignals } from "./signal_watch.ts";
import { readStepArguments, type StepArguments, stepArguments, stepName } from "./step_arguments.ts";
import { painter } from "./style.ts";
import { runSummary } from "./summary.ts";

const tailLines = 10;

const options = {
  ...stepArguments,
  ...runOptions,
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
by the type that the flow declares. Precedence: defaults in the flow, config files in order, --set.
Without a name the instance is named after its config files and values, such as pm_500.`,
  options,
  examples: [
    ["run delay_model", `flows/delay_model.ts with its defaults, as the instance "default"`],
    ["run flows/delay_model.ts am --set period=am --set maxDistance=500", "one scenario"],
    ["run delay_model --config base.yaml --set model.seed=3 --json", "config from a file, one value over it"],
    ["run report --permit net=api.example.com --forbid env", "your word on permissions, over the flow's header"],
  ],
  async run(args, effects) {
    const { values, positionals } = parseOptions(args, { ...options, ...commonOptions });
    const step = await readStepArguments(values, positionals);
    if (values.json && values.events) throw usageError("--json and --events exclude each other");
    Object.assign(step.options, readRunOptions(values), { wait: !values["no-wait"] });
    await checkSettings(step.flow, values.set, step.options);
    return await runAndTell(step, values, effects);
  },
};

async function runAndTell(step: StepArguments, values: Values, effects: Effects): Promise<number> {
  const { stdout, stderr } = effects;
  const stop = watchSignals(effects);
  const run = await runOrFail(step, values, effects, stop);
  const { error } = run.record;
  const tail = error && !values.verbose ? lastLines(readRunLog(run), error.cell, tailLines) : [];
  stderr.write(runSummary(run, painter(stderr.color), tail));
  if (values.events) stdout.write(`${JSON.stringify({ t: "run", run: runJson(run) })}\n`);
  else stdout.write(values.json ? jsonText(runJson(run)) : `${run.dir}\n`);
  const signal = stop.received();
  if (run.status === "cancelled" && signal) return signalCode(signal);
  return error ? exitCodes.runFailed : exitCodes.done;
}

/** The run, whether it succeeded or not. */
async function runOrFail(
  { flow, instance, input, options }: StepArguments,
  values: Values,
  effects: Effects,
  stop: SignalWatch,
): Promise<Run> {
  const progress = showProgress(`${options.step ?? stepName(flow)}/${instance}`, effects, { verbose: values.verbose });
  const onEvent = (event: StepEvent) => {
    if (event.t === "running") stop.leaveToRun();
    progress.event(event);
    if (values.events) effects.stdout.write(`${JSON.stringify(event)}\n`);
  };
  try {
    return await runStepFlow(flow, instance, input.config, { ...options, signal: stop.signal, onEvent });
  } catch (error) {
    // By its code: the class may be that of another copy of the module.
    if (isDuctaflowError(error) && error.code.startsWith("step-")) return (error as StepFailedError).run;
    throw error;
  } finally {
    progress.stop();
  }
}
