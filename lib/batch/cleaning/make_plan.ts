/**
 * How a cleaning is planned.
 * @module
 */
import { parseBytes } from "../../base/bytes.ts";
import { parseDuration } from "../../base/duration.ts";
import { resolve } from "../../deps/path.ts";
import { checkStep } from "../../step/get_run.ts";
import { stepDefaults } from "../../step/step_options.ts";
import type { CleaningPlan, CleanOptions } from "../clean.ts";
import { findLeftovers, refuseLinkedOwnFolder } from "./leftovers.ts";
import { planRuns } from "./plan_runs.ts";
import { readInventory } from "./run_inventory.ts";
import { unusedBuilds, writtenModules } from "./unused_builds.ts";

/** Plans a cleaning; changes nothing. */
export function makePlan(options: CleanOptions): CleaningPlan {
  const runsDir = resolve(options.runsDir ?? stepDefaults.runsDir);
  const limits = checkedLimits(options);
  for (const step of options.steps ?? []) checkStep(step, { runsDir });
  refuseLinkedOwnFolder(runsDir);
  const inventory = readInventory(runsDir);
  const { items, kept } = planRuns(inventory, { ...options, maxBytes: undefined, ...limits });
  if (options.builds) items.push(...unusedBuilds(inventory), ...writtenModules(inventory));
  items.push(...findLeftovers(inventory));
  const bytes = items.reduce((sum, item) => sum + item.bytes, 0);
  return { runsDir, items, kept, left: inventory.left, bytes };
}

/** Options that mean nothing are refused before anything is looked at. */
function checkedLimits({ keep, history, olderThan, maxBytes }: CleanOptions) {
  for (const [name, value] of Object.entries({ keep, history })) {
    if (value === undefined || Number.isInteger(value) && value >= 0) continue;
    throw new RangeError(`The option ${name} is "${value}", accepted is a whole number from 0`);
  }
  return {
    ...(olderThan === undefined ? {} : { olderThanMs: parseDuration(olderThan, "The option olderThan") }),
    ...(maxBytes === undefined ? {} : { maxBytes: parseBytes(maxBytes, "The option maxBytes") }),
  };
}
