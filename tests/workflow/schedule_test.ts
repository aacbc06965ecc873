import { assertEquals, assertThrows } from "../../lib/deps/assert.ts";
import * as make from "../../lib/workflow/schedule.ts";

Deno.test("parseSchedule() takes text and what daily() and its kin return", () => {
  assertEquals(make.parseSchedule("15m"), { every: 900_000 });
  assertEquals(make.parseSchedule("0  6 * * 1-5", { tz: "UTC" }), { cron: "0 6 * * 1-5", tz: "UTC" });
  const schedules = [
    make.hourly({ tz: "UTC" }),
    make.daily({ at: "6:05", tz: "Europe/Berlin" }),
    make.weekly({ on: "sun", tz: "UTC" }),
    make.monthly({ day: "last", tz: "UTC" }),
    make.every("2h"),
    make.after("import", { on: "finish" }),
  ];
  for (const schedule of schedules) assertEquals(make.parseSchedule(JSON.parse(JSON.stringify(schedule))), schedule);
});

Deno.test("a schedule without a time zone has that of this machine written down", () => {
  assertEquals(make.daily(), { cron: "0 0 * * *", tz: Temporal.Now.timeZoneId() });
});

Deno.test("schedules that cannot be are refused with what is accepted", () => {
  const cases: [() => unknown, string][] = [
    [
      () => make.daily({ at: "24:00", tz: "UTC" }),
      `The time of day of the schedule is "24:00"; accepted is hour and minute`,
    ],
    [() => make.cron("0 6 * *"), "five fields"],
    [() => make.cron("0 6 * * *", { tz: "Europe/Brlin" }), `The time zone of the schedule is "Europe/Brlin"`],
    [() => make.monthly({ day: 32, tz: "UTC" }), "a whole number from 1 to 31"],
    [() => make.weekly({ on: "funday" as "fri", tz: "UTC" }), "one of sun, mon"],
    [
      () => make.after("a", { pass: { day: { parm: "day" } as never } }),
      `The pass of the schedule is "{"day":{"parm":"day"}}"`,
    ],
    [() => make.parseSchedule({ after: "a", pass: ["day"] }), `The pass of the schedule is`],
    [() => make.every("10ms"), "at least one second"],
    [() => make.parseSchedule({ daily: "06:00" }), `{"daily":"06:00"}`],
  ];
  for (const [call, text] of cases) assertThrows(call, Error, text);
});

Deno.test("describeSchedule() says it in words", () => {
  const texts = [
    undefined,
    make.every("90s"),
    make.every("1d"),
    make.after("a", { on: "finish" }),
    make.daily({ tz: "UTC" }),
    make.after("a", { pass: { day: "date", least: { metric: "rows" } } }),
  ]
    .map(make.describeSchedule);
  assertEquals(texts, [
    "only when triggered",
    "every 90s",
    "every 1d",
    'after "a", however it ended',
    "0 0 * * * (UTC)",
    'after "a", day from its parameter "date", least from its metric "rows"',
  ]);
});
