/**
 * Files that the toolkit owns are replaced whole or not at all, also when the machine stops in the middle.
 * @module
 */
import { dirname } from "../deps/path.ts";

const encoder = new TextEncoder();
let counter = 0;

/**
 * Writes a file so that readers see either the old content or the new: temporary name, sync, rename. The rename itself
 * is on disk only after `syncDir`; callers that write several files sync their folder once. `sync: false` is for what
 * may be lost with the machine's power, but not with the process.
 */
export function writeFileAtomic(path: string, content: string | Uint8Array, { sync = true } = {}): void {
  const temporary = `${path}.${Deno.pid}-${counter++}.tmp`;
  try {
    const file = Deno.openSync(temporary, { write: true, createNew: true });
    try {
      writeAll(
        file,
        typeof content === "string" ? encoder.encode(content) : content,
      );
      if (sync) file.syncSync();
    } finally {
      file.close();
    }
    Deno.renameSync(temporary, path);
  } catch (error) {
    try {
      Deno.removeSync(temporary);
    } catch {
      // It was never made, or cannot be removed: the first error says why.
    }
    throw error;
  }
}

/** Makes the content of a file durable that somebody else wrote. */
export function syncFile(path: string): void {
  using file = Deno.openSync(path, { read: true });
  file.syncSync();
}

/** Makes the renames and new files in a folder durable. Systems that cannot sync a folder (Windows) need no sync. */
export function syncDir(path: string): void {
  if (Deno.build.os === "windows") return;
  using folder = Deno.openSync(path, { read: true });
  folder.syncSync();
}

/** `writeFileAtomic` and `syncDir` of its folder: for a single file. */
export function writeFileDurably(
  path: string,
  content: string | Uint8Array,
): void {
  writeFileAtomic(path, content);
  syncDir(dirname(path));
}

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) {
    done += file.writeSync(bytes.subarray(done));
  }
}
