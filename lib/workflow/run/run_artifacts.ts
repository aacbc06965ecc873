/**
 * A run of a workflow of operators, in the process of the script that published it: the graph is computed under the
 * run's id, and what it measured and checked is said of the run itself, so that its record and history have it.
 * @module
 */
import { check, display, metric, table } from "../../flow.ts";
import type { WorkflowContext } from "../../base/workflow_context.ts";
import { formatDuration } from "../../base/duration.ts";
import { planWorkflow } from "../../ops/plan_workflow.ts";
import { executeWorkflow, type WorkflowStep } from "../../ops/run_workflow.ts";
import type { PublishOptions } from "../publish_flow.ts";
import { artifactsOf } from "../publish/graph_content.ts";

/** Runs what the artifacts of `publishFlow` need. Throws a `WorkflowFailedError` when something of it failed. */
export async function runArtifacts({ workflow, run, params }: WorkflowContext, options: PublishOptions): Promise<void> {
  const cwd = Deno.cwd();
  const artifacts = artifactsOf(options);
  // Others than those of the graph are for the script itself: `workflowParams`.
  const plan = await planWorkflow(workflow, artifacts, options, cwd);
  const own = Object.fromEntries(
    plan.params.filter(({ name }) => name in params).map(({ name }) => [name, params[name]]),
  );
  const { runsDir, concurrency } = options;
  const done = await executeWorkflow(workflow, artifacts, { run, runsDir, concurrency, params: own }, cwd);
  display(table(done.steps.map(lineOf)));
  done.steps.forEach(tell);
  done.throwIfFailed();
}

/** The names of steps are unique in a workflow, those of functions need not be. */
function tell({ name, run }: WorkflowStep): void {
  for (const { value, unit } of run?.record.metrics ?? []) metric(name, value, unit === undefined ? {} : { unit });
  for (const { ok, severity, message } of run?.record.checks ?? []) {
    check(name, ok, { severity, ...(message === undefined ? {} : { message }) });
  }
}

function lineOf({ name, kind, status, cached, run, blockedBy }: WorkflowStep) {
  return {
    step: name,
    kind,
    status: status === "blocked" ? `blocked by ${blockedBy}` : cached ? `${status}, reused` : status,
    took: run && !cached ? formatDuration(run.record.durationMs) : "",
    run: run ? `${run.step}/${run.instance}` : "",
  };
}
