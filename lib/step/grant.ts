/**
 * The permissions of one run: what the flow's header requests, what the conductor decides, and the flags of Deno that
 * hold it. Guards against mistakes and careless dependencies; it is no prison for hostile code.
 * @module
 */
import { dirname, fromFileUrl, join, resolve } from "../deps/path.ts";
import { DuctaflowError } from "../base/error.ts";
import { isBelow } from "../base/is_below.ts";
import { isPathKind, permissionKinds } from "../base/permission_kind.ts";
import type { PermissionKind, PermissionSet } from "../base/record.ts";
import type { Flow } from "../notebook/flow.ts";
import { originOf } from "../base/frozen_source.ts";
import { escapingLinks, escapingRunLinks } from "./escaping_links.ts";
import { type InstancePaths, ownedFiles } from "./instance_paths.ts";

/** What a conductor may decide about each kind: a list, everything (`true`) or nothing (`false`). */
export type PermissionOptions = Partial<Record<PermissionKind, string[] | boolean>>;

/** The permissions of one run. Paths are absolute. */
export interface Grant {
  requested: PermissionSet;
  granted: PermissionSet;
  /** Paths below granted ones that are closed all the same. */
  closed: { read: string[]; write: string[] };
}

/**
 * Computes the grant of one run. Throws before anything runs when a value cannot be granted safely.
 * @param cwd what paths in `options` are relative to, as those of a flow from the web are
 */
export function computeGrant(
  flow: Flow,
  paths: InstancePaths,
  options: PermissionOptions = {},
  cwd: string = Deno.cwd(),
): Grant {
  const requested = absolutePaths(flow.header.permissions, flowFolder(flow) ?? cwd);
  const wanted: PermissionSet = { ...requested };
  for (const kind of permissionKinds) {
    const decided = options[kind];
    if (decided === false) delete wanted[kind];
    else if (decided !== undefined) wanted[kind] = decided === true ? true : absolute(kind, decided, cwd);
  }
  const granted: PermissionSet = {
    ...wanted,
    read: widen(wanted.read, options.read === false ? [paths.dir] : [paths.runsDir]),
    write: widen(wanted.write, options.write === false ? [] : [paths.dir]),
  };
  for (const kind of permissionKinds) {
    const values = granted[kind];
    if (values === undefined || (values !== true && values.length === 0)) delete granted[kind];
    else checkValues(kind, values);
  }
  return { requested, granted, closed: closedPaths(wanted, paths) };
}

/**
 * The grant with links closed that stand in the folders of other runs. They are looked for when a flow is about to
 * start, not for the grant itself, which is compared whenever a run might be reused.
 */
export function closeRunLinks(grant: Grant, { runsDir, ownDir, dir }: InstancePaths): Grant {
  const { read } = grant.granted;
  if (!Array.isArray(read) || !read.includes(runsDir)) return grant;
  const links = escapingRunLinks(runsDir, ownDir, read).filter((path) => path !== dir && !isBelow(path, dir));
  return links.length === 0 ? grant : { ...grant, closed: { ...grant.closed, read: [...grant.closed.read, ...links] } };
}

/** The flags of `deno run` that hold a grant; `modules` are files that a flow imports, which it may read. */
export function grantFlags(grant: Grant, modules: string[] = []): string[] {
  const flags = ["--no-prompt", "--cached-only"];
  const nameable = modules.filter((path) => !path.includes(","));
  for (const kind of permissionKinds) {
    const granted = grant.granted[kind];
    if (granted === undefined || kind === "import") continue;
    const values = kind === "read" && granted !== true ? [...granted, ...nameable] : granted;
    flags.push(values === true ? `--allow-${kind}` : `--allow-${kind}=${values.join()}`);
  }
  // Without this flag packages that look at the environment while they load would end the flow.
  if (grant.granted.env !== true) flags.push("--ignore-env");
  if (grant.closed.read.length > 0) flags.push(`--deny-read=${grant.closed.read.join()}`);
  if (grant.granted.write !== undefined && grant.closed.write.length > 0) {
    flags.push(`--deny-write=${grant.closed.write.join()}`);
  }
  return flags;
}

/** Whether a flow with this grant may start processes: it may run programs, or call native code, which can do anything. */
export function mayHaveChildren({ granted }: Grant): boolean {
  return granted.run !== undefined || granted.ffi !== undefined;
}

/** Whether a grant allows an access, as Deno judges it: by whole path names, closed paths first. */
export function allows(grant: Grant, kind: PermissionKind, value: string): boolean {
  const values = grant.granted[kind];
  if (kind === "read" || kind === "write") {
    if (grant.closed[kind].some((path) => isBelow(value, path))) return false;
    return values === true || (values ?? []).some((path) => isBelow(value, path));
  }
  if (values === true) return true;
  return (values ?? []).some((granted) => matchesValue(kind, granted, value));
}

function matchesValue(kind: PermissionKind, granted: string, value: string): boolean {
  if (granted === value) return true;
  if (kind === "net") {
    const host = value.replace(/:\d+$/, "");
    return host === granted || granted.startsWith("*.") && host.endsWith(granted.slice(1));
  }
  if (kind === "env") return granted.endsWith("*") && value.startsWith(granted.slice(0, -1));
  return kind === "run" && value.split("/").pop() === granted;
}

/** The toolkit's own files and folder, and links in requested folders that lead out of them. */
function closedPaths(wanted: PermissionSet, paths: InstancePaths): Grant["closed"] {
  const [readable, writable] = [wanted.read, wanted.write].map((list) => Array.isArray(list) ? list : []);
  const links = escapingLinks([...readable, ...writable], writable);
  return {
    read: [paths.ownDir, ...links],
    write: [paths.ownDir, ...ownedFiles.map((name) => join(paths.dir, name)), ...links],
  };
}

function widen(wanted: string[] | true | undefined, always: string[]): string[] | true {
  return wanted === true ? true : [...new Set([...always, ...wanted ?? []])];
}

function absolutePaths(set: PermissionSet, folder: string): PermissionSet {
  const entries = Object.entries(set) as [PermissionKind, string[] | true][];
  return Object.fromEntries(
    entries.map(([kind, values]) => [kind, values === true ? true : absolute(kind, values, folder)]),
  );
}

function absolute(kind: PermissionKind, values: string[], folder: string): string[] {
  return isPathKind(kind) ? values.map((path) => resolve(folder, path)) : values;
}

/** Data lies where it lay when a flow was published, not where its frozen source does. */
function flowFolder(flow: Flow): string | undefined {
  return flow.url.startsWith("file:") ? dirname(originOf(fromFileUrl(flow.url))) : undefined;
}

/** Deno reads a comma in a flag as the start of the next value, and there is no way to write one. */
function checkValues(kind: PermissionKind, values: string[] | true): void {
  for (const value of values === true ? [] : values) {
    if (typeof value !== "string" || value === "") throw badGrant(kind, value, "it is not text");
    if (value.includes(",")) throw badGrant(kind, value, "it contains a comma, which Deno takes for the next value");
    if (kind === "net" && /[/\s]/.test(value.replace(/\/\d+$/, ""))) throw badGrant(kind, value, "it is no host");
    if (/[\0\n\r]/.test(value)) throw badGrant(kind, value, "it contains a control character");
  }
}

function badGrant(kind: PermissionKind, value: unknown, reason: string): DuctaflowError {
  return new DuctaflowError(`The ${kind} permission "${value}" cannot be granted: ${reason}`, {
    code: "bad-grant",
    hint: kind === "net"
      ? "Write a host with or without its port, such as api.example.com or 127.0.0.1:8080"
      : kind === "read" || kind === "write"
      ? "Rename the folder, or move the project to a path without commas"
      : "Change the permission in the flow's header or in the options of the step",
  });
}
