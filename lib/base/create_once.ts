/**
 * Files that are made once and never changed: who comes second is told so. They need no lock, and a kill leaves them
 * whole or absent.
 * @module
 */
import { dirname } from "../deps/path.ts";
import { stageFile } from "./atomic_file.ts";
import { exists, isAbsent, maybeText } from "./maybe_file.ts";

/** Makes a file durable under its name unless there is one; false when there was. The folder above it is made. */
export async function createOnce(path: string, content: string): Promise<boolean> {
  if (exists(path)) return false;
  const staged = stageMakingFolder(path, content);
  try {
    await staged.sync();
    return linkOnce(staged.temporary, path);
  } finally {
    staged.discard();
  }
}

/**
 * Puts a text in its place, in a folder that is there; a file that has it already stays the file that it is. For modules
 * that another process may be loading just now: Deno 2.9.6 refuses one that is replaced meanwhile, be it by its equal
 * (`Requires read access`). As `writeFileAtomic`, it does not wait for the disk.
 */
export function writeOnce(path: string, content: string): void {
  if (maybeText(path) === content) return;
  const staged = stageFile(path, content);
  try {
    if (!maybeLink(staged.temporary, path) && maybeText(path) !== content) staged.commit();
  } finally {
    staged.discard();
  }
}

/** Not every file system knows second names. */
function maybeLink(temporary: string, path: string): boolean {
  try {
    return linkOnce(temporary, path);
  } catch {
    return false;
  }
}

function stageMakingFolder(path: string, content: string) {
  try {
    return stageFile(path, content);
  } catch (error) {
    if (!isAbsent(error)) throw error;
    Deno.mkdirSync(dirname(path), { recursive: true });
    return stageFile(path, content);
  }
}

/** A second name is given only where there is none, which a rename does not promise. */
function linkOnce(temporary: string, path: string): boolean {
  try {
    Deno.linkSync(temporary, path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}
