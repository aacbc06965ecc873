/**
 * Ids of runs and batches.
 * @module
 */

let lastTime = 0;

/** A new id. It sorts by time, also when the clock is set back while the process runs: `20261122T120304123-4f081c7e`. */
export function newId(): string {
  lastTime = Math.max(Date.now(), lastTime);
  const time = new Date(lastTime).toISOString().replace(/[-:.Z]/g, "");
  return `${time}-${crypto.randomUUID().slice(0, 8)}`;
}
