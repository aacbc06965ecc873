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
export { getAllInstances, getEarlierRuns, getRun } from "./lib/step/get_run.ts";
export { clean, planCleaning } from "./lib/batch/clean.ts";
export { compareRuns } from "./lib/batch/compare_runs.ts";
export { readFlow } from "./lib/notebook/read_flow.ts";
export { renderReport } from "./lib/report/report_on_demand.ts";
export { recordSchema } from "./lib/base/record.ts";
export { DuctaflowError, isDuctaflowError } from "./lib/base/error.ts";
export { StepFailedError } from "./lib/step/step_failed_error.ts";

export type { CellOutline, RetryOptions, StepEvent, StepOptions } from "./lib/step/step_options.ts";
export type { FlattenedConfig } from "./lib/step/flatten_config.ts";
export type { GetAllOptions, GetRunOptions } from "./lib/step/get_run.ts";
export type { Artifact, Run } from "./lib/step/run.ts";
export type { Cleaning, CleaningItem, CleaningPlan, CleanOptions } from "./lib/batch/clean.ts";
export type { ComparedRun, RunComparison } from "./lib/batch/compare_runs.ts";
export type { PermissionDifference } from "./lib/batch/compare_access.ts";
export type { ArtifactDifference, TableDifference } from "./lib/batch/compare_artifacts.ts";
export type { CodeComparison } from "./lib/batch/compare_code.ts";
export type { ConfigDifference } from "./lib/batch/compare_config.ts";
export type { Difference, NumberDifference } from "./lib/batch/difference.ts";
export type { TextDiff, TextHunk } from "./lib/batch/text_diff.ts";
export type { Freshness, StaleReason } from "./lib/step/freshness.ts";
export type { PermissionOptions } from "./lib/step/grant.ts";
export type { RunEvent, ThrownError } from "./lib/step/event_log.ts";
export type { Execution, Executor, ProcessExit, ProcessOrder } from "./lib/executor/executor.ts";
export type { Cell, Flow, FlowHeader, Parameter, ParameterType } from "./lib/notebook/flow.ts";
export type {
  CellMetadata,
  CodeCell,
  MimeBundle,
  Notebook,
  NotebookCell,
  Output,
  TextCell,
} from "./lib/notebook/ipynb.ts";
export type { ReportOptions } from "./lib/report/render_report.ts";
export type { Preview, PreviewCell } from "./lib/report/preview.ts";
export type { DuctaflowErrorOptions } from "./lib/base/error.ts";
export type { Duration } from "./lib/base/duration.ts";
export type { Json, JsonObject } from "./lib/base/json.ts";
export type { LockHolder } from "./lib/base/lock.ts";
export type {
  ArtifactRecord,
  AttemptRecord,
  CellRecord,
  CellStatus,
  CheckRecord,
  CodeRecord,
  Config,
  EnvironmentRecord,
  ErrorRecord,
  FlowRecord,
  GitRecord,
  InputRecord,
  MetricRecord,
  OutputRecord,
  ParameterRecord,
  PermissionKind,
  PermissionSet,
  PermissionsRecord,
  RunRecord,
  RunStatus,
} from "./lib/base/record.ts";

if (import.meta.main) {
  const { main } = await import("./lib/cli/main.ts");
  await main();
}
