/**
 * Amounts of memory as people write them.
 * @module
 */

const units: Record<string, number> = { KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30 };
/** With less a process does not even start. */
const least = 32 * units.MB;

/** The bytes that a text such as `"512MB"` or `"2 GB"` means; undefined when it means none, or fewer than 32 MB. */
export function maybeBytes(value: unknown): number | undefined {
  if (typeof value !== "string") return undefined;
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*(KB|MB|GB)\s*$/i.exec(value) ?? [];
  if (number === undefined) return undefined;
  const bytes = Math.round(Number(number) * units[unit.toUpperCase()]);
  return Number.isSafeInteger(bytes) && bytes >= least ? bytes : undefined;
}
