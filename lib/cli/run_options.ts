/**
 * How a step is run: what `run` and `batch` have in common.
 * @module
 */
import type { StepOptions } from "../step/step_options.ts";
import { type OptionTable, type OptionValues, parseCount, usageError } from "./options.ts";

const cacheModes = ["auto", "existing", "off"] as const;

/** Options that decide how a step is run. */
export const runOptions = {
  cache: { value: "mode", choices: cacheModes, help: "When an earlier run is reused" },
  force: { help: "Run it in any case, as --cache off does" },
  timeout: { value: "time", help: `Time limit of one try, such as "10m"` },
  retries: { value: "count", help: "How often a failed run is tried again" },
  "no-code": { help: "Leave the code out of report.html; the notebook and the record have it" },
  keep: { value: "count", help: "How many earlier runs of the instance are kept; 3 unless given" },
} satisfies OptionTable;

/** The values of these options as options of a step. */
export function readRunOptions(
  { cache, force, timeout, retries, keep, "no-code": noCode }: OptionValues<typeof runOptions>,
): StepOptions {
  if (force && cache !== undefined && cache !== "off") {
    throw usageError(`--force and --cache ${cache} exclude each other`);
  }
  const counts = { retries: parseCount(retries, "retries"), keep: parseCount(keep, "keep") };
  return {
    cache: force ? "off" : cacheModes.find((mode) => mode === cache),
    ...(noCode ? { reportCode: false } : {}),
    ...(timeout === undefined ? {} : { timeout }),
    ...(counts.retries === undefined ? {} : { retries: counts.retries }),
    ...(counts.keep === undefined ? {} : { keep: counts.keep }),
  };
}
