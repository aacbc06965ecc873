/**
 * What is decided before a run starts: the flow is built, the config bound, the permissions granted.
 * @module
 */
import { explainDiskError } from "../base/disk_error.ts";
import { sha256 } from "../base/hash.ts";
import { canonicalJson } from "../base/json.ts";
import { checkName } from "../base/names.ts";
import type { Config, StepRecord, WorkflowRecord } from "../base/record.ts";
import { bindConfig, type BoundConfig } from "./bind_config.ts";
import type { Build } from "./build.ts";
import { maybeGiven } from "./given.ts";
import { type InstancePaths, instancePaths } from "./instance_paths.ts";
import { type GrantPlan, planGrant, planStep } from "./plan_step.ts";
import type { StepOptions } from "./step_options.ts";

/** What is decided before a run starts. */
export interface RunPlan extends GrantPlan {
  paths: InstancePaths;
  build: Build;
  bound: BoundConfig;
  configHash: string;
  /** What the config was made from, if that is short. */
  given?: string;
  /** For a run of a published workflow. */
  workflow?: WorkflowPart;
}

/** What a run of a workflow has besides any run. */
export interface WorkflowPart {
  /** What its record says about the workflow. */
  record: WorkflowRecord;
  /** The steps that it has run so far. */
  steps?: () => StepRecord[];
}

/** Makes the plan of a run. Nothing of the flow runs, and nothing of the instance is written. */
export async function planRun(
  flow: string | URL,
  instance: string,
  config: object,
  options: StepOptions,
  cwd = Deno.cwd(),
): Promise<RunPlan> {
  checkName("instance", instance);
  const { build, step, runsDir } = await planStep(flow, options, cwd);
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

/** SHA-256 of a config, whatever the order of its keys. */
export function hashConfig(config: Config): Promise<string> {
  return sha256(canonicalJson(config));
}
