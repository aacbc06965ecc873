/**
 * Folders that are replaced whole: the new one is made beside the old one and takes its place by renaming. No system
 * swaps two folders in one step that Deno knows of; between the two renames both lie whole beside the place, and
 * `settleFolder` finishes what was begun.
 * @module
 */
import { exists, removeIfThere } from "../../base/maybe_file.ts";
import { syncPath } from "../../base/atomic_file.ts";
import { basename, dirname, join } from "../../deps/path.ts";

/** Where the new content of a folder is made. */
export function newBeside(target: string): string {
  return join(dirname(target), `.${basename(target)}.ductaflow-new`);
}

/** Where the folder before is kept for the moment of the swap. */
export function oldBeside(target: string): string {
  return join(dirname(target), `.${basename(target)}.ductaflow-old`);
}

/** Where the content of a folder lies that may have been left in the middle of a swap. */
export function contentOf(target: string): string {
  return !exists(target) && exists(oldBeside(target)) ? oldBeside(target) : target;
}

/** Ends what a crash left: a folder that was moved away comes back, and half-made ones go. Only for who holds the lock. */
export function settleFolder(target: string): void {
  const content = contentOf(target);
  if (content !== target) Deno.renameSync(content, target);
  for (const path of [newBeside(target), oldBeside(target)]) removeFolder(path);
}

/**
 * Puts the folder `newBeside(target)` in the place of the target. `lastLook` is called with the folder before when that
 * has been moved away; what it throws brings it back.
 */
export async function swapFolder(target: string, lastLook: (before: string) => void): Promise<void> {
  const before = oldBeside(target);
  const replaces = exists(target);
  if (replaces) Deno.renameSync(target, before);
  try {
    if (replaces) lastLook(before);
    Deno.renameSync(newBeside(target), target);
  } catch (error) {
    if (replaces) Deno.renameSync(before, target);
    throw error;
  }
  await syncPath(dirname(target));
}

/** Removes a folder with all in it, links not followed; also a link in its place. */
export function removeFolder(path: string): void {
  if (!exists(path)) return;
  if (Deno.lstatSync(path).isDirectory) Deno.removeSync(path, { recursive: true });
  else removeIfThere(path);
}
