/**
 * A batch from its rows to its end.
 * @module
 */
import { onDemand } from "../base/on_demand.ts";
import { trustRunFolders } from "../step/escaping_links.ts";
import { instancePaths } from "../step/instance_paths.ts";
import { planStep } from "../step/plan_step.ts";
import type { StepOptions } from "../step/step_options.ts";
import { type Batch, BatchFailedError, batchOf, type BatchWork, noWork } from "./batch.ts";
import { type BatchLog, openBatchLog } from "./batch_log.ts";
import { type CheckedBatch, checkRows } from "./check_rows.ts";
import { rowList } from "./row_list.ts";
import type { BatchOptions } from "./run_instances.ts";

/** Checks all rows, runs those that must: `runInstances`. `cwd` is where the conductor was when it asked. */
export async function runBatch<R extends object>(
  flow: string | URL,
  rows: Iterable<R>,
  options: BatchOptions<R>,
  cwd: string,
): Promise<Batch> {
  const began = performance.now();
  const concurrency = checkBatchOptions(options);
  const plan = await planStep(flow, options, cwd);
  const checked = await checkRows(plan, rowList(rows), options);
  const secrets = checked.secrets.length > 0 ? await sharedSecrets(checked.secrets, options.secrets) : {};
  if (options.reportCode !== undefined) await refreshReports(checked, options.reportCode);
  const { progress = () => {} } = options;
  const { fresh, stale } = checked;
  const total = checked.entries.length;
  const { step } = plan;
  const estimate = options.progress && checked.estimateMs(concurrency);
  progress({ t: "batch", step, total, fresh: fresh.size, concurrency, ...(estimate ? { estimateMs: estimate } : {}) });
  const log = openBatchLog(plan.runsDir, step);
  try {
    const at = new Date().toISOString();
    const start = {
      t: "batch",
      id: log.id,
      step,
      flow: plan.build.flow.url,
      at,
      rows: total,
      fresh: fresh.size,
    } as const;
    log.append({ ...start, ...(stale.length > 0 ? { kept: checked.kept() } : {}) });
    const done = stale.length > 0 ? await runStale(checked, { ...options, ...secrets }, log, concurrency) : noWork;
    const batch = batchOf(checked, done, performance.now() - began);
    const counts = { succeeded: batch.succeeded.length, failed: batch.failed.length };
    log.append({ t: "end", at: new Date().toISOString(), ...counts, ms: batch.durationMs });
    const { cached, skipped, durationMs } = batch;
    progress({ t: "end", ...counts, cached: cached.length, skipped: skipped.length, durationMs });
    if (done.stopped) throw new BatchFailedError(batch);
    return batch;
  } finally {
    log.close();
  }
}

/** Asked for once, before anything starts, so that a secret that is missing is told in time. */
async function sharedSecrets(names: string[], source: StepOptions["secrets"]): Promise<Pick<StepOptions, "secrets">> {
  const { resolveSecrets } = await onDemand<typeof import("../step/secrets.ts")>("lib/step/secrets.ts");
  const secrets = await resolveSecrets(names, source);
  return { secrets: (name) => secrets.get(name) };
}

async function refreshReports({ plan, fresh }: CheckedBatch, reportCode: boolean): Promise<void> {
  const { refreshReport } = await onDemand<typeof import("../step/refresh_report.ts")>("lib/step/refresh_report.ts");
  for (const run of fresh.values()) {
    await refreshReport(instancePaths(plan.runsDir, plan.step, run.instance), run, reportCode);
  }
}

/** Refuses options that mean nothing; gives how many processes may run at a time. */
export function checkBatchOptions(
  { concurrency = navigator.hardwareConcurrency, onFailure = "continue" }: BatchOptions<never>,
): number {
  if (!["continue", "stop"].includes(onFailure)) {
    throw new RangeError(`The option onFailure is "${onFailure}", accepted is "continue" or "stop"`);
  }
  if (Number.isInteger(concurrency) && concurrency > 0) return concurrency;
  throw new RangeError(`The option concurrency is "${concurrency}", accepted is a whole number from 1`);
}

async function runStale(
  checked: CheckedBatch,
  options: BatchOptions<never>,
  log: BatchLog,
  concurrency: number,
): Promise<BatchWork> {
  const { Work } = await onDemand<typeof import("./work.ts")>("lib/batch/work.ts");
  trustRunFolders(checked.plan.runsDir, checked.flatFolders());
  return await new Work(checked, options, log).run(concurrency);
}
