/**
 * Files that the toolkit owns are replaced whole or not at all, also when the machine stops in the middle.
 * @module
 */
import { writeAll } from "./write_all.ts";

const encoder = new TextEncoder();
let counter = 0;

/** New content of a file, written beside it under a temporary name. */
export interface StagedFile {
  /** The temporary name. */
  readonly temporary: string;
  /** Makes the content durable. */
  sync(): Promise<void>;
  /** Puts the content in the place of the file. */
  commit(): void;
  /** Removes the temporary file, unless it was committed. */
  discard(): void;
}

/** Writes new content of a file under a temporary name beside it. */
export function stageFile(path: string, content: string | Uint8Array): StagedFile {
  const temporary = `${path}.${Deno.pid}-${counter++}.tmp`;
  const file = Deno.openSync(temporary, { write: true, createNew: true });
  let state: "staged" | "committed" | "discarded" = "staged";
  const discard = () => {
    if (state !== "staged") return;
    state = "discarded";
    file.close();
    try {
      Deno.removeSync(temporary);
    } catch {
      // It cannot be removed either; the error before this one says why.
    }
  };
  try {
    writeAll(file, typeof content === "string" ? encoder.encode(content) : content);
  } catch (error) {
    discard();
    throw error;
  }
  return {
    temporary,
    sync: () => file.sync(),
    commit() {
      Deno.renameSync(temporary, path);
      state = "committed";
      file.close();
    },
    discard,
  };
}

/**
 * Writes a file so that readers see either the old content or the new. It may be lost with the machine's power, but not
 * with the process: enough for what can be made again.
 */
export function writeFileAtomic(path: string, content: string | Uint8Array): void {
  const staged = stageFile(path, content);
  try {
    staged.commit();
  } catch (error) {
    staged.discard();
    throw error;
  }
}

/**
 * Makes a file's content durable that somebody else wrote, or the names in a folder (systems that cannot sync a folder
 * need no sync).
 */
export async function syncPath(path: string): Promise<void> {
  if (Deno.build.os === "windows" && Deno.statSync(path).isDirectory) return;
  using file = Deno.openSync(path, { read: true });
  await file.sync();
}
