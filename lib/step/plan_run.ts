/**
 * What is decided before a run starts: the flow is built, the config bound, the permissions granted.
 * @module
 */
import { join, resolve } from "../deps/path.ts";
import { explainDiskError } from "../base/disk_error.ts";
import { checkName } from "../base/names.ts";
import { bindConfig, type BoundConfig } from "./bind_config.ts";
import { type Build, buildFlow } from "./build.ts";
import { checkOptions } from "./check_options.ts";
import { hashConfig, hashGrant } from "./freshness.ts";
import { computeGrant, type Grant } from "./grant.ts";
import { type InstancePaths, instancePaths } from "./instance_paths.ts";
import { stepDefaults, type StepOptions } from "./step_options.ts";

/** What is decided before a run starts. */
export interface RunPlan {
  id: string;
  paths: InstancePaths;
  build: Build;
  bound: BoundConfig;
  grant: Grant;
  configHash: string;
  grantHash: string;
}

/** Makes the plan of a run. Nothing of the flow runs, and nothing of the instance is written. */
export async function planRun(
  flow: string | URL,
  instance: string,
  config: object,
  options: StepOptions,
): Promise<RunPlan> {
  checkOptions(options);
  // Both are taken now: a conductor may go to another folder while the flow is read.
  const [cwd, runsDir] = [Deno.cwd(), resolve(options.runsDir ?? stepDefaults.runsDir)];
  checkName("instance", instance);
  options.signal?.throwIfAborted();
  try {
    const build = await buildFlow(flowPath(flow), join(runsDir, ".ductaflow", "build"));
    const step = checkName("step", options.step ?? build.flow.name);
    const paths = instancePaths(runsDir, step, instance);
    const text = options.textConfig;
    const name = `${step}/${instance}`;
    const bound = bindConfig(build.flow, config, Array.isArray(text) ? { textKeys: text, name } : { text, name });
    const grant = computeGrant(build.flow, paths, options.permissions, cwd);
    const [configHash, grantHash] = await Promise.all([hashConfig(bound.config), hashGrant(grant, paths)]);
    return { id: newId(), paths, build, bound, grant, configHash, grantHash };
  } catch (error) {
    throw explainDiskError(error, `prepare "${flow}" in "${runsDir}"`);
  }
}

/** A bare name stands for a flow in `flows/`. */
export function flowPath(flow: string | URL): string | URL {
  return typeof flow === "string" && /^[\w-]+$/.test(flow) ? `flows/${flow}.ts` : flow;
}

let lastTime = 0;

/** Sorts by time, also when the clock is set back while the process runs: `20261122T120304123-4f081c7e`. */
function newId(): string {
  lastTime = Math.max(Date.now(), lastTime);
  const time = new Date(lastTime).toISOString().replace(/[-:.Z]/g, "");
  return `${time}-${crypto.randomUUID().slice(0, 8)}`;
}
