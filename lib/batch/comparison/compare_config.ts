/**
 * The configs of two runs, key by key.
 * @module
 */
import { isJsonObject, type Json } from "../../base/json.ts";
import type { Config, ParameterRecord } from "../../base/record.ts";
import { join } from "../../deps/path.ts";
import { configFromParameters } from "../../report/config_table.ts";
import { maybeConfig } from "../../step/config_file.ts";
import type { Run } from "../../step/run.ts";
import { compareMaps, type Difference } from "./difference.ts";

/** A value of the config, named by its path such as `model.seed`. */
export interface ConfigDifference extends Difference<Json> {
  /** The sides on which the config was silent and the flow's default counted. */
  defaults?: ("before" | "after")[];
}

/**
 * Compares what two runs were asked, nested keys as `a.b`. Where one config is silent, the flow's default stands for it.
 */
export function compareConfigs(before: Run, after: Run): ConfigDifference[] {
  const [old, now] = [valuesOf(before), valuesOf(after)];
  const compared = compareMaps(old.values, now.values);
  return compared.map((item) => {
    const defaults = ([["before", old], ["after", now]] as const).filter(([, side]) => side.defaults.has(item.name));
    return defaults.length === 0 ? item : { ...item, defaults: defaults.map(([side]) => side) };
  });
}

interface Values {
  values: Map<string, Json>;
  defaults: Set<string>;
}

function valuesOf({ dir, record }: Run): Values {
  const config = maybeConfig(join(dir, "config.json")) ?? configFromParameters(record.parameters);
  const values = new Map(flatten(config));
  const defaults = record.parameters.filter(({ name, source }) => source === "default" && !values.has(name));
  for (const { name, value } of defaults) values.set(name, value);
  return { values, defaults: new Set(defaults.map(({ name }: ParameterRecord) => name)) };
}

function* flatten(config: Config, above = ""): Generator<[string, Json]> {
  for (const [key, value] of Object.entries(config)) {
    const path = above + (/^[^.\s"]+$/.test(key) ? key : JSON.stringify(key));
    const hasParts = isJsonObject(value) && !("$run" in value) && Object.keys(value).length > 0;
    if (hasParts) yield* flatten(value, `${path}.`);
    else yield [path, value];
  }
}
