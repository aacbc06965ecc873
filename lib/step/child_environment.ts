/**
 * The environment variables of a flow's process: its own few, and those that the grant names.
 * @module
 */
import { DuctaflowError } from "../base/error.ts";
import { maybeEnv } from "../base/maybe_env.ts";
import type { Grant } from "./grant.ts";
import { grantedVariables } from "./granted_variables.ts";
import { localeVariables } from "./locale.ts";
import { runDeno } from "./run_deno.ts";

const plainPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
let denoDir: Promise<string> | undefined;

/** The folder of Deno's cache, asked of Deno itself once, since its default depends on the machine. */
export function findDenoDir(): Promise<string> {
  return denoDir ??= askDenoDir();
}

async function askDenoDir(): Promise<string> {
  const { ok, stdout, stderr } = await runDeno(["info", "--json", "--no-config"]);
  if (ok) return JSON.parse(stdout).denoDir;
  denoDir = undefined;
  throw new DuctaflowError(`Cannot ask deno where its cache is: ${stderr.trim()}`, {
    code: "cannot-start",
    hint: "Check that deno info --json works in this environment",
  });
}

/** The whole environment of a run. Nothing of the conductor's own gets through unless it was granted by name. */
export async function childEnvironment(grant: Grant): Promise<Record<string, string>> {
  const { run } = grant.granted;
  return {
    ...grantedVariables(grant),
    // A flow that may start programs needs to find them; to one that may not, Deno says so only of programs it finds.
    PATH: run === undefined ? plainPath : maybeEnv("PATH") ?? plainPath,
    ...localeVariables(),
    DENO_DIR: await findDenoDir(),
    DENO_NO_UPDATE_CHECK: "1",
    DENO_NO_PROMPT: "1",
    DENO_NO_PACKAGE_JSON: "1",
    NO_COLOR: "1",
  };
}
