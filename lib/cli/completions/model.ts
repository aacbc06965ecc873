/**
 * What can be completed, read from the tables of the commands.
 * @module
 */
import type { CommandTable } from "../command.ts";
import { commonOptions, type OptionSpec } from "../options.ts";

/** What a value or an argument is, and so what it is completed with. */
export type Kind =
  | { is: "flow" | "step" | "run" | "file" | "folder" | "command" | "text" }
  | { is: "choice"; choices: readonly string[] };

/** An option as shells complete it. */
export interface ModelOption {
  name: string;
  help: string;
  short?: string;
  /** What its value is; a switch has none. */
  value?: Kind;
  many: boolean;
}

/** A command as shells complete it. */
export interface ModelCommand {
  name: string;
  summary: string;
  options: ModelOption[];
  /** What its arguments are; the last of them goes on when there are more. */
  arguments: Kind[];
}

/** How the program is called. */
export interface ProgramNames {
  /** What is typed. */
  name: string;
  /** The module that Deno runs for it: a path or a URL of the web. */
  module: string;
}

/** Loads all commands and reads their tables. */
export async function readModel(all: CommandTable): Promise<ModelCommand[]> {
  const commands = await Promise.all(
    Object.entries(all).map(async ([name, { summary, load }]): Promise<ModelCommand> => {
      const { command } = await load();
      const options = Object.entries<OptionSpec>({ ...command.options, ...commonOptions }).map(optionOf);
      return { name, summary, options, arguments: argumentsOf(command.usage) };
    }),
  );
  const help = { name: "help", summary: "Show the help of a command", options: [], arguments: [{ is: "command" }] };
  return [...commands, help as ModelCommand];
}

function optionOf([name, { help, value, short, choices, many }]: [string, OptionSpec]): ModelOption {
  const kind: Kind = choices
    ? { is: "choice", choices }
    : { is: value === undefined ? "text" : kindOfValue(name, value) };
  return { name, help, short, many: many === true, ...(value === undefined ? {} : { value: kind }) };
}

function kindOfValue(name: string, value: string): Exclude<Kind["is"], "choice"> {
  if (value === "file" || value === "folder") return value;
  return name === "step" ? "step" : "text";
}

/** What the arguments in a usage such as `<flow> [instance] [options]` are. */
function argumentsOf(usage: string): Kind[] {
  return usage.split(/\s+/).filter((word) => word !== "" && !word.startsWith("[options")).map((word): Kind => {
    const choices = /^<([\w-]+(?:\|[\w-]+)+)>$/.exec(word)?.[1].split("|");
    if (choices) return { is: "choice", choices };
    if (/step>?[\]/[]+<?instance/.test(word)) return { is: "run" };
    if (/\bstep\b/.test(word)) return { is: "step" };
    if (/\bflow\b/.test(word)) return { is: "flow" };
    return { is: /\b(instance|template|name|options)\b/.test(word) ? "text" : "file" };
  });
}
