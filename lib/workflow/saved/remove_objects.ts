/**
 * Removes what the runs of a workflow saved, each in a process that has the permissions of the save and no others.
 * @module
 */
import { childModule } from "../../base/child_module.ts";
import { DuctaflowError, messageOf } from "../../base/error.ts";
import { isPathKind } from "../../base/permission_kind.ts";
import type { PermissionKind } from "../../base/record.ts";
import { join } from "../../deps/path.ts";
import { operatorFlow } from "../../ops/operator_flow.ts";
import type { PermissionOptions } from "../../step/grant.ts";
import { runStep } from "../../step/run_step.ts";
import type { StepFailedError } from "../../step/step_failed_error.ts";
import type { WorkflowPaths } from "../workflow_paths.ts";
import type { FoundObject } from "./saved_objects.ts";

const timeout = "5m";

/**
 * Removes the objects that go.
 * @throws {DuctaflowError} of code `object-not-removed`, at the first that cannot be removed
 */
export async function removeObjects({ name, runsDir }: WorkflowPaths, objects: FoundObject[]): Promise<void> {
  const wanted = objects.filter(({ goes }) => goes);
  if (wanted.length === 0) return;
  // Its runs are about to go as well: what did it is kept nowhere. It lies where `clean` would find it.
  const aside = join(runsDir, ".ductaflow", "trash");
  Deno.mkdirSync(aside, { recursive: true });
  const place = await Deno.makeTempDir({ dir: aside, prefix: "remove-" });
  try {
    for (const object of wanted) await removeObject(name, object, place);
  } finally {
    await Deno.remove(place, { recursive: true });
  }
}

async function removeObject(workflow: string, object: FoundObject, runsDir: string): Promise<void> {
  const { name, type, argument, target } = object;
  const module = childModule(`lib/workflow/saved/calls/${type}.ts`);
  try {
    const flow = await operatorFlow({ module, options: {}, declaredIn: module, arrow: false }, join(runsDir, "flows"));
    const { table, path } = target;
    const args = [argument, JSON.parse(JSON.stringify({ table, path })), workflow];
    const config = { op: "remove", kind: "op", args };
    await runStep(flow, "one", config, {
      step: "remove",
      runsDir,
      timeout,
      permissions: permissionsOf(object),
      cache: "off",
    });
  } catch (error) {
    const { run } = error as Partial<StepFailedError>;
    const why = run?.record.error ? run.record.error.message : messageOf(error);
    throw new DuctaflowError(`${name} could not be removed: ${why}; the workflow "${workflow}" is left as it is`, {
      code: "object-not-removed",
      hint: "Put it right and delete the workflow again, or delete it without what it saved",
      cause: error,
    });
  }
}

function permissionsOf({ granted, anyway }: FoundObject): PermissionOptions {
  const entries = Object.entries(granted) as [PermissionKind, string[] | true][];
  return Object.fromEntries(entries.map(([kind, values]) => [
    kind,
    isPathKind(kind) && Array.isArray(values) ? values.filter((path) => !anyway.includes(path)) : values,
  ]));
}
