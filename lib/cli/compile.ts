/**
 * The command `compile`: a flow as one executable.
 * @module
 */
import { compileFlow } from "../project/compile_flow.ts";
import type { Command } from "./command.ts";
import { commonOptions, parseOptions } from "./options.ts";
import { flowArgument, makeScript, scriptOptions } from "./script_command.ts";

/** The command `compile`. */
export const command: Command = {
  name: "compile",
  usage: "<flow> [options]",
  description:
    `Makes an executable of the flow and all that it imports, which needs not even Deno, and {flow}_config.json beside it.
It takes the options of a standalone script. Deno fetches its own runtime from the web for it.`,
  options: scriptOptions,
  examples: [
    ["compile delay_model --dir dist", "dist/delay_model and dist/delay_model_config.json"],
  ],
  async run(args, effects) {
    const { values, positionals } = parseOptions(args, { ...scriptOptions, ...commonOptions });
    return await makeScript(compileFlow, flowArgument(positionals), values, effects);
  },
};
