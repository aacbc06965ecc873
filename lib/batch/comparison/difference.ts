/**
 * Two sets of named things side by side.
 * @module
 */
import { canonicalJson, type Json } from "../../base/json.ts";

/** What became of a named thing between two runs. */
export interface Difference<T> {
  /** What it is called in both runs. */
  name: string;
  /** `added` is only in the later run, `removed` only in the earlier one. */
  change: "added" | "removed" | "changed" | "equal";
  /** As it was in the earlier run. */
  before?: T;
  /** As it is in the later run. */
  after?: T;
}

/** A number in both runs. */
export interface NumberDifference extends Difference<number> {
  /** `after - before`, when both are there. */
  difference?: number;
  /** `after / before`, when both are there and `before` is not 0. */
  ratio?: number;
  /** The unit of the number, as the later run has it. */
  unit?: string;
}

/** Compares two maps by their keys: those of `before` in their order, then what is new. */
export function compareMaps<T>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  isSame: (a: T, b: T) => boolean = isSameJson,
): Difference<T>[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].map((name) => compareValues(name, before.get(name), after.get(name), isSame));
}

/** Compares one thing; undefined is its absence. */
export function compareValues<T>(
  name: string,
  before: T | undefined,
  after: T | undefined,
  isSame: (a: T, b: T) => boolean = isSameJson,
): Difference<T> {
  const sides = { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
  if (before === undefined) return { name, change: after === undefined ? "equal" : "added", ...sides };
  if (after === undefined) return { name, change: "removed", ...sides };
  return { name, change: isSame(before, after) ? "equal" : "changed", ...sides };
}

/** Adds difference and ratio. */
export function withRatio(compared: Difference<number>, unit?: string): NumberDifference {
  const { before, after } = compared;
  const known = unit === undefined ? {} : { unit };
  if (before === undefined || after === undefined) return { ...compared, ...known };
  const ratio = before === 0 ? {} : { ratio: after / before };
  return { ...compared, difference: after - before, ...ratio, ...known };
}

/** Whether a difference is one. */
export function isDifferent({ change }: { change: Difference<unknown>["change"] }): boolean {
  return change !== "equal";
}

function isSameJson(a: unknown, b: unknown): boolean {
  return a === b || canonicalJson(a as Json) === canonicalJson(b as Json);
}
