/**
 * What a run really touched, from Deno's permission audit log.
 * @module
 */
import { fromFileUrl, resolve } from "../deps/path.ts";
import type { PermissionKind, PermissionSet } from "../base/record.ts";
import { allows, type Grant } from "./grant.ts";
import type { InstancePaths } from "./instance_paths.ts";

/** The accesses of one run. Paths are absolute. */
export interface Accesses {
  used: PermissionSet;
  denied: PermissionSet;
}

const kinds = new Set<string>(["read", "write", "net", "env", "run", "sys", "ffi", "import"]);

/** Reads the audit log of a process that has ended. A short last line is what a kill leaves, and is passed over. */
export function readAudit(paths: InstancePaths, grant: Grant): Accesses {
  const used = new Map<PermissionKind, Set<string>>();
  const denied = new Map<PermissionKind, Set<string>>();
  for (const [kind, value] of accessesIn(paths)) {
    const to = allows(grant, kind, value) ? used : denied;
    if (!to.has(kind)) to.set(kind, new Set());
    to.get(kind)!.add(value);
  }
  return { used: toSet(used), denied: toSet(denied) };
}

function* accessesIn(paths: InstancePaths): Generator<[PermissionKind, string]> {
  const seen = new Set<string>();
  for (const line of readLog(paths.audit).split("\n")) {
    // The time in each line differs; what follows it does not.
    const what = line.slice(line.indexOf('"permission"'));
    if (what === "" || seen.has(what)) continue;
    seen.add(what);
    const access = maybeAccess(line);
    if (!access) continue;
    const isPath = access.permission === "read" || access.permission === "write" || access.permission === "ffi";
    yield [access.permission, isPath ? absolutePath(access.value, paths.dir) : access.value];
  }
}

function maybeAccess(line: string): { permission: PermissionKind; value: string } | undefined {
  try {
    const { permission, value } = JSON.parse(line);
    return kinds.has(permission) && typeof value === "string" ? { permission, value } : undefined;
  } catch {
    return undefined;
  }
}

function absolutePath(value: string, from: string): string {
  return value.startsWith("file:") ? fromFileUrl(value) : resolve(from, value);
}

function readLog(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

function toSet(found: Map<PermissionKind, Set<string>>): PermissionSet {
  return Object.fromEntries([...found].map(([kind, values]) => [kind, [...values].sort()]));
}
