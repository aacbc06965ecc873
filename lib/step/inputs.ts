/**
 * What a run read, with evidence to tell later whether it is still the same.
 * @module
 */
import { dirname } from "../deps/path.ts";
import { type FileSignature, isSettled, sameSignature, signatureOf } from "../base/file_signature.ts";
import { sha256, sha256File } from "../base/hash.ts";
import { isBelow } from "../base/is_below.ts";
import { maybeStat } from "../base/maybe_file.ts";
import type { InputRecord, PermissionSet } from "../base/record.ts";
import type { InstancePaths } from "./instance_paths.ts";

/** An input and, when it has settled, the signature by which a later look can spare the hashing. */
export interface Input {
  record: InputRecord;
  signature?: FileSignature;
}

/** Looks at a path as an input: a file by its bytes, a folder by its list of names, anything else as missing. */
export async function readInput(path: string): Promise<Input> {
  const now = Date.now();
  const info = maybeInfo(path);
  if (!info) return { record: { path, kind: "missing" } };
  const signature = signatureOf(info);
  const settled: Pick<Input, "signature"> = isSettled(signature, now) ? { signature } : {};
  try {
    if (info.isFile) {
      const hash = await (settled.signature ? hashOnce(path, settled.signature) : sha256File(path));
      return { record: { path, kind: "file", size: info.size, hash }, ...settled };
    }
    if (info.isDirectory) return { record: { path, kind: "directory", hash: await hashNames(path) }, ...settled };
  } catch (error) {
    // What cannot be read, or is gone by now, is as good as missing; anything else is a fault of ours.
    if (!(error instanceof Error) || !("code" in error)) throw error;
  }
  // A device or socket has nothing to be hashed.
  return { record: { path, kind: "missing" } };
}

const mostHashes = 1000;
const hashes = new Map<string, { signature: FileSignature; hash: Promise<string> }>();

/** The hash of a file that has settled: hundreds of instances may read the same large one. */
function hashOnce(path: string, signature: FileSignature): Promise<string> {
  const known = hashes.get(path);
  if (known && sameSignature(known.signature, signature)) return known.hash;
  const hash = sha256File(path);
  hash.catch(() => hashes.delete(path));
  hashes.delete(path);
  hashes.set(path, { signature, hash });
  if (hashes.size > mostHashes) hashes.delete(hashes.keys().next().value!);
  return hash;
}

/** Whether a path shows the state of the machine or is a device: it differs at every look, or does not end. */
export function isLive(path: string): boolean {
  return Deno.build.os !== "windows" && /^\/(proc|sys|dev)(\/|$)/.test(path);
}

/** All that a run read outside its own folder, sorted by path. */
export async function inputsOf(used: PermissionSet, paths: InstancePaths, startedAt: number): Promise<Input[]> {
  const { read = [], write = [] } = used;
  const outside = (Array.isArray(read) ? read : []).filter((path) => !isBelow(path, paths.dir) && !isLive(path));
  const inputs = await Promise.all(outside.map((path) => readInput(path)));
  for (const { record } of inputs) {
    Object.assign(record, fromRun(record.path, paths));
    // What is missing may have been there: then the folder around it has changed, unless the run itself removed it.
    const own = record.kind === "missing" && Array.isArray(write) && write.includes(record.path);
    const place = record.kind === "missing" ? dirname(record.path) : record.path;
    if (!own && changedSince(place, startedAt)) record.changed = true;
  }
  return inputs;
}

/** The instance in whose folder a path lies. */
function fromRun(path: string, { runsDir }: InstancePaths): Pick<InputRecord, "from"> {
  if (!isBelow(path, runsDir)) return {};
  const [step, instance, file] = path.slice(runsDir.length + 1).split("/");
  return file === undefined || step.startsWith(".") ? {} : { from: { step, instance } };
}

function changedSince(path: string, time: number): boolean {
  const info = maybeInfo(path);
  return info !== undefined && (Number(info.mtime) > time || Number(info.ctime ?? 0) > time);
}

async function hashNames(path: string): Promise<string> {
  const names = [...Deno.readDirSync(path)].map((entry) => `${entry.name}${entry.isDirectory ? "/" : ""}`);
  return await sha256(names.sort().join("\n"));
}

/** What is at a path; what may not be looked at counts as missing. */
function maybeInfo(path: string): Deno.FileInfo | undefined {
  try {
    return maybeStat(path);
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return undefined;
    throw error;
  }
}
