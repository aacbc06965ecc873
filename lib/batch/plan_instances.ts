/**
 * What a batch would do, without doing it.
 * @module
 */
import { onDemand } from "../base/on_demand.ts";
import type { StaleReason } from "../step/stale_reasons.ts";
import type { BatchOptions } from "./run_instances.ts";

/** An instance that would run. */
export interface PlannedInstance {
  /** The name of the instance. */
  instance: string;
  /** The number of its row, from 0. */
  index: number;
  /** Why it would run. */
  reasons: StaleReason[];
}

/** What a batch would do. Lists are in the order of the rows. */
export interface BatchPlan {
  /** The name of the step. */
  step: string;
  /** How many rows there are. */
  total: number;
  /** Names of the instances that need not run. */
  fresh: string[];
  /** The instances that would run. */
  stale: PlannedInstance[];
  /** Milliseconds that it would take, guessed from earlier runs of the step; absent when there are none. */
  estimateMs?: number;
}

/**
 * Tells which instances `runInstances` would run, and why, and how long that would take. Nothing runs.
 *
 * @throws {DuctaflowError} as `runInstances` does before anything runs
 *
 * @example
 * ```ts
 * import { planInstances } from "./plan_instances.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * const dir = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${dir}/add.ts`, '// %% tags=["parameters"]\nlet a = 0;\n// %% Add\na + 1\n');
 * const plan = await planInstances(`${dir}/add.ts`, [{ a: 1 }], { instance: "{a}", runsDir: `${dir}/runs` });
 * assertEquals(plan.stale[0].reasons[0].text, "It never ran");
 * await Deno.remove(dir, { recursive: true });
 * ```
 */
export async function planInstances<R extends object>(
  flow: string | URL,
  rows: Iterable<R>,
  options: BatchOptions<R>,
): Promise<BatchPlan> {
  const cwd = Deno.cwd();
  const { planBatch } = await onDemand<typeof import("./plan_batch.ts")>("lib/batch/plan_batch.ts");
  return await planBatch(flow, rows, options, cwd);
}
