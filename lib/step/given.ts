/**
 * What somebody gave to be made a config, as text: when it and the code are the same, so is the config.
 * @module
 */
import { type Json, type JsonObject, toPlainJson } from "../base/json.ts";
import type { StepOptions } from "./step_options.ts";

/** Characters. A longer one costs more to keep than to bind again. */
const longest = 4096;

/** The text of a config as it was given; undefined when it is long or no JSON. */
export function maybeGiven(config: unknown, textConfig: StepOptions["textConfig"]): string | undefined {
  const value = isFlat(config) ? config : maybePlain(config);
  if (value === undefined) return undefined;
  const given = JSON.stringify(textConfig ? [value, textConfig] : [value]);
  return given.length <= longest ? given : undefined;
}

/** Whether a value is an object of texts, numbers and the like, which is JSON as it is: most rows of a table are. */
function isFlat(config: unknown): boolean {
  if (Object.getPrototypeOf(config) !== Object.prototype) return false;
  for (const key of Object.keys(config as object)) {
    const value = (config as JsonObject)[key];
    const kind = typeof value;
    if (kind !== "string" && kind !== "boolean" && value !== null && !Number.isFinite(value)) return false;
  }
  return true;
}

function maybePlain(config: unknown): Json | undefined {
  const { value, problems } = toPlainJson(config);
  return problems.length > 0 ? undefined : value;
}
