/**
 * What the commands `script`, `standalone`, `runner` and `compile` have in common.
 * @module
 */
import { jsonText } from "../base/json.ts";
import { shortPath } from "../base/short_path.ts";
import type { Config } from "../base/record.ts";
import { bindConfig } from "../step/bind_config.ts";
import { readConfigInput } from "../step/config_input.ts";
import { refuseSlips } from "../step/setting_slips.ts";
import { type CreatedScript, type ScriptOptions, scriptTarget } from "../project/script_options.ts";
import type { Effects } from "./effects.ts";
import { exitCodes } from "./exit.ts";
import { type OptionTable, type OptionValues, usageError } from "./options.ts";
import { oneLine, painter } from "./style.ts";

/** Options of all commands that make a script. */
export const scriptOptions = {
  dir: { value: "folder", help: "Where the files go, the current folder unless given" },
  config: { value: "file", many: true, short: "f", help: "What the config file of the script holds; later files win" },
  set: { value: "key=value", many: true, short: "p", help: "One value over the config files" },
  secret: { value: "key=NAME", many: true, help: "A key gets the value of the environment variable NAME when it runs" },
  force: { help: "Replace files that are there already, also those that somebody edited" },
  json: { help: "Print what was made on stdout as JSON, instead of the files" },
} satisfies OptionTable;

type Values = OptionValues<typeof scriptOptions>;
type Make = (flow: string, config: object | undefined, options: ScriptOptions) => Promise<CreatedScript>;

/** The flow that a command line names. */
export function flowArgument(positionals: string[]): string {
  const [flow, ...rest] = positionals;
  if (!flow) throw usageError("No flow is given", "Write the path of a flow, or the name of one in flows/");
  if (rest.length > 0) throw usageError(`"${rest[0]}" is one argument too many`, "Values are given as --set key=value");
  return flow;
}

/** Makes a script and tells what to type next. */
export async function makeScript(make: Make, flow: string, values: Values, effects: Effects): Promise<number> {
  const { stdout, stderr } = effects;
  const config = await readConfig(flow, values);
  const made = await make(flow, config, {
    force: values.force,
    ...(values.dir === undefined ? {} : { dir: values.dir }),
  });
  stdout.write(values.json ? jsonText(made) : made.files.map((path) => `${shortPath(path)}\n`).join(""));
  const paint = painter(stderr.color);
  for (const path of made.kept) {
    stderr.write(`${paint("dim", `${shortPath(path)} was there already and stays as it is`)}\n`);
  }
  for (const warning of made.warnings) stderr.write(`${paint("yellow", "Warning:")} ${oneLine(warning)}\n`);
  stderr.write(`${paint("cyan", "Next:")} ${made.command}\n`);
  return exitCodes.done;
}

/** The config that files and settings give, converted by the types of the flow; undefined when none are given. */
async function readConfig(path: string, { config: files, set, secret }: Values): Promise<Config | undefined> {
  if (files.length + set.length + secret.length === 0) return undefined;
  const [{ config, textKeys }, { flow }] = await Promise.all([
    readConfigInput(files, set, { secrets: secret }),
    scriptTarget(path, {}),
  ]);
  refuseSlips(flow, set);
  return bindConfig(flow, config, { textKeys }).config;
}
