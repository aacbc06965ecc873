/**
 * The configs of many runs as columns of a table: nested keys joined by dots, and which of them tell runs apart.
 * @module
 */
import { canonicalJson, isJsonObject, type Json, setOwn } from "../base/json.ts";
import type { BulkColumns, BulkRun } from "../base/bulk_summary.ts";
import type { Config } from "../base/record.ts";

/** A value in a column. */
export interface ConfigValue {
  value: Json;
  /** True when the config left it to the flow's default. */
  isDefault: boolean;
}

/** The parts of a run that its columns are made from. */
export type ConfiguredRun = Pick<BulkRun, "step" | "config" | "defaults" | "note">;

/** Every value of a config by its path (`a.b`); lists, empty objects and references to runs are values. */
export function flatValues(config: Config): Map<string, Json> {
  const values = new Map<string, Json>();
  const walk = (object: Config, before: string) => {
    for (const [key, value] of Object.entries(object)) {
      if (isSection(value)) walk(value, `${before}${key}.`);
      else values.set(before + key, value);
    }
  };
  walk(config, "");
  return values;
}

/**
 * The value of a run in a column: from its config, or else the default of the parameter that the key would set;
 * undefined when it has neither.
 */
export function configValue(run: ConfiguredRun, values: Map<string, Json>, key: string): ConfigValue | undefined {
  const value = values.get(key);
  if (value !== undefined) return { value, isDefault: false };
  const parts = key.split(".");
  // A config is flattened one level deep, so what lies deeper sets no parameter.
  const name = parts.length <= 2 ? parts.at(-1)! : key;
  return Object.hasOwn(run.defaults, name) ? { value: run.defaults[name], isDefault: true } : undefined;
}

/**
 * Splits the keys of all configs into those that tell runs apart and those on which all agree. A step that has a key in
 * none of its runs has no say in it; where some of a step's runs have it and others do not, it differs. Of a run that is not whole any more, what is missing
 * is not known to differ.
 */
export function configColumns(runs: ConfiguredRun[]): BulkColumns {
  const values = runs.map((run) => flatValues(run.config));
  const stepsByKey = new Map<string, Set<string>>();
  values.forEach((flat, i) => {
    for (const key of flat.keys()) {
      const steps = stepsByKey.get(key);
      if (steps) steps.add(runs[i].step);
      else stepsByKey.set(key, new Set([runs[i].step]));
    }
  });
  const columns: BulkColumns = { varying: [], common: {} };
  for (const [key, steps] of stepsByKey) {
    const agreed = agreedValue(key, steps, runs, values);
    if (agreed === undefined) columns.varying.push(key);
    else setOwn(columns.common, key, agreed);
  }
  return columns;
}

/** The value that all runs of these steps have; undefined when they do not agree. */
function agreedValue(
  key: string,
  steps: Set<string>,
  runs: ConfiguredRun[],
  values: Map<string, Json>[],
): Json | undefined {
  let agreed: Json | undefined;
  let text: string | undefined;
  for (let i = 0; i < runs.length; i++) {
    if (!steps.has(runs[i].step)) continue;
    const found = configValue(runs[i], values[i], key);
    if (found === undefined && runs[i].note !== undefined) continue;
    if (found === undefined) return undefined;
    const own = canonicalJson(found.value);
    text ??= own;
    agreed ??= found.value;
    if (own !== text) return undefined;
  }
  return agreed;
}

/** An object whose keys become columns. */
function isSection(value: Json): value is Config {
  return isJsonObject(value) && !("$run" in value) && Object.keys(value).length > 0;
}
