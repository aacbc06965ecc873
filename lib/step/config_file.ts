/**
 * `config.json` as it stands on disk.
 * @module
 */
import type { Config } from "../base/record.ts";

/** The config in a file; undefined when it is gone, may not be read, or was cut short by a crash. */
export function maybeConfig(path: string): Config | undefined {
  try {
    return JSON.parse(Deno.readTextFileSync(path));
  } catch {
    return undefined;
  }
}
