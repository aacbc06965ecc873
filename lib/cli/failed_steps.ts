/**
 * The steps of a run of a workflow that failed, with what it takes to find out why.
 * @module
 */
import { shortPath } from "../base/short_path.ts";
import { detailLines, maybeFailedCall } from "../ops/failed_call.ts";
import { getRun } from "../step/get_run.ts";
import type { Run } from "../step/run.ts";
import type { FlowRun } from "../workflow/flow_run.ts";
import { oneLine } from "./style.ts";

const mostSteps = 5;
const bad = ["failed", "timed-out"];

/** One block a step: what failed where, the user's own stack, what it was called with, and how to run it again. */
export async function failedStepsText(flowRun: FlowRun, runsDir: string): Promise<string> {
  const failed = flowRun.steps().filter(({ status, cached }) => bad.includes(status) && !cached);
  const blocks: string[] = [];
  for (const { step, instance, id } of failed.slice(0, mostSteps)) {
    const run = await getRun(step, instance, { runsDir }).catch(() => undefined);
    // Somebody may have run it again meanwhile.
    if (run?.record.id === id) blocks.push(blockOf(run));
  }
  // What failed before it had a process left no step: the workflow's own error tells of it.
  const said = await restOfError(flowRun, runsDir);
  if (blocks.length === 0 && said !== "") blocks.push(said);
  const more = failed.length > mostSteps ? [`and ${failed.length - mostSteps} more steps failed\n`] : [];
  return [...blocks, ...more].map((block) => `\n${block}`).join("");
}

async function restOfError({ workflow, id, status }: FlowRun, runsDir: string): Promise<string> {
  if (!bad.includes(status)) return "";
  const run = await getRun(workflow, id, { runsDir }).catch(() => undefined);
  return (run?.record.error?.message ?? "").split("\n").slice(1).map((line) => `${oneLine(line)}\n`).join("");
}

function blockOf(run: Run): string {
  const call = maybeFailedCall(run);
  const lines = call
    ? [`${call.op} failed${call.place ? ` at ${call.place}` : ""}: ${oneLine(call.what)}`, ...call.stack]
    : [`${run.step}/${run.instance}: ${oneLine(run.record.statusText)}`];
  const details = call ? detailLines(call, run) : [`  report  ${shortPath(run.reportPath)}`];
  const hint = run.record.error?.hint;
  return [...lines, ...details, ...hint ? [`  hint    ${oneLine(hint)}`] : []].map((line) => `${line}\n`).join("");
}
