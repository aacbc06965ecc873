/**
 * What the runs of a workflow saved outside: tables, files and objects, as the records of their saves tell.
 * @module
 */
import { DuctaflowError } from "../../base/error.ts";
import { maybeText } from "../../base/maybe_file.ts";
import { nearest } from "../../base/nearest.ts";
import { isGreen, type RunRecord } from "../../base/record.ts";
import { join } from "../../deps/path.ts";
import { artifactFile, maybeDescription } from "../../ops/values/stored_value.ts";
import { maybeConfig } from "../../step/config_file.ts";
import { instancePaths } from "../../step/instance_paths.ts";
import { maybeRecord } from "../../step/record_file.ts";
import { stepsOfRun } from "../run/remove_runs.ts";
import { ticketIds } from "../ticket.ts";
import type { WorkflowPaths } from "../workflow_paths.ts";
import type { RemovedTarget } from "./remove_table.ts";

/** Something that runs of a workflow saved outside of the folder of runs. */
export interface SavedObject {
  /** What it is called here, such as `warehouse: table "predictions"`. */
  name: string;
  /** How it was saved: `replace`, `append` and so on. */
  modes: string[];
  /** The ids of the runs that did, from the oldest. */
  runs: string[];
  /** Whether rows of others may be in it, since it was added to: then it goes only when it is named. */
  shared: boolean;
  /** Whether it goes with the workflow. */
  goes: boolean;
}

/** One of them with what it takes to remove it. */
export interface FoundObject extends SavedObject {
  type: string;
  /** The connection, as the config of the save has it. */
  argument: Record<string, unknown>;
  target: RemovedTarget;
  /** What the last save was allowed to do. */
  granted: RunRecord["permissions"]["granted"];
  /** The folders that a step may use anyway. */
  anyway: string[];
}

/** All objects that runs of a workflow saved; `wanted` says which of them go: all that are its own, or those of a name. */
export function savedObjects(paths: WorkflowPaths, wanted: true | string[] | undefined): FoundObject[] {
  const found = new Map<string, FoundObject>();
  for (const id of ticketIds(paths)) {
    for (const { step, instance } of stepsOfRun(paths, id)) note(step, instance, id);
  }
  const objects = [...found.values()].sort((a, b) => a.name < b.name ? -1 : 1);
  refuseUnknown(paths.name, objects, wanted);
  for (const object of objects) {
    object.goes = wanted === true ? !object.shared : wanted?.includes(object.name) ?? false;
  }
  return objects;

  function note(step: string, instance: string, run: string): void {
    const place = instancePaths(paths.runsDir, step, instance);
    const config = maybeConfig(place.config);
    const record = config?.kind === "save" ? maybeRecord(place) : undefined;
    if (!record || !isGreen(record.status) || !maybeDescription(maybeText(join(place.dir, artifactFile)))) return;
    const [, argument, target] = config!.args as [
      unknown,
      FoundObject["argument"],
      RemovedTarget & { mode?: string },
    ];
    // One that names secrets is told value by value.
    const connection = (argument?.$object ?? argument) as FoundObject["argument"] | undefined;
    const object = target?.table ? `table "${target.table.join(".")}"` : `file "${target?.path}"`;
    // A target of somebody's own module says in its own words what it did: that is not known here.
    if (typeof connection?.type !== "string" || !(target?.table || target?.path)) return;
    const name = `${connection.name}: ${object}`;
    const key = JSON.stringify([connection, target.table ?? target.path]);
    const before = found.get(key);
    const modes = [...new Set([...before?.modes ?? [], target.mode ?? "replace"])];
    found.set(key, {
      name,
      modes,
      runs: [...before?.runs ?? [], run],
      shared: modes.some((mode) => mode === "append" || mode === "upsert"),
      goes: false,
      type: connection.type,
      argument,
      target,
      granted: record.permissions.granted,
      anyway: [paths.runsDir, place.dir],
    });
  }
}

function refuseUnknown(workflow: string, objects: FoundObject[], wanted: true | string[] | undefined): void {
  if (!Array.isArray(wanted)) return;
  const names = objects.map(({ name }) => name);
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown === undefined) return;
  const meant = nearest(unknown, names);
  throw new DuctaflowError(`The runs of "${workflow}" saved nothing that is called "${unknown}"`, {
    code: "object-not-found",
    hint: meant
      ? `Did you mean "${meant}"?`
      : names.length > 0
      ? `They saved ${names.join(", ")}`
      : "They saved nothing",
  });
}
