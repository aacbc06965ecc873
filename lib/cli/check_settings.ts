/**
 * A key after `--set` that is a slip of the pen.
 * @module
 */
import { planStep } from "../step/plan_step.ts";
import { refuseSlips } from "../step/setting_slips.ts";
import type { StepOptions } from "../step/step_options.ts";

/**
 * Refuses keys that the flow neither declares nor mentions and that are near to a parameter.
 *
 * @throws {DuctaflowError} of code `usage`, with every such key
 */
export async function checkSettings(flow: string, settings: string[], options: StepOptions): Promise<void> {
  if (settings.length === 0) return;
  const { build } = await planStep(flow, options);
  refuseSlips(build.flow, settings);
}
