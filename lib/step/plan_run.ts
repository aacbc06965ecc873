/**
 * What is decided before a run starts: the flow is built, the config bound, the permissions granted.
 * @module
 */
import { join, resolve } from "../deps/path.ts";
import { explainDiskError } from "../base/disk_error.ts";
import { sha256 } from "../base/hash.ts";
import { canonicalJson, type Json } from "../base/json.ts";
import { checkName } from "../base/names.ts";
import type { Config } from "../base/record.ts";
import { bindConfig, type BoundConfig } from "./bind_config.ts";
import { type Build, buildFlow } from "./build.ts";
import { grantedVariables } from "./child_environment.ts";
import { checkOptions } from "./check_options.ts";
import { maybeGiven } from "./given.ts";
import { computeGrant, type Grant } from "./grant.ts";
import { type InstancePaths, instancePaths } from "./instance_paths.ts";
import { conductorLocale } from "./locale.ts";
import { stepDefaults, type StepOptions } from "./step_options.ts";

/** What is decided before a run starts. */
export interface RunPlan {
  paths: InstancePaths;
  build: Build;
  bound: BoundConfig;
  grant: Grant;
  configHash: string;
  grantHash: string;
  /** What the config was made from, if that is short. */
  given?: string;
}

/** What all instances of a step share. */
export interface StepPlan {
  build: Build;
  step: string;
  /** Absolute path of the folder of all runs. */
  runsDir: string;
  /** The folder from which the conductor's paths count. */
  cwd: string;
}

/** Builds the flow of a step. Nothing of it runs. */
export async function planStep(flow: string | URL, options: StepOptions): Promise<StepPlan> {
  checkOptions(options);
  // Both are taken now: a conductor may go to another folder while the flow is read.
  const [cwd, runsDir] = [Deno.cwd(), resolve(options.runsDir ?? stepDefaults.runsDir)];
  options.signal?.throwIfAborted();
  try {
    const build = await buildFlow(flowPath(flow), join(runsDir, ".ductaflow", "build"));
    return { build, step: checkName("step", options.step ?? build.flow.name), runsDir, cwd };
  } catch (error) {
    throw explainDiskError(error, `prepare "${flow}" in "${runsDir}"`);
  }
}

/** Makes the plan of a run. Nothing of the flow runs, and nothing of the instance is written. */
export async function planRun(
  flow: string | URL,
  instance: string,
  config: object,
  options: StepOptions,
): Promise<RunPlan> {
  checkName("instance", instance);
  const { build, step, runsDir, cwd } = await planStep(flow, options);
  const paths = instancePaths(runsDir, step, instance);
  const text = options.textConfig;
  const name = `${step}/${instance}`;
  const bound = bindConfig(build.flow, config, Array.isArray(text) ? { textKeys: text, name } : { text, name });
  try {
    const { grant, grantHash } = await planGrant(build, paths, options, cwd);
    const configHash = await hashConfig(bound.config);
    return { paths, build, bound, grant, configHash, grantHash, given: maybeGiven(config, text) };
  } catch (error) {
    throw explainDiskError(error, `prepare "${flow}" in "${runsDir}"`);
  }
}

/** The permissions of an instance, and their hash, which is the same for all instances of a step. */
export async function planGrant(
  build: Build,
  paths: InstancePaths,
  { permissions }: StepOptions,
  cwd: string,
): Promise<Pick<RunPlan, "grant" | "grantHash">> {
  const grant = computeGrant(build.flow, paths, permissions, cwd);
  return { grant, grantHash: await hashGrant(grant, paths) };
}

/** SHA-256 of a config, whatever the order of its keys. */
export function hashConfig(config: Config): Promise<string> {
  return sha256(canonicalJson(config));
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
