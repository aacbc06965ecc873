import { assertEquals, assertMatch, assertStringIncludes } from "../../lib/deps/assert.ts";
import { parseFlow } from "../../lib/notebook/parse_flow.ts";
import type { Attempt } from "../../lib/step/attempt.ts";
import { Capture } from "../../lib/step/capture.ts";
import type { RunEvent } from "../../lib/step/event_log.ts";
import { instancePaths } from "../../lib/step/instance_paths.ts";
import { cellPhrase, decideOutcome, tidyOutputs } from "../../lib/step/outcome.ts";
import { positionsIn } from "../../lib/step/thrown_error.ts";

const flow = await parseFlow(
  `// %% tags=["parameters"]\nlet n = 1;\n// %% Load\nn;\n// %% [markdown]\n// text\n// %%\nn + 1;\n`,
  "file:///project/flows/f.ts",
);
/** A run must find its folder again at the end. */
const runs = Deno.makeTempDirSync();
const paths = instancePaths(runs, "f", "one");
Deno.mkdirSync(paths.dir, { recursive: true });
addEventListener("unload", () => Deno.removeSync(runs, { recursive: true }));
const at = { ms: 1, rss: 1 };
const cell = (index: number): RunEvent => ({ t: "cell", cell: index, ...at });
const done: RunEvent = { t: "done", ...at };
const all = [cell(0), cell(1), cell(3), done];

/** An attempt with these events that ended in this way. */
function attemptOf(events: RunEvent[], rest: Partial<Attempt> & { stderr?: string } = {}): Attempt {
  const capture = new Capture(flow);
  for (const event of events) capture.event(event);
  const { stderr = "", ...given } = rest;
  if (stderr) capture.text("stderr", new TextEncoder().encode(stderr));
  return {
    startedAt: new Date(0),
    durationMs: 1,
    exit: { code: 0 },
    capture,
    captured: capture.finish(),
    stdoutBytes: 0,
    stderrBytes: 0,
    pipeHeld: false,
    command: ["deno", "run", "/project/runs/.ductaflow/build/f.ts-1/main.ts"],
    ...given,
  } as Attempt;
}

function thrown(message: string, { line, late }: { line?: number; late?: boolean } = {}): RunEvent {
  const stack = `Error: ${message}${line ? `\n    at ${flow.url}:${line}:7` : ""}`;
  return { t: "error", error: { name: "Error", message, stack }, ...at, ...(late ? { late } : {}) };
}

const check = (name: string, ok: boolean, severity: "warning" | "error"): RunEvent => ({
  t: "check",
  name,
  ok,
  severity,
  message: `${name} is off`,
});

/** How an attempt went, and the status, sentence and failed cell that follow. */
const cases: [name: string, attempt: Attempt, status: string, text: string | RegExp, failedCell?: number][] = [
  ["all cells and exit 0", attemptOf(all), "succeeded", "Succeeded"],
  [
    "case 2: exit 0 in the middle",
    attemptOf([cell(0), cell(1)]),
    "failed",
    /^Exited early in cell 2 "Load": Deno\.exit\(0\)/,
    1,
  ],
  ["exit 0 before the first cell", attemptOf([]), "failed", /^Exited early before the first cell/],
  [
    "exit 3 in the middle",
    attemptOf([cell(0)], { exit: { code: 3 } }),
    "failed",
    "Exited early in cell 1 with code 3",
    0,
  ],
  [
    "exit 3 after the end",
    attemptOf(all, { exit: { code: 3 } }),
    "failed",
    "Exited with code 3 after the last cell",
    3,
  ],
  [
    "case 3: killed",
    attemptOf([cell(0), cell(1)], { exit: { code: 137, signal: "SIGKILL" } }),
    "failed",
    `Killed by SIGKILL in cell 2 "Load"`,
    1,
  ],
  [
    "killed after the end",
    attemptOf(all, { exit: { code: 137, signal: "SIGKILL" } }),
    "failed",
    /^Killed by SIGKILL/,
    3,
  ],
  [
    "case 5: a promise that never resolves",
    attemptOf([cell(0), cell(1)], { exit: { code: 1 }, stderr: "error: Top-level await promise never resolved\n" }),
    "failed",
    /^Never finished in cell 2 "Load": it awaits a promise/,
    1,
  ],
  [
    "case 1: a cell throws",
    attemptOf([cell(0), cell(1), thrown("no", { line: 4 })], { exit: { code: 1 } }),
    "failed",
    `Failed in cell 2 "Load", line 4: Error: no`,
    1,
  ],
  ["a cell throws and exits 0", attemptOf([cell(0), thrown("no")]), "failed", "Failed in cell 1: Error: no", 0],
  [
    "an import throws, in whose line it stands",
    attemptOf([thrown("no", { line: 8 })], { exit: { code: 1 } }),
    "failed",
    "Failed while it loaded its imports, line 8: Error: no",
    3,
  ],
  [
    "case 6: a late error after the end",
    attemptOf([...all, thrown("late", { line: 4, late: true })], { exit: { code: 1 } }),
    "failed",
    "Failed after the last cell, by an error that nothing waited for, line 4: Error: late",
    3,
  ],
  [
    "case 6: a late error that the process survived",
    attemptOf([...all, thrown("late", { late: true })]),
    "failed",
    /^Failed after the last cell/,
    3,
  ],
  [
    "case 27: timed out",
    attemptOf([cell(0)], {
      stopped: { status: "timed-out", why: "", killed: false },
      exit: { code: 143, signal: "SIGTERM" },
    }),
    "timed-out",
    "Timed out after 2.0 s in cell 1",
    0,
  ],
  [
    "timed out and killed",
    attemptOf([cell(0)], { stopped: { status: "timed-out", why: "", killed: true } }),
    "timed-out",
    "Timed out after 2.0 s in cell 1; it did not stop when asked and was killed",
    0,
  ],
  [
    "timed out although it ended well",
    attemptOf(all, { stopped: { status: "timed-out", why: "", killed: false } }),
    "timed-out",
    /^Timed out/,
    3,
  ],
  [
    "cancelled",
    attemptOf([], { stopped: { status: "cancelled", why: "SIGINT", killed: false } }),
    "cancelled",
    "Cancelled before the first cell (SIGINT)",
  ],
  [
    "a warning",
    attemptOf([cell(0), check("rows", false, "warning"), ...all]),
    "warned",
    `Succeeded with warnings: "rows"`,
  ],
  ["a check that holds", attemptOf([cell(0), check("rows", true, "error"), ...all]), "succeeded", "Succeeded"],
  [
    "a check of severity error",
    attemptOf([cell(0), check("a", false, "warning"), cell(1), check("b", false, "error"), cell(3), done]),
    "failed",
    `Checks do not hold: "b"`,
    1,
  ],
  [
    "a few of many checks",
    attemptOf([cell(0), ...Array.from({ length: 100 }, (_, i) => check(`c${i}`, false, "warning")), ...all]),
    "warned",
    /^Succeeded with warnings: "c0", .* and 92 more$/,
  ],
  [
    "an error counts before a check",
    attemptOf([cell(0), check("b", false, "error"), thrown("no")], { exit: { code: 1 } }),
    "failed",
    /^Failed in cell 1/,
    0,
  ],
];

for (const [name, attempt, status, text, failedCell] of cases) {
  Deno.test(`decideOutcome(): ${name}`, () => {
    const outcome = decideOutcome(flow, paths, attempt, 2000);
    assertEquals(
      [outcome.status, outcome.failedCell],
      [status, failedCell] as [typeof outcome.status, number | undefined],
    );
    if (typeof text === "string") assertEquals(outcome.statusText, text);
    else assertMatch(outcome.statusText, text);
    assertEquals(outcome.error === undefined, status === "succeeded" || status === "warned");
    assertEquals(outcome.statusText.endsWith("."), false);
  });
}

Deno.test("decideOutcome() tells what Deno said when it could not start, in the flow's own name", () => {
  const stderr = `error: Module not found "file:///project/runs/.ductaflow/build/f.ts-1/none.ts"\n`;
  const { statusText } = decideOutcome(flow, paths, attemptOf([], { exit: { code: 1 }, stderr }));
  assertEquals(statusText, `Could not start: Module not found "file:///project/flows/none.ts"`);
});

Deno.test("decideOutcome() keeps stack, position, causes and a hint of what was thrown", () => {
  const inner = {
    name: "NotCapable",
    message: `Requires net access to "a.com:443", run again with the --allow-net flag`,
  };
  const outer = {
    name: "TypeError",
    message: "outer",
    stack: `TypeError: outer\n    at ${flow.url}:4:7`,
    cause: inner,
  };
  const { error } = decideOutcome(flow, paths, attemptOf([cell(1), { t: "error", error: outer, ...at }]));
  assertEquals([error!.line, error!.column, error!.cell], [4, 7, 1]);
  assertEquals(error!.causes, [inner]);
  assertStringIncludes(error!.hint!, `net: ["a.com:443"]`);
});

Deno.test("positionsIn() gives the places in the flow itself, innermost first", () => {
  const stack = `Error: x\n    at file:///project/lib/a.ts:9:9\n    at f (${flow.url}:12:3)\n    at ${flow.url}:20:1`;
  assertEquals(positionsIn(flow, stack), [{ line: 12, column: 3 }, { line: 20, column: 1 }]);
  assertEquals(positionsIn(flow, "Error: x\n    at file:///project/flows/f.tsx:1:1"), []);
  assertEquals(positionsIn(flow, undefined), []);
});

Deno.test("cellPhrase() counts as people do", () => {
  assertEquals([undefined, 0, 1].map((index) => cellPhrase(flow, index)), [
    "before the first cell",
    "in cell 1",
    `in cell 2 "Load"`,
  ]);
});

Deno.test("tidyOutputs() takes out Deno's last words, and nothing that the flow wrote", () => {
  const words = "error: Top-level await promise never resolved\n    at x\n";
  const { captured } = attemptOf([cell(0)], { stderr: `mine: ${words}own line\n${words}` });
  tidyOutputs(captured);
  const texts = captured.cells[0].outputs.map((output) => output.output_type === "stream" ? output.text : "");
  assertEquals(texts, [`mine: ${words}own line\n`]);
});
