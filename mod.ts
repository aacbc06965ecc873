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
export { fromNotebook, toNotebook } from "./lib/step/notebooks.ts";
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
export { makeNewDuctaflowInstance } from "./lib/project/new_project.ts";
export { publishFlow } from "./lib/workflow/publish_flow.ts";
export { triggerFlow } from "./lib/workflow/trigger_flow.ts";
export { deleteFlow, getFlow, listFlows } from "./lib/workflow/get_flow.ts";
export { after, cron, daily, every, hourly, monthly, weekly } from "./lib/workflow/schedule.ts";
export { workflowParams } from "./lib/workflow/workflow_params.ts";
export { renderReport } from "./lib/report/report_on_demand.ts";
export {
  compileFlow,
  createFlowRunner,
  createFlowRunScript,
  createStandaloneScript,
} from "./lib/project/scripts_on_demand.ts";
export { runFlowCommand } from "./lib/cli/flow_command.ts";
export { ops } from "./lib/ops/operators.ts";
export { runWorkflow } from "./lib/ops/workflow.ts";
export { getOperatorCode } from "./lib/ops/get_operator_code.ts";
export { param } from "./lib/ops/param.ts";
export { duckdb, files, loadResources, mysql, postgres, resource, s3, sqlite, store } from "./lib/resource/resource.ts";
export { ident, sql } from "./lib/resource/sql_template.ts";
export { defineCheck, defineMetric, defineOp } from "./lib/flow.ts";
export { recordSchema } from "./lib/base/record.ts";
export { DuctaflowError, isDuctaflowError } from "./lib/base/error.ts";
export { StepFailedError } from "./lib/step/step_failed_error.ts";

export type { OperatorCode } from "./lib/ops/operator_code.ts";
export type { CellOutline, RetryOptions, SecretSource, StepEvent, StepOptions } from "./lib/step/step_options.ts";
export type { AsJson, Axes, GridRow } from "./lib/batch/grid.ts";
export type { Column, ColumnType } from "./lib/batch/columns.ts";
export type { ReadTableOptions } from "./lib/batch/read_table.ts";
export type { Row, RowOrigin } from "./lib/batch/row.ts";
export type { FlattenedConfig } from "./lib/step/flatten_config.ts";
export type { GetAllOptions, GetRunOptions } from "./lib/step/get_run.ts";
export type { Artifact as RunArtifact, Run } from "./lib/step/run.ts";
export type {
  AnyRow,
  Artifact,
  ArtifactMethods,
  ArtifactVersion,
  Column as ColumnName,
  GetOptions,
  Head,
  IsAny,
  IsParts,
  Liftable,
  NumberMethods,
  PartsOf,
  Result,
  RowOf,
  TableMethods,
  TupleOf,
} from "./lib/ops/artifact.ts";
export type { Bounds, CheckSettings, LastRuns } from "./lib/ops/bounds.ts";
export type { CallKind, CallSettings } from "./lib/ops/graph.ts";
export type { PlannedCall } from "./lib/ops/plan_workflow.ts";
export type { ExternalCall, ReadCall, SaveCall, SavedArtifact, SaveTarget, SavingRun } from "./lib/ops/external.ts";
export type { ArtifactKind, ColumnKind, TableColumn, TableShape } from "./lib/ops/external.ts";
export type { BucketOptions, ServerOptions } from "./lib/resource/resource.ts";
export type { Database, DatabaseInput, DatabaseOptions, TableOptions } from "./lib/resource/database.ts";
export type { FileReadOptions, FileSaveOptions, Store, StoredFile, StoreFormat } from "./lib/resource/store.ts";
export type { ListedTable, TableDescription } from "./lib/resource/host/session.ts";
export type { ColumnType as DatabaseColumnType, TableColumn as DatabaseColumn } from "./lib/resource/host/column.ts";
export type { ResourceType } from "./lib/resource/declaration.ts";
export type { NumberSettings } from "./lib/resource/number_options.ts";
export type { SqlIdentifier, SqlInput, SqlQuery, TemplatePart } from "./lib/resource/sql_template.ts";
export type { AnyFunction, LiftedArguments, Operator, Operators, OpsOptions } from "./lib/ops/operators.ts";
export type { OperatorFailedError } from "./lib/ops/operator_failed_error.ts";
export type { Param, ParamOptions, Widened } from "./lib/ops/param.ts";
export type { AnyArtifact, WorkflowOptions } from "./lib/ops/workflow.ts";
export type { WorkflowFailedError, WorkflowRun, WorkflowStep } from "./lib/ops/run_workflow.ts";
export type { CheckOperatorOptions, CheckResult, MetricOperatorOptions, OperatorOptions } from "./lib/flow.ts";
export type { CodeHashes, Freshness } from "./lib/step/freshness.ts";
export type { StaleReason } from "./lib/step/stale_reasons.ts";
export type { Batch, BatchEvent, BatchFailure } from "./lib/batch/batch.ts";
export type { BatchPlan, PlannedInstance } from "./lib/batch/plan_instances.ts";
export type { RowOptions } from "./lib/batch/batch_rows.ts";
export type { BatchOptions } from "./lib/batch/run_instances.ts";
export type { NewProject, NewProjectOptions } from "./lib/project/new_project.ts";
export type { ToolkitOrigin } from "./lib/project/toolkit_origin.ts";
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
export type { FromNotebookOptions, ToNotebookOptions } from "./lib/step/notebooks.ts";
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
export type { FlowRunInfo, Publication, PublishOptions } from "./lib/workflow/publish_flow.ts";
export type { TriggerOptions } from "./lib/workflow/trigger_flow.ts";
export type {
  DeleteOptions,
  Deletion,
  HistoryEntry,
  RunsOptions,
  Workflow,
  WorkflowHandle,
} from "./lib/workflow/get_flow.ts";
export type { SavedObject } from "./lib/workflow/saved/saved_objects.ts";
export type { FlowRun, ResumeOptions } from "./lib/workflow/flow_run.ts";
export type { FlowRunStatus, Trigger } from "./lib/workflow/ticket.ts";
export type { Pass, Passed } from "./lib/workflow/pass.ts";
export type { AfterOptions, DailyOptions, Schedule, Weekday, ZoneOptions } from "./lib/workflow/schedule.ts";
export type { ParameterOption, WorkflowParameter } from "./lib/workflow/parameters.ts";
export type { KeepOptions, Override, SettingsLayers, WorkflowSettings } from "./lib/workflow/settings.ts";
export type { Channel, NotifyEvent } from "./lib/workflow/notify/channel.ts";
export type { WorkflowPlace } from "./lib/workflow/workflow_paths.ts";
export type { BulkCounts } from "./lib/base/bulk_summary.ts";
export type { CreatedScript, ScriptOptions } from "./lib/project/script_options.ts";
export type { FlowCommandOptions } from "./lib/cli/flow_command.ts";
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
  ParentRecord,
  PermissionKind,
  PermissionSet,
  PermissionsRecord,
  RunRecord,
  RunStatus,
  StepRecord,
  WorkflowRecord,
} from "./lib/base/record.ts";

if (import.meta.main) {
  const { onDemand } = await import("./lib/base/on_demand.ts");
  const { main } = await onDemand<typeof import("./lib/cli/main.ts")>("lib/cli/main.ts");
  await main();
}
