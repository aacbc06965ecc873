/**
 * The command `why`: whether an instance would have to run, and why.
 * @module
 */
import { isDuctaflowError } from "../base/error.ts";
import { jsonText } from "../base/json.ts";
import { join } from "../deps/path.ts";
import { maybeConfig } from "../step/config_file.ts";
import type { CodeHashes, Freshness } from "../step/freshness.ts";
import { getRun } from "../step/get_run.ts";
import { explainFreshness } from "../step/run_step_flow.ts";
import { checkSettings } from "./check_settings.ts";
import type { Command } from "./command.ts";
import type { Effects } from "./effects.ts";
import { exitCodes } from "./exit.ts";
import { commonOptions, type OptionTable, parseOptions } from "./options.ts";
import { readStepArguments, type StepArguments, stepArguments, stepName } from "./step_arguments.ts";
import { oneLine, painter } from "./style.ts";

const options = {
  ...stepArguments,
  json: { help: "Print fresh and reasons as JSON" },
} satisfies OptionTable;

/** The command `why`. */
export const command: Command = {
  name: "why",
  usage: "<flow> [instance] [options]",
  description:
    `Tells whether "run" would run the instance or reuse what is there: "fresh", or one line a reason. Nothing
runs. Without --config and --set it asks with the config that the last run of the instance recorded.
The exit code is 0 both ways.`,
  options,
  examples: [
    ["why delay_model am", "would it run again?"],
    ["why delay_model am --set maxDistance=300", "what if the config were this?"],
    ["why delay_model am --json", "for a script"],
  ],
  async run(args, effects) {
    const { values, positionals } = parseOptions(args, { ...options, ...commonOptions });
    const step = await readStepArguments(values, positionals);
    await checkSettings(step.flow, [...values.set, ...values.secret], step.options);
    if (positionals.length < 2 && values.instance === undefined) {
      effects.stderr.write(painter(effects.stderr.color)("dim", `For ${stepOf(step)}/${step.instance}\n`));
    }
    if (step.input.labels.length + values.set.length + values.secret.length === 0) {
      await useRecordedConfig(step, effects);
    }
    const { fresh, reasons, code } = await explainFreshness(step.flow, step.instance, step.input.config, step.options);
    const { stdout } = effects;
    if (values.json) {
      const { flow, instance } = step;
      stdout.write(jsonText({ step: stepOf(step), instance, flow, fresh, reasons, ...(code ? { code } : {}) }));
      return exitCodes.done;
    }
    const paint = painter(stdout.color);
    stdout.write(fresh ? `${paint("green", "fresh")}\n` : reasons.map(({ text }) => `${oneLine(text)}\n`).join(""));
    if (code && code.before.hash !== code.now.hash) stdout.write(paint("dim", codeText(code)));
    return exitCodes.done;
  },
};

/** Both hashes, so that a cosmetic change can be told from one that matters. */
function codeText({ before, now }: NonNullable<Freshness["code"]>): string {
  const arrow = (key: keyof CodeHashes) => {
    const [old, new_] = [before[key], now[key]].map((hash) => hash.slice(0, 12));
    return old === new_ ? `${old}, the same` : `${old} → ${new_}`;
  };
  return `Code: ${arrow("hash")}; without comments and formatting: ${arrow("plain")}\n`;
}

async function useRecordedConfig(step: StepArguments, { stderr }: Effects): Promise<void> {
  try {
    const run = await getRun(stepOf(step), step.instance, { runsDir: step.options.runsDir });
    const config = maybeConfig(join(run.dir, "config.json"));
    if (!config || Object.keys(config).length === 0) return;
    step.input.config = config;
    stderr.write(painter(stderr.color)("dim", `With the config of the last run: ${oneLine(JSON.stringify(config))}\n`));
  } catch (error) {
    // It never ran, which is what the answer will be.
    if (!isDuctaflowError(error, "run-not-found")) throw error;
  }
}

function stepOf({ flow, options }: StepArguments): string {
  return options.step ?? stepName(flow);
}
