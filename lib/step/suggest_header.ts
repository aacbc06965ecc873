/**
 * The smallest permissions header that would have been enough for a run.
 * @module
 */
import { dirname, fromFileUrl, relative } from "../deps/path.ts";
import { isBelow } from "../base/is_below.ts";
import { isPathKind, permissionKinds } from "../base/permission_kind.ts";
import type { PermissionKind, PermissionSet } from "../base/record.ts";
import { type Accesses, tempName } from "./audit.ts";
import type { Grant } from "./grant.ts";
import type { InstancePaths } from "./instance_paths.ts";

const manyFiles = 5;
/** From `flows/` to a folder beside the project's: more `..` than that nobody counts. */
const mostClimbs = 3;

/** What a run could do, and where. */
export interface SuggestFrom {
  paths: InstancePaths;
  grant: Grant;
}

/** Lines of YAML for the header, or undefined when the default grant of every step is enough. */
export function suggestHeader(flowUrl: string, from: SuggestFrom, accesses: Accesses): string | undefined {
  const lines: string[] = [];
  for (const kind of permissionKinds) {
    if (kind === "import") continue;
    const values = needed(kind, from, accesses);
    if (values === true) lines.push(`  ${kind}: true`);
    else if (values.length > 0) lines.push(`  ${headerLine(flowUrl, kind, values)}`);
  }
  return lines.length === 0 ? undefined : ["permissions:", ...lines].join("\n");
}

/** The line below `permissions:` that would allow one access. */
export function headerLineFor(flowUrl: string, kind: PermissionKind, value: string): string {
  return headerLine(flowUrl, kind, [value]);
}

function headerLine(flowUrl: string, kind: PermissionKind, values: string[]): string {
  const shown = isPathKind(kind) ? toHeaderPaths(values, flowUrl) : values;
  return `${kind}: [${shown.map(toYaml).join(", ")}]`;
}

function needed(kind: PermissionKind, { paths, grant }: SuggestFrom, { used, denied }: Accesses): string[] | true {
  // A variable that is not granted reads as undefined: nothing shows whether the flow needed it.
  const sets: PermissionSet[] = kind === "env" ? [used] : [untraceable(grant), used, denied];
  if (sets.some((set) => set[kind] === true)) return true;
  const values = new Set(sets.flatMap((set) => listOf(set, kind)));
  if (kind === "read") return [...values].filter((path) => !isBelow(path, paths.runsDir));
  if (kind === "write") {
    // What would allow temporary files opens the folder of everybody's; the error's hint knows better.
    return [...values].filter((path) =>
      ![paths.dir, paths.ownDir].some((own) => isBelow(path, own)) && path !== tempName
    );
  }
  // A library in a run folder is there for one run only, and one found by its bare name Deno takes to be there.
  if (kind === "ffi" && [...values].some((path) => isBelow(path, paths.dir))) return true;
  if (kind === "net") return hosts([...values], [...listOf(grant.granted, kind), ...listOf(denied, kind)]);
  return [...values];
}

function listOf(set: PermissionSet, kind: PermissionKind): string[] {
  const values = set[kind];
  return Array.isArray(values) ? values : [];
}

/** Deno's log does not tell which programs and libraries were used: the flow may need all that it was given. */
function untraceable({ requested, granted }: Grant): PermissionSet {
  const kinds = ["run", "ffi"] as const;
  const given = kinds.flatMap((kind) => {
    const values = granted[kind] === true ? requested[kind] ?? true : granted[kind];
    return values === undefined ? [] : [[kind, values]];
  });
  return Object.fromEntries(given);
}

/** Without the port where no grant and no refusal names it: it may be another one next time, as it is for port 0. */
function hosts(values: string[], exact: string[]): string[] {
  const bare = (value: string) => value.replace(/:\d+$/, "");
  const shown = new Set(values.map((value) => exact.includes(value) && !value.endsWith(":0") ? value : bare(value)));
  return [...shown].filter((value) => value === bare(value) || !shown.has(bare(value)));
}

/** Relative to the flow's folder; many files of one folder become the folder, and a folder stands for all below it. */
function toHeaderPaths(paths: string[], flowUrl: string): string[] {
  const byFolder = Map.groupBy(paths, (path) => dirname(path));
  const listed = new Set([...byFolder].flatMap(([folder, files]) => files.length > manyFiles ? [folder] : files));
  const short = [...listed].filter((path) => ![...listed].some((other) => other !== path && isBelow(path, other)));
  if (!flowUrl.startsWith("file:")) return short;
  const base = dirname(fromFileUrl(flowUrl));
  return short.map((path) => headerPath(path, base));
}

/** Relative where both may move together; what is far away, or shares nothing but the root, is named as it is. */
function headerPath(path: string, base: string): string {
  const short = relative(base, path) || ".";
  const steps = short.split("/");
  const climbs = steps.findLastIndex((step) => step === "..") + 1;
  return climbs > mostClimbs || climbs > 0 && climbs === base.split("/").length - 1 ? path : short;
}

/** Text that YAML takes for something else, such as `true` or `2024`, stands in quotes. */
function toYaml(value: string): string {
  const plain = /^([A-Za-z_/]|\.\.?(\/|$))[A-Za-z0-9_./-]*$/.test(value) && !/^(true|false|null)$/i.test(value);
  return plain ? value : JSON.stringify(value);
}
