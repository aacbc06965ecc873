/**
 * The permissions of a flow that runs by itself, where nobody is there to grant them.
 * @module
 */
import { permissionKinds } from "../base/permission_kind.ts";
import type { Flow } from "../notebook/flow.ts";

/**
 * The flags of `deno run` that give what the header asks for, besides reading (paths of the header count from the flow)
 * and writing in the current folder.
 */
export function scriptFlags({ header: { permissions } }: Flow): string[] {
  const flags = ["--allow-read", permissions.write === undefined ? "--allow-write=." : "--allow-write"];
  for (const kind of permissionKinds) {
    const asked = permissions[kind];
    if (asked === undefined || ["read", "write", "import"].includes(kind)) continue;
    flags.push(asked === true ? `--allow-${kind}` : `--allow-${kind}=${asked.join()}`);
  }
  // As in a run: packages that look at the environment while they load see an empty one instead of failing.
  if (permissions.env !== true) flags.push("--ignore-env");
  return flags;
}
