/**
 * Published workflows and their runs. The work is loaded on first use.
 * @module
 */
import { onDemand } from "../base/on_demand.ts";
import type { JsonObject } from "../base/json.ts";
import type { PlannedCall } from "../ops/plan_workflow.ts";
import type { SavedObject } from "./saved/saved_objects.ts";
import type { WorkflowParameter } from "./parameters.ts";
import type { SettingsLayers, WorkflowSettings } from "./settings.ts";
import type { FlowRunStatus } from "./ticket.ts";
import type { WorkflowPlace } from "./workflow_paths.ts";
import type { FlowRun } from "./flow_run.ts";

/** Which runs to list. */
export interface RunsOptions {
  /** At most so many. */
  limit?: number;
  /** Only these statuses. */
  status?: FlowRunStatus[];
  /** Only runs asked for since then, ISO 8601. */
  since?: string;
}

/** One value of a metric over the runs. */
export interface HistoryEntry {
  /** The id of the run. */
  run: string;
  /** The version that it ran. */
  version: number;
  /** When it began, ISO 8601. */
  startedAt: string;
  /** How it ended. */
  status: FlowRunStatus;
  /** The value. */
  value: number;
}

/** What a workflow is now. */
export interface Workflow {
  /** Its name. */
  name: string;
  /** The number of the latest version. */
  version: number;
  /** When that was published, ISO 8601. */
  publishedAt: string;
  /** What it runs. */
  kind: "flow" | "conductor";
  /** The file that was published, absolute. */
  source: string;
  /** A sentence about it. */
  description?: string;
  /** Its parameters. */
  parameters: WorkflowParameter[];
  /** Of artifacts: the calls of operators, in an order in which they can run. */
  graph?: PlannedCall[];
  /** What holds now. */
  settings: WorkflowSettings;
  /** What an operator changed, with when. */
  overrides: SettingsLayers["overrides"];
  /** The next ticks, ISO 8601. */
  next: string[];
  /** The last run that was asked for. */
  latest?: Pick<
    FlowRun,
    "id" | "status" | "statusText" | "requestedAt" | "startedAt" | "endedAt" | "durationMs" | "metrics"
  >;
}

/** A handle on a workflow. */
export interface WorkflowHandle {
  /** Its name. */
  readonly name: string;
  /** What it is now. */
  describe(): Promise<Workflow>;
  /** Its runs, the newest first. */
  runs(options?: RunsOptions): Promise<FlowRun[]>;
  /** One run by its id. */
  run(id: string): Promise<FlowRun>;
  /** The newest run; undefined before the first. */
  latest(): Promise<FlowRun | undefined>;
  /** The values of a metric, from the oldest run. */
  history(metric: string): Promise<HistoryEntry[]>;
  /** Lets ticks pass without a run; `until` a day, a day with a time, or for as long as nobody ends it. */
  pause(options?: { until?: string; tz?: string }): Promise<void>;
  /** Ends the pause; ticks that passed meanwhile stay passed. */
  unpause(): Promise<void>;
  /** Changes settings; publishing does not change them back. `undefined` goes back to what the code says. */
  set(settings: { [name in keyof WorkflowSettings]?: unknown }): Promise<void>;
  /** Runs it once. */
  trigger(params?: JsonObject): Promise<FlowRun>;
}

/** What deleting a workflow removes. */
export interface Deletion {
  /** Its name. */
  name: string;
  /** The ids of its runs. */
  runs: string[];
  /** Its versions. */
  versions: number[];
  /** All folders that go, absolute. */
  folders: string[];
  /** Workflows that follow it, and will only run when triggered. */
  followers: string[];
  /** What its runs saved outside, and which of that goes too. */
  objects: SavedObject[];
}

/** What is deleted. */
export interface DeleteOptions extends WorkflowPlace {
  /** Only tells what would go. */
  dryRun?: boolean;
  /**
   * What its runs saved goes too: `true` for the tables, files and objects that are all its own (saved by `replace` or
   * `fail`); what rows were added to, where others may have theirs, has to be named, as `dryRun` names it. Default: none.
   */
  objects?: true | string[];
}

/**
 * A handle on a published workflow.
 *
 * @throws {DuctaflowError} of code `workflow-not-found`, with the nearest name
 *
 * @example
 * ```ts
 * import { getFlow } from "./get_flow.ts";
 * import { isDuctaflowError } from "../base/error.ts";
 * import { assert } from "../deps/assert.ts";
 *
 * const error = await getFlow("nightly", { runsDir: "/no/runs/here" }).catch((error) => error);
 * assert(isDuctaflowError(error, "workflow-not-found"));
 * ```
 */
export async function getFlow(name: string, options: WorkflowPlace = {}): Promise<WorkflowHandle> {
  const { makeHandle } = await onDemand<typeof import("./handle.ts")>("lib/workflow/handle.ts");
  return makeHandle(name, options);
}

/**
 * All published workflows, by name.
 *
 * @example
 * ```ts
 * import { listFlows } from "./get_flow.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * assertEquals(await listFlows({ runsDir: "/no/runs/here" }), []);
 * ```
 */
export async function listFlows(options: WorkflowPlace = {}): Promise<Workflow[]> {
  const { describeAll } = await onDemand<typeof import("./handle.ts")>("lib/workflow/handle.ts");
  return await describeAll(options);
}

/**
 * Removes a workflow with its versions and all its runs, and, if asked to, what these saved; steps that it shares with
 * others stay. With `dryRun` it only tells what would go.
 *
 * @throws {DuctaflowError} `workflow-not-found`; `locked` while one of its runs goes on; `object-not-removed` when something
 * that was saved cannot be removed, and then the workflow is left as it is
 *
 * @example
 * ```ts
 * import { deleteFlow } from "./get_flow.ts";
 * import { isDuctaflowError } from "../base/error.ts";
 * import { assert } from "../deps/assert.ts";
 *
 * const error = await deleteFlow("nightly", { dryRun: true, runsDir: "/no/runs/here" }).catch((error) => error);
 * assert(isDuctaflowError(error, "workflow-not-found"));
 * ```
 */
export async function deleteFlow(name: string, options: DeleteOptions = {}): Promise<Deletion> {
  const { removeWorkflow } = await onDemand<typeof import("./remove_workflow.ts")>("lib/workflow/remove_workflow.ts");
  return await removeWorkflow(name, options);
}
