/**
 * What is decided for a step, whatever the instance: the flow is built, the permissions are granted.
 * @module
 */
import { onDemand } from "../base/on_demand.ts";
import { join, resolve } from "../deps/path.ts";
import { explainDiskError } from "../base/disk_error.ts";
import { DuctaflowError } from "../base/error.ts";
import { sha256 } from "../base/hash.ts";
import { canonicalJson, type Json } from "../base/json.ts";
import { checkName, nameProblem, suggestName } from "../base/names.ts";
import { checkDeno } from "../base/version.ts";
import type { Flow } from "../notebook/flow.ts";
import { type Build, buildFlow } from "./build.ts";
import { checkOptions } from "./check_options.ts";
import { computeGrant, type Grant } from "./grant.ts";
import { grantedVariables } from "./granted_variables.ts";
import type { InstancePaths } from "./instance_paths.ts";
import { conductorLocale } from "./locale.ts";
import { stepDefaults, type StepOptions } from "./step_options.ts";

/** What all instances of a step share. */
export interface StepPlan {
  build: Build;
  step: string;
  /** Absolute path of the folder of all runs. */
  runsDir: string;
  /** The folder from which the conductor's paths count. */
  cwd: string;
}

/** What an instance is granted. */
export interface GrantPlan {
  grant: Grant;
  grantHash: string;
}

/**
 * Builds the flow of a step. Nothing of it runs. `cwd` is where the conductor was when it asked: it may go to another
 * folder while code is loaded and the flow is read.
 */
export async function planStep(flow: string | URL, options: StepOptions, cwd = Deno.cwd()): Promise<StepPlan> {
  checkDeno();
  checkOptions(options);
  const runsDir = resolve(cwd, options.runsDir ?? stepDefaults.runsDir);
  options.signal?.throwIfAborted();
  try {
    const build = await buildFlow(flowPath(flow), join(runsDir, ".ductaflow", "build"), cwd);
    return { build, step: stepOf(build.flow, options), runsDir, cwd };
  } catch (error) {
    throw explainDiskError(error, `prepare "${flow}" in "${runsDir}"`);
  }
}

/** The name of a step: that of its flow unless another is given. */
export function stepOf(flow: Flow, { step }: Pick<StepOptions, "step">): string {
  if (step !== undefined || nameProblem(flow.name) === undefined) return checkName("step", step ?? flow.name);
  throw new DuctaflowError(`The flow's name "${flow.name}" cannot be that of its step: ${nameProblem(flow.name)}`, {
    code: "bad-name",
    hint: `Name the step by --step ${suggestName(flow.name)}, in a program by the option step, or rename the flow`,
  });
}

/** The permissions of an instance, and their hash, which is the same for all instances of a step. */
export async function planGrant(
  build: Build,
  paths: InstancePaths,
  { permissions }: StepOptions,
  cwd: string,
): Promise<GrantPlan> {
  const grant = computeGrant(build.flow, paths, permissions, cwd);
  const { run, write } = grant.granted;
  if (run !== undefined || write === true || write !== undefined && write.length > 1) {
    const { refuseReplaceable } = await onDemand<typeof import("./replaceable_programs.ts")>(
      "lib/step/replaceable_programs.ts",
    );
    refuseReplaceable(grant, paths.dir);
  }
  return { grant, grantHash: await hashGrant(grant, paths) };
}

/**
 * SHA-256 of a grant with the values of the variables it names, which are secrets and stand nowhere else, and of the
 * locale, which reaches a flow in the same way. The run folder itself stands in it as such, so that all instances of a
 * step share the hash (and the work).
 */
function hashGrant(grant: Grant, { dir }: InstancePaths): Promise<string> {
  const values = grant.granted.env === undefined ? null : { ...grantedVariables(grant) };
  const locale = { ...conductorLocale() };
  const text = canonicalJson([grant.granted as unknown as Json, grant.closed, values, locale]);
  const common = text.replaceAll(JSON.stringify(dir).slice(1, -1), "{run}");
  if (common !== lastGrant?.text) lastGrant = { text: common, hash: sha256(common) };
  return lastGrant.hash;
}

let lastGrant: { text: string; hash: Promise<string> } | undefined;

/** A bare name stands for a flow in `flows/`. */
export function flowPath(flow: string | URL): string | URL {
  return typeof flow === "string" && /^[\w-]+$/.test(flow) ? `flows/${flow}.ts` : flow;
}
