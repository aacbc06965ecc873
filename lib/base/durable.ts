/**
 * Content made durable. A slow disk is waited for beside other work; on a quick one the wait is shorter than handing it to
 * another thread, which on a busy machine costs a tenth of a whole run.
 * @module
 */

/** Milliseconds. */
const quick = 0.5;
/** After a slow one so many are handed to other threads before the disk is tried again. */
const restAfterSlow = 200;

/** What is asked of a file. */
type Syncable = Pick<Deno.FsFile, "sync" | "syncSync">;

/** A function that makes files durable and remembers how long the disk took. */
export function makeSync(now: () => number = () => performance.now()): (file: Syncable) => Promise<void> {
  let rest = 0;
  return async (file) => {
    if (rest > 0) {
      rest--;
      return await file.sync();
    }
    const began = now();
    file.syncSync();
    if (now() - began > quick) rest = restAfterSlow;
  };
}

/** Makes what was written to a file durable. */
export const syncFile = makeSync();
