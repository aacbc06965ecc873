/**
 * Durations as people write them.
 * @module
 */
import { DuctaflowError } from "./error.ts";
import { toPlainJson } from "./json.ts";

/** A number of milliseconds, or text such as `"500ms"`, `"90s"`, `"10m"`, `"2h"`, `"1d"`, `"1h30m"`. */
export type Duration = number | string;

const units: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** The milliseconds of a duration; throws when it is not one, naming `what` it was for. */
export function parseDuration(value: unknown, what = "The duration"): number {
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) {
    return value;
  }
  if (typeof value === "string") {
    const parts = [
      ...value.trim().matchAll(/(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)\s*/g),
    ];
    if (
      parts.length > 0 && parts.map((part) => part[0]).join("") === value.trim()
    ) {
      return parts.reduce(
        (sum, [, count, unit]) => sum + Number(count) * units[unit],
        0,
      );
    }
  }
  throw new DuctaflowError(`${what} is ${shown(value)}, which is not a duration`, {
    code: "bad-duration",
    hint: `Write milliseconds as a number, or text such as "90s", "10m", "2h" or "1d".`,
  });
}

/** The milliseconds of a time limit: a duration, but not 0, which means no limit to some and no time to others. */
export function parseTimeLimit(value: unknown, what = "The time limit"): number {
  const ms = parseDuration(value, what);
  if (ms > 0) return ms;
  throw new DuctaflowError(`${what} is "${value}", which leaves no time`, {
    code: "bad-duration",
    hint: `Leave it out for no limit, or write one such as "90s"`,
  });
}

function shown(value: unknown): string {
  const isObject = typeof value === "object" && value !== null;
  return isObject ? JSON.stringify(toPlainJson(value).value) : `"${String(value)}"`;
}

/** A duration for people: `340 ms`, `2.4 s`, `1 min 05 s`, `3 h 12 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const pad = (n: number) => String(n).padStart(2, "0");
  if (seconds < 3600) {
    return `${Math.floor(seconds / 60)} min ${pad(seconds % 60)} s`;
  }
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) {
    return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
  }
  return `${Math.floor(minutes / 1440)} d ${pad(Math.floor(minutes / 60) % 24)} h`;
}
