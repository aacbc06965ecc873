/**
 * The command `resume`: a run of a workflow that failed, again.
 * @module
 */
import { getFlow } from "../workflow/get_flow.ts";
import type { Command } from "./command.ts";
import { commonOptions, type OptionTable, parseOptions } from "./options.ts";
import { watchSignals } from "./signal_watch.ts";
import { tellEnd } from "./trigger.ts";
import { meantRun, oneRun, placeOf, workflowOptions } from "./workflow_arguments.ts";

const options = {
  queue: { help: "Only ask for it: the scheduler runs it" },
  ...workflowOptions,
} satisfies OptionTable;

/** The command `resume`. */
export const command: Command = {
  name: "resume",
  usage: "<workflow> [run] [options]",
  description:
    `Runs a run again that did not succeed: the same version with the same parameters, under the same id. Steps
of a conductor that succeeded are reused as far as nothing changed. Without an id it is the newest run that
began.`,
  options,
  examples: [
    ["resume nightly", "the newest run"],
    ["resume nightly/20261122T050000000-tick --queue", "that one, by the scheduler"],
  ],
  async run(args, effects) {
    const { values, positionals } = parseOptions(args, { ...options, ...commonOptions });
    const { workflow, run } = oneRun(positionals, "resume");
    const stop = watchSignals(effects);
    const failed = await meantRun(await getFlow(workflow, placeOf(values)), run);
    const resumed = await failed.resume({
      run: !values.queue,
      signal: stop.signal,
      onEvent: (event) => event.t === "running" && stop.leaveToRun(),
    });
    return await tellEnd(resumed, effects, values);
  },
};
