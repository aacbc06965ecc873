/**
 * The command `trigger`: one run of a workflow, now.
 * @module
 */
import { jsonText } from "../base/json.ts";
import { isGreen } from "../base/record.ts";
import { flowRunJson } from "../workflow/run/make_flow_run.ts";
import { triggerFlow } from "../workflow/trigger_flow.ts";
import type { FlowRun } from "../workflow/flow_run.ts";
import type { Command } from "./command.ts";
import { readConfigInput } from "../step/config_input.ts";
import type { Effects } from "./effects.ts";
import { exitCodes, signalCode } from "./exit.ts";
import { failedStepsText } from "./failed_steps.ts";
import { commonOptions, type OptionTable, parseCount, parseOptions } from "./options.ts";
import { watchSignals } from "./signal_watch.ts";
import { painter } from "./style.ts";
import { oneWorkflow, placeOf, workflowOptions } from "./workflow_arguments.ts";
import { runEndText } from "./workflow_text.ts";

const options = {
  set: { value: "key=value", many: true, help: "Value of a parameter; key:=JSON for what is no text" },
  version: { value: "number", help: "Run this version instead of the latest" },
  queue: { help: "Only ask for the run: the scheduler runs it" },
  ...workflowOptions,
} satisfies OptionTable;

/** The command `trigger`. */
export const command: Command = {
  name: "trigger",
  usage: "<workflow> [options]",
  description: `Runs a workflow once and waits for its end. Values given with --set are checked against its parameters
before anything runs. The exit code is 0 when the run succeeded, 1 when it failed, 75 when another run goes on and the
workflow does not overlap.`,
  options,
  examples: [
    ["trigger nightly", "now, with its defaults"],
    ["trigger nightly --set period=pm --set limit=100", "other parameters"],
    ["trigger nightly --queue --json", "leave it to the scheduler"],
  ],
  async run(args, effects) {
    const { values, positionals } = parseOptions(args, { ...options, ...commonOptions });
    const { config, textKeys } = await readConfigInput([], values.set);
    const name = oneWorkflow(positionals, "trigger");
    const version = parseCount(values.version, "version");
    const given = { params: config, textParams: textKeys, ...(version === undefined ? {} : { version }) };
    const stop = watchSignals(effects);
    const run = await triggerFlow(name, {
      ...placeOf(values),
      ...given,
      run: !values.queue,
      signal: stop.signal,
      onEvent: (event) => event.t === "running" && stop.leaveToRun(),
      onTicket: (run) => effects.stderr.write(`${run.workflow}/${run.id} ${values.queue ? "is queued" : "begins"}\n`),
    });
    const signal = stop.received();
    const code = await tellEnd(run, effects, values);
    return run.status === "cancelled" && signal ? signalCode(signal) : code;
  },
};

/** Tells how a run ended; the exit code of the command. */
export async function tellEnd(
  run: FlowRun,
  { stdout, stderr }: Effects,
  { json, runs = "runs" }: { json: boolean; runs: string | undefined },
): Promise<number> {
  if (run.status !== "queued") stderr.write(runEndText(run, painter(stderr.color)) + await failedStepsText(run, runs));
  stdout.write(json ? jsonText(flowRunJson(run)) : `${run.workflow}/${run.id}\n`);
  return run.status === "queued" || isGreen(run.status as "failed") ? exitCodes.done : exitCodes.runFailed;
}
