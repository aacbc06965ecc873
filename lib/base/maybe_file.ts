/**
 * Files that may not be there: every look at one that takes absence for an answer.
 * @module
 */
import { dirname } from "../deps/path.ts";

/** Whether an error says that there is nothing at the path. */
export function isAbsent(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}

/** What is at a path, links followed; undefined for nothing. */
export function maybeStat(path: string): Deno.FileInfo | undefined {
  return orAbsent(() => Deno.statSync(path));
}

/** What is at a path, links not followed; undefined for nothing. */
export function maybeLstat(path: string): Deno.FileInfo | undefined {
  return orAbsent(() => Deno.lstatSync(path));
}

/** Whether something is at a path, be it a link that leads nowhere. */
export function exists(path: string): boolean {
  return maybeLstat(path) !== undefined;
}

/** The text of a file; undefined for none. */
export function maybeText(path: string): string | undefined {
  return orAbsent(() => Deno.readTextFileSync(path));
}

/** What is in a folder; nothing for none. */
export function entriesOf(path: string): Deno.DirEntry[] {
  return orAbsent(() => [...Deno.readDirSync(path)]) ?? [];
}

/** Removes a file, if there is one. */
export function removeIfThere(path: string): void {
  orAbsent(() => Deno.removeSync(path));
}

/**
 * Empties a file that is written again and again, if there is one. Removing it instead would cost more than it saves:
 * ext4 searches all that was removed in the last seconds whenever a file is made.
 */
export function emptyIfThere(path: string): void {
  orAbsent(() => Deno.truncateSync(path, 0));
}

/** Opens a file to be made, and makes its folder only when that turns out to be missing. */
export function openMakingFolder(path: string, options: Deno.OpenOptions): Deno.FsFile {
  return orAbsent(() => Deno.openSync(path, options)) ?? openInNewFolder(path, options);
}

function openInNewFolder(path: string, options: Deno.OpenOptions): Deno.FsFile {
  Deno.mkdirSync(dirname(path), { recursive: true });
  return Deno.openSync(path, options);
}

function orAbsent<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
