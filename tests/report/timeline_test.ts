import { assertEquals } from "../../lib/deps/assert.ts";
import { timeline } from "../../lib/report/timeline.ts";
import type { BulkRun } from "../../lib/base/bulk_summary.ts";

const from = Date.parse("2026-01-02T03:04:05Z");
const iso = (seconds: number) => new Date(from + seconds * 1000).toISOString();

function run(start: number, end: number, changes: Partial<BulkRun> = {}): BulkRun {
  return {
    step: "s",
    instance: "i",
    status: "succeeded",
    cached: false,
    startedAt: iso(start),
    endedAt: iso(end),
    config: {},
    defaults: {},
    metrics: {},
    checks: [],
    artifacts: [],
    ...changes,
  };
}

Deno.test("timeline() packs runs into as few lanes as run at the same time", () => {
  const { bars, lanes, length } = timeline([run(5, 9), run(0, 5), run(1, 3), run(3, 4), run(2, 10)]);
  assertEquals(bars, [[1, 0, 5000, 0], [2, 1000, 3000, 1], [4, 2000, 10000, 2], [3, 3000, 4000, 1], [
    0,
    5000,
    9000,
    0,
  ]]);
  assertEquals([lanes, length], [3, 10_000]);
});

Deno.test("timeline() leaves out reused runs and those without times, and counts them", () => {
  const runs = [run(-9999, -9990, { cached: true }), run(0, 1), run(0, 0, { startedAt: undefined })];
  const { bars, reused, unknown } = timeline(runs);
  assertEquals([bars, reused, unknown], [[[1, 0, 1000, 0]], 1, 1]);
});

Deno.test("timeline() ends a run that never ended after the time it is known to have taken", () => {
  assertEquals(timeline([run(0, 0, { endedAt: undefined, durationMs: 700 })]).bars, [[0, 0, 700, 0]]);
  assertEquals(timeline([run(3, 1)]).bars, [[0, 0, 0, 0]]);
});

Deno.test("timeline() leaves out long idle times only", () => {
  const { breaks } = timeline([run(0, 10), run(11, 20), run(3620, 3630)]);
  assertEquals(breaks, [[20_000, 3_620_000]]);
  assertEquals(timeline([run(0, 0.02), run(0.3, 0.32)]).breaks, []);
});

Deno.test("timeline() of no runs is empty", () => {
  assertEquals(timeline([]), { from: 0, length: 0, lanes: 0, bars: [], breaks: [], reused: 0, unknown: 0 });
});
