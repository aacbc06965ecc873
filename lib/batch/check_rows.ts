/**
 * The rows of a batch before anything starts: checked, named, and told apart into those that need not run and those that
 * must.
 * @module
 */
import { isDuctaflowError } from "../base/error.ts";
import { isGreen } from "../base/record.ts";
import { bindConfig } from "../step/bind_config.ts";
import { instancePaths } from "../step/instance_paths.ts";
import { hashConfig, type StepPlan } from "../step/plan_run.ts";
import { maybeRecord } from "../step/record_file.ts";
import type { Run } from "../step/run.ts";
import { readSeals } from "../step/seals.ts";
import { storedRun } from "../step/stored_run.ts";
import type { StepOptions } from "../step/step_options.ts";
import { type KeptRun, lastBatch } from "./batch_log.ts";
import { type BatchEntry, checkEntry, readEntries, type RowOptions, RowProblems } from "./batch_rows.ts";
import { estimateMs } from "./estimate.ts";
import { findFresh, type FreshRun } from "./find_fresh.ts";

/** A batch that is ready to start. */
export interface CheckedBatch {
  plan: StepPlan;
  /** All instances, in the order of the rows. */
  entries: BatchEntry[];
  /** Runs that are there already and will be reused, by the index of their row. */
  fresh: Map<number, Run>;
  /** The same as names and ids. */
  kept(): KeptRun[];
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
  const known = options.resume ? await finishedRuns(plan, entries) : new Map<number, FreshRun>();
  const open = entries.filter(({ index }) => !known.has(index));
  for (const [index, run] of await findFresh(plan, open, options)) known.set(index, run);
  const fresh = new Map<number, Run>();
  for (const { index, instance } of known.size > 0 ? entries : []) {
    const run = known.get(index);
    if (run) fresh.set(index, storedRun(plan, instance, { ...run, cached: true }));
  }
  const stale = entries.filter(({ index }) => !fresh.has(index));
  for (const entry of stale) checkEntry(flow, entry, problems);
  problems.throwAll(flow);
  return {
    plan,
    entries,
    fresh,
    kept: () =>
      entries.flatMap(({ index, instance }): KeptRun[] => {
        const run = known.get(index);
        return run ? [[instance, run.id]] : [];
      }),
    stale,
    estimateMs(concurrency) {
      if (stale.length === 0) return undefined;
      return estimateMs(stale, readSeals(instancePaths(plan.runsDir, plan.step, stale[0].instance).seals), concurrency);
    },
  };
}

/** What the last batch left green, and is still there, of the same config. */
async function finishedRuns(plan: StepPlan, entries: readonly BatchEntry[]): Promise<Map<number, FreshRun>> {
  const done = lastBatch(plan.runsDir, plan.step);
  const runs = new Map<number, FreshRun>();
  for (const entry of done ? entries : []) {
    const { index, instance } = entry;
    const id = done!.get(instance);
    const record = id === undefined ? undefined : maybeRecord(instancePaths(plan.runsDir, plan.step, instance));
    if (!record || record.id !== id || !isGreen(record.status)) continue;
    // A row that was changed since asks for another run.
    if (record.configHash !== await maybeConfigHash(plan, entry)) continue;
    runs.set(index, { status: record.status, id: record.id });
  }
  return runs;
}

/** Undefined for a config that does not fit, which is told later. */
async function maybeConfigHash({ build }: StepPlan, { config, textKeys }: BatchEntry): Promise<string | undefined> {
  try {
    return await hashConfig(bindConfig(build.flow, config, { textKeys }).config);
  } catch (error) {
    if (!isDuctaflowError(error, "bad-config")) throw error;
    return undefined;
  }
}
