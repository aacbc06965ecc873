/**
 * Whether what a row asks for fits the flow.
 * @module
 */
import { isDuctaflowError } from "../base/error.ts";
import type { Flow } from "../notebook/flow.ts";
import { bindConfig } from "../step/bind_config.ts";
import type { BatchEntry } from "./batch_rows.ts";
import type { RowProblems } from "./row_problems.ts";

/** Adds what of the config of an entry does not fit the flow to the problems; gives the names of its secrets. */
export function checkEntry(flow: Flow, { config, textKeys, index }: BatchEntry, problems: RowProblems): string[] {
  try {
    return bindConfig(flow, config, { textKeys }).secrets;
  } catch (error) {
    if (!isDuctaflowError(error, "bad-config")) throw error;
    for (const line of error.message.split("\n").slice(1)) problems.add(index, line.replace(/^ *- /, ""));
    return [];
  }
}
