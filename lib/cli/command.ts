/**
 * What a command is, and its help.
 * @module
 */
import { commonOptions, type OptionSpec, type OptionTable } from "./options.ts";
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
  /** Runs it and returns the exit code; `all` are the commands of the program. */
  run(args: string[], effects: Effects, all: CommandTable): Promise<number>;
}

/** A command before it is loaded. */
export interface CommandEntry {
  summary: string;
  load(): Promise<{ command: Command }>;
}

/** Commands by their names, in the order of the help. */
export type CommandTable = Record<string, CommandEntry>;

const helpWidth = 100;

/** The help of one command. */
export function commandHelp(command: Command, program: string, paint: Paint): string {
  const { name, usage, description, options, examples } = command;
  const all = Object.entries<OptionSpec>({ ...options, ...commonOptions });
  const forms = all.map(([name, { value, short }]) =>
    `${short ? `-${short}, ` : ""}--${name}${value ? ` ${value}` : ""}`
  );
  const room = helpWidth - 4 - Math.max(...forms.map((form) => form.length));
  const rows = all.flatMap(([, { help, choices, many }], i) => {
    const text = [help, choices && `one of ${choices.join(", ")}`, many && "may be repeated"].filter(Boolean).join(
      "; ",
    );
    return wrap(text, room).map((line, j) => [j === 0 ? paint("cyan", forms[i]) : "", line]);
  });
  return `${paint("bold", "Usage")}\n  ${[program, name, usage].filter(Boolean).join(" ")}\n
${wrap(description, helpWidth).join("\n")}\n
${paint("bold", "Options")}
${columns(rows, { indent: "  " })}
${paint("bold", "Examples")}
${examples.map(([line, what]) => `  ${paint("dim", `# ${what}`)}\n  ${program} ${line}\n`).join("")}`;
}

/** Lines of at most `width` characters, broken at blanks. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const longer = `${lines.at(-1) ?? ""} ${word}`;
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
