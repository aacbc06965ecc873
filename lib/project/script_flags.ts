/**
 * The permissions of a flow that runs by itself, where nobody is there to grant them.
 * @module
 */
import { permissionKinds } from "../base/permission_kind.ts";
import type { Flow } from "../notebook/flow.ts";

/**
 * The flags of `deno run` that give what the header asks for, besides reading (paths of the header count from the flow)
 * and writing in the current folder. `secrets`: variables that hold what the config only names. `out`: another folder that
 * outputs are to go to.
 */
export function scriptFlags({ header: { permissions } }: Flow, secrets: string[], out?: string): string[] {
  // Deno takes a comma for the next value: what holds one is refused by the script, which says so.
  const folders = out === undefined || out.includes(",") ? "." : `.,${out}`;
  const flags = ["--allow-read", permissions.write === undefined ? `--allow-write=${folders}` : "--allow-write"];
  for (const kind of permissionKinds) {
    const asked = kind === "env" ? withSecrets(permissions.env, secrets) : permissions[kind];
    if (asked === undefined || ["read", "write", "import"].includes(kind)) continue;
    flags.push(asked === true ? `--allow-${kind}` : `--allow-${kind}=${asked.join()}`);
  }
  // As in a run: packages that look at the environment while they load see an empty one instead of failing.
  if (permissions.env !== true) flags.push("--ignore-env");
  return flags;
}

function withSecrets(asked: Flow["header"]["permissions"]["env"], secrets: string[]): string[] | true | undefined {
  if (asked === true || secrets.length === 0) return asked;
  return [...new Set([...asked ?? [], ...secrets])];
}
