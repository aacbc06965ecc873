/**
 * What the makers of scripts have in common.
 * @module
 */
import { resolve } from "../deps/path.ts";
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

/** The name of the config file of a flow. */
export function configName({ name }: Flow): string {
  return `${name}_config.json`;
}
