/**
 * Removes what a plan of cleaning names, so that a kill in the middle leaves each thing whole or gone.
 * @module
 */
import { DuctaflowError, isDuctaflowError, messageOf } from "../../base/error.ts";
import { acquireLock, type HeldLock, removeHeldLock } from "../../base/lock.ts";
import { exists, removeIfThere } from "../../base/maybe_file.ts";
import { basename, dirname, join, resolve } from "../../deps/path.ts";
import { historyOf } from "../../step/history.ts";
import { type InstancePaths, instancePaths, refuseLink } from "../../step/instance_paths.ts";
import { maybeRecord } from "../../step/record_file.ts";
import type { Cleaning, CleaningItem, CleaningPlan } from "../clean.ts";
import { isLiveFile, refuseLinkedOwnFolder, trashDir } from "./leftovers.ts";
import { moduleFolders } from "./unused_builds.ts";

/** Something that stays, for a reason that is no fault. */
class Stays extends Error {}

/** Removes the items of a plan in their order. What cannot be removed does not stop the others. */
export async function removeItems({ runsDir, items }: CleaningPlan): Promise<Cleaning> {
  const done: Cleaning = { removed: [], skipped: [], bytes: 0 };
  if (items.length === 0) return done;
  refuseLinkedOwnFolder(runsDir);
  const lock = await lockCleaning(runsDir);
  try {
    for (const item of items) {
      try {
        await removeItem(resolve(runsDir), item);
        done.removed.push(item);
        done.bytes += item.bytes;
      } catch (error) {
        const stays = error instanceof Stays || isDuctaflowError(error, "locked");
        done.skipped.push({ item, why: messageOf(error), failed: !stays });
      }
    }
  } finally {
    lock.release();
  }
  return done;
}

async function lockCleaning(runsDir: string): Promise<HeldLock> {
  try {
    return await acquireLock(join(runsDir, ".ductaflow", "clean.lock"), "clean", { wait: false });
  } catch (error) {
    if (!isDuctaflowError(error, "locked")) throw error;
    throw new DuctaflowError(`"${runsDir}" is being cleaned by another process`, {
      code: "locked",
      hint: "Wait until it has finished",
      cause: error,
    });
  }
}

async function removeItem(runsDir: string, item: CleaningItem): Promise<void> {
  const paths = item.step && item.instance ? instancePaths(runsDir, item.step, item.instance) : undefined;
  refuseStrange(runsDir, item, paths);
  if (!exists(item.path)) return;
  switch (item.kind) {
    case "run":
    case "history":
      return await removeRun(runsDir, item, paths!);
    case "lock":
      return await removeLock(item);
    case "trash":
      return await Deno.remove(item.path, { recursive: true });
    case "live":
      return removeIfThere(item.path);
    case "build":
      return await toTrash(runsDir, item.path)();
  }
}

/** A plan is data, which may come from anywhere: nothing is removed that cannot be what the item says. */
function refuseStrange(runsDir: string, { kind, path, name }: CleaningItem, paths: InstancePaths | undefined): void {
  const ownDir = join(runsDir, ".ductaflow");
  const place = dirname(path);
  const isRight = path === resolve(path) && {
    run: path === paths?.dir,
    history: place === paths?.history,
    build: [join(ownDir, "build"), ...moduleFolders(runsDir)].includes(place),
    trash: place === trashDir(runsDir),
    live: dirname(place) === join(ownDir, "live") && isLiveFile(path),
    lock: dirname(place) === join(ownDir, "locks") && path.endsWith(".lock"),
  }[kind];
  if (!isRight) throw new RangeError(`"${path}" is no place of ${kind} "${name}" in "${runsDir}"`);
  const touched = paths ? [path, paths.events, paths.lock, paths.history] : [path];
  for (const each of touched) {
    for (let at = dirname(each); at !== runsDir; at = dirname(at)) refuseLink(at);
  }
  // In the trash, a link goes as such.
  if (kind !== "trash") refuseLink(path);
}

/** Whoever runs an instance holds its lock, so with the lock held nothing of it is in use. */
async function removeRun(runsDir: string, item: CleaningItem, paths: InstancePaths): Promise<void> {
  const lock = await acquireLock(paths.lock, `${paths.step}/${paths.instance}`, { wait: false });
  let remove: () => Promise<void>;
  try {
    if (item.kind === "run" && maybeRecord(paths)?.id !== item.id) throw new Stays("It ran again meanwhile");
    // The logs first: without its folder, nobody would look for them here.
    if (item.kind === "run") { for (const path of [paths.events, paths.audit, paths.running]) removeIfThere(path); }
    remove = toTrash(runsDir, item.path);
    if (historyOf(paths).length === 0) removeIfEmpty(paths.history);
    if (!exists(paths.dir)) removeHeldLock(paths.lock);
  } finally {
    lock.release();
  }
  removeIfEmpty(dirname(paths.dir));
  await remove();
}

async function removeLock({ path, name }: CleaningItem): Promise<void> {
  const lock = await acquireLock(path, name.replace(/\.lock$/, ""), { wait: false });
  removeHeldLock(path);
  lock.release();
}

/** Moves something aside at once; what is returned deletes it, which may take its time. Links are never followed. */
function toTrash(runsDir: string, path: string): () => Promise<void> {
  const trash = trashDir(runsDir);
  Deno.mkdirSync(trash, { recursive: true });
  const aside = join(trash, `${basename(path)}-${crypto.randomUUID()}`);
  Deno.renameSync(path, aside);
  return () => Deno.remove(aside, { recursive: true });
}

function removeIfEmpty(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // Something is in it, or somebody else was faster.
  }
}
