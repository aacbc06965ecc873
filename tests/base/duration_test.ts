import { assertEquals, assertStringIncludes, assertThrows } from "../../lib/deps/assert.ts";
import { formatDuration, parseDuration, parseTimeLimit } from "../../lib/base/duration.ts";
import { DuctaflowError } from "../../lib/base/error.ts";

Deno.test("parseDuration() reads numbers as milliseconds and text with units", () => {
  const durations: [unknown, number][] = [
    [0, 0],
    [1500, 1500],
    ["500ms", 500],
    ["90s", 90_000],
    ["10m", 600_000],
    ["2h", 7_200_000],
    ["1d", 86_400_000],
    ["1h30m", 5_400_000],
    [" 1h 30m ", 5_400_000],
    ["0.5s", 500],
    ["1m500ms", 60_500],
  ];
  for (const [value, ms] of durations) assertEquals(parseDuration(value), ms, String(value));
});

Deno.test("parseDuration() refuses all else and says what it was for", () => {
  for (
    const value of [
      "",
      "10",
      "m",
      "10 minutes",
      "-5s",
      "1h-30m",
      "5x",
      "1.s",
      "1e3s",
      -1,
      NaN,
      Infinity,
      null,
      true,
    ]
  ) {
    const error = assertThrows(() => parseDuration(value, `"timeout"`), DuctaflowError);
    assertEquals(error.code, "bad-duration");
    assertStringIncludes(error.message, `"timeout" is "${value}"`);
  }
});

Deno.test("parseDuration() names an object as JSON", () => {
  const message = (value: unknown) => assertThrows(() => parseDuration(value, "x"), DuctaflowError).message;
  assertEquals(message({ a: [1] }), `x is {"a":[1]}, which is not a duration`);
  assertEquals(message([]), "x is [], which is not a duration");
});

Deno.test("parseTimeLimit() takes durations but those that leave no time", () => {
  assertEquals([parseTimeLimit("90s"), parseTimeLimit(1)], [90_000, 1]);
  for (const value of [0, "0s", "0h0m"]) {
    const error = assertThrows(() => parseTimeLimit(value, "The timeout"), DuctaflowError);
    assertEquals(error.message, `The timeout is "${value}", which leaves no time`);
  }
  assertThrows(() => parseTimeLimit("soon"), DuctaflowError, "which is not a duration");
});

Deno.test("formatDuration() changes the unit where people do", () => {
  const texts: [number, string][] = [
    [0, "0 ms"],
    [339.6, "340 ms"],
    [1000, "1.0 s"],
    [2449, "2.4 s"],
    [59_949, "59.9 s"],
    [59_960, "1 min 00 s"],
    [65_000, "1 min 05 s"],
    [3_600_000, "1 h 00 min"],
    [11_520_000, "3 h 12 min"],
    [86_400_000, "1 d 00 h"],
    [100 * 3_600_000, "4 d 04 h"],
  ];
  for (const [ms, text] of texts) assertEquals(formatDuration(ms), text, String(ms));
});
