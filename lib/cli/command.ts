/**
 * What a command is, and its help.
 * @module
 */
import { commonOptions, type OptionTable } from "./options.ts";
import { columns, type Paint } from "./style.ts";
import type { Effects } from "./effects.ts";

/** One command, as its file exports it. */
export interface Command {
  name: string;
  /** The arguments after the name, such as `<flow> [instance]`. */
  usage: string;
  /** What it does, in a few lines. */
  description: string;
  options: OptionTable;
  /** Command lines after the program's name, each with what it does. */
  examples: [line: string, what: string][];
  /** Runs it and returns the exit code. */
  run(args: string[], effects: Effects): Promise<number>;
}

/** The help of one command. */
export function commandHelp(command: Command, program: string, paint: Paint): string {
  const { name, usage, description, options, examples } = command;
  const rows = Object.entries({ ...options, ...commonOptions }).map(([name, { value, short, many, help, choices }]) => [
    paint("cyan", `${short ? `-${short}, ` : ""}--${name}${value ? ` ${value}` : ""}`),
    `${help}${choices ? ` (${choices.join(", ")})` : ""}${many ? paint("dim", ", may be repeated") : ""}`,
  ]);
  return `${paint("bold", "Usage")}\n  ${program} ${name} ${usage}\n
${description}\n
${paint("bold", "Options")}
${columns(rows, { indent: "  " })}
${paint("bold", "Examples")}
${examples.map(([line, what]) => `  ${paint("dim", `# ${what}`)}\n  ${program} ${line}\n`).join("")}`;
}
