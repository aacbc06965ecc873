/**
 * `runWorkflow`: everything that belongs to some artifacts, computed, checked and saved as one run.
 * @module
 */
import { DuctaflowError, messageOf } from "../base/error.ts";
import { newId } from "../base/new_id.ts";
import { checkName } from "../base/names.ts";
import { resolve } from "../deps/path.ts";
import type { Run } from "../step/run.ts";
import { stepDefaults } from "../step/step_options.ts";
import { dropValues, neededAgain } from "./ephemeral.ts";
import type { CallKind } from "./graph.ts";
import { paramValues } from "./param.ts";
import { planWorkflow } from "./plan_workflow.ts";
import type { RunContext } from "./run_call.ts";
import { type GraphOutcome, runCalls } from "./run_graph.ts";
import type { AnyArtifact, WorkflowOptions } from "./workflow.ts";

/** One step of a run of a workflow. */
export interface WorkflowStep {
  /** What it is called in the workflow. */
  name: string;
  /** The exported function. */
  op: string;
  /** What it does. */
  kind: CallKind;
  /** `blocked`: something that it needs failed. `held`: a save that was not done, since something failed. */
  status: "succeeded" | "warned" | "failed" | "blocked" | "held";
  /** Whether an earlier run was reused. */
  cached: boolean;
  /** The run of its step, if there is one. */
  run?: Run;
  /** Why it failed. */
  error?: unknown;
  /** The name of the step that failed. */
  blockedBy?: string;
}

/** A run of a workflow. */
export interface WorkflowRun {
  /** The name of the workflow. */
  workflow: string;
  /** The id of the run: the name of the instance of each step. */
  run: string;
  /** How it ended; `warned`: a check of severity `warning` does not hold. */
  status: "succeeded" | "warned" | "failed" | "cancelled";
  /** Its steps, in an order in which they can run. */
  steps: WorkflowStep[];
  /** The values that the parameters had. Given again with the same id, they resume the run. */
  params: Record<string, unknown>;
  /** How long it took. */
  durationMs: number;
  /** Throws a `WorkflowFailedError` when the run did not succeed; else gives the run. */
  throwIfFailed(): WorkflowRun;
}

/** A workflow that did not succeed; its `cause` is the first failure. */
export class WorkflowFailedError extends DuctaflowError {
  /** The run with all its steps. */
  readonly run: WorkflowRun;

  /** Makes the error of a run. */
  constructor(run: WorkflowRun) {
    const failed = run.steps.filter(({ status }) => status === "failed");
    const blocked = run.steps.filter(({ status }) => status === "blocked" || status === "held").length;
    const list = failed.slice(0, 8).map(({ name, error }) => `\n  - ${name}: ${messageOf(error)}`);
    const more = blocked > 0 ? `; ${blocked} more did not run` : "";
    const names = failed.slice(0, 3).map(({ name }) => name).join(", ") + (failed.length > 3 ? " and others" : "");
    const at = names === "" ? "" : ` at ${names}`;
    super(`The workflow ${run.workflow} ${run.status}${at}, run ${run.run}${more}${list.join("")}`, {
      code: `workflow-${run.status}`,
      hint: (failed[0]?.error as DuctaflowError | undefined)?.hint ?? "Its steps tell more",
      cause: failed[0]?.error,
    });
    this.name = "WorkflowFailedError";
    this.run = run;
  }
}

/** Runs a workflow: `runWorkflow`. */
export async function executeWorkflow(
  workflow: string,
  artifacts: AnyArtifact[],
  options: WorkflowOptions,
  cwd: string,
): Promise<WorkflowRun> {
  const began = performance.now();
  const { graph, compute, saves, keys, params } = await planWorkflow(workflow, artifacts, options, cwd);
  const context: RunContext = {
    graph,
    workflow,
    run: checkName("instance", options.run ?? newId()),
    runsDir: resolve(cwd, options.runsDir ?? stepDefaults.runsDir),
    keys,
    params: paramValues(params, options.params),
    cache: options.cache,
    signal: options.signal,
    cwd,
  };
  context.again = await neededAgain(context, [...compute, ...saves]);
  const done = await runCalls(context, compute, options.concurrency);
  const failed = [...done.outcomes.values()].some(({ status }) => status === "failed" || status === "blocked");
  if (!failed) await runCalls(context, saves, options.concurrency, done);
  const isWhole = [...done.outcomes.values()].every(({ status }) => status !== "failed" && status !== "blocked");
  if (isWhole && !options.signal?.aborted) await dropValues(context, done);
  return workflowRun(context, [...compute, ...saves], done, performance.now() - began);
}

function workflowRun(context: RunContext, ids: string[], { outcomes }: GraphOutcome, durationMs: number): WorkflowRun {
  const { graph, keys, workflow, run, params, signal } = context;
  const steps = ids.map((id): WorkflowStep => {
    const call = graph.calls.get(id)!;
    const base = { name: keys.get(id)!, op: call.export, kind: call.kind };
    const outcome = outcomes.get(id);
    if (!outcome) return { ...base, status: "held", cached: false };
    const { status, cached, run, error, blockedBy } = outcome;
    return {
      ...base,
      status,
      cached,
      ...(run ? { run } : {}),
      ...(error === undefined ? {} : { error }),
      ...(blockedBy === undefined ? {} : { blockedBy: keys.get(blockedBy)! }),
    };
  });
  const has = (...statuses: WorkflowStep["status"][]) => steps.some((step) => statuses.includes(step.status));
  const status = signal?.aborted
    ? "cancelled"
    : has("failed", "blocked", "held")
    ? "failed"
    : has("warned")
    ? "warned"
    : "succeeded";
  const result: WorkflowRun = {
    workflow,
    run,
    status,
    steps,
    params: Object.fromEntries(params),
    durationMs: Math.round(durationMs),
    throwIfFailed() {
      if (status === "failed" || status === "cancelled") throw new WorkflowFailedError(result);
      return result;
    },
  };
  return result;
}
