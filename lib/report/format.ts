/**
 * Numbers, sizes, times and hashes as people read them.
 * @module
 */

const number0 = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const number2 = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
const significant4 = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 4 });
const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const days = "Sun Mon Tue Wed Thu Fri Sat".split(" ");

/** A number for a figure card or a sentence: thousands separated, no more digits than carry meaning. */
export function formatNumber(value: unknown): string {
  if (typeof value !== "number" || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-4)) return value.toExponential(3).replace(/\.?0+e\+?/, "e");
  return (size >= 1000 ? number2 : significant4).format(value);
}

/** A whole number with thousands separated. */
export function formatCount(value: number): string {
  return number0.format(value);
}

/** A count with its noun: `1 row`, `1,234 rows`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** A size for people: `512 bytes`, `3.4 kB`, `1.2 GB` (powers of 1000). */
export function formatBytes(bytes: unknown): string {
  if (typeof bytes !== "number" || !Number.isFinite(bytes)) return String(bytes);
  if (Math.abs(bytes) < 1000) return plural(bytes, "byte");
  const units = ["kB", "MB", "GB", "TB", "PB"];
  let size = bytes;
  let unit = -1;
  while (unit < units.length - 1 && Math.abs(size) >= 999.5) {
    size /= 1000;
    unit++;
  }
  return `${Math.abs(size) < 9.95 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

/** A time in UTC: `Tue 24 Nov 2026, 14:03:09 UTC`; text that is no time is given back. */
export function formatTime(iso: unknown): string {
  const date = new Date(String(iso));
  if (Number.isNaN(date.getTime())) return String(iso);
  const day = `${days[date.getUTCDay()]} ${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
  return `${day}, ${date.toISOString().slice(11, 19)} UTC`;
}

/** The first 8 digits of a hash, which tell files apart well enough for people. */
export function shortHash(hash: unknown): string {
  return typeof hash === "string" ? hash.slice(0, 8) : "";
}
