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
import { stepArguments } from "./step_arguments.ts";
import { painter } from "./style.ts";

/** Runs the flow and ends the process; see `runFlowCommand`. */
export async function runFlowAndExit(
  flow: string | URL,
  { config, args = Deno.args }: FlowCommandOptions,
): Promise<void> {
  const effects = processEffects();
  const path = pathOf(flow);
  if (args.some((arg) => arg === "--help" || arg === "-h")) {
    effects.stdout.write(commandHelp(ownCommand(path), effects.program, painter(effects.stdout.color)));
    return effects.exit(0);
  }
  return await main(["run", path, ...await withConfig(args, config)], effects);
}

/** The arguments with the config file of the script, whose name does not become that of the instance. */
async function withConfig(args: string[], config: string | URL | undefined): Promise<string[]> {
  const file = config === undefined ? undefined : pathOf(config);
  const isGiven = args.some((arg) => arg === "--config" || arg.startsWith("--config="));
  if (file === undefined || isGiven || !exists(file)) return args;
  const all = [...args, "--config", file];
  try {
    const { values, positionals } = parseOptions(args, { ...runCommand.options, ...stepArguments, ...commonOptions });
    const isNamed = positionals.length > 0 || values.instance !== undefined;
    return isNamed ? all : [...all, "--instance", await deriveInstance([], values.set)];
  } catch {
    // What is wrong with the arguments is told by the command itself.
    return all;
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
