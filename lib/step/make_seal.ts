/**
 * The seal of a run: what it was made from and what it left, for a quick look later.
 * @module
 */
import { type FileSignature, maybeSettled, maybeSignature } from "../base/file_signature.ts";
import { isGreen, type RunRecord } from "../base/record.ts";
import type { Input } from "./inputs.ts";
import type { RunPlan } from "./plan_run.ts";
import type { Seal } from "./seals.ts";

/** The seal of a run that has just been recorded; none unless it is green. */
export function maybeSealOf(plan: RunPlan, record: RunRecord, inputs: Input[]): Seal | undefined {
  const seal = maybeSealFrom(record);
  if (!seal) return undefined;
  const { paths, given } = plan;
  const now = Date.now();
  const settled = (path: string): FileSignature | undefined => maybeSettled(maybeSignature(path), now);
  return {
    ...seal,
    given,
    record: maybeSignature(paths.record),
    inputs: inputs.map(({ record: { path, kind, hash }, signature }) => ({ path, kind, hash, signature })),
    outputs: seal.outputs.map((output) => ({ ...output, signature: settled(`${paths.dir}/${output.name}`) })),
  };
}

/** Without a journal line, the record itself says what the run was made from; only the signatures are unknown. */
export function maybeSealFrom(record: RunRecord | undefined): Seal | undefined {
  const { status } = record ?? {};
  if (!record || !isGreen(status)) return undefined;
  return {
    instance: record.instance,
    id: record.id,
    status,
    endedAt: Date.parse(record.endedAt ?? record.startedAt),
    durationMs: record.durationMs,
    code: record.code.hash,
    plain: record.code.plain,
    config: record.configHash,
    grant: record.permissions.hash,
    inputs: record.inputs.map(({ path, kind, hash }) => ({ path, kind, hash })),
    outputs: record.artifacts.map(({ name, hash }) => ({ name, hash })),
    never: neverReusable(record),
  };
}

/** Why a green run must not be reused, if so. */
function neverReusable(record: RunRecord): string | undefined {
  if (record.permissions.command.some((arg) => arg.startsWith("--inspect"))) {
    return "The last run was in a debugger, where values can be changed";
  }
  const changed = record.inputs.find((input) => input.changed);
  return changed && `The input ${changed.path} changed while the run was reading it`;
}
