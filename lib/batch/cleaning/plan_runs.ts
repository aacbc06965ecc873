/**
 * Which runs and earlier runs a cleaning takes.
 * @module
 */
import { isLocked } from "../../base/lock.ts";
import { join } from "../../deps/path.ts";
import { historyOf } from "../../step/history.ts";
import type { InstancePaths } from "../../step/instance_paths.ts";
import type { CleaningItem, CleaningPlan, CleanOptions } from "../clean.ts";
import { chooseRuns, type GoingRun, type RetentionRun } from "./retention.ts";
import { folderSize, type Inventory, type KnownRun, maybeEarlierRun } from "./run_inventory.ts";

/** What may go, with the limits as numbers. */
export interface RunCleaning extends Pick<CleanOptions, "steps" | "status" | "keep" | "history" | "withUsed"> {
  olderThanMs?: number;
  maxBytes?: number;
}

interface Candidate extends RetentionRun {
  known: KnownRun;
}

/** Earlier runs that go, by their paths. */
type Taken = Map<string, CleaningItem>;

/** Chooses the runs and earlier runs that go; earlier runs stand before the run that they belong to. */
export function planRuns(inventory: Inventory, cleaning: RunCleaning): Pick<CleaningPlan, "items" | "kept"> {
  const wanted = ofSteps(inventory, cleaning.steps);
  const taken: Taken = new Map();
  if (cleaning.history !== undefined) takeBeyond(wanted, cleaning.history, taken);
  const { status, keep, olderThanMs, maxBytes } = cleaning;
  const bytesToFree = maxBytes === undefined ? undefined : takeForSize(wanted, maxBytes, cleaning, taken);
  const asked = [status, keep, olderThanMs].some((rule) => rule !== undefined);
  if (bytesToFree === undefined ? !asked : bytesToFree <= 0) return { items: [...taken.values()], kept: [] };
  const candidates = inventory.runs.map((known) => candidateOf(known, taken, cleaning.history));
  const { going, kept } = chooseRuns(candidates, { ...cleaning, bytesToFree }, Date.now());
  return {
    items: [...taken.values(), ...going.flatMap((run) => goingItems(run, taken, cleaning.history))],
    kept: kept.map(({ run, why }) => ({ name: run.name, why })),
  };
}

/** What the cleaning may look at. */
function ofSteps({ runs, histories }: Inventory, steps: string[] | undefined): Pick<Inventory, "runs" | "histories"> {
  const isWanted = ({ step }: { step: string }) => steps?.includes(step) ?? true;
  return { runs: runs.filter(isWanted), histories: histories.filter(({ paths }) => isWanted(paths)) };
}

function takeBeyond({ histories }: Pick<Inventory, "histories">, history: number, taken: Taken): void {
  for (const { paths, names } of histories) {
    if (names.length <= history || isLocked(paths.lock)) continue;
    const reason = history === 0 ? "none is kept" : `beyond the newest ${history}`;
    for (const name of namesBeyond(names, history)) take(taken, paths, name, reason);
  }
}

/** Takes earlier runs, the oldest first, as far as they may and need to go; returns the bytes still to be freed. */
function takeForSize(
  { runs, histories }: Pick<Inventory, "runs" | "histories">,
  maxBytes: number,
  { history, status, olderThanMs }: RunCleaning,
  taken: Taken,
): number {
  const folders = [...runs.map(({ paths }) => paths.dir), ...histories.map(({ paths }) => paths.history)];
  const total = folders.reduce((sum, path) => sum + folderSize(path).bytes, 0);
  let rest = total - maxBytes - bytesOf([...taken.values()]);
  if (history !== undefined || status !== undefined) return rest;
  const latest = olderThanMs === undefined ? Infinity : Date.now() - olderThanMs;
  const earlier = histories.filter(({ paths }) => !isLocked(paths.lock)).flatMap(({ paths, names }) =>
    names.map((name) => ({ paths, name, time: maybeEarlierRun(paths, name)?.time ?? 0 }))
  );
  for (const { paths, name, time } of earlier.sort((a, b) => a.time - b.time)) {
    if (rest <= 0) break;
    if (time < latest) rest -= take(taken, paths, name, "oldest first, for the size").bytes;
  }
  return rest;
}

function candidateOf(known: KnownRun, taken: Taken, history: number | undefined): Candidate {
  const { step, instance, status, time, uses, paths } = known;
  let bytes: number | undefined;
  const measure = () => {
    const earlier = goingWith(paths, taken, history).map((name) => join(paths.history, name));
    return [paths.dir, ...earlier].reduce((sum, path) => sum + folderSize(path).bytes, 0);
  };
  return {
    known,
    name: `${step}/${instance}`,
    step,
    status,
    time,
    uses,
    ...(isLocked(paths.lock) ? { busy: "is being run" } : {}),
    bytes: () => bytes ??= measure(),
  };
}

function goingItems({ run, reason, usedBy }: GoingRun<Candidate>, taken: Taken, history?: number): CleaningItem[] {
  const { name, known: { paths, step, instance, id } } = run;
  const earlier = goingWith(paths, taken, history).map((name) => earlierItem(paths, name, "its instance goes"));
  const size = folderSize(paths.dir);
  const used = usedBy.length > 0 ? { usedBy } : {};
  return [...earlier, { kind: "run", name, path: paths.dir, step, instance, id, ...size, reason, ...used }];
}

/** The earlier runs that go with their instance. */
function goingWith(paths: InstancePaths, taken: Taken, history = 0): string[] {
  return namesBeyond(historyOf(paths), history).filter((name) => !taken.has(join(paths.history, name)));
}

function namesBeyond(names: string[], count: number): string[] {
  return names.slice(0, Math.max(0, names.length - count));
}

function take(taken: Taken, paths: InstancePaths, name: string, reason: string): CleaningItem {
  const item = earlierItem(paths, name, reason);
  taken.set(item.path, item);
  return item;
}

function earlierItem(paths: InstancePaths, id: string, reason: string): CleaningItem {
  const { step, instance } = paths;
  const path = join(paths.history, id);
  return { kind: "history", name: `${step}/${instance}@${id}`, path, step, instance, id, ...folderSize(path), reason };
}

function bytesOf(items: CleaningItem[]): number {
  return items.reduce((sum, { bytes }) => sum + bytes, 0);
}
