/**
 * ductaflow: run flows (plain `.ts` files with `// %%` cells) again and again, each in a process of its own that has
 * only the permissions it was granted, and leave a folder with config, executed notebook, HTML report, outputs and a
 * truthful record.
 *
 * Import it in a conductor, or run it: `deno run -A mod.ts --help`.
 *
 * @module
 */
export { explainFreshness, runStepFlow } from "./lib/step/run_step_flow.ts";
export { flattenConfig } from "./lib/step/flatten_config.ts";
export { getAllInstances, getRun } from "./lib/step/get_run.ts";
export { DuctaflowError, isDuctaflowError } from "./lib/base/error.ts";
export { StepFailedError } from "./lib/step/step_failed_error.ts";

export type { RetryOptions, StepEvent, StepOptions } from "./lib/step/run_step_flow.ts";
export type { FlattenedConfig } from "./lib/step/flatten_config.ts";
export type { Artifact, Run } from "./lib/step/run.ts";
