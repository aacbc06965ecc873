/**
 * The command `cancel`: asks a run of a workflow to end.
 * @module
 */
import { jsonText } from "../base/json.ts";
import { getFlow } from "../workflow/get_flow.ts";
import type { Command } from "./command.ts";
import { exitCodes } from "./exit.ts";
import { commonOptions, type OptionTable, parseOptions } from "./options.ts";
import { oneRun, placeOf, workflowOptions } from "./workflow_arguments.ts";

const options = {
  reason: { value: "text", help: "Why, for the record" },
  ...workflowOptions,
} satisfies OptionTable;

/** The command `cancel`. */
export const command: Command = {
  name: "cancel",
  usage: "<workflow> [run] [options]",
  description: `Asks a run to end, in whatever process it runs; one that waits never begins. Without an id it is the
newest run. It does not wait for the end.`,
  options,
  examples: [
    ["cancel nightly", "the newest run"],
    ["cancel nightly/20261122T050000000-tick --reason 'wrong input'", "that one"],
  ],
  async run(args, { stdout, stderr }) {
    const { values, positionals } = parseOptions(args, { ...options, ...commonOptions });
    const { workflow, run: id } = oneRun(positionals, "cancel");
    const run = await (await getFlow(workflow, placeOf(values))).run(id);
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
