/**
 * References to runs in a config: `{ $run: { step, instance } }`, which a flow gets with the run's folder.
 * @module
 */
import { isJsonObject, type Json } from "../base/json.ts";
import { nameProblem } from "../base/names.ts";

/** What is wrong with a reference, and the path to it (`sources[1]`). */
export interface ReferenceProblem {
  path: string;
  /** A clause such as `the step of its $run is "..", and it starts with a dot`. */
  problem: string;
}

/** All references in a value that name no run. */
export function referenceProblems(value: Json, path = ""): ReferenceProblem[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => referenceProblems(item, `${path}[${i}]`));
  if (!isJsonObject(value)) return [];
  const entries = Object.entries(value);
  if (entries.length !== 1 || entries[0][0] !== "$run") {
    return entries.flatMap(([key, item]) => referenceProblems(item, path ? `${path}.${key}` : key));
  }
  const [[, run]] = entries;
  if (!isJsonObject(run)) {
    return [{ path, problem: `its $run is ${shown(run)}, accepted is an object with step and instance` }];
  }
  return ["step", "instance"].flatMap((key) => {
    const name = Object.hasOwn(run, key) ? run[key] : undefined;
    if (name === undefined) return [{ path, problem: `its $run has no ${key}` }];
    const problem = nameProblem(name);
    return problem ? [{ path, problem: `the ${key} of its $run is ${shown(name)}, which is no name: ${problem}` }] : [];
  });
}

function shown(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
