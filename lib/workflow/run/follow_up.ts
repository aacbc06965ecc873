/**
 * What comes after the end of a run: somebody is told, other workflows follow, old runs go. Each is noted when it is done,
 * so that whoever looks next does what is left, and does none of it twice.
 * @module
 */
import { isDuctaflowError, messageOf } from "../../base/error.ts";
import { sha256 } from "../../base/hash.ts";
import { maybeLock } from "../../base/lock.ts";
import { isGreen } from "../../base/record.ts";
import { join } from "../../deps/path.ts";
import { notifyAll, type NotifyEffects } from "../notify/notify.ts";
import { isPaused } from "../pause.ts";
import { bindParameters } from "../parameters.ts";
import { readVersion } from "../publish/version.ts";
import { passedValues } from "./passed_values.ts";
import { removeOldRuns } from "./remove_runs.ts";
import { readSettings } from "../settings.ts";
import {
  appendLine,
  createTicket,
  endTicket,
  maybeTicket,
  readLines,
  ticketPaths,
  type TicketState,
} from "../ticket.ts";
import { workflowNames, type WorkflowPaths, workflowPaths } from "../workflow_paths.ts";

/** One line of what was done. */
type Done =
  | { done: "notified" | "kept" | "all" }
  | { done: "followed"; by: string; problem?: string };

/** What following up needs from outside. */
export interface FollowUpEffects extends NotifyEffects {
  now: () => number;
}

/** Whether all was done for a run that ended. */
export function isSettled({ paths }: TicketState): boolean {
  return readLines<Done>(paths.after).some(({ done }) => done === "all");
}

/** Does what is left to do for a run that ended. What fails is noted with the run, and never fails the run. */
export async function followUp(paths: WorkflowPaths, id: string, effects: FollowUpEffects): Promise<void> {
  // Somebody else may have seen the end as well: who has the lock does all of it.
  const lock = maybeTicket(paths, id) && await maybeLock(join(ticketPaths(paths, id).dir, "after.lock"), id);
  try {
    const state = lock && maybeTicket(paths, id);
    if (state?.end) await doWhatIsLeft(paths, state, effects);
  } finally {
    lock?.release();
  }
}

async function doWhatIsLeft(paths: WorkflowPaths, state: TicketState, effects: FollowUpEffects): Promise<void> {
  const { id } = state.ticket;
  const before = readLines<Done>(state.paths.after);
  const isDone = (what: Done["done"]) => before.some(({ done }) => done === what);
  const note = (done: Done) => appendLine(state.paths.after, done);
  for (const name of followersOf(paths, state)) {
    if (before.some((line) => line.done === "followed" && line.by === name)) continue;
    const problem = await follow(workflowPaths(name, paths), state, effects.now());
    note({ done: "followed", by: name, ...(problem === undefined ? {} : { problem }) });
  }
  if (!isDone("notified")) {
    await notifyAll(paths, state, effects);
    note({ done: "notified" });
  }
  if (!isDone("kept")) {
    await removeOldRuns(paths, { now: effects.now(), except: id });
    note({ done: "kept" });
  }
  note({ done: "all" });
}

/** The workflows that follow a run that ended as this one did. */
function followersOf(paths: WorkflowPaths, { end }: TicketState): string[] {
  if (end!.status === "skipped") return [];
  return workflowNames(paths).filter((name) => {
    const settings = readSettings(workflowPaths(name, paths)).effective;
    const { schedule } = settings;
    if (!schedule || !("after" in schedule) || schedule.after !== paths.name) return false;
    if (isPaused(settings, Date.parse(end!.endedAt))) return false;
    return schedule.on === "finish" || isGreen(end!.status as "failed");
  });
}

/** Asks for the run that follows; its id comes from the run before it, so that it is asked for once. */
async function follow(paths: WorkflowPaths, state: TicketState, now: number): Promise<string | undefined> {
  const { ticket, end } = state;
  const upstream = { workflow: ticket.workflow, run: ticket.id };
  const stamp = end!.endedAt.replace(/[-:.Z]/g, "");
  const hash = (await sha256(`${ticket.workflow}/${ticket.id}/${end!.endedAt}`)).slice(0, 8);
  const { schedule } = readSettings(paths).effective;
  const pass = schedule && "after" in schedule ? schedule.pass ?? {} : {};
  try {
    const { version, parameters } = readVersion(paths);
    const id = `${stamp}-after-${hash}`;
    const common = { schema: 1, workflow: paths.name, id, version, trigger: "after", upstream } as const;
    const requestedAt = new Date(now).toISOString();
    try {
      const params = bindParameters(paths.name, parameters, passedValues(pass, paths.runsDir, state), { at: now });
      await createTicket(paths, { ...common, params, requestedAt });
      return undefined;
    } catch (error) {
      if (!isDuctaflowError(error, "bad-config")) throw error;
      // A run that failed is seen and told of. It has its end first, so that nobody begins it.
      const statusText = `Failed: it cannot follow ${ticket.workflow}/${ticket.id}: ${error.message}`;
      const failed = { status: "failed", statusText, endedAt: requestedAt, durationMs: 0, metrics: {} } as const;
      await endTicket(ticketPaths(paths, id), failed);
      await createTicket(paths, { ...common, params: {}, requestedAt, unbound: true });
      return error.message;
    }
  } catch (error) {
    return messageOf(error);
  }
}
