/**
 * The command line of a standalone script.
 * @module
 */
import { nearest } from "../../base/nearest.ts";
import { usageError } from "../../base/usage_error.ts";
import { parseArgs } from "../../deps/cli.ts";
import type { Flow, Parameter } from "../../notebook/flow.ts";

/** What a command line asks a script for. */
export interface StandaloneArguments {
  config: string[];
  set: string[];
  /** `key=NAME` */
  secret: string[];
  instance?: string;
  out?: string;
  runs: string;
  help: boolean;
}

const options: [form: string, what: string][] = [
  [
    "-f, --config file",
    "Config from a .json, .yaml or .yml file instead of the one beside the script; later files win",
  ],
  ["-p, --set key=value", "One value over the config; model.seed=3 nests, key:=JSON is typed; may be repeated"],
  ["--secret key=NAME", "The value of a key comes from the environment variable NAME; may be repeated"],
  ["--instance name", `The name that the flow knows itself by, "standalone" unless given`],
  ["--out folder", "Where the outputs go, the current folder unless given"],
  ["--runs folder", `Where the flow finds the outputs of other steps, "runs" unless given`],
  ["-h, --help", "Show this help"],
];
const valued = ["config", "set", "secret", "instance", "out", "runs"];
const repeated = ["config", "set", "secret"];

/** Reads the arguments. All problems are told together. */
export function readArguments(args: string[]): StandaloneArguments {
  const problems: string[] = [];
  const parsed = parseArgs(args, {
    boolean: ["help"],
    string: [...valued, "_"],
    collect: repeated,
    alias: { help: "h", config: "f", set: "p" },
    unknown(arg: string, key?: string) {
      const meant = key === undefined ? undefined : nearest(key, [...valued, "help"]);
      if (key === undefined) problems.push(`"${arg}" is one argument too many; values are given as --set key=value`);
      else problems.push(`There is no option "${arg.split("=", 1)[0]}"${meant ? `; did you mean "--${meant}"?` : ""}`);
      return false;
    },
  }) as unknown as Record<string, string | string[] | boolean | undefined>;
  for (const name of valued) {
    if ([parsed[name]].flat().includes("")) problems.push(`The option --${name} needs a value`);
    if (!repeated.includes(name) && args.filter((arg) => arg === `--${name}`).length > 1) {
      problems.push(`The option --${name} is given twice`);
    }
  }
  if (problems.length > 0) throw usageError(problems.join("\n"), "Add --help to see the options");
  return {
    config: parsed.config as string[],
    set: parsed.set as string[],
    secret: parsed.secret as string[],
    instance: parsed.instance as string | undefined,
    out: parsed.out as string | undefined,
    runs: parsed.runs as string | undefined ?? "runs",
    help: parsed.help as boolean,
  };
}

/** What `--help` prints. */
export function helpText(flow: Flow, command: string, configFile: string): string {
  const title = flow.header.title ?? flow.name;
  const about = flow.header.description ? `\n${flow.header.description}` : "";
  const parameters = flow.parameters.map((parameter) => [
    parameter.name,
    [parameter.typeText, defaultText(parameter), parameter.comment].filter(Boolean).join("  "),
  ]);
  return `${title}${about}

Usage
  ${command} [options]

Options
${table(options)}
Parameters
${parameters.length > 0 ? table(parameters) : "  none\n"}
Config comes from "${configFile}" beside the script unless --config is given; --set and --secret win over both.
`;
}

function defaultText({ required, default: value, defaultText }: Parameter): string {
  if (required) return "(required)";
  const text = value === undefined ? defaultText : JSON.stringify(value);
  return text === undefined ? "" : `= ${text.replace(/\s+/g, " ").slice(0, 60)}`;
}

function table(rows: string[][]): string {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}\n`).join("");
}
