/**
 * A config file to start from.
 * @module
 */
import { type Json, jsonText } from "../base/json.ts";
import type { Flow } from "../notebook/flow.ts";
import { bindConfig } from "../step/bind_config.ts";
import { matchesType } from "../step/parameter_value.ts";

/**
 * The text of a config file: the given config, once it fits the flow, else the defaults. Parameters without a default
 * stand there as `null`, which is refused until somebody writes a value.
 */
export function configText(flow: Flow, config?: object): string {
  if (config !== undefined) return jsonText(bindConfig(flow, config).config);
  const example: { [name: string]: Json } = {};
  for (const { name, type, required, default: value } of flow.parameters) {
    if (name === "config") continue;
    if (value !== undefined) example[name] = value;
    else if (required && type && !matchesType(null, type)) example[name] = null;
  }
  return jsonText(example);
}
