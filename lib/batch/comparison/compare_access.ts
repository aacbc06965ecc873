/**
 * What two runs read, and what they were allowed to do and did.
 * @module
 */
import type { InputRecord, PermissionKind, PermissionSet } from "../../base/record.ts";
import { permissionKinds } from "../../base/permission_kind.ts";
import { pathsOfRun } from "../../step/history.ts";
import type { Run } from "../../step/run.ts";
import { compareMaps, compareValues, type Difference } from "./difference.ts";

/** One kind of permission in two runs. */
export interface PermissionDifference extends Difference<string[] | true> {
  /** Which list: what was given, what was used, what was refused. */
  list: "granted" | "used" | "denied";
  /** The kind, such as `net`. */
  kind: PermissionKind;
  /** Values that only the later run has; `all` stands for everything. */
  added: string[];
  /** Values that only the earlier run has. */
  removed: string[];
}

/** Compares what two runs read, by path. */
export function compareInputs(before: Run, after: Run): Difference<InputRecord>[] {
  const byPath = ({ record }: Run) => new Map(record.inputs.map((input) => [input.path, input]));
  return compareMaps(byPath(before), byPath(after), (a, b) => a.kind === b.kind && a.hash === b.hash);
}

/** Compares permissions, kind by kind. The folder of the run itself stands in them as `{run}`. */
export function comparePermissions(before: Run, after: Run): PermissionDifference[] {
  const lists = ["granted", "used", "denied"] as const;
  return lists.flatMap((list) => permissionKinds.map((kind) => compareKind(list, kind, before, after)))
    .filter(({ before, after }) => before !== undefined || after !== undefined);
}

function compareKind(
  list: PermissionDifference["list"],
  kind: PermissionKind,
  before: Run,
  after: Run,
): PermissionDifference {
  const [old, now] = [valuesOf(before, list, kind), valuesOf(after, list, kind)];
  const [a, b] = [old, now].map((values) => new Set(values === true ? ["all"] : values ?? []));
  return {
    ...compareValues(`${list} ${kind}`, old, now),
    list,
    kind,
    added: [...b.difference(a)],
    removed: [...a.difference(b)],
  };
}

function valuesOf(run: Run, list: PermissionDifference["list"], kind: PermissionKind): string[] | true | undefined {
  const values = (run.record.permissions[list] as PermissionSet | undefined)?.[kind];
  if (!Array.isArray(values)) return values;
  const { dir } = pathsOfRun(run);
  return values.map((value) => value === dir || value.startsWith(`${dir}/`) ? `{run}${value.slice(dir.length)}` : value)
    .sort();
}
