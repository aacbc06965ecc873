/**
 * What a workflow that follows another one is given by the run before it, as data.
 * @module
 */
import { isJsonObject, type Json } from "../base/json.ts";

/** A value of the run before: one of its parameters, one of its metrics, or the value of one of its artifacts. */
export type Passed = { param: string } | { metric: string } | { artifact: string };

/** Values of the run before by the parameters that they become. */
export type Pass = { [parameter: string]: Passed };

/** Reads what is passed, from outside; a text is the name of a parameter. Undefined for what cannot be read. */
export function maybePass(value: unknown): Pass | undefined {
  if (!isJsonObject(value as Json)) return undefined;
  const entries = Object.entries(value as Record<string, unknown>).map(([name, from]) => {
    const passed = typeof from === "string" ? { param: from } : from;
    return isPassed(passed) ? [name, passed] as const : undefined;
  });
  return entries.every((entry) => entry !== undefined) ? Object.fromEntries(entries) : undefined;
}

function isPassed(value: unknown): value is Passed {
  const entries = isJsonObject(value as Json) ? Object.entries(value as Record<string, unknown>) : [];
  const [[kind, name] = ["", ""]] = entries;
  return entries.length === 1 && ["param", "metric", "artifact"].includes(kind) && typeof name === "string" &&
    name !== "";
}

/** Where a value comes from, in words. */
export function passedWords(from: Passed): string {
  const [[kind, name]] = Object.entries(from);
  return `${kind === "param" ? "parameter" : kind} "${name}"`;
}
