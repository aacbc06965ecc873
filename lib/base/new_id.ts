/**
 * Ids of runs and batches.
 * @module
 */

let lastTime = 0;
let number = 0;

/**
 * A new id: `20261122T120304123-4f081c7e`. It sorts by time; those of one process sort as they were made, also within a
 * millisecond and when the clock is set back.
 */
export function newId(): string {
  const now = Date.now();
  // Half of the numbers are left for counting on.
  number = now > lastTime ? crypto.getRandomValues(new Uint32Array(1))[0] >>> 1 : number + 1;
  lastTime = Math.max(now, lastTime);
  const time = new Date(lastTime).toISOString().replace(/[-:.Z]/g, "");
  return `${time}-${number.toString(16).padStart(8, "0")}`;
}
