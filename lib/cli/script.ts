/**
 * The command `script`: a conductor of one instance, as a file.
 * @module
 */
import { createFlowRunScript } from "../project/run_script.ts";
import type { Command } from "./command.ts";
import { commonOptions, parseOptions } from "./options.ts";
import { flowArgument, makeScript, scriptOptions } from "./script_command.ts";

/** The command `script`. */
export const command: Command = {
  name: "script",
  usage: "<flow> [options]",
  description: `Makes {flow}_run.ts, a script that runs the flow as one recorded instance and takes --config, --set and
--instance, and {flow}_config.json with the defaults of the flow. A config file that is there already stays as it is.`,
  options: scriptOptions,
  examples: [
    ["script delay_model", "delay_model_run.ts and delay_model_config.json in the current folder"],
    ["script flows/delay_model.ts --dir scripts --set lateMinutes=20", "in another folder, with a value of your own"],
  ],
  async run(args, effects) {
    const { values, positionals } = parseOptions(args, { ...scriptOptions, ...commonOptions });
    return await makeScript(createFlowRunScript, flowArgument(positionals), values, effects);
  },
};
