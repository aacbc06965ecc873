/**
 * The command `runner`: files that run a flow once.
 * @module
 */
import { createFlowRunner } from "../project/flow_runner.ts";
import type { Command } from "./command.ts";
import { commonOptions, parseOptions } from "./options.ts";
import { flowArgument, makeScript, scriptOptions } from "./script_command.ts";

/** The command `runner`. */
export const command: Command = {
  name: "runner",
  usage: "<flow> [options]",
  description:
    `Makes run_{flow}.sh and run_{flow}.bat, which run the flow once, without a record: a standalone script is made in a
temporary folder, run and removed, also after Ctrl-C. {flow}_config.json beside them is their config; one that is there
already stays as it is.`,
  options: scriptOptions,
  examples: [
    ["runner delay_model", "run_delay_model.sh and run_delay_model.bat in the current folder"],
    ["runner flows/delay_model.ts --dir tools --set lateMinutes=20", "in another folder, with a value of your own"],
  ],
  async run(args, effects) {
    const { values, positionals } = parseOptions(args, { ...scriptOptions, ...commonOptions });
    return await makeScript(createFlowRunner, flowArgument(positionals), values, effects);
  },
};
