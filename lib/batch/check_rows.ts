/**
 * The rows of a batch before anything starts: checked, named, and told apart into those that need not run and those that
 * must.
 * @module
 */
import { onDemand } from "../base/on_demand.ts";
import { join } from "../deps/path.ts";
import { instancePaths } from "../step/instance_paths.ts";
import type { StepPlan } from "../step/plan_step.ts";
import type { Run } from "../step/run.ts";
import { readSeals } from "../step/seals.ts";
import { storedRun } from "../step/stored_run.ts";
import type { StepOptions } from "../step/step_options.ts";
import type { KeptRun } from "./batch_log.ts";
import { type BatchEntry, readEntries, type RowOptions } from "./batch_rows.ts";
import { estimateMs } from "./estimate.ts";
import { findFresh, type FreshRun } from "./find_fresh.ts";
import { RowProblems } from "./row_problems.ts";

/** A batch that is ready to start. */
export interface CheckedBatch {
  plan: StepPlan;
  /** All instances, in the order of the rows. */
  entries: BatchEntry[];
  /** Runs that are there already and will be reused, by the index of their row. */
  fresh: Map<number, Run>;
  /** The same as names and ids. */
  kept(): KeptRun[];
  /** Run folders that were just seen to hold nothing but files. */
  flatFolders(): Set<string>;
  /** What is to be run, in the order of the rows. */
  stale: BatchEntry[];
  /** The names of the secrets that the stale ones need. */
  secrets: string[];
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
  const known = options.resume ? await runsDone(plan, entries) : new Map<number, FreshRun>();
  const open = entries.filter(({ index }) => !known.has(index));
  for (const [index, run] of await findFresh(plan, open, options)) known.set(index, run);
  const fresh = new Map<number, Run>();
  for (const { index, instance } of known.size > 0 ? entries : []) {
    const run = known.get(index);
    if (run) fresh.set(index, storedRun(plan, instance, { ...run, cached: true }));
  }
  const stale = entries.filter(({ index }) => !fresh.has(index));
  const secrets = new Set<string>();
  if (stale.length > 0) {
    const { checkEntry } = await onDemand<typeof import("./check_entry.ts")>("lib/batch/check_entry.ts");
    for (const entry of stale) for (const name of checkEntry(flow, entry, problems)) secrets.add(name);
  }
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
    flatFolders() {
      const stepDir = join(plan.runsDir, plan.step);
      return new Set(
        entries.filter(({ index }) => known.get(index)?.flat).map(({ instance }) => join(stepDir, instance)),
      );
    },
    stale,
    secrets: [...secrets],
    estimateMs(concurrency) {
      if (stale.length === 0) return undefined;
      return estimateMs(stale, readSeals(instancePaths(plan.runsDir, plan.step, stale[0].instance).seals), concurrency);
    },
  };
}

async function runsDone(plan: StepPlan, entries: readonly BatchEntry[]): Promise<Map<number, FreshRun>> {
  const { finishedRuns } = await onDemand<typeof import("./finished_runs.ts")>("lib/batch/finished_runs.ts");
  return await finishedRuns(plan, entries);
}
