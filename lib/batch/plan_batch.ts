/**
 * The plan of a batch: rows checked, each stale one asked for its reasons.
 * @module
 */
import { planStep } from "../step/plan_step.ts";
import { explainReuse } from "../step/run_step.ts";
import { checkRows } from "./check_rows.ts";
import type { BatchPlan, PlannedInstance } from "./plan_instances.ts";
import { checkBatchOptions } from "./run_batch.ts";
import { rowList } from "./row_list.ts";
import type { BatchOptions } from "./run_instances.ts";
import { stepOptions } from "./work.ts";

/** What a batch would do: `planInstances`. `cwd` is where the conductor was when it asked. */
export async function planBatch<R extends object>(
  flow: string | URL,
  rows: Iterable<R>,
  options: BatchOptions<R>,
  cwd: string,
): Promise<BatchPlan> {
  const concurrency = checkBatchOptions(options);
  const plan = await planStep(flow, options, cwd);
  const checked = await checkRows(plan, rowList(rows), options);
  const stale: PlannedInstance[] = [];
  for (const entry of checked.stale) {
    options.signal?.throwIfAborted();
    const { instance, index, config } = entry;
    const { fresh, reasons } = await explainReuse(plan.build.flow.url, instance, config, {
      ...stepOptions(entry, options),
      cwd,
    });
    if (!fresh) stale.push({ instance, index, reasons });
  }
  const isStale = new Set(stale.map(({ index }) => index));
  const estimate = checked.estimateMs(concurrency);
  return {
    step: plan.step,
    total: checked.entries.length,
    fresh: checked.entries.filter(({ index }) => !isStale.has(index)).map(({ instance }) => instance),
    stale,
    ...(estimate === undefined ? {} : { estimateMs: estimate }),
  };
}
