/**
 * What the makers of scripts have in common.
 * @module
 */
import { resolve } from "../deps/path.ts";
import { explainDiskError } from "../base/disk_error.ts";
import { DuctaflowError, isDuctaflowError } from "../base/error.ts";
import { shortPath } from "../base/short_path.ts";
import type { Flow } from "../notebook/flow.ts";
import { readFlow } from "../notebook/read_flow.ts";
import { flowPath } from "../step/plan_step.ts";

/** Where a script goes. */
export interface ScriptOptions {
  /** The folder for what is made; the current one unless given. */
  dir?: string;
  /** Replaces files that are there already, also those that somebody edited. Default false. */
  force?: boolean;
}

/** What was made. */
export interface CreatedScript {
  /** Absolute paths of the files that were written, the script first. */
  files: string[];
  /** Absolute paths of files that were there already and stay as they are, such as a config. */
  kept: string[];
  /** The command to type next. */
  command: string;
  /** What the script cannot take along, as sentences. */
  warnings: string[];
}

/** The flow of a script, read and checked, and the folder that the script goes to. */
export async function scriptTarget(
  flow: string | URL,
  { dir = "." }: ScriptOptions,
): Promise<{ flow: Flow; dir: string }> {
  return { dir: resolve(dir), flow: await readFlow(flowPath(flow)) };
}

/** The hints for runs would not help. */
const hints: Record<string, string> = {
  "read-only": "Choose another folder with --dir, in a program with the option dir",
  "conductor-permission": "Run it with --allow-read --allow-write --allow-run=deno, or with -A",
};

/** Makes files in the folder of a script; where it takes none, the error says what to do. */
export async function inTarget<T>(dir: string, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (cause) {
    const error = explainDiskError(cause, `write to "${shortPath(dir)}"`);
    if (!isDuctaflowError(error) || !Object.hasOwn(hints, error.code)) throw error;
    throw new DuctaflowError(error.message, { code: error.code, hint: hints[error.code], cause });
  }
}

/** The name of the config file of a flow. */
export function configName({ name }: Flow): string {
  return `${name}_config.json`;
}
