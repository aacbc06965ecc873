/**
 * Runs of a workflow removed: the instance with its history, the steps that belong to this run alone, and the ticket, in
 * this order, so that what is listed is never without its content for longer than a moment.
 * @module
 */
import { isDuctaflowError } from "../../base/error.ts";
import { acquireLock, removeHeldLock } from "../../base/lock.ts";
import { exists, removeIfThere } from "../../base/maybe_file.ts";
import { dirname } from "../../deps/path.ts";
import { instancePaths, refuseLink } from "../../step/instance_paths.ts";
import { maybeRecord } from "../../step/record_file.ts";
import { daysMs, type KeepOptions, readSettings } from "../settings.ts";
import { maybeTicket, ticketIds, ticketPaths, type TicketState } from "../ticket.ts";
import type { WorkflowPaths } from "../workflow_paths.ts";

/** One run that goes. */
export interface RemovedRun {
  id: string;
  /** The folders that go with it, absolute. */
  folders: string[];
}

/** The runs that a retention lets go, the oldest first. Runs that wait or go on are none of its business. */
export function oldRuns(ended: TicketState[], keep: KeepOptions | undefined, now: number): TicketState[] {
  if (!keep) return [];
  const newest = ended.toSorted((a, b) => a.ticket.id < b.ticket.id ? 1 : -1);
  const failed = newest.filter(({ end }) => end!.status === "failed" || end!.status === "timed-out");
  const kept = new Set(failed.slice(0, keep.failed ?? 0));
  const isYoung = ({ end }: TicketState) =>
    keep.days !== undefined && Date.parse(end!.endedAt) > now - daysMs(keep.days);
  newest.forEach((state, i) => {
    if (i < (keep.runs ?? 0) || isYoung(state)) kept.add(state);
  });
  // `failed` alone speaks of failed runs only.
  const onlyFailed = keep.runs === undefined && keep.days === undefined;
  return newest.filter((state) => !kept.has(state) && (!onlyFailed || failed.includes(state))).reverse();
}

/** Removes the runs that the settings let go. What somebody holds stays for the next time. */
export async function removeOldRuns(
  paths: WorkflowPaths,
  { now, except }: { now: number; except?: string },
): Promise<string[]> {
  const { keep } = readSettings(paths).effective;
  if (!keep) return [];
  const ended = ticketIds(paths).flatMap((id) => maybeTicket(paths, id) ?? []).filter(({ end }) => end);
  const removed: string[] = [];
  for (const { ticket: { id } } of oldRuns(ended, keep, now)) {
    if (id === except) continue;
    try {
      await removeRun(paths, id);
      removed.push(id);
    } catch (error) {
      if (!isDuctaflowError(error, "locked")) throw error;
    }
  }
  return removed;
}

/** What goes with a run. */
export function contentOf(paths: WorkflowPaths, id: string): RemovedRun {
  const own = instancePaths(paths.runsDir, paths.name, id);
  const steps = maybeRecord(own)?.steps ?? [];
  const ofThisRun = steps.filter(({ instance }) => instance === id).map(({ step, instance }) =>
    instancePaths(paths.runsDir, step, instance)
  );
  const folders = [own, ...ofThisRun].flatMap(({ dir, history }) => [dir, history]).filter(exists);
  return { id, folders: [...new Set(folders)] };
}

/** Removes a run that does not go on. Throws an error of code `locked` when it does. */
export async function removeRun(paths: WorkflowPaths, id: string): Promise<RemovedRun> {
  const files = ticketPaths(paths, id);
  const instance = instancePaths(paths.runsDir, paths.name, id);
  const content = contentOf(paths, id);
  for (const folder of content.folders) for (const at of [folder, dirname(folder)]) refuseLink(at);
  const name = `${paths.name}/${id}`;
  const lock = await acquireLock(files.lock, name, { wait: false });
  try {
    const other = await acquireLock(instance.lock, name, { wait: false });
    try {
      for (const path of [instance.events, instance.audit, instance.running]) removeIfThere(path);
      for (const folder of content.folders) await Deno.remove(folder, { recursive: true });
      removeHeldLock(instance.lock);
    } finally {
      other.release();
    }
    await Deno.remove(files.dir, { recursive: true });
  } finally {
    lock.release();
  }
  return content;
}
