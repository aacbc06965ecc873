/**
 * Cheap evidence that a file is still the one that was hashed.
 * @module
 */
import { maybeStat } from "./maybe_file.ts";

/** What `stat` says of a file, as far as it changes when the content does. */
export interface FileSignature {
  size: number;
  /** Milliseconds. */
  mtime: number;
  /** Milliseconds, though Deno reports whole seconds only. */
  ctime: number;
  ino: number;
}

/** The signature of a file or folder, or undefined when there is nothing at the path. */
export function maybeSignature(path: string): FileSignature | undefined {
  const info = maybeStat(path);
  return info && signatureOf(info);
}

/** The signature that a `stat` result carries. */
export function signatureOf(info: Deno.FileInfo): FileSignature {
  return { size: info.size, mtime: Number(info.mtime), ctime: Number(info.ctime ?? 0), ino: info.ino ?? 0 };
}

/** Whether two signatures are the same in every part. */
export function sameSignature(a: FileSignature, b: FileSignature): boolean {
  return a.size === b.size && a.mtime === b.mtime && a.ctime === b.ctime && a.ino === b.ino;
}

/**
 * Whether a signature taken at `takenAt` (milliseconds) can be trusted later. A file that changed in the second before
 * may change again, with size and mtime kept, without a trace in its ctime: such a file is hashed again next time.
 */
export function isSettled(signature: FileSignature, takenAt: number): boolean {
  return Math.max(signature.ctime, signature.mtime) < takenAt - 1100;
}

/** A signature that can be trusted later; undefined for one that cannot. */
export function maybeSettled(signature: FileSignature | undefined, takenAt: number): FileSignature | undefined {
  return signature && isSettled(signature, takenAt) ? signature : undefined;
}
