/**
 * The command `run` for one flow, in a process of its own.
 * @module
 */
import { exists } from "../base/maybe_file.ts";
import { fromFileUrl } from "../deps/path.ts";
import { deriveInstance } from "../step/config_input.ts";
import { type Command, commandHelp } from "./command.ts";
import { processEffects } from "./effects.ts";
import type { FlowCommandOptions } from "./flow_command.ts";
import { main } from "./main.ts";
import { commonOptions, parseOptions } from "./options.ts";
import { command as runCommand } from "./run.ts";
import { readConfigValues, stepArguments } from "./step_arguments.ts";
import { painter } from "./style.ts";

/** Runs the flow and ends the process; see `runFlowCommand`. */
export async function runFlowAndExit(
  flow: string | URL,
  { config, step, args = Deno.args }: FlowCommandOptions,
): Promise<void> {
  const effects = processEffects();
  const path = pathOf(flow);
  if (args.some((arg) => arg === "--help" || arg === "-h")) {
    effects.stdout.write(commandHelp(ownCommand(path), effects.program, painter(effects.stdout.color)));
    return effects.exit(0);
  }
  const named = step === undefined || args.some((arg) => /^--step(=|$)/.test(arg)) ? [] : ["--step", step];
  return await main(["run", path, ...named, ...await withConfig(args, config)], effects);
}

/** The arguments with the config file of the script, whose name does not become that of the instance. */
async function withConfig(args: string[], config: string | URL | undefined): Promise<string[]> {
  const file = config === undefined ? undefined : pathOf(config);
  if (file === undefined || !exists(file)) return args;
  try {
    const { values, positionals } = parseOptions(args, { ...runCommand.options, ...stepArguments, ...commonOptions });
    if (values.config.length > 0) return args;
    const all = [...args, "--config", file];
    if (positionals.length > 0 || values.instance !== undefined) return all;
    const { labels } = await readConfigValues(values);
    return [...all, "--instance", await deriveInstance(labels, values.set)];
  } catch {
    // What is wrong with the arguments is told by the command itself.
    return args;
  }
}

function ownCommand(flow: string): Command {
  return {
    ...runCommand,
    name: "",
    usage: "[instance] [options]",
    description: `Runs the flow "${flow}". ${runCommand.description}`,
    examples: [
      ["--set key=value", "one value over the config"],
      ["--config other.json --instance other", "another config, under a name of its own"],
    ],
  };
}

function pathOf(place: string | URL): string {
  if (typeof place === "string" && !place.startsWith("file:")) return place;
  const url = new URL(place);
  return url.protocol === "file:" ? fromFileUrl(url) : url.href;
}
