/**
 * What a run really touched, from Deno's permission audit log.
 * @module
 */
import { fromFileUrl, resolve } from "../deps/path.ts";
import { maybeText } from "../base/maybe_file.ts";
import { isPathKind, isPermissionKind } from "../base/permission_kind.ts";
import type { PermissionKind, PermissionSet } from "../base/record.ts";
import { allows, type Grant } from "./grant.ts";
import type { InstancePaths } from "./instance_paths.ts";

/** The accesses of one run. Paths are absolute. */
export interface Accesses {
  used: PermissionSet;
  denied: PermissionSet;
}

type Found = Map<PermissionKind, Set<string | true>>;

/**
 * Reads the audit log of a process that has ended. A short last line is what a kill leaves, and is passed over.
 * Relative paths stand there as the flow wrote them; after it went to other `folders` it is not known from which of them
 * they count, so each that it may have meant is told.
 */
export function readAudit(paths: InstancePaths, grant: Grant, folders: string[] = []): Accesses {
  const used: Found = new Map();
  const denied: Found = new Map();
  const note = (to: Found, kind: PermissionKind, value: string | true) => {
    if (!to.has(kind)) to.set(kind, new Set());
    to.get(kind)!.add(value);
  };
  const bases = [...new Set(visited(paths.dir, folders))];
  for (const [kind, values] of accessesIn(paths, bases)) {
    const allowed = values.filter((value) =>
      value === true ? grant.granted[kind] === true : allows(grant, kind, value)
    );
    for (const value of allowed) note(used, kind, value);
    if (allowed.length === 0) note(denied, kind, values[0]);
  }
  return { used: toSet(used), denied: toSet(denied) };
}

/** Where the flow was, from its own folder on. */
function* visited(dir: string, folders: string[]): Generator<string> {
  yield dir;
  for (const folder of folders) yield dir = absolutePath(folder, dir);
}

function* accessesIn(paths: InstancePaths, bases: string[]): Generator<[PermissionKind, (string | true)[]]> {
  const seen = new Set<string>();
  for (const line of (maybeText(paths.audit) ?? "").split("\n")) {
    // The time in each line differs; what follows it does not.
    const what = line.slice(line.indexOf('"permission"'));
    if (what === "" || seen.has(what)) continue;
    seen.add(what);
    const access = maybeAccess(line);
    if (!access) continue;
    const { permission, value } = access;
    const isPath = isPathKind(permission);
    if (value === null && !isPath) yield [permission, [true]];
    if (value !== null) yield [permission, isPath ? pathsFrom(bases, value) : [value]];
  }
}

/** One line of the log; without a value it is about all of a kind, such as the whole environment. */
function maybeAccess(line: string): { permission: PermissionKind; value: string | null } | undefined {
  try {
    const { permission, value } = JSON.parse(line);
    const known = isPermissionKind(permission) && (typeof value === "string" || value === null);
    return known ? { permission, value } : undefined;
  } catch {
    return undefined;
  }
}

function pathsFrom(bases: string[], value: string): string[] {
  return [...new Set(bases.map((base) => absolutePath(value, base)))];
}

function absolutePath(value: string, from: string): string {
  return value.startsWith("file:") ? fromFileUrl(value) : resolve(from, value);
}

function toSet(found: Found): PermissionSet {
  return Object.fromEntries([...found].map(([kind, values]) => [kind, values.has(true) ? true : [...values].sort()]));
}
