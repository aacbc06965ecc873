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
export { columnsOf } from "./lib/batch/columns.ts";
export { grid } from "./lib/batch/grid.ts";
export { readTable } from "./lib/batch/read_table.ts";
export { originOf } from "./lib/batch/row.ts";
export { toRows } from "./lib/batch/to_rows.ts";
export { flattenConfig } from "./lib/step/flatten_config.ts";
export { runInstances } from "./lib/batch/run_instances.ts";
export { planInstances } from "./lib/batch/plan_instances.ts";
export { BatchFailedError } from "./lib/batch/batch.ts";
export { terminalProgress } from "./lib/cli/terminal_progress.ts";
export { deliver } from "./lib/batch/deliver.ts";
export { listDeliveries } from "./lib/batch/delivery/delivery_log.ts";
export { getAllInstances, getEarlierRuns, getRun } from "./lib/step/get_run.ts";
export { clean, planCleaning } from "./lib/batch/clean.ts";
export { compareRuns } from "./lib/batch/compare_runs.ts";
export { readFlow } from "./lib/notebook/read_flow.ts";
export { collate } from "./lib/batch/collate.ts";
export { renderReport } from "./lib/report/report_on_demand.ts";
export { recordSchema } from "./lib/base/record.ts";
export { DuctaflowError, isDuctaflowError } from "./lib/base/error.ts";
export { StepFailedError } from "./lib/step/step_failed_error.ts";

export type { CellOutline, RetryOptions, StepEvent, StepOptions } from "./lib/step/step_options.ts";
export type { AsJson, Axes, GridRow } from "./lib/batch/grid.ts";
export type { Column, ColumnType } from "./lib/batch/columns.ts";
export type { ReadTableOptions } from "./lib/batch/read_table.ts";
export type { Row, RowOrigin } from "./lib/batch/row.ts";
export type { FlattenedConfig } from "./lib/step/flatten_config.ts";
export type { GetAllOptions, GetRunOptions } from "./lib/step/get_run.ts";
export type { Artifact, Run } from "./lib/step/run.ts";
export type { CodeHashes, Freshness } from "./lib/step/freshness.ts";
export type { StaleReason } from "./lib/step/stale_reasons.ts";
export type { Batch, BatchEvent, BatchFailure } from "./lib/batch/batch.ts";
export type { BatchPlan, PlannedInstance } from "./lib/batch/plan_instances.ts";
export type { RowOptions } from "./lib/batch/batch_rows.ts";
export type { BatchOptions } from "./lib/batch/run_instances.ts";
export type { DeliverOptions, Delivery } from "./lib/batch/deliver.ts";
export type { ListDeliveriesOptions, LoggedDelivery } from "./lib/batch/delivery/delivery_log.ts";
export type { DeliveryStatus } from "./lib/batch/delivery/examine_target.ts";
export type { DeliveredFile } from "./lib/batch/delivery/manifest.ts";
export type { SelectOptions, SkippedFile } from "./lib/batch/delivery/select_files.ts";
export type { Cleaning, CleaningItem, CleaningPlan, CleanOptions } from "./lib/batch/clean.ts";
export type { ComparedRun, RunComparison } from "./lib/batch/compare_runs.ts";
export type { PermissionDifference } from "./lib/batch/comparison/compare_access.ts";
export type { ArtifactDifference, TableDifference } from "./lib/batch/comparison/compare_artifacts.ts";
export type { CodeComparison } from "./lib/batch/comparison/compare_code.ts";
export type { ConfigDifference } from "./lib/batch/comparison/compare_config.ts";
export type { Difference, NumberDifference } from "./lib/batch/comparison/difference.ts";
export type { TextDiff, TextHunk } from "./lib/batch/comparison/text_diff.ts";
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
export type { CollateOptions, Collation } from "./lib/batch/collate.ts";
export type { BulkCounts } from "./lib/base/bulk_summary.ts";
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
