/**
 * Sizes as people write them.
 * @module
 */
import { DuctaflowError } from "./error.ts";

const units: Record<string, number> = {
  "": 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** The bytes in a number or a text such as `"500MB"`, `"10 GB"` or `"2GiB"`; throws when it is neither, naming `what`. */
export function parseBytes(value: unknown, what = "The size"): number {
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return Math.floor(value);
  const [, count, unit] = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?i?b?)\s*$/i.exec(typeof value === "string" ? value : "") ?? [];
  const factor = count === undefined ? undefined : units[unit.toLowerCase()] ?? units[`${unit.toLowerCase()}b`];
  if (factor !== undefined) return Math.floor(Number(count) * factor);
  throw new DuctaflowError(`${what} is "${value}", which is not a size`, {
    code: "bad-size",
    hint: `Write bytes as a number, or text such as "500MB", "10GB" or "2GiB"`,
  });
}
