/**
 * The moments that a schedule names. Only asked for the next or the last one: nothing here waits or runs.
 * @module
 */
import { DuctaflowError, messageOf } from "../base/error.ts";
import type { Schedule } from "./schedule.ts";

/** Answers for one schedule; all times in milliseconds since 1970. */
export interface Ticks {
  /** The first tick after a moment; undefined when none ever comes. */
  next(after: number): number | undefined;
  /** The ticks after `after` up to and including `now`: the last of them, and how many there are (at most `most`). */
  due(after: number, now: number): { last: number; count: number } | undefined;
}

/** What a count of missed ticks stops at: more of them say no more. */
export const most = 1000;

/** Reads a schedule; throws when its expression is none, or never comes. One that follows a workflow has no ticks. */
export async function ticksOf(schedule: Schedule | undefined): Promise<Ticks> {
  if (!schedule || "after" in schedule) return { next: () => undefined, due: () => undefined };
  return "every" in schedule ? steadyTicks(schedule.every) : await cronTicks(schedule.cron, schedule.tz);
}

function steadyTicks(every: number): Ticks {
  return {
    next: (after) => (Math.floor(after / every) + 1) * every,
    due(after, now) {
      const count = Math.floor(now / every) - Math.floor(after / every);
      return count > 0 ? { last: Math.floor(now / every) * every, count: Math.min(count, most) } : undefined;
    },
  };
}

async function cronTicks(expression: string, tz: string): Promise<Ticks> {
  const { Cron } = await import("../deps/croner.ts");
  const problem = (why: string) =>
    new DuctaflowError(`The cron expression "${expression}" cannot be used: ${why}`, {
      code: "bad-schedule",
      hint: "Five fields: minute, hour, day of the month, month, day of the week; such as 0 6 * * 1-5",
    });
  let pattern: InstanceType<typeof Cron>;
  try {
    pattern = new Cron(expression, { timezone: tz, paused: true });
  } catch (error) {
    throw problem(messageOf(error).replace(/^CronPattern: /, ""));
  }
  const fixedHour = /^\d+(,\d+)*$/.test(expression.split(" ")[1]);
  const isRepeated = (ms: number) => fixedHour && isSecondPass(ms, tz);
  const next = (after: number) => {
    for (let at = after;;) {
      const tick = pattern.nextRun(new Date(at))?.getTime();
      if (tick === undefined || !isRepeated(tick)) return tick;
      at = tick;
    }
  };
  if (next(Date.now()) === undefined) throw problem("no such moment ever comes");
  return {
    next,
    due(after, now) {
      let found: { last: number; count: number } | undefined;
      // Backwards, so that the newest is found at once however long ago the last look was.
      for (const date of previous(pattern, now)) {
        const tick = date.getTime();
        if (tick <= after || (found?.count ?? 0) >= most) break;
        if (!isRepeated(tick)) found = { last: found?.last ?? tick, count: (found?.count ?? 0) + 1 };
      }
      return found;
    },
  };
}

/** Ticks up to and including a moment, the newest first. */
function* previous(pattern: { previousRuns(n: number, before: Date): Date[] }, now: number): Generator<Date> {
  // What is asked for is before the moment, to the second.
  let before = Math.floor(now / 1000) * 1000 + 1000;
  for (let count = 1;; count = 16) {
    const found = pattern.previousRuns(count, new Date(before)).filter((date) => date.getTime() < before);
    yield* found.filter((date) => date.getTime() <= now);
    if (found.length === 0) return;
    before = found.at(-1)!.getTime();
  }
}

/** Whether the clocks were put back and show a time for the second time: a job of a fixed hour has had its turn. */
function isSecondPass(ms: number, tz: string): boolean {
  const at = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(tz);
  return at.toPlainDateTime().toZonedDateTime(tz, { disambiguation: "earlier" }).epochMilliseconds < ms;
}
