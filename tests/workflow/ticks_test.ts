import { assert, assertEquals, assertRejects } from "../../lib/deps/assert.ts";
import { cron, daily, every } from "../../lib/workflow/schedule.ts";
import { most, ticksOf } from "../../lib/workflow/ticks.ts";

const tz = "Europe/Berlin";
const at = (iso: string) => Date.parse(iso);

/** Ticks after `from` up to `to`, without seconds. */
async function between(expression: string, from: string, to: string, zone = tz): Promise<string[]> {
  const ticks = await ticksOf(cron(expression, { tz: zone }));
  const found: string[] = [];
  for (let tick = ticks.next(at(from)); tick !== undefined && tick <= at(to); tick = ticks.next(tick)) {
    found.push(new Date(tick).toISOString().slice(0, 16));
  }
  return found;
}

Deno.test("ticksOf() runs a daily time that the clocks skip once, as soon as they show a time again", async () => {
  assertEquals(await between("30 2 * * *", "2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z"), [
    "2026-03-29T01:00",
    "2026-03-30T00:30",
  ]);
});

Deno.test("ticksOf() runs a daily time that the clocks show twice once, also in a list of minutes", async () => {
  const [from, to] = ["2026-10-24T12:00:00Z", "2026-10-26T00:00:00Z"];
  assertEquals(await between("30 2 * * *", from, to), ["2026-10-25T00:30"]);
  assertEquals(await between("0,30 2 * * *", from, to), ["2026-10-25T00:00", "2026-10-25T00:30"]);
});

Deno.test("ticksOf() goes on every hour while the clocks are changed", async () => {
  assertEquals(await between("0 * * * *", "2026-10-24T22:30:00Z", "2026-10-25T03:00:00Z"), [
    "2026-10-24T23:00",
    "2026-10-25T00:00",
    "2026-10-25T01:00",
    "2026-10-25T02:00",
    "2026-10-25T03:00",
  ]);
  assertEquals(await between("0 * * * *", "2026-03-28T23:30:00Z", "2026-03-29T02:00:00Z"), [
    "2026-03-29T00:00",
    "2026-03-29T01:00",
    "2026-03-29T02:00",
  ]);
});

Deno.test("ticksOf() passes over months without the day, and knows the last one", async () => {
  assertEquals(await between("0 6 31 * *", "2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z", "UTC"), [
    "2026-01-31T06:00",
    "2026-03-31T06:00",
    "2026-05-31T06:00",
  ]);
  assertEquals(await between("0 6 L * *", "2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z", "UTC"), [
    "2026-01-31T06:00",
    "2026-02-28T06:00",
  ]);
});

Deno.test("due() finds the same ticks backwards as next() does forwards, over both changes of the clocks", async () => {
  const zones = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"];
  for (const zone of zones) {
    for (const expression of ["30 2 * * *", "0,30 1,2,3 * * *", "0 */6 * * *", "15 2 * * 0"]) {
      const ticks = await ticksOf(cron(expression, { tz: zone }));
      const all: number[] = [];
      for (const month of ["2026-03", "2026-04", "2026-10", "2026-11"]) {
        const [from, to] = [at(`${month}-01T00:00:00Z`), at(`${month}-09T12:00:00Z`)];
        for (let tick = ticks.next(from)!; tick <= to; tick = ticks.next(tick)!) all.push(tick);
        const [later, end] = [at(`${month}-24T00:00:00Z`), at(`${month}-30T12:00:00Z`)];
        for (let tick = ticks.next(later)!; tick <= end; tick = ticks.next(tick)!) all.push(tick);
      }
      for (let i = 1; i < all.length; i++) {
        if (ticks.next(all[i - 1]) !== all[i]) continue;
        const due = ticks.due(all[i - 1], all[i]);
        assertEquals([due?.last, due?.count], [all[i], 1], `${expression} ${zone} ${new Date(all[i]).toISOString()}`);
      }
    }
  }
});

Deno.test("due() counts what was missed, and stops counting", async () => {
  const ticks = await ticksOf(daily({ at: "06:00", tz: "UTC" }));
  assertEquals(ticks.due(at("2026-01-01T06:00:00Z"), at("2026-01-04T05:59:59Z")), {
    last: at("2026-01-03T06:00:00Z"),
    count: 2,
  });
  assertEquals(ticks.due(at("2026-01-01T06:00:00Z"), at("2026-01-02T05:59:59Z")), undefined);
  const minutely = await ticksOf(cron("* * * * *", { tz: "UTC" }));
  assertEquals(minutely.due(0, at("2026-01-01T00:00:30Z")), { last: at("2026-01-01T00:00:00Z"), count: most });
});

Deno.test("ticksOf() has steady ticks on whole multiples, whenever it is asked", async () => {
  const ticks = await ticksOf(every("15m"));
  assertEquals(ticks.next(at("2026-01-01T00:07:00Z")), at("2026-01-01T00:15:00Z"));
  assertEquals(ticks.next(at("2026-01-01T00:15:00Z")), at("2026-01-01T00:30:00Z"));
  assertEquals(ticks.due(at("2026-01-01T00:15:00Z"), at("2026-01-01T01:00:00Z")), {
    last: at("2026-01-01T01:00:00Z"),
    count: 3,
  });
});

Deno.test("ticksOf() refuses expressions that are none or never come", async () => {
  for (const [expression, why] of [["0 25 * * *", "hour"], ["0 0 30 2 *", "no such moment ever comes"]]) {
    const error = await assertRejects(() => ticksOf(cron(expression, { tz })), Error);
    assert(error.message.includes(why) && error.message.includes(`"${expression}"`), error.message);
  }
});
