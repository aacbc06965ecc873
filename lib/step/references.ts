/**
 * References in a config: `{ $run: { step, instance } }`, which a flow gets with the run's folder, and
 * `{ $secret: "NAME" }`, which it gets as the value of that secret.
 * @module
 */
import { shorten } from "../base/shown_text.ts";
import { isJsonObject, type Json, type JsonObject, setOwn } from "../base/json.ts";
import { nameProblem, secretNameOf } from "../base/names.ts";

/** What is wrong with a reference, and the path to it (`sources[1]`). */
export interface ReferenceProblem {
  path: string;
  /** A clause such as `the step of its $run is "..", and it starts with a dot`. */
  problem: string;
}

/** What a value refers to. */
export interface References {
  /** Those that cannot be followed. */
  problems: ReferenceProblem[];
  /** The names of the secrets, each once. */
  secrets: string[];
}

const secretName = /^[A-Za-z_][\w./-]{0,199}$/;

/** All references in a value. */
export function referencesIn(value: Json): References {
  const problems: ReferenceProblem[] = [];
  const secrets = new Set<string>();
  walk(value, "");
  return { problems, secrets: [...secrets] };

  function walk(value: Json, path: string): void {
    if (Array.isArray(value)) return value.forEach((item, i) => walk(item, `${path}[${i}]`));
    if (!isJsonObject(value)) return;
    const entries = Object.entries(value);
    if (Object.hasOwn(value, "$secret")) {
      const name = secretNameOf(value);
      if (name !== undefined && secretName.test(name)) secrets.add(name);
      else {problems.push({
          path,
          problem: `found ${shown(value)}, accepted is {"$secret":"NAME"} and nothing beside it`,
        });}
    } else if (entries.length === 1 && entries[0][0] === "$run") problems.push(...runProblems(entries[0][1], path));
    else for (const [key, item] of entries) walk(item, path ? `${path}.${key}` : key);
  }
}

/** The runs that a value refers to, as `step/instance`, each once. What is no good reference is passed over. */
export function runsReferredTo(value: Json): string[] {
  const names = new Set<string>();
  const open: Json[] = [value];
  // Without recursion: a file that somebody made may nest as deep as it likes.
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    if (Array.isArray(item)) { for (const one of item) open.push(one); }
    if (!isJsonObject(item)) continue;
    const run = Object.hasOwn(item, "$run") ? item.$run : undefined;
    if (isJsonObject(run) && runProblems(run, "").length === 0) names.add(`${run.step}/${run.instance}`);
    else open.push(...Object.values(item));
  }
  return [...names];
}

/** A value as a flow gets it in its run folder: references are objects with the folder of the run. */
export function withRunFolders(value: Json): Json {
  if (Array.isArray(value)) return value.map(withRunFolders);
  if (!isJsonObject(value)) return value;
  const { $run: run, ...others } = value;
  if (isJsonObject(run) && Object.keys(others).length === 0) {
    return { ...run, dir: `../../${run.step}/${run.instance}` };
  }
  const copy: JsonObject = {};
  for (const [key, item] of Object.entries(value)) setOwn(copy, key, withRunFolders(item));
  return copy;
}

function runProblems(run: Json, path: string): ReferenceProblem[] {
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
  return shorten(JSON.stringify(value), 80);
}
