/**
 * What a run really touched, from Deno's permission audit log.
 * @module
 */
import { fromFileUrl, resolve } from "../deps/path.ts";
import { maybeEnv } from "../base/maybe_env.ts";
import { maybeText } from "../base/maybe_file.ts";
import { isPathKind, isPermissionKind } from "../base/permission_kind.ts";
import type { PermissionKind, PermissionSet } from "../base/record.ts";
import { allows, type Grant } from "./grant.ts";
import type { InstancePaths } from "./instance_paths.ts";

/** The accesses of one run. Paths are absolute; only the refused folder for temporary files stands as `<TMP>`. */
export interface Accesses {
  used: PermissionSet;
  denied: PermissionSet;
}

/** What an error says was refused; without a value it is about all of a kind. */
export interface Denial {
  kind: PermissionKind;
  value?: string;
}

/** How Deno calls the system's folder for temporary files, in its log and in its errors. */
export const tempName = "<TMP>";

const defaultPorts: Record<string, number> = { http: 80, ws: 80, https: 443, wss: 443 };

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
  const meant = (kind: PermissionKind, value: string) => meanings(kind, value, bases, grant);
  for (const [kind, value] of accessesIn(paths)) {
    const values = value === null ? [true as const] : meant(kind, value);
    const allowed = values.filter((value) =>
      value === true ? grant.granted[kind] === true : allows(grant, kind, value)
    );
    for (const value of allowed) note(used, kind, value);
    if (allowed.length === 0) note(denied, kind, values[0]);
  }
  return { used: toSet(used), denied: toSet(denied) };
}

/**
 * Adds what the error that ended a run says was refused. The log has no line for some of it, such as programs; and of a
 * folder with closed files in it the log does not tell that it could not be removed.
 */
export function addDenials(
  accesses: Accesses,
  denials: Denial[],
  { paths, grant, folders = [] }: { paths: InstancePaths; grant: Grant; folders?: string[] },
): Accesses {
  const { used, denied } = structuredClone(accesses);
  const bases = [...visited(paths.dir, folders)];
  for (const { kind, value } of denials) {
    const known = denied[kind] ?? [];
    if (known === true) continue;
    if (value === undefined) {
      denied[kind] = true;
      continue;
    }
    // A relative path counts from where the flow was last, unless the log knows better.
    const values = meanings(kind, value, bases, grant);
    if (!values.some((value) => known.includes(value))) denied[kind] = [...known, values.at(-1)!].sort();
    const others = withoutAll(used[kind], denied[kind]!);
    if (others === undefined) delete used[kind];
    else used[kind] = others;
  }
  return { used, denied };
}

function withoutAll(values: string[] | true | undefined, gone: string[] | true): string[] | true | undefined {
  if (!Array.isArray(values) || gone === true) return values;
  const others = values.filter((value) => !gone.includes(value));
  return others.length === 0 ? undefined : others;
}

/** Where the flow was, from its own folder on. */
function* visited(dir: string, folders: string[]): Generator<string> {
  yield dir;
  for (const folder of folders) yield dir = absolutePath(folder, dir);
}

function* accessesIn(paths: InstancePaths): Generator<[PermissionKind, string | null]> {
  const seen = new Set<string>();
  for (const line of (maybeText(paths.audit) ?? "").split("\n")) {
    // The time in each line differs; what follows it does not.
    const what = line.slice(line.indexOf('"permission"'));
    if (what === "" || seen.has(what)) continue;
    seen.add(what);
    const access = maybeAccess(line);
    if (!access) continue;
    const { permission, value } = access;
    if (value !== null || !isPathKind(permission)) yield [permission, value];
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

/** What a value in the log or in an error may stand for, in the form that a grant has. */
function meanings(kind: PermissionKind, value: string, bases: string[], grant: Grant): string[] {
  if (kind === "net" || kind === "import") return [hostOf(value)];
  if (!isPathKind(kind)) return [value];
  if (value !== tempName) return pathsFrom(bases, value);
  const folder = tempFolder(grant);
  return [allows(grant, kind, folder) ? folder : tempName];
}

/** For `fetch` the log has the URL as well: a secret in it must get no further, and a grant knows hosts only. */
function hostOf(value: string): string {
  const [, scheme, authority] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#\\]*)/i.exec(value) ?? [];
  if (authority === undefined) return value;
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  const port = defaultPorts[scheme.toLowerCase()];
  return port === undefined || /:\d+$/.test(host) ? host : `${host}:${port}`;
}

/** The folder for temporary files as the flow's process sees it, which has few of the conductor's variables. */
function tempFolder(grant: Grant): string {
  return (allows(grant, "env", "TMPDIR") ? maybeEnv("TMPDIR") : undefined) || "/tmp";
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
