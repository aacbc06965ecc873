/**
 * A key after `--set` that is a slip of the pen.
 * @module
 */
import { meantParameter } from "../step/bind_config.ts";
import { planStep } from "../step/plan_run.ts";
import type { StepOptions } from "../step/step_options.ts";
import { parseSetting } from "./config_input.ts";
import { usageError } from "./options.ts";

/**
 * Refuses keys that the flow neither declares nor mentions and that are near to a parameter: the run would go on with
 * the default. Other keys that no parameter takes are globals of the flow.
 *
 * @throws {DuctaflowError} of code `usage`, with every such key
 */
export async function checkSettings(flow: string, settings: string[], options: StepOptions): Promise<void> {
  if (settings.length === 0) return;
  const { build } = await planStep(flow, options);
  const slips = settings.flatMap((text) => {
    const { path } = parseSetting(text);
    const meant = meantParameter(build.flow, path);
    return meant === undefined ? [] : [{ key: path.join("."), meant }];
  });
  if (slips.length === 0) return;
  const keys = [...new Set(slips.map(({ key }) => `"${key}"`))].join(", ");
  const names = [...new Set(slips.map(({ meant }) => `"${meant}"`))].join(", ");
  throw usageError(
    `The flow has no parameter ${keys}, which --set gives`,
    `Did you mean ${names}? A value that is not a parameter can stand in a file given with --config`,
  );
}
