/**
 * How long a batch will take, guessed from what its instances took before.
 * @module
 */
import type { Seals } from "../step/seals.ts";
import type { BatchEntry } from "./batch_rows.ts";

/**
 * Milliseconds that the instances will take, `concurrency` at a time: each as long as its last run, or as the median of
 * all that are known; undefined when none is.
 */
export function estimateMs(entries: readonly BatchEntry[], seals: Seals, concurrency: number): number | undefined {
  const known = new Map<string, number>();
  for (const { instance, durationMs } of seals.all()) known.set(instance, durationMs);
  if (known.size === 0) return undefined;
  const usual = [...known.values()].sort((a, b) => a - b)[known.size >> 1];
  const sum = entries.reduce((sum, { instance }) => sum + (known.get(instance) ?? usual), 0);
  return Math.round(sum / Math.max(1, Math.min(concurrency, entries.length)));
}
