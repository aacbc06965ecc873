/**
 * A config over another.
 * @module
 */
import { isJsonObject, type Json, type JsonObject } from "../base/json.ts";

/** A config over another: objects are merged key by key, everything else is replaced. */
export function mergeConfig(below: JsonObject, above: JsonObject): JsonObject {
  const merged = Object.entries(above).map(([key, value]): [string, Json] => {
    const old = Object.hasOwn(below, key) ? below[key] : undefined;
    return [key, isJsonObject(old) && isJsonObject(value) ? mergeConfig(old, value) : value];
  });
  return { ...below, ...Object.fromEntries(merged) };
}
