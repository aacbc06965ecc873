/**
 * The versions of an artifact: all runs of its step that are kept.
 * @module
 */
import { DuctaflowError } from "../base/error.ts";
import { exists, maybeText } from "../base/maybe_file.ts";
import { sha256 } from "../base/hash.ts";
import { isGreen, type RunRecord } from "../base/record.ts";
import { join, resolve } from "../deps/path.ts";
import { instanceNames } from "../step/get_run.ts";
import { earlierPaths, historyOf as earlierNames } from "../step/history.ts";
import { type InstancePaths, instancePaths } from "../step/instance_paths.ts";
import { maybeRecord } from "../step/record_file.ts";
import { stepDefaults } from "../step/step_options.ts";
import type { ArtifactVersion } from "./artifact.ts";
import type { ArtifactNode, Graph } from "./graph.ts";
import { formerSteps, keysOf, stepName } from "./graph_rules.ts";
import { decodeValue } from "./values/decode_value.ts";
import { artifactFile, maybeDescription, storedPart, type StoredValue } from "./values/stored_value.ts";

/** A version as it lies on disk. */
export interface StoredVersion {
  record: RunRecord;
  dir: string;
  value: StoredValue;
  scalar?: number | string | boolean;
}

const scalarLimit = 10_000;
/** The instance under which a failed call is tried again by hand: such a try is no version of the artifact. */
export const reproducedInstance = "reproduce";

/** The versions of an artifact, the newest first. */
export async function historyOf(
  graph: Graph,
  node: ArtifactNode,
  options: { workflow?: string; runsDir?: string },
): Promise<ArtifactVersion<unknown>[]> {
  const call = graph.calls.get(node.call)!;
  const { workflow, runsDir = stepDefaults.runsDir } = call.settings;
  const key = adHocKeys(graph, workflow).get(node.call)!;
  const name = options.workflow ?? workflow;
  const steps = [stepName(name, key), ...formerSteps(name, call)];
  return await namedHistory(steps, resolve(options.runsDir ?? runsDir), node.path);
}

/** The versions of what a step leaves, also under its former names, the newest first. */
export async function namedHistory(
  steps: string[],
  runsDir: string,
  path: string[],
): Promise<ArtifactVersion<unknown>[]> {
  return await Promise.all(
    versionsOf(steps, runsDir, path).map(async ({ record, dir, value, scalar }) => {
      const { stored } = storedPart(value, path);
      const hashes = filesOf(stored).map((file) => record.artifacts.find(({ name }) => name === file)?.hash ?? "");
      return {
        id: record.id,
        run: record.instance,
        at: record.endedAt ?? record.startedAt,
        status: record.status,
        hash: hashes.length === 1 ? hashes[0] : await sha256(hashes.join("\n")),
        ...(stored.kind !== "parts" && stored.table ? { table: stored.table } : {}),
        ...(scalar === undefined ? {} : { scalar }),
        get: () => Promise.resolve().then(() => keptValue(record, value, dir, path)),
      };
    }),
  );
}

/** The value that one run of a step left, when it is a number, a text or a yes or no and is kept. */
export function maybeScalar(step: string, instance: string, runsDir: string): StoredVersion["scalar"] {
  return maybeVersion(instancePaths(runsDir, step, instance), [])?.scalar;
}

/** The green runs of steps that left something, the newest first. */
export function versionsOf(steps: string[], runsDir: string, path: string[]): StoredVersion[] {
  const versions = steps.flatMap((step) => versionsOfStep(step, runsDir, path));
  return versions.sort((a, b) => a.record.id < b.record.id ? 1 : -1);
}

function versionsOfStep(step: string, runsDir: string, path: string[]): StoredVersion[] {
  const versions: StoredVersion[] = [];
  for (const instance of instanceNames(step, { runsDir })) {
    if (instance === reproducedInstance) continue;
    const paths = instancePaths(runsDir, step, instance);
    const places = [paths, ...earlierNames(paths).map((name) => earlierPaths(paths, name))];
    versions.push(...places.flatMap((place) => maybeVersion(place, path) ?? []));
  }
  return versions;
}

function maybeVersion(paths: InstancePaths, path: string[]): StoredVersion | undefined {
  const { dir } = paths;
  const record = maybeRecord(paths);
  const description = isGreen(record?.status) ? maybeDescription(maybeText(join(dir, artifactFile))) : undefined;
  if (!record || !description) return undefined;
  const { value } = description;
  return { record, dir, value, ...scalarOf(value, dir, path, record) };
}

/** What a number was in the versions before a run, the newest first. */
export function numbersBefore({ id }: RunRecord, steps: string[], runsDir: string, path: string[]): number[] {
  const before = versionsOf(steps, runsDir, path).filter(({ record }) => record.id < id);
  return before.map(({ scalar }) => scalar).filter((scalar) => typeof scalar === "number");
}

function keptValue(record: RunRecord, value: StoredValue, dir: string, path: string[]): unknown {
  const gone = filesOf(storedPart(value, path).stored).find((file) => isGone(record, dir, file));
  if (gone === undefined) return decodeValue(value, dir, path);
  throw new DuctaflowError(`The value of ${record.step}/${record.instance} was not kept: it is ephemeral`, {
    code: "artifact-not-kept",
    hint: "Its record and its report tell what is known of it; get() on the artifact makes it again",
  });
}

function isGone({ artifacts }: RunRecord, dir: string, file: string): boolean {
  return artifacts.some(({ name, dropped }) => dropped && name === file) && !exists(join(dir, file));
}

function scalarOf(value: StoredValue, dir: string, path: string[], record: RunRecord): Pick<StoredVersion, "scalar"> {
  const { stored } = storedPart(value, path);
  if (stored.kind !== "json" && stored.kind !== "text") return {};
  const size = record.artifacts.find(({ name }) => name === stored.file)?.size ?? 0;
  if (size > scalarLimit || isGone(record, dir, stored.file)) return {};
  const scalar = decodeValue(value, dir, path);
  return ["number", "string", "boolean"].includes(typeof scalar) ? { scalar: scalar as number } : {};
}

function filesOf(value: StoredValue): string[] {
  return value.kind === "parts" ? Object.values(value.parts).map(({ file }) => file) : [value.file];
}

/** What calls are called when a single artifact is asked for: told from all calls of their workflow in the conductor. */
export function adHocKeys(graph: Graph, workflow: string): Map<string, string> {
  const calls = [...graph.calls.values()].filter(({ settings }) => settings.workflow === workflow);
  return keysOf(graph, calls.map(({ id }) => id));
}
