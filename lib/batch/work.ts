/**
 * The instances of a batch that must run, so many at a time.
 * @module
 */
import { messageOf } from "../base/error.ts";
import { isGreen } from "../base/record.ts";
import type { Run } from "../step/run.ts";
import { runStep } from "../step/run_step.ts";
import { stopOnSignals } from "../step/signals.ts";
import { StepFailedError } from "../step/step_failed_error.ts";
import type { StepOptions } from "../step/step_options.ts";
import { storedRun } from "../step/stored_run.ts";
import type { BatchEvent, BatchFailure, BatchWork } from "./batch.ts";
import type { BatchLog } from "./batch_log.ts";
import type { BatchEntry } from "./batch_rows.ts";
import type { CheckedBatch } from "./check_rows.ts";
import type { BatchOptions } from "./run_instances.ts";
import { Slots } from "./slots.ts";

/** A batch under way. */
export class Work {
  readonly #checked: CheckedBatch;
  readonly #options: BatchOptions<never>;
  readonly #log: BatchLog;
  readonly #runs = new Map<number, Run>();
  readonly #failures = new Map<number, BatchFailure>();
  readonly #skipped: string[] = [];
  /** What broke the batch itself: what the progress function threw, a log that cannot be written. */
  #fault?: { error: unknown };
  /** Aborted when nothing more is to be started. */
  readonly #stop = new AbortController();
  readonly #cancel = new AbortController();
  #signal: AbortSignal;

  constructor(checked: CheckedBatch, options: BatchOptions<never>, log: BatchLog) {
    this.#checked = checked;
    this.#options = options;
    this.#log = log;
    const own = this.#cancel.signal;
    this.#signal = options.signal ? AbortSignal.any([options.signal, own]) : own;
  }

  /** Runs what is stale. */
  async run(concurrency: number): Promise<BatchWork> {
    // A signal stops the flows one by one as well; this one stops the rows that have not begun.
    const unwatch = stopOnSignals({ cancel: (why) => this.#cancel.abort(new Error(why)), kill: () => {} });
    try {
      await this.#runAll(this.#checked.stale, concurrency);
    } finally {
      await unwatch();
    }
    if (this.#fault) throw this.#fault.error;
    const stopped = this.#signal.aborted && this.#skipped.length + this.#failures.size > 0;
    return { runs: this.#runs, failures: this.#failures, skipped: this.#skipped, stopped };
  }

  /** Nothing more starts, what runs is cancelled, and then the error goes up. */
  #break(error: unknown): void {
    this.#fault ??= { error };
    this.#cancel.abort(error);
  }

  #tell(event: BatchEvent): void {
    try {
      this.#options.progress?.(event);
    } catch (error) {
      this.#break(error);
    }
  }

  /** The processes of `concurrency` instances at a time; the writing of as many others goes on meanwhile. */
  async #runAll(entries: readonly BatchEntry[], concurrency: number): Promise<void> {
    const processes = new Slots(concurrency);
    const writing = new Slots(concurrency * 2);
    const underway = new Set<Promise<void>>();
    for (const entry of entries) {
      await writing.take();
      await processes.take();
      if (this.#signal.aborted || this.#stop.signal.aborted) {
        this.#skipped.push(entry.instance);
        processes.give();
        writing.give();
        continue;
      }
      const work = this.#runOne(entry, once(() => processes.give()))
        .catch((error) => this.#break(error))
        .finally(() => {
          underway.delete(work);
          writing.give();
        });
      underway.add(work);
    }
    await Promise.all(underway);
  }

  async #runOne(entry: BatchEntry, freePlace: () => void): Promise<void> {
    const { index, instance, config } = entry;
    const began = performance.now();
    let run: Run | undefined;
    let problem: string | undefined;
    try {
      const { build, runsDir, cwd } = this.#checked.plan;
      run = await runStep(build.flow.url, instance, config, {
        ...stepOptions(entry, this.#options),
        runsDir,
        cwd,
        signal: this.#signal,
        ...(this.#options.progress ? { onEvent: (event) => this.#tell({ t: "step", instance, index, event }) } : {}),
        onProcessEnd: (status) => {
          // Before the place is free: the next one would take it.
          if (!isGreen(status)) this.#noteFailure();
          freePlace();
        },
      });
    } catch (error) {
      this.#noteFailure();
      run = error instanceof StepFailedError ? error.run : undefined;
      problem = messageOf(error);
      this.#failures.set(index, { instance, index, status: run?.status ?? "not-run", error, ...(run ? { run } : {}) });
    } finally {
      freePlace();
    }
    if (run) this.#keep(index, run);
    this.#end(entry, run, performance.now() - began, problem);
  }

  #noteFailure(): void {
    if (this.#options.onFailure === "stop") this.#stop.abort();
  }

  /** Keeps a run without its record, which is read again when somebody asks: thousands would fill the memory. */
  #keep(index: number, { instance, status, cached, reasons, record: { id } }: Run): void {
    this.#runs.set(index, storedRun(this.#checked.plan, instance, { status, id, cached, reasons }));
  }

  #end({ index, instance }: BatchEntry, run: Run | undefined, durationMs: number, problem = ""): void {
    const { status, cached } = run ?? { status: this.#statusWithoutRun(), cached: false };
    const failure = this.#failures.get(index);
    if (failure) failure.status = status;
    const ended = { t: "ended", instance, status, cached } as const;
    this.#log.append({ ...ended, run: run?.record.id, ms: Math.round(durationMs) });
    this.#tell({ ...ended, index, statusText: run?.record.statusText ?? problem, durationMs });
  }

  /** It waited for another process when the batch was cancelled, or could not be run. */
  #statusWithoutRun(): "cancelled" | "not-run" {
    return this.#signal.aborted ? "cancelled" : "not-run";
  }
}

/** What the batch says of one of its steps; its other options mean nothing to a step. */
export function stepOptions({ textKeys }: BatchEntry, options: BatchOptions<never>): StepOptions {
  return { ...options, ...(textKeys.length > 0 ? { textConfig: textKeys } : {}) };
}

function once(call: () => void): () => void {
  let called = false;
  return () => {
    if (!called) call();
    called = true;
  };
}
