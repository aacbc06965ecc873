/**
 * How long a batch will take, guessed from what its instances took before.
 * @module
 */
import type { Seal } from "../step/seals.ts";
import type { BatchEntry } from "./batch_rows.ts";

/**
 * Milliseconds that the instances will take, `concurrency` at a time: each as long as its last run, or as the median of
 * all that are known; undefined when none is.
 */
export function estimateMs(
  entries: readonly BatchEntry[],
  seals: ReadonlyMap<string, Seal>,
  concurrency: number,
): number | undefined {
  const known = [...seals.values()].map((seal) => seal.durationMs).sort((a, b) => a - b);
  if (known.length === 0) return undefined;
  const usual = known[known.length >> 1];
  const sum = entries.reduce((sum, { instance }) => sum + (seals.get(instance)?.durationMs ?? usual), 0);
  return Math.round(sum / Math.max(1, Math.min(concurrency, entries.length)));
}
