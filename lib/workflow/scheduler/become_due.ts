/**
 * Ticks that have come become runs. A tick names its run, which is asked for only once, however many schedulers look and
 * whenever one of them dies.
 * @module
 */
import { acquireLock, isLocked } from "../../base/lock.ts";
import { isDuctaflowError } from "../../base/error.ts";
import { bindParameters } from "../parameters.ts";
import { pauseEnd } from "../pause.ts";
import { readVersion } from "../publish/version.ts";
import { cancelOthers } from "../run/trigger.ts";
import { readSettings, type WorkflowSettings } from "../settings.ts";
import { readState, writeState } from "../state.ts";
import { createTicket, endTicket, maybeTicket, type Ticket, ticketIds } from "../ticket.ts";
import { ticksOf } from "../ticks.ts";
import { isPublished, type WorkflowPaths } from "../workflow_paths.ts";

/** A tick that is older than this when somebody looks was missed. */
export const onTimeMs = 60_000;

/** What looking at a workflow came to. */
export interface Due {
  /** The next tick, milliseconds since 1970. */
  next?: number;
  /** The run that a tick became. */
  created?: string;
  /** Why a tick became none. */
  passed?: "missed" | "overlap" | "paused";
}

/** Deals with the ticks up to `now`. Waits for nobody: who holds the lock of the workflow does the same or publishes. */
export async function becomeDue(paths: WorkflowPaths, now: number): Promise<Due> {
  const { schedule } = readSettings(paths).effective;
  const ticks = await ticksOf(schedule);
  const state = readState(paths);
  // A clock that was set back would otherwise leave it waiting for its former future.
  const from = Math.min(state?.dealtUntil ?? now, now);
  if (state && !ticks.due(from, now)) return { next: ticks.next(now) };
  try {
    const lock = await acquireLock(paths.lock, `ticks of ${paths.name}`, { wait: false });
    try {
      return isPublished(paths) ? { ...await deal(paths, now), next: ticks.next(now) } : {};
    } finally {
      lock.release();
    }
  } catch (error) {
    if (isDuctaflowError(error, "locked")) return { next: now };
    throw error;
  }
}

async function deal(paths: WorkflowPaths, now: number): Promise<Due> {
  const { effective: settings } = readSettings(paths);
  const ticks = await ticksOf(settings.schedule);
  const state = readState(paths) ?? { dealtUntil: now };
  const from = Math.min(state.dealtUntil, now);
  const all = ticks.due(from, now);
  if (!all) {
    writeState(paths, { ...state, dealtUntil: now });
    return {};
  }
  // Those of a pause that is over by now were not missed: they passed.
  const due = settings.paused ? undefined : ticks.due(Math.max(from, pauseEnd(settings) - 1), now);
  if (!due) {
    writeState(paths, { ...state, dealtUntil: now });
    return { passed: "paused" };
  }
  const isMissed = settings.onMissed === "skip" && now - due.last > onTimeMs;
  const missed = due.count - (isMissed ? 0 : 1);
  const result: Due = isMissed ? { passed: "missed" } : await makeRun(paths, settings, due.last, missed, now);
  const note = missed > 0 ? { missed: { count: missed, last: iso(due.last) } } : {};
  // Last: whoever comes after a kill before this line finds the run there.
  writeState(paths, { ...state, ...note, dealtUntil: now });
  return result;
}

async function makeRun(
  paths: WorkflowPaths,
  { overlap }: WorkflowSettings,
  tick: number,
  missed: number,
  now: number,
): Promise<Due> {
  const id = `${iso(tick).replace(/[-:.Z]/g, "")}-tick`;
  if (maybeTicket(paths, id)) return {};
  const version = readVersion(paths);
  const common = { schema: 1, workflow: paths.name, id, version: version.version, trigger: "schedule" } as const;
  const times = { requestedAt: iso(now), scheduledFor: iso(tick), ...(missed > 0 ? { missed } : {}) };
  const params = bindParameters(paths.name, version.parameters, {}, { at: tick });
  const ticket: Ticket = { ...common, ...times, params };
  const busy = overlap === "skip" || overlap === "cancel-old" ? openRuns(paths) : [];
  if (overlap === "cancel-old" && busy.length > 0) await cancelOthers(paths, id, `the run ${id} is due`);
  const created = await createTicket(paths, ticket);
  if (overlap !== "skip" || busy.length === 0) return created ? { created: id } : {};
  const statusText = `Skipped: the run ${busy.at(-1)} had not ended`;
  await endTicket(maybeTicket(paths, id)!.paths, {
    status: "skipped",
    statusText,
    endedAt: iso(now),
    durationMs: 0,
    metrics: {},
  });
  return { passed: "overlap" };
}

/** Runs that wait or go on. */
function openRuns(paths: WorkflowPaths): string[] {
  const open = ticketIds(paths).filter((id) => !maybeTicket(paths, id)?.end);
  return open.length > 0 || !isLocked(paths.active) ? open : [paths.name];
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
