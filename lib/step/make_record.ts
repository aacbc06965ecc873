/**
 * Puts the record of a run together.
 * @module
 */
import {
  type AttemptRecord,
  type PermissionSet,
  recordSchema,
  type RunRecord,
  type RunStatus,
} from "../base/record.ts";
import { isBelow } from "../base/is_below.ts";
import { version } from "../base/version.ts";
import { isSkipped } from "../notebook/skipped_cells.ts";
import { maybeWorkflowContext } from "../base/workflow_context.ts";
import type { Attempt } from "./attempt.ts";
import { type Accesses, addDenials } from "./audit.ts";
import type { Build } from "./build.ts";
import { codeRecord } from "./code_graph.ts";
import { describeEnvironment, maybeGit } from "./environment.ts";
import { denialsIn } from "./error_hints.ts";
import { isLive } from "./inputs.ts";
import type { InstancePaths } from "./instance_paths.ts";
import type { Outcome } from "./outcome.ts";
import type { StartedPlan } from "./execute_run.ts";
import type { RunPlan } from "./plan_run.ts";
import { suggestHeader } from "./suggest_header.ts";

/** The record of a run that has just started: all that is known so far. */
export function startRecord(plan: StartedPlan, startedAt: Date): RunRecord {
  const { paths, build, bound, grant } = plan;
  const { flow } = build;
  return {
    schema: recordSchema,
    toolkit: version,
    id: plan.id,
    step: paths.step,
    instance: paths.instance,
    status: "running",
    statusText: "Running",
    startedAt: startedAt.toISOString(),
    durationMs: 0,
    attempts: [],
    flow: { url: flow.url, title: flow.header.title ?? flow.name, hash: flow.hash },
    configHash: plan.configHash,
    parameters: bound.parameters,
    cells: flow.cells.map(({ index, type, title, line, tags }) => ({
      index,
      type,
      ...(title === undefined ? {} : { title }),
      line,
      status: type === "code" && !isSkipped({ type, tags }) ? "not-run" : "skipped",
    })),
    permissions: {
      requested: grant.requested,
      granted: grant.granted,
      used: {},
      denied: {},
      hash: plan.grantHash,
      command: [],
    },
    code: codeRecord(build.graph),
    inputs: [],
    untraced: [],
    artifacts: [],
    metrics: [],
    checks: [],
    output: { stdoutBytes: 0, stderrBytes: 0, droppedBytes: 0, droppedDisplays: 0 },
    environment: describeEnvironment(),
    ...optionalGit(build),
    warnings: [...flow.header.warnings, ...bound.warnings],
    ...workflowParts(plan),
  };
}

function workflowParts({ workflow }: RunPlan): Pick<RunRecord, "workflow" | "parent"> {
  const context = maybeWorkflowContext();
  return {
    ...(workflow ? { workflow: workflow.record } : {}),
    ...(context ? { parent: { step: context.workflow, instance: context.run } } : {}),
  };
}

function optionalGit(build: Build): Pick<RunRecord, "git"> {
  const git = maybeGit(build.project.root);
  return git ? { git } : {};
}

/** Fills the record in with how the last attempt went. */
export function endRecord(
  record: RunRecord,
  plan: RunPlan,
  attempt: Attempt,
  outcome: Outcome,
  traced: Accesses,
): void {
  const { captured } = attempt;
  const denials = captured.error ? denialsIn(captured.error.thrown) : [];
  const accesses = addDenials(traced, denials, { ...plan, folders: captured.folders });
  const suggestion = suggestHeader(plan.build.flow.url, plan, accesses);
  record.status = outcome.status;
  record.statusText = outcome.statusText;
  record.endedAt = new Date().toISOString();
  const whole = Date.parse(record.endedAt) - Date.parse(record.startedAt);
  record.durationMs = record.attempts.length > 1 ? whole : attempt.durationMs;
  record.cells = captured.cells.map((cell) => cell.record);
  if (outcome.error) record.error = outcome.error;
  record.permissions.used = accesses.used;
  record.permissions.denied = accesses.denied;
  record.permissions.command = attempt.command;
  if (suggestion !== undefined) record.permissions.suggestion = suggestion;
  record.metrics = captured.metrics;
  record.checks = captured.checks;
  if (plan.workflow?.steps) record.steps = plan.workflow.steps();
  record.untraced = untraced(accesses.used, plan.grant.granted, plan.paths);
  record.output = {
    stdoutBytes: attempt.stdoutBytes,
    stderrBytes: attempt.stderrBytes,
    droppedBytes: captured.droppedBytes,
    droppedDisplays: captured.droppedDisplays,
    ...(attempt.pipeHeld ? { pipeHeld: true } : {}),
  };
  if (attempt.pipeHeld) {
    record.warnings.push("A process that the flow left behind held its output open; the rest of it is lost");
  }
}

/** One try as the record tells it. */
export function attemptRecord(
  attempt: Attempt,
  { status, statusText }: { status: RunStatus; statusText: string },
): AttemptRecord {
  const { startedAt, durationMs, exit } = attempt;
  return {
    startedAt: startedAt.toISOString(),
    durationMs,
    status,
    statusText,
    exitCode: exit.code,
    ...(exit.signal === undefined ? {} : { signal: exit.signal }),
  };
}

/** What a run may depend on that leaves no trace to compare. */
function untraced(used: PermissionSet, granted: PermissionSet, { dir }: InstancePaths): string[] {
  const list = (values: string[] | true) => values === true ? "anything" : values.join(", ");
  const sentences: string[] = [];
  const live = Array.isArray(used.read) ? used.read.filter((path) => isLive(path) && !path.startsWith("/dev/")) : [];
  if (live.length > 0) sentences.push(`It looked at the state of the machine: ${list(live)}`);
  const outside = Array.isArray(used.write) ? used.write.filter((path) => !isBelow(path, dir)) : [];
  if (outside.length > 0) {
    sentences.push(`It wrote outside its run folder, which is not looked at again: ${list(outside)}`);
  }
  if (used.net) sentences.push(`It used the network: ${list(used.net)}`);
  // Deno's audit log does not tell which programs were run.
  if (granted.run) sentences.push(`It was free to run other programs: ${list(granted.run)}`);
  if (used.ffi) sentences.push(`It called native code: ${list(used.ffi)}`);
  if (used.sys) sentences.push(`It asked about the machine: ${list(used.sys)}`);
  return sentences;
}
