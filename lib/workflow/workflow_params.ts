/**
 * Parameters in a conductor script: its own defaults when it is started by hand, what the run was triggered with when it
 * is a published workflow.
 * @module
 */
import { maybeWorkflowContext } from "../base/workflow_context.ts";

/**
 * The values of a conductor's parameters. Publish the script with the same names in `params`, and a trigger can set them.
 *
 * @example
 * ```ts
 * import { workflowParams } from "./workflow_params.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * const { period, limit } = workflowParams({ period: "am", limit: 500 });
 * assertEquals([period, limit], ["am", 500]); // nobody published this
 * ```
 */
export function workflowParams<T extends object>(defaults: T): T {
  return { ...defaults, ...maybeWorkflowContext()?.params };
}
