/**
 * A run as `--json` prints it.
 * @module
 */
import type { Config, RunRecord } from "../base/record.ts";
import { join } from "../deps/path.ts";
import { maybeConfig } from "../step/config_file.ts";
import type { Run } from "../step/run.ts";

/** The record of a run, and where it lies. Paths are absolute. */
export interface RunJson extends RunRecord {
  dir: string;
  report: string;
  notebook: string;
  /** True when an earlier run was reused. */
  cached: boolean;
  /** Why it ran. */
  reasons: string[];
  /** The config as `config.json` has it. */
  config?: Config;
}

/** The whole of a run as plain data. */
export function runJson(run: Run): RunJson {
  const { record, dir, reportPath: report, notebookPath: notebook, cached, reasons } = run;
  const config = maybeConfig(join(dir, "config.json"));
  return { ...record, dir, report, notebook, cached, reasons, ...(config ? { config } : {}) };
}
