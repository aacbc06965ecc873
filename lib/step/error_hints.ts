/**
 * What to do about an error that a flow threw, where that is known.
 * @module
 */
import { basename, resolve } from "../deps/path.ts";
import { isBelow } from "../base/is_below.ts";
import { isPathKind, isPermissionKind } from "../base/permission_kind.ts";
import type { Flow } from "../notebook/flow.ts";
import { type Denial, tempName } from "./audit.ts";
import type { ThrownError } from "./event_log.ts";
import { type InstancePaths, ownedFiles } from "./instance_paths.ts";
import { lazyImports } from "./refuse_settings.ts";
import { headerLineFor } from "./suggest_header.ts";

/** A hint for an error, or undefined when there is none. */
export function hintFor(flow: Flow, paths: InstancePaths, thrown: ThrownError): string | undefined {
  for (let error: ThrownError | undefined = thrown; error; error = error.cause) {
    const hint = permissionHint(flow, paths, error.message) ?? cacheHint(error.message) ?? globalHint(error.message);
    if (hint) return hint;
  }
  return undefined;
}

/** What Deno refused, as an error and its causes tell. */
export function denialsIn(thrown: ThrownError): Denial[] {
  const denials: Denial[] = [];
  for (let error: ThrownError | undefined = thrown; error; error = error.cause) {
    const denial = error.name === "NotCapable" ? maybeDenial(error.message) : undefined;
    if (denial) denials.push(denial);
  }
  return denials;
}

/** Reads Deno's sentence: a value stands in quotes, a name such as `<TMP>` does not. */
function maybeDenial(message: string): Denial | undefined {
  const [, kind, quoted, named] = /^Requires (\w+) access to (?:"(.*?)"|(<.*?>))(?:,|$)/s.exec(message) ??
    /^Requires (\w+) access(?:,|$)/.exec(message) ?? [];
  if (!isPermissionKind(kind)) return undefined;
  const value = quoted || named;
  return value ? { kind, value } : { kind };
}

/** Deno's own advice names a flag; what helps here is a line in the header. */
function permissionHint(flow: Flow, paths: InstancePaths, message: string): string | undefined {
  const denial = maybeDenial(message);
  if (!denial) return undefined;
  const { kind, value } = denial;
  if (value === tempName) return `Keep temporary files in the run folder: Deno.makeTempFile({ dir: "." })`;
  const isPath = isPathKind(kind);
  const path = isPath && value ? resolve(paths.dir, value) : value;
  if (kind === "write" && path === paths.dir) return "A run cannot remove its own folder; remove what is in it instead";
  if (kind === "write" && path && ownedFiles.some((name) => path === `${paths.dir}/${name}`)) {
    return `"${basename(path)}" is the toolkit's own file in a run folder: write to another name`;
  }
  if (kind === "read" && path && isBelow(path, paths.ownDir) && basename(path) === fileNameOf(flow)) {
    return `Deno asks for leave to load the flow itself: take "${lazyImports}" out of "unstable" in the deno.json of ` +
      "the workspace";
  }
  if (isPath && path && isBelow(path, paths.ownDir)) {
    return `"${paths.ownDir}" belongs to the toolkit and is closed to flows`;
  }
  if (kind === "ffi" && value && !value.includes("/")) {
    return `Deno grants a library by its path: open "${value}" by its whole path, with that path in the permissions in ` +
      `the flow's header, such as ffi: [/usr/lib/${value}], or add all libraries there: ffi: true`;
  }
  // No header can name a file of one run.
  const ofThisRun = kind === "ffi" && path && isBelow(path, paths.dir);
  const line = path && !ofThisRun ? headerLineFor(flow.url, kind, path) : `${kind}: true`;
  const begin = flow.header.permissions[kind] ? "Extend" : "Add to";
  return `${begin} the permissions in the flow's header: ${line}`;
}

function fileNameOf({ url }: Flow): string {
  return decodeURIComponent(basename(new URL(url).pathname));
}

function cacheHint(message: string): string | undefined {
  if (!/--cached-only is specified|not found in cache/i.test(message)) return undefined;
  return "Flows load code from the cache only: import the package by a literal specifier, so that it is fetched before";
}

function globalHint(message: string): string | undefined {
  if (!/(localStorage|sessionStorage|caches) is not defined/.test(message)) return undefined;
  return "Storage that runs would share is switched off; write a file into the run folder instead";
}
