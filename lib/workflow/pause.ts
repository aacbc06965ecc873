/**
 * Pauses: for as long as nobody ends them, or until a moment.
 * @module
 */
import { DuctaflowError } from "../base/error.ts";
import type { WorkflowSettings } from "./settings.ts";

/** Whether what is due at a moment passes without a run. */
export function isPaused({ paused, pausedUntil }: Pick<WorkflowSettings, "paused" | "pausedUntil">, at: number) {
  return paused || at < pauseEnd({ pausedUntil });
}

/** The moment until which it is paused, milliseconds since 1970; earlier than any other when none is set. */
export function pauseEnd({ pausedUntil }: Pick<WorkflowSettings, "pausedUntil">): number {
  return pausedUntil === undefined ? -Infinity : Date.parse(pausedUntil);
}

/**
 * A moment as people write it: a day, which stands for its beginning, or a day with a time, in a time zone (that of this
 * machine unless `tz` or the text names one). Gives ISO 8601 in UTC.
 */
export function parseMoment(value: unknown, { tz = Temporal.Now.timeZoneId() }: { tz?: string } = {}): string {
  if (maybe(() => Temporal.Now.zonedDateTimeISO(tz)) === undefined) {
    throw new DuctaflowError(`The time zone is "${tz}"; accepted is a name such as Europe/Berlin or UTC`, {
      code: "bad-setting",
    });
  }
  for (const read of [instant, zoned, plain]) {
    const found = typeof value === "string" ? maybe(() => read(value.trim(), tz)) : undefined;
    if (found !== undefined) return new Date(found.epochMilliseconds).toISOString();
  }
  throw new DuctaflowError(`The setting pausedUntil is "${value}"; accepted is a day or a day with a time`, {
    code: "bad-setting",
    hint: "Such as 2026-12-24, 2026-12-24T18:00 or 2026-12-24T17:00Z",
  });
}

/** The settings of a pause that begins now; one that would be over already is refused. */
export function pauseSettings({ until, tz }: { until?: string; tz?: string }, now: number): Partial<WorkflowSettings> {
  if (until === undefined) return { paused: true };
  const pausedUntil = parseMoment(until, { tz });
  if (Date.parse(pausedUntil) > now) return { paused: false, pausedUntil };
  throw new DuctaflowError(`The pause until "${until}" would be over: it is ${new Date(now).toISOString()}`, {
    code: "bad-setting",
    hint: "Name a moment that is to come; a day stands for its beginning",
  });
}

/** The settings that end any pause. */
export const noPause = { paused: false, pausedUntil: null };

function instant(text: string): Temporal.Instant {
  return Temporal.Instant.from(text);
}

function zoned(text: string): Temporal.ZonedDateTime {
  return Temporal.ZonedDateTime.from(text);
}

function plain(text: string, tz: string): Temporal.ZonedDateTime {
  return Temporal.PlainDateTime.from(text).toZonedDateTime(tz);
}

function maybe<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
