/**
 * The code of an operator as a run had it, as the API gives it.
 * @module
 */
import { onDemand } from "../base/on_demand.ts";
import type { Run } from "../step/run.ts";
import type { OperatorCode } from "./operator_code.ts";

/**
 * The source text of the operator that a run called, as it was then, whatever the file holds now.
 *
 * @param run a run of a call, such as `getRun` finds
 * @returns undefined when the run is none of an operator, or when its code was not kept
 */
export async function getOperatorCode(run: Run): Promise<OperatorCode | undefined> {
  const { maybeOperatorCode } = await onDemand<typeof import("./operator_code.ts")>("lib/ops/operator_code.ts");
  return await maybeOperatorCode(run);
}
