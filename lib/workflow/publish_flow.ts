/**
 * `publishFlow` and what it takes. The work is in `publish/`, loaded on first use: most conductors publish nothing.
 * @module
 */
import { onDemand } from "../base/on_demand.ts";
import type { Duration } from "../base/duration.ts";
import { maybeWorkflowContext, type WorkflowContext } from "../base/workflow_context.ts";
import type { AnyArtifact } from "../ops/workflow.ts";
import type { PermissionOptions } from "../step/grant.ts";
import type { Channel } from "./notify/channel.ts";
import type { ParameterOption } from "./parameters.ts";
import type { Schedule } from "./schedule.ts";
import type { KeepOptions, WorkflowSettings } from "./settings.ts";
import type { WorkflowPlace } from "./workflow_paths.ts";

/** What a workflow runs and how. One of `artifacts`, `flow`, `conductor` and `run` is needed. */
export interface PublishOptions extends WorkflowPlace {
  /**
   * Artifacts of operators: the script that publishes them is frozen with its modules, and when the workflow runs it is
   * started again and comes to this very call, which then computes what they need with all that watches it, and saves at
   * last, as `runWorkflow` does. What `param()` made and a call is given is a parameter of the workflow.
   */
  artifacts?: AnyArtifact[];
  /** Metrics to compute with the artifacts. Those of what is computed anyway belong to it by themselves. */
  metrics?: AnyArtifact[];
  /** How many processes of a graph run at a time. Default: the number of cores. */
  concurrency?: number;
  /** Checks to make with the artifacts. Those of what is computed anyway belong to it by themselves. */
  checks?: AnyArtifact[];
  /** A flow file: a path from the current folder, a `file:` URL, or a bare name that stands for `flows/{name}.ts`. */
  flow?: string | URL;
  /** A conductor script: a path from the current folder, or a `file:` URL. The flows that it names are frozen with it. */
  conductor?: string | URL;
  /**
   * A function of the script that publishes it: that script is frozen, and when the workflow runs it is started again and
   * comes to this very call, which then calls the function with the values of the parameters instead of publishing.
   */
  // deno-lint-ignore no-explicit-any -- the values have the types of the defaults in `params`
  run?: (params: any, run: FlowRunInfo) => unknown;
  /** Further files and folders to freeze. */
  include?: string[];
  /** A sentence about it. */
  description?: string;
  /**
   * Parameters: for a conductor all of them, for a flow what there is to say about those that it declares, for artifacts
   * those that the script asks for by `workflowParams` besides.
   */
  params?: { [name: string]: ParameterOption };
  /** Permissions beyond those that it has anyway: see the guide. Paths from the current folder. */
  permissions?: PermissionOptions;
  /** When it runs: `daily()`, `every("15m")` and so on. Absent: when it is triggered. */
  schedule?: Schedule | string;
  /** Which runs stay. Absent: all. */
  keep?: number | KeepOptions;
  /** Who is told how a run ended. */
  notify?: Channel | string | (Channel | string)[];
  /** What becomes of ticks that no scheduler was there for: one run for all of them (default), or none. */
  onMissed?: WorkflowSettings["onMissed"];
  /** What becomes of a tick while a run goes on: nothing (default), later, instead of that run, or beside it. */
  overlap?: WorkflowSettings["overlap"];
  /** What is due before this moment passes without a run: `"2026-12-24"`, `"2026-12-24T18:00"`, or with a time zone. */
  pausedUntil?: string;
  /** How long one run may take. */
  timeout?: Duration;
}

/** What a function is told about the run that it is. */
export interface FlowRunInfo {
  /** The id of the run. */
  run: string;
  /** The version of the workflow. */
  version: number;
  /** The tick that it was due at, ISO 8601. */
  scheduledFor?: string;
}

/** What publishing came to. */
export interface Publication {
  /** The name of the workflow. */
  name: string;
  /** The number of the version that runs from now on. */
  version: number;
  /** False when the same content was published already. */
  isNew: boolean;
  /** The frozen files, as paths below the project. */
  files: string[];
  /** Settings that the code gives but that an operator changed, and that stay as the operator wants them. */
  overridden: string[];
  /** The next ticks, ISO 8601. */
  next: string[];
}

/**
 * Publishes artifacts of operators, a flow file or a conductor script as a workflow: its sources are frozen as a new version (unless nothing
 * changed), its settings become those that the code says. What an operator changed since stays changed.
 *
 * @throws {DuctaflowError} before anything is written: `bad-name`, `bad-schedule`, `bad-setting`, `bad-parameters`,
 * `no-operator`, `bad-save`, `flow-not-found`, `flow-import`, `import-outside`, `workflow-cycle`
 *
 * @example
 * ```ts
 * import { publishFlow } from "./publish_flow.ts";
 * import { daily } from "./schedule.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * const dir = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${dir}/greet.ts`, '// %% tags=["parameters"]\nlet name = "you";\n// %%\nconsole.log(name);');
 * const options = { flow: `${dir}/greet.ts`, schedule: daily({ at: "06:00", tz: "UTC" }), runsDir: `${dir}/runs` };
 * const first = await publishFlow("greetings", options);
 * const again = await publishFlow("greetings", options);
 * assertEquals([first.version, first.isNew, again.version, again.isNew], [1, true, 1, false]);
 * await Deno.remove(dir, { recursive: true });
 * ```
 */
export async function publishFlow(name: string, options: PublishOptions): Promise<Publication> {
  const cwd = Deno.cwd();
  const context = maybeWorkflowContext();
  if (context) return await runInstead(name, options, context);
  const { publish } = await onDemand<typeof import("./publish/publish.ts")>("lib/workflow/publish/publish.ts");
  return await publish(name, options, { cwd, now: Date.now });
}

/** In the process of a published workflow nothing is published: it comes here to be run, or passes by. */
async function runInstead(name: string, options: PublishOptions, context: WorkflowContext): Promise<Publication> {
  const { workflow, version, run: id, params, scheduledFor } = context;
  const { run, flow, conductor } = options;
  if (name === workflow) context.reached = true;
  if (name === workflow && run) {
    await run(params, { run: id, version, ...(scheduledFor === undefined ? {} : { scheduledFor }) });
  } else if (name === workflow && flow === undefined && conductor === undefined) {
    const { runArtifacts } = await onDemand<typeof import("./run/run_artifacts.ts")>(
      "lib/workflow/run/run_artifacts.ts",
    );
    await runArtifacts(context, options);
  }
  return { name, version, isNew: false, files: [], overridden: [], next: [] };
}
