/**
 * What somebody gave to be made a config, as text: when it and the code are the same, so is the config.
 * @module
 */
import { toPlainJson } from "../base/json.ts";
import type { StepOptions } from "./step_options.ts";

/** Characters. A longer one costs more to keep than to bind again. */
const longest = 4096;

/** The text of a config as it was given; undefined when it is long or no JSON. */
export function maybeGiven(config: unknown, textConfig: StepOptions["textConfig"]): string | undefined {
  const { value, problems } = toPlainJson(config);
  if (problems.length > 0) return undefined;
  const given = JSON.stringify(textConfig ? [value, textConfig] : [value]);
  return given.length <= longest ? given : undefined;
}
