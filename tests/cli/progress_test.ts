import { assert, assertEquals, assertMatch } from "../../lib/deps/assert.ts";
import { progressText, showProgress } from "../../lib/cli/progress.ts";
import type { StepEvent } from "../../lib/step/step_options.ts";
import { FakeEffects } from "./fake_effects.ts";

const running: StepEvent = {
  t: "running",
  step: "model",
  instance: "am",
  reasons: ["It never ran"],
  cells: [
    { index: 0, type: "markdown", line: 1 },
    { index: 1, type: "code", line: 3 },
    { index: 2, type: "code", title: "Load", line: 5 },
    { index: 3, type: "code", title: "Fit", line: 9 },
  ],
};
const cell = (cell: number): StepEvent => ({ t: "cell", cell, ms: 0, rss: 0 });
const text = (text: string, name: "stdout" | "stderr" = "stdout"): StepEvent => ({ t: "text", name, cell: 2, text });

function start(options: { live: boolean; verbose?: boolean; width?: number }) {
  const effects = new FakeEffects(options);
  const progress = showProgress("model/am", effects, options);
  return { effects, progress, screen: effects.stderr };
}

Deno.test("showProgress() on a terminal shows the running cell, the time and how many cells are done", () => {
  const { effects, progress, screen } = start({ live: true });
  progress.event(running);
  progress.event(cell(1));
  progress.event(cell(2));
  effects.pass(3100);
  assertEquals(screen.lines.length, 1);
  assertMatch(screen.lines[0], /^. model\/am {2}━{8}─{16} 3 s {2}cell 3 of 4 "Load"$/);
  progress.event(cell(3));
  effects.pass(100);
  assertMatch(screen.lines[0], /━{16}─{8} 3 s {2}cell 4 of 4 "Fit"$/);
});

Deno.test("showProgress() on a terminal shows the flow's own progress on a second line and drops it with its cell", () => {
  const { effects, progress, screen } = start({ live: true });
  for (const event of [running, cell(2), { t: "progress", done: 0, total: 40, label: "redraws" } as const]) {
    progress.event(event);
  }
  effects.pass(5000);
  progress.event({ t: "progress", done: 10, total: 40, label: "redraws" });
  effects.pass(100);
  assertEquals(screen.lines[1], "  redraws: 10 of 40 (25 %), about 15 s left");
  progress.event(cell(3));
  effects.pass(100);
  assertEquals(screen.lines.length, 1);
});

Deno.test("showProgress() on a terminal leaves nothing behind and stops its timer", () => {
  const { effects, progress, screen } = start({ live: true });
  progress.event(running);
  progress.event(cell(2));
  progress.event(text("noise\n"));
  effects.pass(1000);
  progress.stop();
  assertEquals(screen.lines, [""]);
  assertEquals(effects.timers, 0);
});

Deno.test("showProgress() is not torn by what a verbose flow prints, escape codes and unfinished lines included", () => {
  const { effects, progress, screen } = start({ live: true, verbose: true });
  progress.event(running);
  progress.event(cell(2));
  effects.pass(200);
  progress.event(text("one\ntw"));
  effects.pass(100);
  progress.event(text("\x1b[2J\x1b[1;1Hwarn\n", "stderr"));
  effects.pass(100);
  progress.event(text("o\n10%\r50%\rdone\nlast"));
  effects.pass(100);
  assertEquals(screen.lines.slice(0, -1), ["│ one", "│ warn", "│ two", "│ done"]);
  assertMatch(screen.lines.at(-1)!, /cell 3 of 4 "Load"$/);
  progress.stop();
  assertEquals(screen.lines, ["│ one", "│ warn", "│ two", "│ done", "│ last"]);
});

Deno.test("showProgress() does not redraw for every line that a flow prints", () => {
  const { progress, screen } = start({ live: true });
  progress.event(running);
  const before = screen.written.length;
  for (let i = 0; i < 1000; i++) progress.event(text(`line ${i}\n`));
  assertEquals(screen.written.length, before);
});

Deno.test("showProgress() in a pipe writes plain lines: the start with its reason, then at most one a second", () => {
  const { effects, progress, screen } = start({ live: false });
  progress.event(running);
  for (let i = 0; i < 100; i++) {
    progress.event(cell(2));
    progress.event(text("noise\n"));
    progress.event(cell(3));
    progress.event({ t: "progress", done: i, total: 100 });
    effects.pass(10);
  }
  effects.pass(5000);
  progress.stop();
  assertEquals(screen.written, `model/am: running: It never ran\nmodel/am: cell 4 of 4 "Fit", 99 of 100 (99 %)\n`);
});

Deno.test("showProgress() in a pipe tells how far a long cell is every ten seconds", () => {
  const { effects, progress, screen } = start({ live: false });
  progress.event(running);
  progress.event(cell(3));
  progress.event({ t: "progress", done: 0, total: 60 });
  for (let i = 1; i <= 25; i++) {
    effects.pass(1000);
    progress.event({ t: "progress", done: i, total: 60 });
  }
  assertEquals(screen.lines.slice(1), [
    `model/am: cell 4 of 4 "Fit", 0 of 60 (0 %)`,
    `model/am: cell 4 of 4 "Fit", 10 of 60 (16 %), about 55 s left`,
    `model/am: cell 4 of 4 "Fit", 20 of 60 (33 %), about 42 s left`,
  ]);
});

Deno.test("showProgress() says for whom it waits and that it tries again", () => {
  const { progress, screen } = start({ live: false });
  progress.event({ t: "waiting", holder: { pid: 4711, since: "2026-11-22T12:03:04.000Z", name: "model/am" } });
  progress.event(running);
  progress.event({ t: "retrying", attempt: 1, delayMs: 2000, statusText: "Failed in cell 3" });
  assertEquals(screen.lines, [
    "model/am: waiting for process 4711 since 2026-11-22 12:03:04 UTC, which runs it",
    "model/am: running: It never ran",
    "model/am: Failed in cell 3; trying again in 2.0 s",
  ]);
});

Deno.test("showProgress() starts over with the cells when it tries again", () => {
  const { effects, progress, screen } = start({ live: true });
  progress.event(running);
  progress.event(cell(3));
  progress.event({ t: "retrying", attempt: 1, delayMs: 2000, statusText: "Failed" });
  effects.pass(1100);
  assertMatch(screen.lines[0], /failed, will be tried again {2}1 s$/);
  progress.event(cell(2));
  effects.pass(100);
  assert(screen.lines[0].endsWith(`0 s  cell 3 of 4 "Load"`), screen.lines[0]);
});

Deno.test("progressText() bears odd numbers from a flow", () => {
  const at = (done: number, total: number) => progressText({ done, total, since: 0, first: 0 }, 10_000);
  assertEquals(at(5, 0), "5 of 0");
  assertEquals(at(7, 5), "7 of 5 (100 %)");
  assertEquals(progressText({ done: 1, total: 2, label: "a\x1b[2J\nb", since: 0, first: 0 }, 0), "a b: 1 of 2 (50 %)");
});
