/**
 * The name of an instance made of the values that it runs with, such as `{period}_{maxDistance}`.
 * @module
 */
import { fillTemplate, lookupIn, parseTemplate } from "../batch/template.ts";
import { bindConfig } from "../step/bind_config.ts";
import { planStep } from "../step/plan_step.ts";
import type { StepArguments } from "./step_arguments.ts";
import { usageError } from "./options.ts";

/** The name that a template gives for a config: its keys, and the parameters of the flow with their defaults. */
export async function fillInstance(
  template: string,
  { flow, input, options }: Pick<StepArguments, "flow" | "input" | "options">,
): Promise<string> {
  const { build } = await planStep(flow, options);
  const { config, parameters } = bindConfig(build.flow, input.config, { textKeys: input.textKeys });
  const values = Object.fromEntries(parameters.map(({ name, value }) => [name, value]));
  const { text, problems } = fillTemplate(parseTemplate(template), lookupIn(config, values));
  if (problems.length > 0) throw usageError(`The name "${template}" cannot be made: ${problems.join("; ")}`);
  return text;
}
