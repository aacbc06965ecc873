/**
 * Rows as instances to be run: each with its name and its config. All problems are found before anything starts.
 * @module
 */
import { messageOf } from "../base/error.ts";
import { isJsonObject, type Json, type JsonObject, toPlainJson } from "../base/json.ts";
import { nameProblem, suggestName } from "../base/names.ts";
import type { Flow } from "../notebook/flow.ts";
import { maybeGiven } from "../step/given.ts";
import { mergeConfig } from "../step/merge_config.ts";
import { type RowConfig, rowReader } from "./row_config.ts";
import { columnNames } from "./columns.ts";
import type { RowProblems } from "./row_problems.ts";
import { fillTemplate, lookupIn, parseTemplate } from "./template.ts";

/** How rows become instances. */
export interface RowOptions<R extends object> {
  /**
   * The name of a row's instance: a template such as `"{zone}_{period}"`, with columns of the row (or keys of its config,
   * `{model.seed}`) for the placeholders, or a function.
   */
  instance: string | ((row: R, index: number) => string);
  /** The config of a row; left out, it is the row itself, with columns `a.b` as members `b` of `a`. */
  config?: (row: R, index: number) => object;
  /** What all configs have in common; what a row says itself wins. */
  defaults?: object;
  /** Keys of `defaults` whose values are text, to be converted by the types that the flow declares. */
  textDefaults?: string[];
}

/** One row, ready to be run. */
export interface BatchEntry {
  /** From 0. */
  index: number;
  instance: string;
  config: object;
  textKeys: string[];
  /** What the config is made from, if that is short. */
  given?: string;
}

/** The name and config of every row. What cannot be an instance is added to the problems. */
export function readEntries<R extends object>(
  flow: Flow,
  rows: readonly R[],
  options: RowOptions<R>,
  problems: RowProblems,
): BatchEntry[] {
  const nameOf = namer(options.instance, rows, problems);
  const read = rowReader(flow);
  const make = (row: R, index: number): RowConfig => {
    const made = options.config ? { config: givenConfig(options.config(row, index)), textKeys: [] } : read(row);
    return options.defaults ? overDefaults(made, options) : made;
  };
  const entries: BatchEntry[] = [];
  rows.forEach((row, index) => {
    if (typeof row !== "object" || row === null || Array.isArray(row)) {
      return problems.add(
        index,
        `found ${shown(row)}, accepted is an object with a value a column`,
      );
    }
    const made = attempt(() => make(row, index));
    if ("error" in made) return problems.add(index, `the config could not be made: ${made.error}`);
    const { config, textKeys } = made.value;
    const instance = nameOf(row, config, index);
    if (instance === undefined) return;
    entries.push({
      index,
      instance,
      config,
      textKeys,
      given: maybeGiven(config, textKeys.length > 0 ? textKeys : undefined),
    });
  });
  findTwins(entries, problems);
  return entries;
}

/** A function that returns nothing would make every instance run with the defaults. */
function givenConfig(config: unknown): object {
  if (typeof config === "object" && config !== null && !(config instanceof Promise)) return config;
  throw new TypeError(`it is ${shown(config)}, accepted is an object`);
}

function overDefaults(
  { config, textKeys }: RowConfig,
  { defaults = {}, textDefaults = [] }: RowOptions<never>,
): RowConfig {
  const own = toPlainJson(config).value;
  if (!isJsonObject(own)) return { config, textKeys };
  const below = toPlainJson(defaults).value as JsonObject;
  const kept = textDefaults.filter((key) => valueAt(own, key) === undefined);
  return { config: mergeConfig(below, own), textKeys: [...kept, ...textKeys] };
}

function valueAt(config: JsonObject, path: string): unknown {
  return path.split(".").reduce<unknown>(
    (at, key) => isJsonObject(at as Json) ? (at as JsonObject)[key] : undefined,
    config,
  );
}

type Namer<R> = (row: R, config: object, index: number) => string | undefined;

function namer<R extends object>(
  instance: RowOptions<R>["instance"],
  rows: readonly R[],
  problems: RowProblems,
): Namer<R> {
  if (typeof instance !== "string" && typeof instance !== "function") {
    throw new TypeError(
      `The option instance is ${shown(instance)}, accepted is a template such as "{zone}_{period}" or a function`,
    );
  }
  const parts = typeof instance === "string" ? parseTemplate(instance) : undefined;
  let columns: Set<string> | undefined;
  const isBlank = (name: string) => (columns ??= columnNames(rows)).has(name);
  return (row, config, index) => {
    if (typeof instance === "function") {
      const made = attempt(() => instance(row, index));
      if ("error" in made) return void problems.add(index, `the name could not be made: ${made.error}`);
      return checked(made.value, index);
    }
    const values = lookupIn(row as Record<string, unknown>, config as Record<string, unknown>);
    const filled = fillTemplate(parts!, { ...values, isBlank });
    for (const problem of filled.problems) problems.add(index, `the name "${instance}": ${problem}`);
    return filled.problems.length > 0 ? undefined : checked(filled.text, index);
  };

  function checked(name: unknown, index: number): string | undefined {
    if (typeof name !== "string") return void problems.add(index, `the instance name is ${shown(name)}, no text`);
    const problem = nameProblem(name);
    if (problem === undefined) return name;
    problems.add(index, `the instance name "${name}" cannot be used: ${problem}; "${suggestName(name)}" would do`);
  }
}

/** Any value as a message shows it. */
function shown(value: unknown): string {
  if (value instanceof Promise) return "a promise";
  if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value}`;
  return typeof value === "bigint" ? `${value}n` : JSON.stringify(value) ?? "undefined";
}

/** Two rows must not share a folder, on no system. */
function findTwins(entries: BatchEntry[], problems: RowProblems): void {
  const seen = new Map<string, BatchEntry>();
  for (const entry of entries) {
    const key = entry.instance.toLowerCase();
    const first = seen.get(key);
    if (!first) {
      seen.set(key, entry);
      continue;
    }
    const same = first.instance === entry.instance
      ? `is`
      : `differs only in upper and lower case from "${first.instance}",`;
    problems.add(entry.index, `the instance name "${entry.instance}" ${same} that of row ${first.index + 1}`);
  }
}

function attempt<T>(make: () => T): { value: T } | { error: string } {
  try {
    return { value: make() };
  } catch (error) {
    return { error: messageOf(error) };
  }
}
