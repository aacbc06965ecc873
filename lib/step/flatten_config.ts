/**
 * A config as variables.
 * @module
 */
import { isJsonObject, type Json } from "../base/json.ts";
import type { Config } from "../base/record.ts";

/** The variables that a config gives, and the names that it gives twice. */
export interface FlattenedConfig {
  /** Value by name: every top-level key, and every key one level down. */
  variables: { [name: string]: Json };
  /** Names that can be reached in more than one way, with their paths; they are in no variable. */
  ambiguous: { [name: string]: string[] };
}

/**
 * Turns a config into variables: every top-level key and, for keys that hold an object, every key of that object one
 * level down; the object itself stays a variable too. A name that can be reached in two ways becomes no variable and is
 * listed with its paths (objects that hold such a name still are variables). Pure: the config is not changed.
 *
 * @example
 * ```ts
 * import { flattenConfig } from "./flatten_config.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * assertEquals(flattenConfig({ period: "am", model: { seed: 1 } }).variables, {
 *   period: "am",
 *   model: { seed: 1 },
 *   seed: 1,
 * });
 * ```
 */
export function flattenConfig(config: Config): FlattenedConfig {
  const found = new Map<string, { path: string; value: Json }[]>();
  const add = (name: string, path: string, value: Json) => {
    const places = found.get(name);
    if (places) places.push({ path, value });
    else found.set(name, [{ path, value }]);
  };
  for (const [key, value] of Object.entries(config)) {
    add(key, key, value);
    if (!isSection(value)) continue;
    for (const [inner, item] of Object.entries(value)) add(inner, `${key}.${inner}`, item);
  }
  const variables: [string, Json][] = [];
  const ambiguous: [string, string[]][] = [];
  for (const [name, places] of found) {
    if (places.length === 1) variables.push([name, places[0].value]);
    else ambiguous.push([name, places.map((place) => place.path)]);
  }
  return { variables: Object.fromEntries(variables), ambiguous: Object.fromEntries(ambiguous) };
}

/** An object whose keys are variables too; a reference to a run or a secret is a value. */
function isSection(value: Json): value is { [key: string]: Json } {
  return isJsonObject(value) && !("$run" in value || "$secret" in value);
}
