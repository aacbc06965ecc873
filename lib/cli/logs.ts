/**
 * The command `logs`: what a run of a workflow printed.
 * @module
 */
import { jsonText } from "../base/json.ts";
import { sleep } from "../base/sleep.ts";
import { getFlow } from "../workflow/get_flow.ts";
import type { FlowRun } from "../workflow/flow_run.ts";
import type { Command } from "./command.ts";
import { exitCodes } from "./exit.ts";
import { commonOptions, type OptionTable, parseOptions, usageError } from "./options.ts";
import { readRunLog } from "./run_log.ts";
import { painter } from "./style.ts";
import { meantRun, oneRun, placeOf, workflowOptions } from "./workflow_arguments.ts";
import { runEndText } from "./workflow_text.ts";

const options = {
  follow: { help: "Go on until the run has ended", short: "f" },
  ...workflowOptions,
} satisfies OptionTable;

const lookEveryMs = 300;

/** The command `logs`. */
export const command: Command = {
  name: "logs",
  usage: "<workflow> [run] [options]",
  description: "Prints what a run printed, while it goes on too. Without an id it is the newest run that began.",
  options,
  examples: [
    ["logs nightly", "the newest run"],
    ["logs nightly --follow", "as it goes on"],
    ["logs nightly/20261122T050000000-tick --json", "cell by cell, for a script"],
  ],
  async run(args, { stdout, stderr }) {
    const { values, positionals } = parseOptions(args, { ...options, ...commonOptions });
    if (values.follow && values.json) throw usageError("--follow and --json exclude each other");
    const { workflow, run: id } = oneRun(positionals, "logs");
    const flow = await getFlow(workflow, placeOf(values));
    const first = await meantRun(flow, id);
    if (values.json) {
      stdout.write(jsonText(await logOf(first)));
      return exitCodes.done;
    }
    let printed = 0;
    const print = async (run: FlowRun) => {
      const text = (await logOf(run)).map(({ text }) => text).join("");
      stdout.write(text.slice(printed));
      printed = Math.max(printed, text.length);
    };
    let run = first;
    await print(run);
    while (values.follow && run.endedAt === undefined) {
      await sleep(lookEveryMs);
      run = await flow.run(first.id);
      await print(run);
    }
    stderr.write(runEndText(run, painter(stderr.color)));
    return exitCodes.done;
  },
};

/** Nothing before it began. */
async function logOf(run: FlowRun) {
  return run.startedAt === undefined ? [] : readRunLog(await run.run());
}
