/**
 * The options of a step as they are carried out: in milliseconds, completed from the flow's header.
 * @module
 */
import { parseDuration, parseTimeLimit } from "../base/duration.ts";
import { localExecutor } from "../executor/local.ts";
import type { ExecuteOptions } from "./execute_run.ts";
import type { RunPlan } from "./plan_run.ts";
import { stepDefaults, type StepOptions } from "./step_options.ts";

/** How a plan is to be executed. Throws when a duration is none. */
export function executeOptions(plan: RunPlan, options: StepOptions): ExecuteOptions {
  const { header } = plan.build.flow;
  const retries = options.retries ?? header.retries ?? stepDefaults.retries;
  const { max, backoff = "1s", maxBackoff = "30s" } = typeof retries === "number" ? { max: retries } : retries;
  return {
    executor: options.executor ?? localExecutor(plan.paths.buildDir),
    timeoutMs: options.timeout === undefined ? header.timeoutMs : parseTimeLimit(options.timeout, "The timeout"),
    graceMs: parseDuration(options.grace ?? stepDefaults.grace, "The grace"),
    retries: {
      max,
      backoffMs: parseDuration(backoff, "The backoff"),
      maxBackoffMs: parseDuration(maxBackoff, "The maxBackoff"),
    },
    keep: options.keep ?? stepDefaults.keep,
    signal: options.signal,
    onEvent: options.onEvent,
    reportCode: options.reportCode,
  };
}
