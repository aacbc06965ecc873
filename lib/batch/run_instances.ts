/**
 * Many instances of one step, run together: a control table in, a batch out.
 * @module
 */
import { messageOf } from "../base/error.ts";
import { isGreen } from "../base/record.ts";
import { planStep } from "../step/plan_run.ts";
import type { Run } from "../step/run.ts";
import { runStep } from "../step/run_step_flow.ts";
import { stopOnSignals } from "../step/signals.ts";
import { storedRun } from "../step/stored_run.ts";
import { StepFailedError } from "../step/step_failed_error.ts";
import type { StepOptions } from "../step/step_options.ts";
import { type Batch, type BatchEvent, BatchFailedError, type BatchFailure } from "./batch.ts";
import { type BatchLog, openBatchLog } from "./batch_log.ts";
import type { BatchEntry, RowOptions } from "./batch_rows.ts";
import { type CheckedBatch, checkRows } from "./check_rows.ts";
import { Slots } from "./slots.ts";

/** Options of a batch: those of each step, and how rows become instances and run together. */
export interface BatchOptions<R extends object = object>
  extends RowOptions<R>, Omit<StepOptions, "textConfig" | "onEvent"> {
  /** How many run at a time. Default: the number of cores. */
  concurrency?: number;
  /** After a failure go on with the other rows (default), or start no more. */
  onFailure?: "continue" | "stop";
  /**
   * Goes on with the last batch of the step where it was interrupted or failed: what it left green of the same config is
   * kept without another look, only failed, interrupted and missing instances run. After a batch that left all green
   * there is nothing to go on with, so that freshness decides as ever. Default false.
   */
  resume?: boolean;
  /** Told what happens while it happens; `terminalProgress()` shows it to people. */
  progress?: (event: BatchEvent) => void;
}

/**
 * Runs one instance of a flow for every row. All rows are checked before anything starts. What would come out the same
 * as last time is not run again. A failure does not stop the others, and the result tells of it: see `throwIfFailed`.
 *
 * @param flow a path, a URL, or a bare step name that stands for `flows/{name}.ts`
 * @param rows objects with a value a column, such as `grid` and `readTable` give
 * @throws {DuctaflowError} before anything ran: `bad-rows` with all problems of all rows, or as `runStepFlow`
 * @throws {BatchFailedError} when it was cancelled, by its signal or by Ctrl-C
 *
 * @example
 * ```ts
 * import { runInstances } from "./run_instances.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * const dir = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${dir}/add.ts`, '// %% tags=["parameters"]\nlet a = 0;\nlet b = 0;\n// %% Add\na + b\n');
 * const rows = [{ a: 1, b: 2 }, { a: 3, b: 4 }];
 * const options = { instance: "{a}_{b}", runsDir: `${dir}/runs` };
 * const batch = await runInstances(`${dir}/add.ts`, rows, options);
 * batch.throwIfFailed();
 * assertEquals(batch.runs.map((run) => run.instance), ["1_2", "3_4"]);
 * assertEquals((await runInstances(`${dir}/add.ts`, rows, options)).cached.length, 2);
 * await Deno.remove(dir, { recursive: true });
 * ```
 */
export async function runInstances<R extends object>(
  flow: string | URL,
  rows: Iterable<R>,
  options: BatchOptions<R>,
): Promise<Batch> {
  const began = performance.now();
  const concurrency = checkBatchOptions(options);
  const plan = await planStep(flow, options);
  const checked = await checkRows(plan, [...rows], options);
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
    const work = new Work(checked, options, log);
    const stopped = stale.length > 0 && await work.run(concurrency);
    const batch = work.batch(performance.now() - began);
    const counts = { succeeded: batch.succeeded.length, failed: batch.failed.length };
    log.append({ t: "end", at: new Date().toISOString(), ...counts, ms: batch.durationMs });
    const { cached, skipped, durationMs } = batch;
    progress({ t: "end", ...counts, cached: cached.length, skipped: skipped.length, durationMs });
    if (stopped) throw new BatchFailedError(batch);
    return batch;
  } finally {
    log.close();
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

/** A batch under way. */
class Work {
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

  /** Runs what is stale; tells whether somebody stopped it. */
  async run(concurrency: number): Promise<boolean> {
    // A signal stops the flows one by one as well; this one stops the rows that have not begun.
    const unwatch = stopOnSignals({ cancel: (why) => this.#cancel.abort(new Error(why)), kill: () => {} });
    try {
      await this.#runAll(this.#checked.stale, concurrency);
    } finally {
      await unwatch();
    }
    if (this.#fault) throw this.#fault.error;
    return this.#signal.aborted && this.#skipped.length + this.#failures.size > 0;
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
      const { build, runsDir } = this.#checked.plan;
      run = await runStep(build.flow.url, instance, config, {
        ...stepOptions(entry, this.#options),
        runsDir,
        signal: this.#signal,
        ...(this.#options.progress ? { onEvent: (event) => this.#tell({ t: "step", instance, index, event }) } : {}),
      }, (status) => {
        // Before the place is free: the next one would take it.
        if (!isGreen(status)) this.#noteFailure();
        freePlace();
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

  /** What came of it, in the order of the rows. */
  batch(durationMs: number): Batch {
    const { plan, fresh, entries } = this.#checked;
    const runs = entries.flatMap(({ index }) => fresh.get(index) ?? this.#runs.get(index) ?? []);
    const succeeded = runs.filter((run) => isGreen(run.status));
    const failed = [...this.#failures.values()].sort((a, b) => a.index - b.index);
    const batch: Batch = {
      step: plan.step,
      runs,
      succeeded,
      failed,
      cached: succeeded.filter((run) => run.cached),
      skipped: this.#skipped,
      durationMs,
      throwIfFailed() {
        if (failed.length + batch.skipped.length > 0) throw new BatchFailedError(batch);
      },
    };
    return batch;
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
