/**
 * Locks that the kernel keeps: they end with their process, however it ends. What stands in the lock file is only
 * there to say who holds it.
 * @module
 */
import { DuctaflowError, isDuctaflowError } from "./error.ts";
import { isAbsent, maybeStat, openMakingFolder, removeIfThere } from "./maybe_file.ts";
import { sleep } from "./sleep.ts";

/** Who holds a lock, as far as it is known. */
export interface LockHolder {
  /** The id of the process. */
  pid: number;
  /** The name of the machine, when it is known. */
  host?: string;
  /** ISO 8601, UTC. */
  since: string;
  /** What it is for, in the holder's spelling. */
  name: string;
}

/** How to wait for a lock. */
export interface LockOptions {
  /** False gives up at once with an error of code `locked`. Default: wait. */
  wait?: boolean;
  /** Ends the waiting with its reason. */
  signal?: AbortSignal;
  /** Called once when the lock is held by somebody else. */
  onWait?: (holder: LockHolder | undefined) => void;
  /** Called with the holder before, while the file still names him; what it throws gives the lock back. */
  accept?: (before: LockHolder | undefined) => void;
}

/** A lock that is held. */
export interface HeldLock {
  /** What the holder before left in the file, if anything. */
  before?: LockHolder;
  release(): void;
}

/** Takes the lock on a file, which is made if it does not exist, for what `name` says. */
export async function acquireLock(path: string, name: string, options: LockOptions = {}): Promise<HeldLock> {
  let file = openMakingFolder(path, { read: true, write: true, create: true });
  try {
    for (let delay = 10, told = false;; delay = Math.min(delay * 2, 200)) {
      if (file.tryLockSync(true)) {
        if (isStillAt(path, file)) break;
        // Whoever held it before has removed the file, and others may have made and locked a new one since.
        const next = openMakingFolder(path, { read: true, write: true, create: true });
        file.close();
        file = next;
        continue;
      }
      options.signal?.throwIfAborted();
      // Who only looks whether the lock is held (`isLocked`) holds it himself for a moment.
      if (options.wait === false && delay > 40) throw locked(name, readHolder(file));
      if (options.wait !== false && !told) options.onWait?.(readHolder(file));
      told = true;
      await sleep(delay, options.signal);
    }
    const before = readHolder(file);
    options.accept?.(before);
    writeHolder(file, { pid: Deno.pid, host: hostName(), since: new Date().toISOString(), name });
    return { before, release: () => file.close() };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** As `acquireLock`, but undefined when somebody else holds the lock. */
export async function maybeLock(path: string, name: string): Promise<HeldLock | undefined> {
  try {
    return await acquireLock(path, name, { wait: false });
  } catch (error) {
    if (isDuctaflowError(error, "locked")) return undefined;
    throw error;
  }
}

/** Removes the file of a lock that is held by the caller, who lets go of it next. */
export function removeHeldLock(path: string): void {
  // Windows removes no file that is open; it stays, and does no harm.
  if (Deno.build.os !== "windows") removeIfThere(path);
}

function isStillAt(path: string, file: Deno.FsFile): boolean {
  const there = maybeStat(path);
  return there !== undefined && there.ino === file.statSync().ino;
}

/** Whether somebody holds the lock right now. A lock file that does not exist is not held. */
export function isLocked(path: string): boolean {
  try {
    using file = Deno.openSync(path, { read: true });
    // A shared lock: several may look at once.
    return !file.tryLockSync(false);
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

/** The holder as a phrase: `process 4711 on host a since 2026-11-22 12:03:04 UTC`. */
export function describeHolder(holder: LockHolder | undefined): string {
  if (!holder) return "another process";
  const host = holder.host ? ` on ${holder.host}` : "";
  return `process ${holder.pid}${host} since ${holder.since.slice(0, 19).replace("T", " ")} UTC`;
}

function locked(name: string, holder: LockHolder | undefined): DuctaflowError {
  return new DuctaflowError(`${name} is being run by ${describeHolder(holder)}`, {
    code: "locked",
    hint: "Wait until it has finished, or leave out the option not to wait",
  });
}

function readHolder(file: Deno.FsFile): LockHolder | undefined {
  const buffer = new Uint8Array(1024);
  file.seekSync(0, Deno.SeekMode.Start);
  const length = file.readSync(buffer);
  if (!length) return undefined;
  try {
    const holder = JSON.parse(new TextDecoder().decode(buffer.subarray(0, length)));
    return typeof holder?.pid === "number" && [holder.since, holder.name].every((text) => typeof text === "string")
      ? holder
      : undefined;
  } catch {
    // Cut short: the holder died while it wrote, or has not finished.
    return undefined;
  }
}

function writeHolder(file: Deno.FsFile, holder: LockHolder): void {
  const bytes = new TextEncoder().encode(JSON.stringify(holder));
  if (file.statSync().size > 0) file.truncateSync(0);
  file.seekSync(0, Deno.SeekMode.Start);
  file.writeSync(bytes);
}

let host: { name?: string } | undefined;

function hostName(): string | undefined {
  const isGranted = () => Deno.permissions.querySync({ name: "sys", kind: "hostname" }).state === "granted";
  return (host ??= isGranted() ? { name: Deno.hostname() } : {}).name;
}
