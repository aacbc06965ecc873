import { assertEquals } from "../../lib/deps/assert.ts";
import { Capture } from "../../lib/step/capture.ts";
import { captureLimits } from "../../lib/step/kept_output.ts";
import type { Output } from "../../lib/notebook/ipynb.ts";
import { flowOf } from "../notebook/executed.ts";

const flow = flowOf(`// %% tags=["parameters"]
let n = 1;
// %% Two
2
// %% [markdown]
// text
// %% Four
4
`);
const encoder = new TextEncoder();
const bytes = (text: string) => encoder.encode(text);
const cell = (index: number, ms = index, rss = 100) => ({ t: "cell", cell: index, ms, rss }) as const;
const shown = (text: string, kind: "result" | "display" = "display") =>
  ({ t: "out", kind, data: { "text/plain": text } }) as const;

function outline(outputs: Output[]): string[] {
  return outputs.map((output) => {
    if (output.output_type === "stream") return `${output.name}: ${output.text}`;
    return output.output_type === "error" ? "error" : `${output.output_type}: ${output.data["text/plain"]}`;
  });
}

Deno.test("Capture puts text and rich outputs into the cell that runs, in their order, stderr after them", () => {
  const capture = new Capture(flow);
  capture.event(cell(0, 0));
  capture.stderrCell(0);
  capture.text("stderr", bytes("warn 1\n"));
  capture.text("stdout", bytes("a"));
  capture.event(shown("first"));
  capture.text("stdout", bytes("b"));
  capture.text("stdout", bytes("c\n"));
  capture.event(cell(1, 10, 200));
  capture.text("stderr", bytes("warn 2\n"));
  capture.event(shown("second", "result"));
  capture.event(cell(3, 30, 300));
  capture.stderrCell(3);
  capture.text("stderr", bytes("warn 3\n"));
  capture.event({ t: "done", ms: 35, rss: 400 });
  const { cells, done, lastCell } = capture.finish();
  assertEquals(cells.map(({ outputs }) => outline(outputs)), [
    // On stderr, the mark of the second cell had not come yet.
    ["stdout: a", "display_data: first", "stdout: bc\n", "stderr: warn 1\nwarn 2\n"],
    ["execute_result: second"],
    [],
    ["stderr: warn 3\n"],
  ]);
  assertEquals(cells.map(({ executionCount }) => executionCount), [1, 2, null, 3]);
  assertEquals(cells.map(({ record }) => [record.status, record.durationMs, record.memory]), [
    ["succeeded", 10, 200],
    ["succeeded", 20, 300],
    ["skipped", undefined, undefined],
    ["succeeded", 5, 400],
  ]);
  assertEquals([done, lastCell], [true, 3]);
});

Deno.test("Capture shows what was printed before the first cell in it, and marks the cell that failed", () => {
  const capture = new Capture(flow);
  capture.text("stdout", bytes("from an import\n"));
  capture.event(cell(0));
  capture.text("stdout", bytes("from the cell\n"));
  capture.event(cell(1));
  capture.event({ t: "error", error: { name: "Error", message: "x" }, ms: 5, rss: 1 });
  const { cells, error, done } = capture.finish({ failed: 1 });
  assertEquals(outline(cells[0].outputs), ["stdout: from an import\n", "stdout: from the cell\n"]);
  assertEquals(cells.map(({ record }) => record.status), ["succeeded", "failed", "skipped", "not-run"]);
  assertEquals([error?.thrown.message, error?.cell, error?.late, done], ["x", 1, false, false]);
});

Deno.test("Capture keeps the first error, the last value of a metric, and where each was reported", () => {
  const capture = new Capture(flow);
  capture.event({ t: "metric", name: "early", value: 0 });
  capture.event(cell(0));
  capture.event({ t: "metric", name: "m", value: 1, unit: "s" });
  capture.event({ t: "check", name: "c", ok: false });
  capture.event(cell(1));
  capture.event({ t: "metric", name: "m", value: 2 });
  capture.event({ t: "error", error: { name: "A", message: "first" }, ms: 1, rss: 1 });
  capture.event({ t: "error", late: true, error: { name: "B", message: "second" }, ms: 1, rss: 1 });
  const { metrics, checks, error } = capture.finish();
  assertEquals(metrics, [{ name: "early", value: 0 }, { name: "m", value: 2, cell: 1 }]);
  assertEquals(checks, [{ name: "c", ok: false, severity: "warning", cell: 0 }]);
  assertEquals(error?.thrown.name, "A");
});

Deno.test("Capture keeps head and tail of a cell's text and counts what it drops, cell by cell", () => {
  const capture = new Capture(flow, { ...captureLimits, cellText: 20 });
  capture.event(cell(0));
  assertEquals(capture.text("stdout", bytes("0123456789abcdef")).head, bytes("0123456789"));
  capture.text("stdout", bytes("ghijklmnopqrstuvwxyz"));
  capture.event(cell(1));
  capture.text("stdout", bytes("short"));
  const { cells, droppedBytes } = capture.finish();
  assertEquals(outline(cells[0].outputs), ["stdout: 0123456789\n… 16 bytes dropped …\nqrstuvwxyz"]);
  assertEquals(outline(cells[1].outputs), ["stdout: short"]);
  assertEquals(cells.map(({ record }) => record.droppedBytes), [16, undefined, undefined, undefined]);
  assertEquals(droppedBytes, 16);
});

Deno.test("Capture keeps the tail of later cells when the room for heads is used up", () => {
  const capture = new Capture(flow, { ...captureLimits, cellText: 20, runText: 12 });
  capture.event(cell(0));
  capture.text("stdout", bytes("x".repeat(100)));
  capture.event(cell(1));
  capture.text("stdout", bytes("0123456789abcdef"));
  const { head } = capture.text("stdout", bytes("ghijklmnop"));
  const { cells } = capture.finish();
  assertEquals(head.length, 0);
  assertEquals(outline(cells[1].outputs), ["stdout: 01\n… 14 bytes dropped …\nghijklmnop"]);
});

Deno.test("Capture goes on saying that a check does not hold, with the worst severity and the first message", () => {
  const capture = new Capture(flow);
  const check = (ok: boolean, options: { severity?: "warning" | "error"; message?: string } = {}) =>
    capture.event({ t: "check", name: "c", ok, ...options });
  capture.event(cell(0));
  check(true, { severity: "error", message: "held" });
  capture.event(cell(1));
  check(false);
  check(false, { severity: "error", message: "first" });
  capture.event(cell(3));
  check(false, { message: "second" });
  check(true, { message: "third" });
  capture.event({ t: "check", name: "other", ok: true });
  assertEquals(capture.finish().checks, [
    { name: "c", ok: false, severity: "error", message: "first", cell: 1 },
    { name: "other", ok: true, severity: "warning", cell: 3 },
  ]);
});

Deno.test("Capture puts what took its time into the cell that showed it, at the end of what that had shown", () => {
  const capture = new Capture(flow);
  capture.event(cell(0));
  capture.text("stdout", bytes("text"));
  capture.event(cell(1));
  capture.text("stdout", bytes("text"));
  capture.event({ ...shown("by an import"), cell: -1 });
  capture.event({ ...shown("by the first"), cell: 0 });
  capture.event({ ...shown("its result", "result"), cell: 0 });
  capture.event({ ...shown("by nobody"), cell: 77 });
  const { cells } = capture.finish();
  assertEquals(cells.slice(0, 2).map(({ outputs }) => outline(outputs)), [
    ["display_data: by an import", "stdout: text", "display_data: by the first", "execute_result: its result"],
    ["stdout: text", "display_data: by nobody"],
  ]);
  const result = cells[0].outputs.at(-1)!;
  assertEquals(result.output_type === "execute_result" && result.execution_count, 1);
});

Deno.test("Capture keeps the first and the last rich outputs of each cell, and says where it dropped others", () => {
  const capture = new Capture(flow, { ...captureLimits, cellDisplays: 4 });
  capture.event(cell(0));
  for (let i = 1; i <= 2000; i++) capture.event(shown(`${i}`));
  capture.event(shown("end", "result"));
  capture.event(cell(1));
  for (const text of ["1", "2", "3", "4", "5"]) capture.event(shown(text));
  const { cells, droppedDisplays } = capture.finish();
  assertEquals(outline(cells[0].outputs), [
    "display_data: 1",
    "display_data: 2",
    "display_data: … 1,997 rich outputs not kept …",
    "display_data: 2000",
    "execute_result: end",
  ]);
  assertEquals(outline(cells[1].outputs), [
    "display_data: 1",
    "display_data: 2",
    "display_data: … 1 rich output not kept …",
    "display_data: 4",
    "display_data: 5",
  ]);
  assertEquals(droppedDisplays, 1998);
});

Deno.test("Capture keeps a cell's last result however much the cell shows afterwards", () => {
  const capture = new Capture(flow, { ...captureLimits, cellDisplays: 4 });
  capture.event(cell(0));
  for (const text of ["1", "2", "3"]) capture.event(shown(text));
  capture.event(shown("result", "result"));
  for (const text of ["4", "5", "6"]) capture.event({ ...shown(text), cell: 0 });
  assertEquals(outline(capture.finish().cells[0].outputs), [
    "display_data: 1",
    "display_data: 2",
    "display_data: … 1 rich output not kept …",
    "execute_result: result",
    "display_data: … 2 rich outputs not kept …",
    "display_data: 6",
  ]);
});

Deno.test("Capture drops rich outputs beyond the size of the run, but a cell's own to make room for its last", () => {
  const item = (text: string) => shown(text.padEnd(80));
  const capture = new Capture(flow, { ...captureLimits, cellDisplays: 4, displays: 400 });
  capture.event(cell(0));
  for (const text of ["small", "x".repeat(1000), "x".repeat(2000), "small too"]) capture.event(shown(text));
  capture.event(cell(1));
  for (const text of ["1", "2", "3", "4", "5"]) capture.event(item(text));
  capture.event(cell(3));
  capture.event(item("no room"));
  const { cells, droppedDisplays } = capture.finish();
  assertEquals(outline(cells[0].outputs), [
    "display_data: small",
    "display_data: … 2 rich outputs not kept …",
    "display_data: small too",
  ]);
  assertEquals(outline(cells[1].outputs).map((line) => line.trimEnd()), [
    "display_data: 1",
    "display_data: 2",
    "display_data: … 2 rich outputs not kept …",
    "display_data: 5",
  ]);
  assertEquals(outline(cells[3].outputs), ["display_data: … 1 rich output not kept …"]);
  assertEquals(droppedDisplays, 5);
});

Deno.test("Capture counts once what was too large and whose notice is dropped as well", () => {
  const capture = new Capture(flow, { ...captureLimits, cellDisplays: 2 });
  capture.event(cell(0));
  for (let i = 0; i < 5; i++) capture.event({ ...shown(`too large ${i}`), dropped: true });
  assertEquals(capture.finish().droppedDisplays, 5);
});

Deno.test("Capture does not lose text between many rich outputs, nor memory to them", () => {
  const capture = new Capture(flow, { ...captureLimits, cellDisplays: 3 });
  capture.event(cell(0));
  for (let i = 0; i < 10; i++) {
    capture.text("stdout", bytes(`t${i} `));
    capture.event(shown(`d${i}`));
  }
  capture.text("stdout", bytes("end"));
  const { cells, droppedDisplays } = capture.finish();
  assertEquals(outline(cells[0].outputs), [
    "stdout: t0 ",
    "display_data: d0",
    "stdout: t1 ",
    "display_data: d1",
    "stdout: t2 ",
    "display_data: … 7 rich outputs not kept …",
    "stdout: t3 t4 t5 t6 t7 t8 t9 ",
    "display_data: d9",
    "stdout: end",
  ]);
  assertEquals(droppedDisplays, 7);
});

Deno.test("Capture counts dropped text once when pieces of text come together, and the room of heads once", () => {
  const capture = new Capture(flow, { ...captureLimits, cellText: 20, runText: 40, cellDisplays: 2 });
  capture.event(cell(0));
  let sent = 0;
  for (let i = 0; i < 50; i++) {
    sent += 4;
    capture.text("stdout", bytes(`${i}`.padEnd(4)));
    capture.event(shown(`d${i}`));
  }
  capture.event(cell(1));
  // What the first cell kept of its heads is 14 bytes; so there is room for a whole one here.
  assertEquals(capture.text("stdout", bytes("0123456789abcdef")).head.length, 10);
  const { cells, droppedBytes } = capture.finish();
  assertEquals(outline(cells[0].outputs), [
    "stdout: 0   ",
    "display_data: d0",
    "stdout: 1   ",
    "display_data: … 48 rich outputs not kept …",
    `stdout: 2   3   4 \n… ${sent - 28} bytes dropped …\n  48  49  `,
    "display_data: d49",
  ]);
  assertEquals(droppedBytes, sent - 28);
});

Deno.test("case 14: Capture survives cells that the flow does not have and times that go backwards", () => {
  const capture = new Capture(flow);
  for (const index of [77, -3, 1.5, 2]) {
    capture.event(cell(index, 50));
    capture.text("stdout", bytes("x"));
  }
  capture.event(cell(1, 50));
  capture.event({ t: "done", ms: 40, rss: 1 });
  const { cells } = capture.finish({ failed: 99, running: 98 });
  assertEquals(cells.map(({ record }) => record.status), ["not-run", "succeeded", "skipped", "not-run"]);
  assertEquals(cells[1].record.durationMs, 0);
});

Deno.test("Capture gives the same again when it is asked twice, with another cell marked", () => {
  const capture = new Capture(flow);
  capture.text("stdout", bytes("before "));
  capture.event(cell(0));
  capture.text("stdout", bytes("in"));
  const first = capture.finish();
  const second = capture.finish({ running: 0 });
  assertEquals(outline(second.cells[0].outputs), outline(first.cells[0].outputs));
  assertEquals([first.cells[0].record.status, second.cells[0].record.status], ["succeeded", "running"]);
});
