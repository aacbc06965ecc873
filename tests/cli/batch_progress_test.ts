import { assert, assertEquals, assertMatch } from "../../lib/deps/assert.ts";
import type { BatchEvent } from "../../lib/batch/batch.ts";
import { showBatchProgress } from "../../lib/cli/batch_progress.ts";
import { BatchWatch } from "../../lib/cli/batch_watch.ts";
import { textWidth } from "../../lib/cli/style.ts";
import type { StepEvent } from "../../lib/step/step_options.ts";
import { FakeEffects } from "./fake_effects.ts";

type Ended = Extract<BatchEvent, { t: "ended" }>;

const cells = ["Load", "Fit", "模型を計算する長い題名"].map((title, index) => ({
  index,
  type: "code" as const,
  title,
  line: index,
}));
const batch = (total: number, more: { fresh?: number; concurrency?: number; estimateMs?: number } = {}): BatchEvent => {
  return { t: "batch", step: "model", total, fresh: 0, concurrency: 2, ...more };
};
const step = (index: number, event: StepEvent, instance = `i${index}`): BatchEvent => {
  return { t: "step", instance, index, event };
};
const running = (index: number, instance = `i${index}`): BatchEvent =>
  step(index, { t: "running", step: "model", instance, cells, reasons: [] }, instance);
const cell = (index: number, cell: number): BatchEvent => step(index, { t: "cell", cell, ms: 0, rss: 0 });
const ended = (index: number, more: Partial<Ended> = {}): BatchEvent => {
  const instance = more.instance ?? `i${index}`;
  const rest = { statusText: "Succeeded", cached: false, durationMs: 1000, status: "succeeded" as const };
  return { t: "ended", index, ...rest, ...more, instance };
};
const failed = (index: number, statusText = 'Failed in cell 2 "Fit", line 6: Error: no'): BatchEvent =>
  ended(index, { status: "failed", statusText });
const end = (more: Partial<Extract<BatchEvent, { t: "end" }>> = {}): BatchEvent => {
  return { t: "end", succeeded: 0, failed: 0, cached: 0, skipped: 0, durationMs: 61_000, ...more };
};

function start(options: { live: boolean; width?: number; height?: number; verbose?: boolean }) {
  const effects = new FakeEffects(options);
  const progress = showBatchProgress(effects, options);
  const tell = (...events: BatchEvent[]) => events.forEach((event) => progress.event(event));
  return { effects, progress, tell, screen: effects.stderr };
}

Deno.test("showBatchProgress() on a terminal shows a bar with counts, pace and time left, and each running instance", () => {
  const { effects, tell, screen } = start({ live: true, width: 100 });
  tell(batch(40, { fresh: 10 }), running(10), running(11), cell(10, 1), cell(11, 0));
  effects.pass(4000);
  for (let i = 0; i < 8; i++) tell(ended(20 + i, { durationMs: 1000 }));
  tell(failed(30), ended(31, { cached: true }));
  tell(step(10, { t: "progress", done: 3, total: 12, label: "days" }));
  effects.pass(100);
  const lines = screen.lines;
  assertEquals(lines[0], `✘ i30: Failed in cell 2 "Fit", line 6: Error: no`);
  assertMatch(
    lines[1],
    /^. model {2}━{12}─{12} {2}20 of 40 {2}8 ran, 11 fresh, 1 failed {2}2\.2\/s {2}about \d s left$/,
  );
  assertEquals(lines.slice(2), [
    `  i10   4 s  cell 2 of 3 "Fit"  days: 3 of 12 (25 %)`,
    `  i11   4 s  cell 1 of 3 "Load"`,
  ]);
});

Deno.test("showBatchProgress() on a terminal keeps a running instance in its line", () => {
  const { effects, tell, screen } = start({ live: true });
  tell(batch(9), running(0), running(1), running(2));
  effects.pass(100);
  tell(ended(1), running(3));
  effects.pass(100);
  assertEquals(screen.lines.slice(1).map((line) => line.trim().split(" ")[0]), ["i0", "i3", "i2"]);
});

Deno.test("showBatchProgress() on a terminal gives the line of an instance that is being written to the next one", () => {
  const { effects, tell, screen } = start({ live: true });
  tell(batch(9), running(0), running(1), step(0, { t: "done", ms: 1, rss: 1 }));
  effects.pass(100);
  assertMatch(screen.lines[1], /i0 .* writing notebook and report$/);
  tell(running(2));
  effects.pass(100);
  assertEquals(screen.lines.slice(1).map((line) => line.trim().split(" ")[0]), ["i2", "i1"]);
});

Deno.test("showBatchProgress() on a terminal draws no more lines than it has, and says how many are missing", () => {
  const { effects, tell, screen } = start({ live: true, height: 8 });
  screen.write("before\n");
  tell(batch(40));
  for (let i = 0; i < 9; i++) tell(running(i));
  effects.pass(1000);
  tell(failed(20), failed(21));
  effects.pass(1000);
  const lines = screen.lines;
  assertEquals(lines.slice(0, 3).map((line) => line.slice(0, 6)), ["before", "✘ i20:", "✘ i21:"]);
  assertEquals(lines.length, 3 + 1 + 5);
  assertEquals(lines.at(-1), "  … and 5 more");
});

Deno.test("showBatchProgress() on a terminal does at most ten writes a second, however much happens", () => {
  const { effects, tell, screen } = start({ live: true });
  let writes = 0;
  const write = screen.write.bind(screen);
  screen.write = (text) => {
    writes++;
    write(text);
  };
  tell(batch(5000));
  for (let i = 0; i < 1000; i++) {
    tell(running(i), cell(i, 1), step(i, { t: "text", name: "stdout", cell: 1, text: "noise\n" }), failed(i));
    effects.pass(1);
  }
  assertEquals(writes, 10);
  assertEquals(screen.lines.filter((line) => line.startsWith("✘ ")).length, 1000);
});

for (const width of [40, 60, 80, 120]) {
  Deno.test(`showBatchProgress() on a terminal of ${width} columns never wraps a line, whatever names and titles are`, () => {
    const { effects, tell, screen } = start({ live: true, width });
    const long = (i: number) => `scenario_with_a_name_as_long_as_people_make_them_when_nobody_looks_${i}`;
    tell(batch(12_345, { fresh: 1234, estimateMs: 3_600_000 }));
    for (let i = 0; i < 4; i++) {
      tell(running(i, long(i)), step(i, { t: "cell", cell: 2, ms: 0, rss: 0 }, long(i)));
      tell(step(i, { t: "progress", done: i, total: 4, label: "引き直し ".repeat(i) }, long(i)));
    }
    tell(ended(9, { instance: long(9), status: "failed", statusText: "失敗 ".repeat(40) }));
    for (let i = 0; i < 30; i++) effects.pass(100);
    const lines = screen.lines;
    assertEquals(lines.length, 6);
    for (const line of lines) assert(textWidth(line) < width, line);
    assertEquals(new Set(lines.slice(2).map((line) => line.slice(0, 7))).size, 1);
    assertEquals(lines.slice(2).map((line) => line.trim().split(" ")[0].slice(-2)), ["_0", "_1", "_2", "_3"]);
    assertMatch(lines[1], /1,235 of 12,345/);
  });
}

Deno.test("showBatchProgress() on a terminal leaves what failed and one line for the end, and stops its timer", () => {
  const { effects, tell, screen, progress } = start({ live: true, width: 100 });
  tell(batch(5, { fresh: 2 }), running(2), failed(2), running(3), ended(3, { status: "warned" }));
  effects.pass(1000);
  tell(end({ succeeded: 3, failed: 1, cached: 2, skipped: 1 }));
  progress.stop();
  assertEquals(screen.lines, [
    `✘ i2: Failed in cell 2 "Fit", line 6: Error: no`,
    "✘ model: 1 ran (1 with warnings), 2 fresh, 1 failed, 1 not started in 1 min 01 s",
  ]);
  assertEquals(effects.timers, 0);
});

Deno.test("showBatchProgress() on a terminal removes its lines when all that ran was cancelled, before the process ends", () => {
  const { effects, tell, screen } = start({ live: true });
  tell(batch(9), running(0), running(1));
  effects.pass(500);
  tell(ended(0, { status: "cancelled" }));
  assertEquals(screen.lines.length, 3);
  tell(ended(1, { status: "cancelled" }));
  assertEquals(screen.lines, [""]);
  effects.pass(500);
  assertEquals(screen.lines, [""]);
});

Deno.test("showBatchProgress() shows what flows print only when asked, each line with its instance", () => {
  const { effects, tell, screen } = start({ live: true, verbose: true });
  tell(batch(9), running(0), running(1));
  tell(step(0, { t: "text", name: "stdout", cell: 0, text: "one\x1b[2J\ntwo" }));
  tell(step(1, { t: "text", name: "stdout", cell: 0, text: "other\n" }), ended(0));
  effects.pass(100);
  assertEquals(screen.lines.slice(0, 3), ["i0 │ one", "i1 │ other", "i0 │ two"]);
});

Deno.test("showBatchProgress() in a pipe writes the start, failures, tries, a line every ten seconds and the end", () => {
  const { effects, tell, screen, progress } = start({ live: false });
  tell(batch(100, { fresh: 40, estimateMs: 60_000 }));
  for (let i = 0; i < 25; i++) {
    tell(running(i), cell(i, 1), step(i, { t: "progress", done: 1, total: 2 }));
    if (i === 3) tell(step(3, { t: "retrying", attempt: 1, delayMs: 2000, statusText: "Failed\x1b[2J" }));
    effects.pass(1000);
    tell(i === 4 ? failed(i) : ended(i));
  }
  tell(end({ succeeded: 64, failed: 1, cached: 40, skipped: 35 }));
  progress.stop();
  assertEquals(screen.lines, [
    "model: 100 instances, 40 fresh, 60 to run, 2 at a time, about 1 min 00 s",
    "  i3: Failed; trying again in 2.0 s",
    `✘ i4: Failed in cell 2 "Fit", line 6: Error: no`,
    "model: 49 of 100; 8 ran, 40 fresh, 1 failed; 54/min; about 50 s left",
    "model: 59 of 100; 18 ran, 40 fresh, 1 failed; 57/min; about 40 s left",
    "✘ model: 24 ran, 40 fresh, 1 failed, 35 not started in 1 min 01 s",
  ]);
  assertEquals(effects.timers, 0);
});

Deno.test("showBatchProgress() in a pipe says so when there is nothing to run", () => {
  const { tell, screen } = start({ live: false });
  tell(batch(60, { fresh: 60 }), end({ succeeded: 60, cached: 60, durationMs: 12 }));
  assertEquals(screen.lines, ["model: 60 instances, all fresh", "✔ model: 60 fresh in 12 ms"]);
});

Deno.test("BatchWatch tells the time left from the estimate first, then from what really ran", () => {
  let now = 0;
  const watch = new BatchWatch(() => now);
  watch.event(batch(12, { fresh: 2, concurrency: 5, estimateMs: 9000 }));
  now = 1000;
  assertEquals(watch.pace(), { perSecond: 0, leftMs: 8000 });
  for (let i = 0; i < 5; i++) watch.event(running(i));
  watch.event(ended(9, { cached: true }));
  assertEquals(watch.pace()?.leftMs, 8000);
  now = 3000;
  for (let i = 0; i < 5; i++) watch.event(ended(i, { durationMs: 2000 }));
  // Five in three seconds, four to come.
  assertEquals(watch.pace(), { perSecond: 5 / 3, leftMs: 2400 });
});

Deno.test("BatchWatch counts running instances in part, so that the first to end does not stand for all", () => {
  let now = 0;
  const watch = new BatchWatch(() => now);
  watch.event(batch(10, { concurrency: 10 }));
  for (let i = 0; i < 10; i++) watch.event(running(i));
  now = 1000;
  watch.event(ended(0, { durationMs: 1000 }));
  const { leftMs = 0 } = watch.pace() ?? {};
  assert(leftMs < 1000, `about ${leftMs} ms`);
});
