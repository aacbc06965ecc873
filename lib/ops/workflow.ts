/**
 * Runs the artifacts of a conductor as one workflow.
 * @module
 */
import { onDemand } from "../base/on_demand.ts";
import type { ArtifactMethods } from "./artifact.ts";
import type { WorkflowRun } from "./run_workflow.ts";

/** How a workflow runs. */
export interface WorkflowOptions {
  /** Values of parameters instead of their defaults. */
  params?: Record<string, unknown>;
  /** The id of the run. The id of an earlier run resumes it: what succeeded is not run again. Default: a new one. */
  run?: string;
  /** The folder of all runs. Default `"runs"`. */
  runsDir?: string;
  /** How many processes run at a time. Default: the number of cores. */
  concurrency?: number;
  /** As in `runStepFlow`. */
  cache?: "auto" | "existing" | "off";
  /** Cancels the run. */
  signal?: AbortSignal;
}

/** An artifact of any type. */
export type AnyArtifact = Pick<ArtifactMethods<unknown>, "get" | "head" | "why" | "history">;

/**
 * Runs all that belongs to some artifacts: what they need, the metrics and checks of all of it, and at last the saves,
 * unless something failed or a check of severity `error` does not hold. Each call is a step `{workflow}.{name}`, the run's
 * id its instance.
 *
 * @returns how it went: a failure is no exception here, see `throwIfFailed`
 *
 * @example
 * ```ts
 * import { ops } from "./operators.ts";
 * import { runWorkflow } from "./workflow.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * const dir = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${dir}/math.ts`, "export const double = (n: number) => 2 * n;");
 * type Numbers = { double: (n: number) => number };
 * const { double } = ops<Numbers>(`file://${dir}/math.ts`);
 * const six = double(3).bound({ lower: 10 });
 * const run = await runWorkflow("numbers", [six], { runsDir: `${dir}/runs` });
 * assertEquals(run.status, "warned");
 * await Deno.remove(dir, { recursive: true });
 * ```
 */
export async function runWorkflow(
  workflow: string,
  artifacts: AnyArtifact[],
  options: WorkflowOptions = {},
): Promise<WorkflowRun> {
  const cwd = Deno.cwd();
  if (typeof workflow !== "string" || !/[A-Za-z0-9]/.test(workflow)) {
    throw new TypeError(`The name of a workflow is ${Deno.inspect(workflow)}, accepted is text with a letter or digit`);
  }
  const { executeWorkflow } = await onDemand<typeof import("./run_workflow.ts")>("lib/ops/run_workflow.ts");
  return await executeWorkflow(workflow, artifacts, options, cwd);
}
