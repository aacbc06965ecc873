/**
 * One run of a workflow from the moment that somebody takes it up: locked, begun, ended, each of them noted so that a
 * kill at any time neither loses nor doubles it.
 * @module
 */
import { messageOf } from "../../base/error.ts";
import { acquireLock, type HeldLock, maybeLock } from "../../base/lock.ts";
import { exists } from "../../base/maybe_file.ts";
import type { RunRecord, StepRecord } from "../../base/record.ts";
import { instancePaths } from "../../step/instance_paths.ts";
import { maybeRecord } from "../../step/record_file.ts";
import { readSettings } from "../settings.ts";
import {
  endTicket,
  maybeTicket,
  noteStart,
  startsSoFar,
  type Ticket,
  type TicketEnd,
  type TicketPaths,
  type TicketState,
} from "../ticket.ts";
import type { WorkflowPaths } from "../workflow_paths.ts";
import { runVersion, type RunVersionOptions } from "./run_version.ts";

/** How a run is taken up. */
export interface ExecuteOptions {
  /** Cancels the run. */
  signal?: AbortSignal;
  /** Whether to wait until an earlier run of the workflow has ended. */
  wait: boolean;
  /** What a signal to this process means: that the run is over, or that somebody takes it up again later. */
  onSignal: "end" | "leave";
  now: () => number;
  /** Runs the version; replaced in tests. */
  run?: (options: RunVersionOptions) => Promise<RunRecord>;
  onEvent?: RunVersionOptions["onEvent"];
}

/** What became of taking up a run: somebody else has it, it was left for later, or it ended. */
export type Execution =
  | { taken: false; why: "running" | "active" }
  | { taken: true; left: true }
  | { taken: true; left: false; end: TicketEnd; isNew: boolean };

/** How often a run is begun again when its process dies under it. */
export const mostStarts = 3;
const cancelPollMs = 250;

/** Runs what a ticket asks for, unless somebody else does or did. */
export async function executeTicket(paths: WorkflowPaths, id: string, options: ExecuteOptions): Promise<Execution> {
  const files = maybeTicket(paths, id)!.paths;
  const lock = await maybeLock(files.lock, `${paths.name}/${id}`);
  if (!lock) return { taken: false, why: "running" };
  try {
    // It may have ended while this came to it.
    const state = maybeTicket(paths, id);
    if (!state || !exists(files.request)) return { taken: false, why: "running" };
    if (state.end) return { taken: true, left: false, end: state.end, isNew: false };
    const over = overBefore(paths, state, options.now());
    if (over) return await finish(files, over);
    const active = await lockActive(paths, id, options);
    if (!active) return { taken: false, why: "active" };
    try {
      return await start(paths, state, options);
    } finally {
      active.release();
    }
  } finally {
    lock.release();
  }
}

/** How it ended although nobody noted it, or why it never begins; undefined when it is to be run. */
function overBefore(paths: WorkflowPaths, { ticket, starts, cancel }: TicketState, now: number): TicketEnd | undefined {
  const begun = startsSoFar(starts);
  const last = begun.at(-1);
  const record = maybeRecord(instancePaths(paths.runsDir, paths.name, ticket.id));
  const isOfLastStart = last !== undefined && record !== undefined && record.startedAt >= last.at;
  const isOver = record && !["running", "interrupted", "cancelled"].includes(record.status);
  if (isOfLastStart && isOver) return endOf(record);
  if (cancel) return notRun(ticket, "cancelled", `Cancelled: ${cancel.reason}`, now);
  if (begun.length < mostStarts) return undefined;
  return notRun(ticket, "failed", `Given up: the process that ran it died ${begun.length} times`, now);
}

async function start(paths: WorkflowPaths, { ticket, paths: files }: TicketState, options: ExecuteOptions) {
  const { now, run = runVersion } = options;
  const cancel = new AbortController();
  const unwatch = watchCancel(files, cancel);
  const signals = [cancel.signal, ...options.signal ? [options.signal] : []];
  noteStart(files, { at: new Date(now()).toISOString() });
  try {
    const { timeout } = readSettings(paths).effective;
    const signal = AbortSignal.any(signals);
    const record = await run({ paths, ticket, files, timeout, signal, onEvent: options.onEvent });
    const isLeft = record.status === "cancelled" && !cancel.signal.aborted && options.onSignal === "leave";
    return isLeft ? leave(files, now()) : await finish(files, endOf(record));
  } catch (error) {
    const stopped = signals.some(({ aborted }) => aborted);
    if (stopped && options.onSignal === "leave" && !cancel.signal.aborted) return leave(files, now());
    // It could not even begin: that is how it ended, for whoever asks.
    const end = stopped
      ? notRun(ticket, "cancelled", `Cancelled before it began: ${messageOf(error)}`, now())
      : notRun(ticket, "failed", `Could not begin: ${messageOf(error)}`, now());
    return await finish(files, end);
  } finally {
    unwatch();
  }
}

/** For whoever takes it up next: it did not die. */
function leave(files: TicketPaths, now: number): Execution {
  noteStart(files, { at: new Date(now).toISOString(), left: true });
  return { taken: true, left: true };
}

async function finish(files: TicketPaths, end: TicketEnd): Promise<Execution> {
  const isNew = await endTicket(files, end);
  return { taken: true, left: false, end, isNew };
}

function endOf(record: RunRecord): TicketEnd {
  const { step, instance, status, statusText, startedAt, endedAt, durationMs, metrics } = record;
  const values = metrics.map(({ name, value }) => [name, value] as const);
  // What a graph of operators measured it says itself, by the names of its calls.
  const ofGraph = (each: StepRecord) => each.step.startsWith(`${step}.`) && each.instance === instance;
  const steps = (record.steps ?? []).filter((each) => values.length === 0 || !ofGraph(each));
  // Its own word counts most, then the last of its steps that said so.
  const all = Object.assign({}, ...steps.map((step) => step.metrics), Object.fromEntries(values));
  return { status, statusText, startedAt, endedAt: endedAt ?? startedAt, durationMs, metrics: all };
}

function notRun({ requestedAt }: Ticket, status: TicketEnd["status"], statusText: string, now: number): TicketEnd {
  const endedAt = new Date(Math.max(now, Date.parse(requestedAt))).toISOString();
  return { status, statusText, endedAt, durationMs: 0, metrics: {} };
}

/** Only one run of a workflow at a time, unless its settings allow more. */
async function lockActive(
  paths: WorkflowPaths,
  id: string,
  { wait, signal }: ExecuteOptions,
): Promise<HeldLock | undefined> {
  if (readSettings(paths).effective.overlap === "allow") return { release() {} };
  const name = `${paths.name}/${id}`;
  return wait ? await acquireLock(paths.active, name, { signal }) : await maybeLock(paths.active, name);
}

/** Looks now and then whether somebody, in whatever process, asked this run to end. */
function watchCancel(files: TicketPaths, cancel: AbortController): () => void {
  const look = () => {
    if (!exists(files.cancel)) return;
    clearInterval(timer);
    const { reason } = JSON.parse(Deno.readTextFileSync(files.cancel));
    cancel.abort(new Error(reason));
  };
  const timer = setInterval(look, cancelPollMs);
  return () => clearInterval(timer);
}
