/**
 * The rows of a batch before anything starts: checked, named, and told apart into those that need not run and those that
 * must.
 * @module
 */
import { isGreen } from "../base/record.ts";
import { instancePaths } from "../step/instance_paths.ts";
import type { StepPlan } from "../step/plan_run.ts";
import { maybeRecord } from "../step/record_file.ts";
import type { Run } from "../step/run.ts";
import { readSeals } from "../step/seals.ts";
import { storedRun } from "../step/stored_run.ts";
import type { StepOptions } from "../step/step_options.ts";
import { lastBatch } from "./batch_log.ts";
import { type BatchEntry, checkEntry, readEntries, type RowOptions, RowProblems } from "./batch_rows.ts";
import { estimateMs } from "./estimate.ts";
import { findFresh } from "./find_fresh.ts";

/** A batch that is ready to start. */
export interface CheckedBatch {
  plan: StepPlan;
  /** All instances, in the order of the rows. */
  entries: BatchEntry[];
  /** Runs that are there already and will be reused, by the index of their row. */
  fresh: Map<number, Run>;
  /** What is to be run, in the order of the rows. */
  stale: BatchEntry[];
  /** Milliseconds that running it will take, as far as that can be guessed. */
  estimateMs(concurrency: number): number | undefined;
}

type CheckOptions<R extends object> = RowOptions<R> & StepOptions & { resume?: boolean };

/** Checks all rows; throws all their problems together. */
export async function checkRows<R extends object>(
  plan: StepPlan,
  rows: readonly R[],
  options: CheckOptions<R>,
): Promise<CheckedBatch> {
  const { flow } = plan.build;
  const problems = new RowProblems(rows);
  const entries = readEntries(flow, rows, options, problems);
  const fresh = options.resume ? finishedRuns(plan, entries) : new Map<number, Run>();
  const open = entries.filter(({ index }) => !fresh.has(index));
  const found = await findFresh(plan, open, options);
  for (const { index, instance } of found.size > 0 ? open : []) {
    const run = found.get(index);
    if (run) fresh.set(index, storedRun(plan, instance, { ...run, cached: true }));
  }
  const stale = entries.filter(({ index }) => !fresh.has(index));
  for (const entry of stale) checkEntry(flow, entry, problems);
  problems.throwAll(flow);
  return {
    plan,
    entries,
    fresh,
    stale,
    estimateMs(concurrency) {
      if (stale.length === 0) return undefined;
      return estimateMs(stale, readSeals(instancePaths(plan.runsDir, plan.step, stale[0].instance).seals), concurrency);
    },
  };
}

/** What the last batch left green, and is still there. */
function finishedRuns(plan: StepPlan, entries: readonly BatchEntry[]): Map<number, Run> {
  const done = lastBatch(plan.runsDir, plan.step);
  const runs = new Map<number, Run>();
  for (const { index, instance } of done ? entries : []) {
    const id = done!.get(instance);
    const record = id === undefined ? undefined : maybeRecord(instancePaths(plan.runsDir, plan.step, instance));
    if (!record || record.id !== id || !isGreen(record.status)) continue;
    runs.set(index, storedRun(plan, instance, { status: record.status, id, cached: true }));
  }
  return runs;
}
