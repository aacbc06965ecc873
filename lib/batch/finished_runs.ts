/**
 * Where an interrupted batch goes on.
 * @module
 */
import { isDuctaflowError } from "../base/error.ts";
import { isGreen } from "../base/record.ts";
import { bindConfig } from "../step/bind_config.ts";
import { instancePaths } from "../step/instance_paths.ts";
import { hashConfig } from "../step/plan_run.ts";
import type { StepPlan } from "../step/plan_step.ts";
import { maybeRecord } from "../step/record_file.ts";
import { lastBatch } from "./batch_log.ts";
import type { BatchEntry } from "./batch_rows.ts";
import type { FreshRun } from "./find_fresh.ts";

/** What the last batch left green, and is still there, of the same config. */
export async function finishedRuns(plan: StepPlan, entries: readonly BatchEntry[]): Promise<Map<number, FreshRun>> {
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
