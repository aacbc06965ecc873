/**
 * The command line: finds the command, runs it, and turns errors into words and exit codes. Commands are loaded only
 * when they are called.
 * @module
 */
import { nearest } from "../base/nearest.ts";
import { checkDeno, version } from "../base/version.ts";
import { type CommandEntry, commandHelp, type CommandTable } from "./command.ts";
import { type Effects, processEffects } from "./effects.ts";
import { errorJson, errorText, exitCodeOf, exitCodes } from "./exit.ts";
import { usageError } from "./options.ts";
import { columns, painter } from "./style.ts";

/** All commands, in the order of the help. */
export const commands: CommandTable = {
  run: { summary: "Run a flow as one recorded instance", load: () => import("./run.ts") },
  batch: { summary: "Run a flow for every row of a control table", load: () => import("./batch.ts") },
  inspect: { summary: "Show what a flow is: parameters, permissions, cells", load: () => import("./inspect.ts") },
  why: { summary: "Tell whether an instance would run again, and why", load: () => import("./why.ts") },
  list: { summary: "List steps, or the instances of one", load: () => import("./list.ts") },
  show: { summary: "Show one run: status, results, errors, permissions", load: () => import("./show.ts") },
  collate: { summary: "Put many runs onto one page", load: () => import("./collate.ts") },
  deliver: { summary: "Copy outputs of runs to folders", load: () => import("./deliver.ts") },
  diff: { summary: "Compare two runs, or a run with the one before it", load: () => import("./diff.ts") },
  publish: { summary: "Publish a flow or a conductor as a workflow", load: () => import("./publish.ts") },
  trigger: { summary: "Run a workflow once, now", load: () => import("./trigger.ts") },
  flows: { summary: "List published workflows, show one, change its settings", load: () => import("./flows.ts") },
  runs: { summary: "List the runs of workflows", load: () => import("./runs.ts") },
  logs: { summary: "Print what a run of a workflow printed", load: () => import("./logs.ts") },
  cancel: { summary: "Ask a run of a workflow to end", load: () => import("./cancel.ts") },
  resume: { summary: "Run a run again that failed, reusing what succeeded", load: () => import("./resume.ts") },
  history: { summary: "Show a metric over the runs of a workflow", load: () => import("./history.ts") },
  export: { summary: "Write a workflow with its runs into one file", load: () => import("./export.ts") },
  import: { summary: "Read a workflow with its runs from a file", load: () => import("./import.ts") },
  serve: { summary: "Run workflows when they are due", load: () => import("./serve.ts") },
  clean: {
    summary: "Show what could be removed from the runs folder, and remove it",
    load: () => import("./clean.ts"),
  },
  new: { summary: "Make a new project with a working example", load: () => import("./new.ts") },
  doctor: { summary: "Look at this machine: what is there, what is missing", load: () => import("./doctor.ts") },
  completions: { summary: "Print a script that completes commands in a shell", load: () => import("./completions.ts") },
  "to-ipynb": { summary: "Make Jupyter notebooks of flows and conductors", load: () => import("./to_ipynb.ts") },
  "from-ipynb": { summary: "Make flows and conductors of Jupyter notebooks", load: () => import("./from_ipynb.ts") },
  script: { summary: "Make a conductor of one flow, to run and to edit", load: () => import("./script.ts") },
  standalone: { summary: "Make one file of a flow that needs only Deno", load: () => import("./standalone.ts") },
  runner: { summary: "Make a file that runs a flow once, without a record", load: () => import("./runner.ts") },
  compile: { summary: "Make an executable of a flow", load: () => import("./compile.ts") },
};

/** Runs the command line and ends the process with its exit code. */
export async function main(args: string[] = Deno.args, effects: Effects = processEffects()): Promise<void> {
  effects.exit(await runCommandLine(args, effects));
}

/** Runs the command line and returns its exit code. */
export async function runCommandLine(args: string[], effects: Effects): Promise<number> {
  try {
    return await dispatch(args, effects);
  } catch (error) {
    const flags = args.slice(0, args.includes("--") ? args.indexOf("--") : undefined);
    const asked = (flag: string) => flags.includes(flag);
    effects.stderr.write(errorText(error, painter(effects.stderr.color), { verbose: asked("--verbose") }));
    if (asked("--json")) effects.stdout.write(`${JSON.stringify(errorJson(error))}\n`);
    return exitCodeOf(error);
  }
}

async function dispatch(args: string[], effects: Effects): Promise<number> {
  const { stdout, stderr, program } = effects;
  const [name, ...rest] = args;
  checkDeno();
  if (name === undefined) {
    stderr.write(mainHelp(program, stderr.color));
    return exitCodes.usage;
  }
  if (name === "--version" || name === "-V") {
    stdout.write(`ductaflow ${version} (deno ${Deno.version.deno})\n`);
    return exitCodes.done;
  }
  if (isHelp(name) || name === "help" && rest.length === 0) {
    stdout.write(mainHelp(program, stdout.color));
    return exitCodes.done;
  }
  if (name.startsWith("-")) {
    throw usageError(`There is no option "${name}" before the command`, `See ${program} --help`);
  }
  const { command } = await commandEntry(name === "help" ? rest[0] : name, rest).load();
  if (name !== "help" && !hasHelp(rest)) return await command.run(rest, effects, commands);
  stdout.write(commandHelp(command, program, painter(stdout.color)));
  return exitCodes.done;
}

function isHelp(arg: string): boolean {
  return arg === "--help" || arg === "-h";
}

function hasHelp(args: string[]): boolean {
  const end = args.indexOf("--");
  return (end < 0 ? args : args.slice(0, end)).some(isHelp);
}

function commandEntry(name: string, rest: string[]): CommandEntry {
  if (Object.hasOwn(commands, name)) return commands[name];
  const isFlow = /\.(m?[jt]s|[jt]sx)$/.test(name);
  const meant = isFlow ? ["run", name, ...rest].join(" ") : nearest(name, Object.keys(commands));
  const known = `The commands are ${Object.keys(commands).join(", ")}`;
  throw usageError(`There is no command "${name}"`, meant ? `Did you mean "${meant}"?` : known);
}

function mainHelp(program: string, color: boolean): string {
  const paint = painter(color);
  const rows = Object.entries(commands).map(([name, { summary }]) => [paint("cyan", name), summary]);
  return `${paint("bold", "ductaflow")} ${version}: run flows again and again, each run recorded

${paint("bold", "Usage")}
  ${program} <command> [arguments]

${paint("bold", "Commands")}
${columns(rows, { indent: "  " })}
  ${program} <command> --help tells the options of a command, with examples

${paint("bold", "Exit codes")}
  0 done   1 a run failed   2 wrong usage or config   75 locked by another   130 interrupted
`;
}
