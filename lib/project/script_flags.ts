/**
 * The permissions of a flow that runs by itself, where nobody is there to grant them.
 * @module
 */
import { permissionKinds } from "../base/permission_kind.ts";
import type { Flow } from "../notebook/flow.ts";
import { readConfigFile } from "../step/config_settings.ts";
import { projectOfFlow } from "../step/project.ts";

/** What a script needs besides what its flow asks for. */
export interface ScriptNeeds {
  /** Variables that hold what the config only names. */
  secrets: string[];
  /** Another folder that outputs are to go to. */
  out?: string;
}

/** What Deno has only when it is asked for, and what matters to code that is bundled already. */
const unstableFeatures = [
  ...["broadcast-channel", "cron", "kv", "net", "no-legacy-abort", "node-globals", "otel", "temporal", "unsafe-proto"],
  ...["vsock", "webgpu", "worker-options"],
];

/**
 * The flags of `deno run` that give what the header asks for, besides reading (paths of the header count from the flow)
 * and writing in the current folder, and the unstable features that the project's configuration switches on.
 */
export async function scriptFlags(flow: Flow, { secrets, out }: ScriptNeeds): Promise<string[]> {
  const { permissions } = flow.header;
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
  return [...flags, ...await unstableFlags(flow)];
}

function withSecrets(asked: Flow["header"]["permissions"]["env"], secrets: string[]): string[] | true | undefined {
  if (asked === true || secrets.length === 0) return asked;
  return [...new Set([...asked ?? [], ...secrets])];
}

/** Where the script is run, there may be no configuration file. */
async function unstableFlags(flow: Flow): Promise<string[]> {
  const { configFile } = projectOfFlow(flow);
  const { unstable } = (configFile && await readConfigFile(configFile)) || {};
  if (!Array.isArray(unstable)) return [];
  return unstableFeatures.filter((name) => unstable.includes(name)).map((name) => `--unstable-${name}`);
}
