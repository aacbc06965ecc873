/**
 * The secrets that a script will be asked for, which decide about the variables that it may read.
 * @module
 */
import type { Json } from "../base/json.ts";
import { maybeText } from "../base/maybe_file.ts";
import { readConfigInput } from "../step/config_input.ts";
import { referencesIn } from "../step/references.ts";
import { readArguments } from "./standalone/arguments.ts";

/** The names of the secrets in the config file of a script. `text`: what it will hold, unless it stays as it is. */
export function secretsOfFile(path: string, text: string, stays: boolean): string[] {
  return orNone(() => JSON.parse((stays ? maybeText(path) : undefined) ?? text));
}

/** The names of the secrets in what the arguments of a script give, or in the file that counts without any. */
export async function secretsOfArguments(args: string[], file: string | undefined): Promise<string[]> {
  try {
    const { config, set, secret } = readArguments(args);
    const files = config.length > 0 ? config : file === undefined ? [] : [file];
    // What is piped in is for the script.
    const given = await readConfigInput(files.filter((name) => name !== "-"), set, { secrets: secret });
    return orNone(() => given.config);
  } catch {
    // The script itself says what is wrong with them.
    return [];
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
