/**
 * What came of many instances that were run together.
 * @module
 */
import { DuctaflowError, messageOf } from "../base/error.ts";
import { isGreen, type RunStatus } from "../base/record.ts";
import type { Run } from "../step/run.ts";
import type { StepEvent } from "../step/step_options.ts";
import type { CheckedBatch } from "./check_rows.ts";

/** An instance that did not succeed. */
export interface BatchFailure {
  /** The name of the instance. */
  instance: string;
  /** The number of its row, from 0. */
  index: number;
  /** How it ended; `not-run` when it could not be run or recorded at all. */
  status: RunStatus | "not-run";
  /** Why. */
  error: unknown;
  /** The recorded run, if there is one. */
  run?: Run;
}

/** Many instances of one step, run together. Lists are in the order of the rows. */
export interface Batch {
  /** The name of the step. */
  step: string;
  /** The runs of all instances that have one, failed or not. */
  runs: Run[];
  /** The runs that succeeded, perhaps with warnings. */
  succeeded: Run[];
  /** The instances that did not. */
  failed: BatchFailure[];
  /** Those of the succeeded runs that were there already and were reused. */
  cached: Run[];
  /** Names of instances that were not started, because the batch was stopped before. */
  skipped: string[];
  /** Milliseconds that the whole took. */
  durationMs: number;
  /** Throws when an instance failed or was not started: a `BatchFailedError` that names the first failures. */
  throwIfFailed(): void;
}

/** What happens in a batch, while it happens. */
export type BatchEvent =
  /** The rows are checked: `fresh` of the `total` instances need not run, `estimateMs` is a guess for the others. */
  | { t: "batch"; step: string; total: number; fresh: number; concurrency: number; estimateMs?: number }
  /** Something happened in the run of one instance. */
  | { t: "step"; instance: string; index: number; event: StepEvent }
  /** An instance has ended. */
  | {
    t: "ended";
    instance: string;
    index: number;
    status: RunStatus | "not-run";
    statusText: string;
    cached: boolean;
    durationMs: number;
  }
  /** The batch has ended. */
  | { t: "end"; succeeded: number; failed: number; cached: number; skipped: number; durationMs: number };

/** What running rows came to, by the index of the row. */
export interface BatchWork {
  runs: ReadonlyMap<number, Run>;
  failures: ReadonlyMap<number, BatchFailure>;
  /** Names of instances that were not started. */
  skipped: string[];
  /** Whether somebody stopped it. */
  stopped: boolean;
}

/** The work of a batch that finds all fresh. */
export const noWork: BatchWork = { runs: new Map(), failures: new Map(), skipped: [], stopped: false };

/** A batch from what was there and what was done. */
export function batchOf({ plan, entries, fresh }: CheckedBatch, work: BatchWork, durationMs: number): Batch {
  const runs = entries.flatMap(({ index }) => fresh.get(index) ?? work.runs.get(index) ?? []);
  const succeeded = runs.filter((run) => isGreen(run.status));
  const batch: Batch = {
    step: plan.step,
    runs,
    succeeded,
    failed: [...work.failures.values()].sort((a, b) => a.index - b.index),
    cached: succeeded.filter((run) => run.cached),
    skipped: work.skipped,
    durationMs,
    throwIfFailed() {
      if (batch.failed.length + batch.skipped.length > 0) throw new BatchFailedError(batch);
    },
  };
  return batch;
}

/** A batch of which not all instances succeeded. */
export class BatchFailedError extends DuctaflowError {
  /** The batch with all that did succeed. */
  readonly batch: Batch;

  /** Makes the error of a batch with failures, or one that was stopped. */
  constructor(batch: Batch) {
    const { step, failed, skipped, succeeded } = batch;
    const all = failed.length + skipped.length + succeeded.length;
    const stopped = skipped.length > 0 ? `, ${skipped.length} were not started` : "";
    super(
      `${step}: ${failed.length} of ${all} instances failed${stopped}${failed.slice(0, shown).map(line).join("")}`,
      {
        code: "batch-failed",
        hint: "What succeeded is kept: run it again with resume to do only the rest",
        ...(failed.length > 0 ? { cause: failed[0].error } : {}),
      },
    );
    this.name = "BatchFailedError";
    this.batch = batch;
  }
}

const shown = 10;

function line({ instance, error, run }: BatchFailure, index: number, { length }: { length: number }): string {
  const [text] = (run?.record.statusText ?? messageOf(error)).split("\n", 1);
  const more = index === shown - 1 && length > shown ? "\n  …" : "";
  return `\n  - ${instance}: ${text}${more}`;
}
