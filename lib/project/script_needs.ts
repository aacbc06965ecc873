/**
 * What a script will be asked for beyond its flow, which decides about its permissions.
 * @module
 */
import type { Json } from "../base/json.ts";
import { maybeText } from "../base/maybe_file.ts";
import { readConfigInput } from "../step/config_input.ts";
import { referencesIn } from "../step/references.ts";
import type { ScriptNeeds } from "./script_flags.ts";
import { readArguments } from "./standalone/arguments.ts";

/** The names of the secrets in the config file of a script. `text`: what it will hold, unless it stays as it is. */
export function secretsOfFile(path: string, text: string, stays: boolean): string[] {
  return orNone(() => JSON.parse((stays ? maybeText(path) : undefined) ?? text));
}

/** What the arguments of a script ask for: the secrets that they name, or the file that counts without any, and `--out`. */
export async function neededBy(args: string[], file: string | undefined): Promise<ScriptNeeds> {
  try {
    const { config, set, secret, out } = readArguments(args);
    const files = config.length > 0 ? config : file === undefined ? [] : [file];
    // What is piped in is for the script.
    const given = await readConfigInput(files.filter((name) => name !== "-"), set, { secrets: secret });
    return { secrets: orNone(() => given.config), out };
  } catch {
    // The script itself says what is wrong with them.
    return { secrets: [] };
  }
}

/** What cannot be read is told by who reads it for good. */
function orNone(read: () => Json): string[] {
  try {
    return referencesIn(read()).secrets;
  } catch {
    return [];
  }
}
