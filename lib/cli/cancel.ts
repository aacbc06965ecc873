/**
 * The command `cancel`: asks a run of a workflow to end.
 * @module
 */
import { jsonText } from "../base/json.ts";
import { getFlow } from "../workflow/get_flow.ts";
import type { Command } from "./command.ts";
import { exitCodes } from "./exit.ts";
import { commonOptions, type OptionTable, parseOptions } from "./options.ts";
import type { FlowRun } from "../workflow/flow_run.ts";
import { meantRun, oneRun, placeOf, workflowOptions } from "./workflow_arguments.ts";

const options = {
  reason: { value: "text", help: "Why, for the record" },
  ...workflowOptions,
} satisfies OptionTable;

const isRunning = ({ status }: FlowRun) => status === "running";
const isOpen = ({ endedAt }: FlowRun) => endedAt === undefined;

/** The command `cancel`. */
export const command: Command = {
  name: "cancel",
  usage: "<workflow> [run] [options]",
  description: `Asks a run to end, in whatever process it runs; one that waits never begins. Without an id it is the
run that goes on, or the newest that waits. It does not wait for the end.`,
  options,
  examples: [
    ["cancel nightly", "the run that goes on"],
    ["cancel nightly/20261122T050000000-tick --reason 'wrong input'", "that one"],
  ],
  async run(args, { stdout, stderr }) {
    const { values, positionals } = parseOptions(args, { ...options, ...commonOptions });
    const { workflow, run: id } = oneRun(positionals, "cancel");
    const flow = await getFlow(workflow, placeOf(values));
    const run = await meantRun(flow, id, [isRunning, isOpen]);
    const asked = await run.cancel(values.reason);
    const name = `${workflow}/${run.id}`;
    const isOver = run.endedAt !== undefined;
    stderr.write(
      asked
        ? `${name} is asked to end\n`
        : isOver
        ? `${name} had ended: ${run.statusText}\n`
        : `${name} was asked to end before\n`,
    );
    stdout.write(values.json ? jsonText({ workflow, run: run.id, asked, status: run.status }) : `${name}\n`);
    return exitCodes.done;
  },
};
