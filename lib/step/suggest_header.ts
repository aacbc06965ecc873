/**
 * The smallest permissions header that would have been enough for a run.
 * @module
 */
import { dirname, fromFileUrl, relative } from "../deps/path.ts";
import { isBelow } from "../base/is_below.ts";
import { isPathKind, permissionKinds } from "../base/permission_kind.ts";
import type { PermissionKind, PermissionSet } from "../base/record.ts";
import type { Accesses } from "./audit.ts";
import type { InstancePaths } from "./instance_paths.ts";

const manyFiles = 5;

/** Lines of YAML for the header, or undefined when the default grant of every step is enough. */
export function suggestHeader(flowUrl: string, paths: InstancePaths, accesses: Accesses): string | undefined {
  const lines: string[] = [];
  for (const kind of permissionKinds) {
    if (kind === "import") continue;
    const values = needed(kind, paths, accesses);
    if (values.length === 0) continue;
    const shown = isPathKind(kind) ? toHeaderPaths(values, flowUrl) : values;
    lines.push(`  ${kind}: [${shown.map(toYaml).join(", ")}]`);
  }
  return lines.length === 0 ? undefined : ["permissions:", ...lines].join("\n");
}

/** The line below `permissions:` that would allow one access. */
export function headerLineFor(flowUrl: string, kind: PermissionKind, value: string): string {
  const shown = isPathKind(kind) ? toHeaderPaths([value], flowUrl) : [value];
  return `${kind}: [${shown.map(toYaml).join(", ")}]`;
}

function needed(kind: PermissionKind, paths: InstancePaths, { used, denied }: Accesses): string[] {
  // A variable that is not granted reads as undefined: nothing shows whether the flow needed it.
  const sets: PermissionSet[] = kind === "env" ? [used] : [used, denied];
  const values = new Set(sets.flatMap((set) => Array.isArray(set[kind]) ? set[kind] : []));
  if (kind === "read") return [...values].filter((path) => !isBelow(path, paths.runsDir));
  if (kind === "write") return [...values].filter((path) => !isBelow(path, paths.dir) && !isBelow(path, paths.ownDir));
  return [...values];
}

/** Relative to the flow's folder; many files of one folder become the folder. */
function toHeaderPaths(paths: string[], flowUrl: string): string[] {
  const byFolder = Map.groupBy(paths, (path) => dirname(path));
  const short = [...byFolder].flatMap(([folder, files]) => files.length > manyFiles ? [folder] : files);
  if (!flowUrl.startsWith("file:")) return short;
  const base = dirname(fromFileUrl(flowUrl));
  return short.map((path) => relative(base, path) || ".");
}

/** Text that YAML takes for something else, such as `true` or `2024`, stands in quotes. */
function toYaml(value: string): string {
  const plain = /^([A-Za-z_/]|\.\.?(\/|$))[A-Za-z0-9_./-]*$/.test(value) && !/^(true|false|null)$/i.test(value);
  return plain ? value : JSON.stringify(value);
}
