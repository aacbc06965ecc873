/**
 * Executes an instance whose lock is held: history, folder, attempts, record.
 * @module
 */
import { writeFileAtomic } from "../base/atomic_file.ts";
import { diskFull, isDiskFull } from "../base/disk_error.ts";
import { messageOf } from "../base/error.ts";
import { maybeSignature } from "../base/file_signature.ts";
import { jsonText } from "../base/json.ts";
import { newId } from "../base/new_id.ts";
import { emptyIfThere, exists, openMakingFolder, removeIfThere } from "../base/maybe_file.ts";
import type { RunRecord, RunStatus } from "../base/record.ts";
import { writeAll } from "../base/write_all.ts";
import { sleep } from "../base/sleep.ts";
import type { Executor } from "../executor/executor.ts";
import { type Attempt, runAttempt } from "./attempt.ts";
import { readAudit } from "./audit.ts";
import { gatherArtifacts, writeRun } from "./finish.ts";
import { compactSeals } from "./compact_seals.ts";
import { closeRunLinks } from "./grant.ts";
import { moveToHistory } from "./history.ts";
import { type Input, inputsOf } from "./inputs.ts";
import type { InstancePaths } from "./instance_paths.ts";
import { recordInterrupted } from "./interrupted.ts";
import { attemptRecord, endRecord, startRecord } from "./make_record.ts";
import { maybeSealOf } from "./make_seal.ts";
import { decideOutcome, type Outcome, tidyOutputs } from "./outcome.ts";
import type { RunPlan } from "./plan_run.ts";
import { maybeRecord } from "./record_file.ts";
import { appendSeals } from "./seals.ts";
import type { Secrets } from "./secrets.ts";
import { stopOnSignals } from "./signals.ts";
import type { StepEvent } from "./step_options.ts";

/** How to execute; everything in milliseconds. */
export interface ExecuteOptions {
  executor: Executor;
  timeoutMs?: number;
  graceMs: number;
  retries: { max: number; backoffMs: number; maxBackoffMs: number };
  keep: number;
  signal?: AbortSignal;
  onEvent?: (event: StepEvent) => void;
  /** False leaves the code out of the report. */
  reportCode?: boolean;
  /** The secrets that the config names. */
  secrets?: Secrets;
  /** Told how it ended when no process of the run is left to wait for: what follows is writing. */
  onProcessEnd?: (status: RunStatus) => void;
}

/** A plan with the id of its run. */
export interface StartedPlan extends RunPlan {
  id: string;
}

/** Runs the plan and returns the record, which is on disk by then. */
export async function executeRun(planned: RunPlan, options: ExecuteOptions): Promise<RunRecord> {
  // Made under the lock, so that the ids of an instance sort as its runs began.
  const plan: StartedPlan = { ...planned, id: newId() };
  const cancel = new AbortController();
  const kill = new AbortController();
  const unwatch = stopOnSignals({ cancel: (why) => cancel.abort(why), kill: () => kill.abort() });
  try {
    const signal = options.signal ? AbortSignal.any([options.signal, cancel.signal]) : cancel.signal;
    await clearFolder(plan, options.keep);
    const closed = { ...plan, grant: closeRunLinks(plan.grant, plan.paths) };
    return await tryUntilDone(closed, options, signal, kill.signal);
  } finally {
    await unwatch();
  }
}

async function clearFolder({ paths }: RunPlan, keep: number): Promise<void> {
  if (!exists(paths.dir)) return;
  const before = maybeRecord(paths);
  // Its lock is ours, so whoever wrote that it runs is gone.
  if (before?.status === "running") await recordInterrupted(paths, before);
  moveToHistory(paths, keep, before?.id);
}

async function tryUntilDone(
  plan: StartedPlan,
  options: ExecuteOptions,
  signal: AbortSignal,
  killSignal: AbortSignal,
): Promise<RunRecord> {
  const { executor, timeoutMs, graceMs, retries } = options;
  const record = startRecord(plan, new Date());
  for (let number = 1;; number++) {
    makeFolder(plan, record);
    const attempt = await runAttempt({
      ...plan,
      executor,
      timeoutMs,
      graceMs,
      signal,
      killSignal,
      onEvent: options.onEvent,
      secrets: options.secrets,
    }).catch((error) => {
      recordFailure(plan, record, "Could not be carried out", error);
      throw error;
    });
    const outcome = decideOutcome(plan.build.flow, plan.paths, attempt, timeoutMs);
    record.attempts.push(attemptRecord(attempt, outcome));
    const again = number <= retries.max && (outcome.status === "failed" || outcome.status === "timed-out");
    if (!again || signal.aborted) {
      options.onProcessEnd?.(outcome.status);
      return await finishRun(plan, record, attempt, outcome, options);
    }
    const delayMs = Math.min(retries.backoffMs * 2 ** (number - 1), retries.maxBackoffMs);
    options.onEvent?.({ t: "retrying", attempt: number, delayMs, statusText: outcome.statusText });
    // When it is cancelled meanwhile, the next attempt ends at once and says so.
    await sleep(delayMs, signal).catch(() => {});
    Deno.removeSync(plan.paths.dir, { recursive: true });
  }
}

function makeFolder({ paths, bound }: RunPlan, record: RunRecord): void {
  Deno.mkdirSync(paths.dir, { recursive: true });
  // The folder is new, so there is nothing that a write cut short could damage, but who looks on starts with the record.
  Deno.writeTextFileSync(paths.config, jsonText(bound.config));
  writeRunning(paths, jsonText(record));
}

/**
 * The record appears whole, as a second name of a file that stays: when the final record takes its place, no file is
 * removed. (ext4 searches all that was removed in the last minutes whenever a file is made.)
 */
function writeRunning({ running, record }: InstancePaths, text: string): void {
  using file = openAlone(running);
  writeAll(file, new TextEncoder().encode(text));
  try {
    Deno.linkSync(running, record);
  } catch (error) {
    if (isDiskFull(error)) throw error;
    // Not all file systems know second names.
    writeFileAtomic(record, text);
  }
}

/** An empty file that has no other name: an earlier run may have kept it as its record, when its own could not be written. */
function openAlone(path: string): Deno.FsFile {
  const file = openMakingFolder(path, { write: true, create: true });
  const { nlink, size } = file.statSync();
  if ((nlink ?? 1) > 1) {
    file.close();
    removeIfThere(path);
    return openMakingFolder(path, { write: true, create: true });
  }
  if (size > 0) file.truncateSync();
  return file;
}

async function finishRun(
  plan: RunPlan,
  record: RunRecord,
  attempt: Attempt,
  outcome: Outcome,
  { secrets, reportCode }: ExecuteOptions,
): Promise<RunRecord> {
  const { paths, build, bound, grant } = plan;
  const accesses = readAudit(paths, grant, attempt.captured.folders);
  // The same events once more when there is a cell to be marked.
  const { failedCell } = outcome;
  if (failedCell !== undefined) attempt.captured = attempt.capture.finish({ failed: failedCell });
  tidyOutputs(attempt.captured);
  endRecord(record, plan, attempt, outcome, accesses);
  const inputs = await inputsOf(accesses.used, paths, attempt.startedAt.getTime());
  record.inputs = inputs.map((input) => input.record);
  const documents = {
    flow: build.flow,
    config: bound.config,
    cells: attempt.captured.cells,
    highlighted: build.highlighted,
    reportCode,
    redact: secrets && ((value: unknown) => secrets.redact(value)),
  };
  try {
    if (attempt.logError !== undefined && !outcome.error) throw attempt.logError;
    // A program that the flow started may have removed it; then the outcome says so.
    if (!maybeSignature(paths.config)) makeFolder(plan, record);
    record.artifacts = await gatherArtifacts(paths, record.warnings);
    secrets?.redactRecord(record, paths.dir);
    await writeRun(paths, record, documents);
  } catch (error) {
    recordFailure(plan, record, "Failed while its results were written", error);
    return record;
  }
  await sealRun(plan, record, inputs);
  for (const path of [paths.events, paths.audit]) emptyIfThere(path);
  return record;
}

/** What could not be written did not succeed. The logs go first, to make room for the word that it failed. */
function recordFailure({ paths }: RunPlan, record: RunRecord, what: string, error: unknown): void {
  for (const path of [paths.events, paths.audit, paths.notebook, paths.report]) removeIfThere(path);
  const full = isDiskFull(error);
  const why = full ? diskFull.what : messageOf(error);
  record.status = "failed";
  record.statusText = `${what}: ${why}`;
  record.endedAt ??= new Date().toISOString();
  record.error = {
    name: "CannotRecord",
    message: full ? `${why} (${messageOf(error)})` : why,
    ...(full ? { hint: diskFull.hint } : {}),
  };
  try {
    writeFileAtomic(paths.record, jsonText(record));
  } catch {
    // Then the record goes on saying running, which reads as interrupted once the lock is free.
    throw error;
  }
}

async function sealRun(plan: RunPlan, record: RunRecord, inputs: Input[]): Promise<void> {
  const seal = maybeSealOf(plan, record, inputs);
  if (!seal) return;
  try {
    if (appendSeals(plan.paths, [seal])) await compactSeals(plan.paths);
  } catch (error) {
    // The run is on disk; without its seal it is found by its record, only not as quickly.
    if (!isDiskFull(error)) throw error;
  }
}
