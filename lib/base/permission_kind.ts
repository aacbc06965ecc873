/**
 * The kinds of permission that Deno knows.
 * @module
 */
import type { PermissionKind } from "./record.ts";

/** The kinds of permission, in the order in which Deno documents them. */
export const permissionKinds = [
  "read",
  "write",
  "net",
  "env",
  "run",
  "sys",
  "ffi",
  "import",
] as const satisfies readonly PermissionKind[];

/** Whether a text names a kind of permission. */
export function isPermissionKind(text: unknown): text is PermissionKind {
  return (permissionKinds as readonly unknown[]).includes(text);
}

/** Whether the values of a kind are paths. */
export function isPathKind(kind: PermissionKind): boolean {
  return kind === "read" || kind === "write" || kind === "ffi";
}
