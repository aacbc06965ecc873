/**
 * What a number may be, and what checks of tables may say.
 * @module
 */

/** Several versions to compare with, as one number. */
export interface LastRuns {
  /** So many of the newest versions before; fewer where there are not as many. */
  lastRuns: number;
  /** What is taken of them. Default `"mean"`; an outlier moves `"median"` less. */
  by?: "mean" | "median";
}

/** Bounds of a number; all that are given must hold. */
export interface Bounds {
  /** At least this. */
  lower?: number;
  /** At most this. */
  upper?: number;
  /** Exactly this. */
  equal?: number;
  /** Anything but this. */
  not?: number;
  /** Compares with the version before, or with several of them, instead of with zero; holds where there is none. */
  vs?: "previous" | LastRuns;
  /** With `vs`: how many percent it may differ by. */
  maxChangePct?: number;
  /** Whether the bounds themselves are allowed. Default true. */
  inclusive?: boolean;
}

/** What a check may say besides. */
export interface CheckSettings {
  /** `"warning"` (the default) makes the run of a workflow `warned`, `"error"` makes it fail and keeps it from saving. */
  severity?: "warning" | "error";
  /** What the check is called; else it is what it says, such as `rmse <= 1`. */
  name?: string;
}

/** Bounds from outside; throws a `TypeError` for what means nothing. */
export function parseBounds(bounds: Bounds): Bounds {
  const { inclusive, vs, ...numbers } = bounds;
  const given = Object.entries(numbers).filter(([, value]) => value !== undefined);
  for (const [key, value] of given) {
    if (!["lower", "upper", "equal", "not", "maxChangePct"].includes(key)) {
      throw new TypeError(
        `There is no bound "${key}", accepted are lower, upper, equal, not, vs, maxChangePct, inclusive`,
      );
    }
    if (typeof value === "number" && Number.isFinite(value)) continue;
    throw new TypeError(`The bound "${key}" is ${Deno.inspect(value)}, accepted is a number`);
  }
  if (given.length === 0) throw new TypeError("A bound has none of lower, upper, equal, not, maxChangePct");
  if (vs !== undefined && vs !== "previous" && !isLastRuns(vs)) {
    throw new TypeError(
      `The bound is to compare with ${Deno.inspect(vs)}, accepted is "previous" or ` +
        `{ lastRuns: a whole number from 1, by: "mean" or "median" }`,
    );
  }
  if (numbers.maxChangePct !== undefined && vs === undefined) {
    throw new TypeError(`maxChangePct needs vs: "previous" or vs: { lastRuns }`);
  }
  if (inclusive !== undefined && typeof inclusive !== "boolean") {
    throw new TypeError(`inclusive is ${Deno.inspect(inclusive)}, accepted is true or false`);
  }
  return Object.fromEntries([
    ...given,
    ...Object.entries({ vs, inclusive }).filter(([, value]) => value !== undefined),
  ]);
}

function isLastRuns(vs: unknown): vs is LastRuns {
  if (typeof vs !== "object" || vs === null) return false;
  const { lastRuns, by = "mean", ...others } = vs as Record<string, unknown>;
  return Number.isSafeInteger(lastRuns) && lastRuns as number >= 1 && (by === "mean" || by === "median") &&
    Object.keys(others).length === 0;
}

/** What earlier values, the newest first, are compared as; null where there are none. */
export function reference(earlier: number[], vs: NonNullable<Bounds["vs"]>): number | null {
  const { lastRuns, by = "mean" } = vs === "previous" ? { lastRuns: 1 } : vs;
  const values = earlier.slice(0, lastRuns);
  if (values.length === 0) return null;
  if (by === "mean") return values.reduce((sum, value) => sum + value, 0) / values.length;
  values.sort((a, b) => a - b);
  const middle = (values.length - 1) / 2;
  return (values[Math.floor(middle)] + values[Math.ceil(middle)]) / 2;
}

function referenceWords(vs: NonNullable<Bounds["vs"]>): string {
  return vs === "previous" ? vs : `${vs.by ?? "mean"} of last ${vs.lastRuns}`;
}

/** What was before, in words. */
export function beforeWords(vs: NonNullable<Bounds["vs"]>, value: number | null): string {
  if (value === null || vs === "previous") return `it was ${value ?? "nothing"}`;
  return `the ${vs.by ?? "mean"} of the last ${vs.lastRuns} was ${value}`;
}

/** Bounds in words, such as `rmse <= 1`. */
export function boundTitle(name: string, bounds: Bounds): string {
  const { lower, upper, equal, not, vs, maxChangePct, inclusive = true } = bounds;
  const to = (sign: string, value: number | undefined) =>
    value === undefined
      ? []
      : [vs ? `${sign} ${referenceWords(vs)} ${value < 0 ? "-" : "+"} ${Math.abs(value)}` : `${sign} ${value}`];
  const parts = [
    ...to(inclusive ? ">=" : ">", lower),
    ...to(inclusive ? "<=" : "<", upper),
    ...to("=", equal),
    ...to("!=", not),
    ...(maxChangePct === undefined ? [] : [`within ${maxChangePct}% of ${referenceWords(vs!)}`]),
  ];
  return `${name} ${parts.join(" and ")}`;
}

/** Whether a value is within its bounds. */
export function holds(value: number, bounds: Bounds, previous: number | null): boolean {
  const { vs, lower, upper, equal, not, maxChangePct, inclusive = true } = bounds;
  if (vs && previous === null) return true;
  const offset = vs ? previous! : 0;
  if (lower !== undefined && !(inclusive ? value >= lower + offset : value > lower + offset)) return false;
  if (upper !== undefined && !(inclusive ? value <= upper + offset : value < upper + offset)) return false;
  if (equal !== undefined && value !== equal + offset) return false;
  if (not !== undefined && value === not + offset) return false;
  if (maxChangePct === undefined) return true;
  const change = Math.abs(value - offset);
  return inclusive ? change <= Math.abs(offset) * maxChangePct / 100 : change < Math.abs(offset) * maxChangePct / 100;
}
