/**
 * Which instances of a batch need not run, found by their seals: thousands in a few milliseconds.
 * @module
 */
import { onDemand } from "../base/on_demand.ts";
import { join } from "../deps/path.ts";
import { checkSeal, InputLook, type SealFacts, settleSeal } from "../step/check_seal.ts";
import { instancePaths } from "../step/instance_paths.ts";
import { planGrant, type StepPlan } from "../step/plan_step.ts";
import { appendSeals, readSeals, type Seal } from "../step/seals.ts";
import type { StepOptions } from "../step/step_options.ts";
import type { BatchEntry } from "./batch_rows.ts";

const atOnce = 32;

/** A run that would come out the same. */
export type FreshRun = Pick<Seal, "id" | "status" | "flat">;

/**
 * The runs of instances that would come out the same, by index. What is not among them may be fresh all the same: then
 * the look at that one instance, when its turn comes, says so.
 */
export async function findFresh(
  plan: StepPlan,
  entries: readonly BatchEntry[],
  options: StepOptions,
): Promise<Map<number, FreshRun>> {
  const fresh = new Map<number, FreshRun>();
  if (entries.length === 0 || (options.cache ?? "auto") !== "auto") return fresh;
  const { build, step } = plan;
  const paths = instancePaths(plan.runsDir, step, entries[0].instance);
  const seals = readSeals(paths.seals);
  const facts: SealFacts = {
    code: options.strict ? build.graph.hash : build.graph.plain,
    strict: options.strict ?? false,
    // One instance stands for all: the hash leaves its own folder out.
    grant: (await planGrant(build, paths, options, plan.cwd)).grantHash,
    freshForMs: build.flow.header.freshForMs,
    now: Date.now(),
  };
  const look = new InputLook();
  const stepDir = join(plan.runsDir, step);
  const doubtful: BatchEntry[] = [];
  for (const entry of entries) {
    const seal = seals.get(entry.instance);
    if (!seal || entry.given === undefined) continue;
    const verdict = checkSeal(seal, `${stepDir}/${entry.instance}`, entry.given, facts, look);
    if (verdict === "fresh") fresh.set(entry.index, { id: seal.id, status: seal.status, flat: seal.flat });
    else if (verdict === "doubtful") doubtful.push(entry);
  }
  if (doubtful.length > 0) await settleAll();
  return fresh;

  async function settleAll(): Promise<void> {
    const settled: Seal[] = [];
    for (let at = 0; at < doubtful.length; at += atOnce) {
      options.signal?.throwIfAborted();
      await Promise.all(
        doubtful.slice(at, at + atOnce).map(async ({ index, instance }) => {
          const seal = await settleSeal(seals.get(instance)!, `${stepDir}/${instance}`, look);
          if (!seal) return;
          fresh.set(index, seal);
          settled.push(seal);
        }),
      );
    }
    if (settled.length === 0 || !appendSeals(paths, settled)) return;
    const { compactSeals } = await onDemand<typeof import("../step/compact_seals.ts")>("lib/step/compact_seals.ts");
    await compactSeals(paths);
  }
}
