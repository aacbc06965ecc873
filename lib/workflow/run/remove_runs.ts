/**
 * Runs of a workflow removed: the steps that belong to this run alone, the instance with its history, and the ticket, in
 * this order, so that what is listed is never without its content for longer than a moment.
 * @module
 */
import { isDuctaflowError } from "../../base/error.ts";
import { acquireLock } from "../../base/lock.ts";
import { exists } from "../../base/maybe_file.ts";
import { folderSize } from "../../batch/cleaning/run_inventory.ts";
import { type InstancePaths, instancePaths } from "../../step/instance_paths.ts";
import { maybeRecord } from "../../step/record_file.ts";
import { daysMs, type KeepOptions, readSettings } from "../settings.ts";
import { removeInstance } from "./remove_instance.ts";
import { stepsOf } from "./run_version.ts";
import { maybeTicket, ticketIds, ticketPaths, type TicketState } from "../ticket.ts";
import type { WorkflowPaths } from "../workflow_paths.ts";

/** One run that goes. */
export interface RemovedRun {
  id: string;
  /** The folders that go with it, absolute. */
  folders: string[];
}

/**
 * The runs that a retention lets go, the oldest first. Runs that wait or go on are none of its business, nor are those that
 * are pinned, which do not count either.
 */
export function oldRuns(
  ended: TicketState[],
  keep: KeepOptions | undefined,
  now: number,
  sizeOf: (id: string) => number,
): TicketState[] {
  if (!keep) return [];
  const newest = ended.filter(({ pinned }) => !pinned).sort((a, b) => a.ticket.id < b.ticket.id ? 1 : -1);
  const failed = newest.filter(({ end }) => end!.status === "failed" || end!.status === "timed-out");
  const kept = new Set(failed.slice(0, keep.failed ?? 0));
  const isYoung = ({ end }: TicketState) =>
    keep.days !== undefined && Date.parse(end!.endedAt) > now - daysMs(keep.days);
  newest.forEach((state, i) => {
    if (i < (keep.runs ?? 0) || isYoung(state)) kept.add(state);
  });
  // The sizes are asked for last, and only as far as there is room: each is a look at all files of a run.
  let room = Number(keep.bytes ?? 0);
  for (const state of keep.bytes === undefined ? [] : newest) {
    room -= sizeOf(state.ticket.id);
    if (room < 0) break;
    kept.add(state);
  }
  // `failed` alone speaks of failed runs only.
  const onlyFailed = keep.runs === undefined && keep.days === undefined && keep.bytes === undefined;
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
  const sizeOf = (id: string) =>
    contentOf(paths, id).folders.reduce((sum, folder) => sum + folderSize(folder).bytes, 0);
  const removed: string[] = [];
  for (const { ticket: { id } } of oldRuns(ended, keep, now, sizeOf)) {
    if (id === except) continue;
    try {
      // It may have been pinned since.
      if (maybeTicket(paths, id)?.pinned) continue;
      await removeRun(paths, id);
      removed.push(id);
    } catch (error) {
      if (!isDuctaflowError(error, "locked")) throw error;
    }
  }
  return removed;
}

/**
 * The steps that a run had, also one whose process died before its record told of them: the journal and the record tell
 * together.
 */
export function stepsOfRun(paths: WorkflowPaths, id: string): { step: string; instance: string }[] {
  const noted = [
    ...maybeRecord(instancePaths(paths.runsDir, paths.name, id))?.steps ?? [],
    ...stepsOf(ticketPaths(paths, id)),
  ];
  const known = new Map(noted.map(({ step, instance }) => [`${step}/${instance}`, { step, instance }]));
  return [...known.values()];
}

/** What goes with a run: its own folder last, since its record tells which others there are. */
export function contentOf(paths: WorkflowPaths, id: string): RemovedRun {
  const folders = instancesOf(paths, id).flatMap(({ dir, history }) => [history, dir]).filter(exists);
  return { id, folders: [...new Set(folders)] };
}

/** Steps of this run alone, and the run itself. */
function instancesOf(paths: WorkflowPaths, id: string): InstancePaths[] {
  const ofThisRun = stepsOfRun(paths, id).filter(({ instance }) => instance === id);
  return [...ofThisRun, { step: paths.name, instance: id }].map(({ step, instance }) =>
    instancePaths(paths.runsDir, step, instance)
  );
}

/** Removes a run that does not go on. Throws an error of code `locked` when it does. */
export async function removeRun(paths: WorkflowPaths, id: string): Promise<RemovedRun> {
  const files = ticketPaths(paths, id);
  const content = contentOf(paths, id);
  const lock = await acquireLock(files.lock, `${paths.name}/${id}`, { wait: false });
  try {
    // Whenever this is cut short, what is left still tells what else is to go: the run itself comes last, then its ticket.
    for (const instance of instancesOf(paths, id)) await removeInstance(instance);
    await Deno.remove(files.dir, { recursive: true });
  } finally {
    lock.release();
  }
  return content;
}
