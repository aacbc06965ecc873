/**
 * The command `standalone`: a flow as one file that needs nothing but Deno.
 * @module
 */
import { runOnce } from "../project/run_once.ts";
import { createStandaloneScript } from "../project/standalone_script.ts";
import type { Command } from "./command.ts";
import type { Effects } from "./effects.ts";
import { signalCode } from "./exit.ts";
import { commonOptions, type OptionTable, type OptionValues, parseOptions, usageError } from "./options.ts";
import { flowArgument, makeScript, scriptOptions } from "./script_command.ts";

const options = {
  ...scriptOptions,
  run: { help: "Run the script instead of keeping it; what stands behind -- goes to it" },
} satisfies OptionTable;

type Values = OptionValues<typeof options>;

/** The command `standalone`. */
export const command: Command = {
  name: "standalone",
  usage: "<flow> [options] [-- arguments of the script]",
  description: `Makes {flow}_standalone.js, one file with the flow and all that it imports, and {flow}_config.json. The
script runs with deno run on a machine without network and without this toolkit, takes --config and --set as the command
run does, and writes its outputs to the current folder or to that of --out. A config file that is there already stays as
it is.`,
  options,
  examples: [
    ["standalone delay_model", "delay_model_standalone.js and delay_model_config.json in the current folder"],
    ["standalone delay_model --dir dist --config base.yaml --set lateMinutes=20", "with a config of your own"],
    ["standalone delay_model --run -- --set lateMinutes=20 --out results", "made, run and removed"],
  ],
  async run(args, effects) {
    const end = args.indexOf("--");
    const [own, others] = end < 0 ? [args, []] : [args.slice(0, end), args.slice(end + 1)];
    const { values, positionals } = parseOptions(own, { ...options, ...commonOptions });
    const flow = flowArgument(positionals);
    if (values.run) return await runAndForget(flow, values, others, effects);
    if (others.length > 0) throw usageError(`"${others[0]}" stands behind --, which only --run takes`);
    return await makeScript(createStandaloneScript, flow, values, effects);
  },
};

async function runAndForget(flow: string, values: Values, args: string[], effects: Effects): Promise<number> {
  const { config, set, secret, dir, json, force } = values;
  if (set.length + secret.length > 0 || dir !== undefined || json || force || config.length > 1) {
    throw usageError(
      "--run takes one --config and nothing else",
      "Put --set and other arguments of the script behind --",
    );
  }
  const { code, signal, warnings } = await runOnce(flow, {
    args,
    ...(config.length > 0 ? { config: config[0] } : {}),
    onSignal: (forward) => effects.onSignal(forward),
  });
  for (const warning of warnings) effects.stderr.write(`Warning: ${warning}\n`);
  return signal ? signalCode(signal) : code;
}
