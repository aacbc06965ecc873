/**
 * When a workflow runs, as plain data. Times of day are those of a named time zone.
 * @module
 */
import { type Duration, parseDuration } from "../base/duration.ts";
import { DuctaflowError } from "../base/error.ts";
import { nearest } from "../base/nearest.ts";
import { maybePass, type Pass, type Passed, passedWords } from "./pass.ts";

/** When a workflow runs: by a cron expression in a time zone, every so often, or after another workflow. */
export type Schedule =
  /** Five fields: minute, hour, day of the month, month, day of the week. */
  | { cron: string; tz: string }
  /** Milliseconds; ticks lie on whole multiples since 1970 in UTC. */
  | { every: number }
  /** Follows each run of another workflow. */
  | { after: string; on: "success" | "finish"; pass?: Pass };

/** When a workflow follows another one, and what it takes from it. */
export interface AfterOptions {
  /** Only runs that succeeded, perhaps with warnings (the default), or all. */
  on?: "success" | "finish";
  /**
   * Parameters that take their values from the run before: from its parameter (a text, or `{ param }`), its metric, or the
   * number, text or yes-or-no that its artifact is.
   */
  pass?: { [parameter: string]: string | Passed };
}

/** A time zone for a schedule. */
export interface ZoneOptions {
  /** A name of the time zone database, such as `"Europe/Berlin"`. Default: that of this machine, which is written down. */
  tz?: string;
}

/** A time of day. */
export interface DailyOptions extends ZoneOptions {
  /** Hour and minute, `"06:00"`. Default `"00:00"`. */
  at?: string;
}

/** A day of the week. */
export type Weekday = "sun" | "mon" | "tue" | "wed" | "thu" | "fri" | "sat";

const weekdays: Weekday[] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** Shortest pause between two ticks. */
const shortestMs = 1000;

/**
 * Every hour, at a minute.
 *
 * @example
 * ```ts
 * import { hourly } from "./schedule.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * assertEquals(hourly({ minute: 15, tz: "UTC" }), { cron: "15 * * * *", tz: "UTC" });
 * ```
 */
export function hourly({ minute = 0, tz }: { minute?: number } & ZoneOptions = {}): Schedule {
  return cron(`${whole(minute, 0, 59, "minute")} * * * *`, { tz });
}

/**
 * Every day at a time of day. On the day when the clocks skip that time it runs as they do; when they show it twice, once.
 *
 * @example
 * ```ts
 * import { daily } from "./schedule.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * assertEquals(daily({ at: "06:30", tz: "Europe/Berlin" }), { cron: "30 6 * * *", tz: "Europe/Berlin" });
 * ```
 */
export function daily({ at, tz }: DailyOptions = {}): Schedule {
  return cron(`${clock(at)} * * *`, { tz });
}

/**
 * Every week on a day.
 *
 * @example
 * ```ts
 * import { weekly } from "./schedule.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * assertEquals(weekly({ on: "fri", at: "18:00", tz: "UTC" }), { cron: "0 18 * * 5", tz: "UTC" });
 * ```
 */
export function weekly({ on = "mon", at, tz }: { on?: Weekday } & DailyOptions = {}): Schedule {
  const day = weekdays.indexOf(on);
  if (day < 0) throw unusable("on", on, `one of ${weekdays.join(", ")}`, nearest(String(on), weekdays));
  return cron(`${clock(at)} * * ${day}`, { tz });
}

/**
 * Every month on a day from 1 to 31, or on the last one. A month without that day is passed over.
 *
 * @example
 * ```ts
 * import { monthly } from "./schedule.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * assertEquals(monthly({ day: "last", at: "22:00", tz: "UTC" }), { cron: "0 22 L * *", tz: "UTC" });
 * ```
 */
export function monthly({ day = 1, at, tz }: { day?: number | "last" } & DailyOptions = {}): Schedule {
  return cron(`${clock(at)} ${day === "last" ? "L" : whole(day, 1, 31, "day")} * *`, { tz });
}

/**
 * By a cron expression of five fields. Its ticks are computed when the workflow is published, which refuses what never
 * comes.
 *
 * @example
 * ```ts
 * import { cron } from "./schedule.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * assertEquals(cron("0 6 * * 1-5", { tz: "America/New_York" }), { cron: "0 6 * * 1-5", tz: "America/New_York" });
 * ```
 */
export function cron(expression: string, { tz = Temporal.Now.timeZoneId() }: ZoneOptions = {}): Schedule {
  const fields = String(expression).trim().split(/\s+/);
  if (fields.length !== 5) throw unusable("cron expression", expression, "five fields such as 0 6 * * 1-5");
  try {
    return { cron: fields.join(" "), tz: Temporal.Now.zonedDateTimeISO(tz).timeZoneId };
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw unusable(
      "time zone",
      tz,
      "a name such as Europe/Berlin or UTC",
      nearest(tz, Intl.supportedValuesOf("timeZone")),
    );
  }
}

/**
 * Every so often: ticks lie on whole multiples of the duration since 1970, whenever the scheduler was started.
 *
 * @example
 * ```ts
 * import { every } from "./schedule.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * assertEquals(every("15m"), { every: 900000 });
 * ```
 */
export function every(duration: Duration): Schedule {
  const ms = parseDuration(duration, "The pause of the schedule");
  if (ms < shortestMs || !Number.isSafeInteger(ms)) {
    throw unusable("pause", duration, "a duration of at least one second");
  }
  return { every: ms };
}

/**
 * After each run of another workflow that succeeded, perhaps with warnings, or after each that ended at all. What `pass`
 * names it takes from the run before; a run that lacks it is followed by one that failed.
 *
 * @example
 * ```ts
 * import { after } from "./schedule.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * assertEquals(after("import"), { after: "import", on: "success" });
assertEquals(after("import", { pass: { day: "day", least: { metric: "rows" } } }), {
  after: "import",
  on: "success",
  pass: { day: { param: "day" }, least: { metric: "rows" } },
});
 * ```
 */
export function after(flow: string | { name: string }, { on = "success", pass }: AfterOptions = {}): Schedule {
  if (on !== "success" && on !== "finish") throw unusable("on", on, `"success" or "finish"`);
  const passed = pass === undefined ? undefined : maybePass(pass);
  if (pass !== undefined && !passed) {
    throw unusable("pass", JSON.stringify(pass), `an object such as { day: "day", least: { metric: "rows" } }`);
  }
  return { after: typeof flow === "string" ? flow : flow.name, on, ...(passed ? { pass: passed } : {}) };
}

/** A schedule from outside: the data above, or a text such as `"15m"` or `"0 6 * * *"`. */
export function parseSchedule(value: unknown, { tz }: ZoneOptions = {}): Schedule {
  if (typeof value === "string") return /\s/.test(value.trim()) ? cron(value, { tz }) : every(value);
  const given = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  if (typeof given.cron === "string") return cron(given.cron, { tz: (given.tz as string | undefined) ?? tz });
  if (typeof given.every === "number" || typeof given.every === "string") return every(given.every);
  if (typeof given.after === "string") {
    return after(given.after, given as AfterOptions);
  }
  throw unusable(
    "schedule",
    JSON.stringify(value),
    `text such as 15m or 0 6 * * *, or what daily() and its kin return`,
  );
}

/** A schedule for people: `every 15m`, `0 6 * * * (Europe/Berlin)`, `after "import"`. */
export function describeSchedule(schedule: Schedule | undefined): string {
  if (!schedule) return "only when triggered";
  if ("cron" in schedule) return `${schedule.cron} (${schedule.tz})`;
  if ("every" in schedule) return `every ${shortDuration(schedule.every)}`;
  const passed = Object.entries(schedule.pass ?? {}).map(([name, from]) => `${name} from its ${passedWords(from)}`);
  return [`after "${schedule.after}"`, ...schedule.on === "finish" ? ["however it ended"] : [], ...passed].join(", ");
}

function shortDuration(ms: number): string {
  const [name, size] = ([["d", 86_400_000], ["h", 3_600_000], ["m", 60_000], ["s", 1000]] as const)
    .find(([, size]) => ms % size === 0) ?? ["ms", 1];
  return `${ms / size}${name}`;
}

function clock(at = "00:00"): string {
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(at) ?? [];
  if (hour === undefined) throw unusable("time of day", at, "hour and minute such as 06:30");
  return `${Number(minute)} ${Number(hour)}`;
}

function whole(value: number, least: number, most: number, what: string): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw unusable(what, value, `a whole number from ${least} to ${most}`);
}

function unusable(what: string, value: unknown, accepted: string, meant?: string): DuctaflowError {
  return new DuctaflowError(`The ${what} of the schedule is "${value}"; accepted is ${accepted}`, {
    code: "bad-schedule",
    hint: meant ? `Did you mean "${meant}"?` : `Such as daily({ at: "06:00", tz: "Europe/Berlin" }) or every("15m")`,
  });
}
