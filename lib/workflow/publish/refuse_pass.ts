/**
 * A schedule that passes values on is refused when it cannot work.
 * @module
 */
import { DuctaflowError } from "../../base/error.ts";
import { nearest } from "../../base/nearest.ts";
import type { WorkflowParameter } from "../parameters.ts";
import type { Schedule } from "../schedule.ts";
import { type WorkflowPaths, workflowPaths } from "../workflow_paths.ts";
import { maybeVersion } from "./version.ts";

/** Refuses what is passed to parameters that there are not, or from such. */
export function refusePass(paths: WorkflowPaths, schedule: Schedule | undefined, own: WorkflowParameter[]): void {
  if (!schedule || !("after" in schedule) || !schedule.pass) return;
  const upstream = maybeVersion(workflowPaths(schedule.after, paths));
  for (const [name, from] of Object.entries(schedule.pass)) {
    refuseUnknown(paths.name, name, own);
    if ("param" in from && upstream) refuseUnknown(schedule.after, from.param, upstream.parameters);
  }
}

function refuseUnknown(workflow: string, name: string, parameters: WorkflowParameter[]): void {
  const names = parameters.map((parameter) => parameter.name);
  if (names.includes(name)) return;
  const meant = nearest(name, names);
  const accepted = names.length > 0 ? `Its parameters are ${names.join(", ")}` : "It has no parameters";
  throw new DuctaflowError(`The schedule passes "${name}", but "${workflow}" has no such parameter`, {
    code: "bad-schedule",
    hint: meant ? `Did you mean "${meant}"?` : accepted,
  });
}
