/**
 * The `permissions` of a flow's header.
 * @module
 */
import { nearest } from "../base/nearest.ts";
import { isPermissionKind, permissionKinds } from "../base/permission_kind.ts";
import type { Json, JsonObject } from "../base/json.ts";
import type { PermissionKind, PermissionSet } from "../base/record.ts";

/** What is wrong with a value of the header, and what to write instead. */
export interface HeaderProblem {
  /** The key it is about, for finding its line. */
  key: string;
  message: string;
  hint: string;
}

/**
 * Reads `permissions`: an object of kinds, each a text, a list of texts, `true` or `all` (everything), `false`
 * (nothing); or one of these last three for all kinds at once. All problems are given back together.
 */
export function parsePermissions(value: Json): { permissions: PermissionSet; problems: HeaderProblem[] } {
  const permissions: PermissionSet = {};
  const problems: HeaderProblem[] = [];
  if (value === null || value === false) return { permissions, problems };
  if (value === true || value === "all") {
    for (const kind of permissionKinds) permissions[kind] = true;
  } else if (typeof value !== "object" || Array.isArray(value)) {
    problems.push({
      key: "permissions",
      message: `the value of "permissions" is ${show(value)}, which is not a list of kinds with their values`,
      hint: `Write one line a kind below "permissions:", such as "read: [../data]", or "permissions: all"`,
    });
  } else readKinds(value, permissions, problems);
  return { permissions, problems };
}

function readKinds(kinds: JsonObject, permissions: PermissionSet, problems: HeaderProblem[]): void {
  for (const [kind, value] of Object.entries(kinds)) {
    if (!isPermissionKind(kind)) {
      const close = nearest(kind, permissionKinds);
      problems.push({
        key: kind,
        message: `"${kind}" is not a kind of permission`,
        hint: close ? `Did you mean "${close}"?` : `The kinds are ${permissionKinds.join(", ")}`,
      });
      continue;
    }
    const values = readValues(value);
    if (values === undefined) {
      problems.push({
        key: kind,
        message: `the permission "${kind}" is ${show(value)}`,
        hint: `Write a list of texts such as "${kind}: [${examples[kind]}]", or "true" for everything`,
      });
    } else if (values === true || values.length > 0) permissions[kind] = values;
  }
}

const examples: Record<PermissionKind, string> = {
  read: "../data",
  write: "../results",
  net: "api.example.com",
  env: "API_KEY",
  run: "git",
  sys: "hostname",
  ffi: "./lib.so",
  import: "esm.sh",
};

/** `true` for everything, a list otherwise; undefined for what cannot be meant. */
function readValues(value: Json): string[] | true | undefined {
  if (value === true || value === "all") return true;
  if (value === false) return [];
  const list = Array.isArray(value) ? value : [value];
  return list.every((item) => typeof item === "string" && item.trim() !== "") ? list as string[] : undefined;
}

function show(value: Json): string {
  return value === null ? "empty" : JSON.stringify(value);
}
