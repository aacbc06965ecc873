/**
 * Cheap evidence that a file is still the one that was hashed.
 * @module
 */
import { maybeStat } from "./maybe_file.ts";

/**
 * What `stat` says of a file, as far as it changes when the content does. Times are in milliseconds (of `ctime` Deno
 * reports whole seconds only). A tuple, because journals hold thousands.
 */
export type FileSignature = readonly [size: number, mtime: number, ctime: number, ino: number];

/** The signature of a file or folder, or undefined when there is nothing at the path. */
export function maybeSignature(path: string): FileSignature | undefined {
  const info = maybeStat(path);
  return info && signatureOf(info);
}

/** The signature that a `stat` result carries. */
export function signatureOf(info: Deno.FileInfo): FileSignature {
  return [info.size, Number(info.mtime), Number(info.ctime ?? 0), info.ino ?? 0];
}

/** Whether two signatures are the same in every part. */
export function sameSignature(a: FileSignature, b: FileSignature): boolean {
  return a[0] === b[0] && a[1] === b[1] && a[2] === b[2] && a[3] === b[3];
}

/**
 * Whether a signature taken at `takenAt` (milliseconds) can be trusted later. A file that changed in the second before
 * may change again, with size and mtime kept, without a trace in its ctime: such a file is hashed again next time.
 */
export function isSettled([, mtime, ctime]: FileSignature, takenAt: number): boolean {
  return Math.max(ctime, mtime) < takenAt - 1100;
}

/** A signature that can be trusted later; undefined for one that cannot. */
export function maybeSettled(signature: FileSignature | undefined, takenAt: number): FileSignature | undefined {
  return signature && isSettled(signature, takenAt) ? signature : undefined;
}
