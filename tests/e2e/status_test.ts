/** The truth of status: cases 1 to 7 of the catalogue in `reference/reliability.md` §5. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../lib/deps/assert.ts";
import { numberIn, outputsOf, sandboxed, streamText, until } from "./sandbox.ts";

Deno.test(
  "case 1: an exception in a cell fails that cell at its line, keeps those before and leaves those after",
  sandboxed(async (box) => {
    box.flow(
      "throws",
      `// %% Load
console.log("kept");
// %% Model
const rows: number[] = [];

if (rows.length === 0) throw new RangeError("no rows");
// %% Report
console.log("never");
`,
    );
    const [outcome] = await box.conduct(`say(await outcome(runStepFlow("throws", "a")));`);
    assertEquals(outcome.code, "step-failed");
    assertStringIncludes(outcome.message, "flows/throws.ts:8");
    const record = box.record("throws", "a");
    assertEquals(record.status, "failed");
    assertEquals(record.statusText, 'Failed in cell 3 "Model", line 8: RangeError: no rows');
    assertEquals(record.cells.map((cell) => cell.status), ["succeeded", "succeeded", "failed", "not-run"]);
    assertEquals([record.error?.cell, record.error?.line, record.error?.column], [2, 8, 30]);
    assertStringIncludes(record.error!.stack!, `file://${box.dir}/flows/throws.ts:8:30`);
    const notebook = box.notebook("throws", "a");
    assertEquals(streamText(notebook, 1), "kept\n");
    const [error] = outputsOf(notebook, 2);
    assert(error.output_type === "error");
    assertEquals([error.ename, error.evalue], ["RangeError", "no rows"]);
    assertStringIncludes(Deno.readTextFileSync(box.path("runs/throws/a/report.html")), "no rows");
  }),
);

Deno.test(
  "case 2: Deno.exit(0) in the middle is a failure that names the cell, and is never reused",
  sandboxed(async (box) => {
    box.flow("exits", `// %% Early\nconsole.log("before");\nDeno.exit(0);\n// %% Late\n1;\n`);
    const outcomes = await box.conduct(`
      say(await outcome(runStepFlow("exits", "a")));
      say(await outcome(runStepFlow("exits", "a")));
      say(await explainFreshness("exits", "a"));
      say(await outcome(runStepFlow("exits", "a", {}, { cache: "existing" })));
    `);
    for (const outcome of [outcomes[0], outcomes[1], outcomes[3]]) {
      assertEquals(outcome.code, "step-failed");
      assertMatch(outcome.text, /^Exited early in cell 2 "Early": Deno\.exit\(0\) was called/);
    }
    assertEquals(outcomes[2].fresh, false);
    assertMatch(outcomes[2].reasons[0].text, /did not succeed/);
    assertEquals(box.record("exits", "a").cells.map((cell) => cell.status), ["succeeded", "failed", "not-run"]);
    assertEquals([...Deno.readDirSync(box.path("runs/.ductaflow/history/exits/a"))].length, 2);
    assertEquals(streamText(box.notebook("exits", "a"), 1), "before\n");
  }),
);

Deno.test(
  "case 2: an exit through another code, in the first cell or through process.exit is told apart",
  sandboxed(async (box) => {
    box.flow("seven", `// %%\nDeno.exit(7);\n`);
    box.flow("first", `// %% tags=["parameters"]\nlet n = 1;\nDeno.exit(0);\n`);
    box.flow("node", `// %%\nimport process from "node:process";\nprocess.exit();\n`);
    const outcomes = await box.conduct(`
      for (const flow of ["seven", "first", "node"]) say(await outcome(runStepFlow(flow, "a")));
    `);
    assertEquals(outcomes.map((outcome) => outcome.status), ["failed", "failed", "failed"]);
    assertEquals(outcomes[0].text, "Exited early in cell 2 with code 7");
    assertStringIncludes(outcomes[1].text, "Exited early in cell 1");
    assertStringIncludes(outcomes[2].text, "Exited early in cell 2");
  }),
);

Deno.test(
  "case 3: kill -9 of the flow is told as such, keeps the outputs, and the conductor goes on",
  sandboxed(async (box) => {
    box.flow(
      "victim",
      `// %% One\nconsole.log("one");\n// %% Two\nconsole.log("two");\nwritePid();\nfor (;;);\n`
        .replace("writePid()", `Deno.writeTextFileSync("pid", Deno.pid + "\\n")`),
    );
    box.flow("next", `// %%\n"done";\n`);
    const conductor = box.start(`
      say(await outcome(runStepFlow("victim", "a")));
      say(await outcome(runStepFlow("next", "a")));
    `);
    Deno.kill(await until("the flow is in its second cell", () => numberIn(box.path("runs/victim/a/pid"))), "SIGKILL");
    const { code, said } = await conductor.ended();
    assertEquals(code, 0);
    const [victim, next] = said as { status: string; text: string }[];
    assertEquals([victim.status, victim.text], ["failed", 'Killed by SIGKILL in cell 3 "Two"']);
    assertEquals(next.status, "succeeded");
    const record = box.record("victim", "a");
    assertEquals(record.cells.map((cell) => cell.status), ["succeeded", "succeeded", "failed"]);
    assertEquals([record.attempts[0].signal, record.attempts[0].exitCode], ["SIGKILL", 137]);
    assertEquals(streamText(box.notebook("victim", "a"), 1), "one\n");
    assertEquals(streamText(box.notebook("victim", "a"), 2), "two\n");
  }),
);

Deno.test(
  "case 4: a run whose output is missing or changed is not reused, and a flow can demand its outputs",
  sandboxed(async (box) => {
    box.flow("makes", `// %%\nDeno.mkdirSync("tables");\nDeno.writeTextFileSync("tables/a.csv", "x\\n1\\n");\n`);
    box.flow(
      "demands",
      `// %%\nimport { check } from ${JSON.stringify(import.meta.resolve("../../lib/flow.ts"))};
let there = true;
try { Deno.statSync("out.csv"); } catch { there = false; }
check("out.csv is there", there, { severity: "error" });
`,
    );
    const link = box.path("runs/makes/a/tables");
    const run = `say(await outcome(runStepFlow("makes", "a")));`;
    await box.conduct(run);
    assertEquals(await box.conduct(run), [{ status: "succeeded", cached: true, reasons: [], text: "Succeeded" }]);
    Deno.removeSync(`${link}/a.csv`);
    const [missing] = await box.conduct(run);
    assertEquals([missing.cached, missing.reasons], [false, ["The output tables/a.csv is gone"]]);
    Deno.writeTextFileSync(`${link}/a.csv`, "x\n2\n");
    const [changed] = await box.conduct(run);
    assertEquals([changed.cached, changed.reasons], [false, ["The output tables/a.csv was changed after the run"]]);
    assertEquals(Deno.readTextFileSync(`${link}/a.csv`), "x\n1\n");
    const demands = await box.conduct(`
      say(await outcome(runStepFlow("demands", "a")));
      say(await explainFreshness("demands", "a"));
    `);
    assertEquals(demands[0].text, 'Checks do not hold: "out.csv is there"');
    assertEquals([demands[0].status, demands[1].fresh], ["failed", false]);
  }),
);

Deno.test(
  "case 5: a top-level await that nothing can resolve fails with that text",
  sandboxed(async (box) => {
    box.flow("waits", `// %% Wait\nconsole.log("waiting");\nawait new Promise(() => {});\n// %% After\n1;\n`);
    const [outcome] = await box.conduct(`say(await outcome(runStepFlow("waits", "a")));`);
    assertEquals(outcome.status, "failed");
    assertStringIncludes(outcome.text, 'Never finished in cell 2 "Wait"');
    const record = box.record("waits", "a");
    assertEquals(record.cells.map((cell) => cell.status), ["succeeded", "failed", "not-run"]);
    const notebook = box.notebook("waits", "a");
    assertEquals([streamText(notebook, 1), streamText(notebook, 1, "stderr")], ["waiting\n", ""]);
  }),
);

Deno.test(
  "case 6: a late error that the flow itself takes care of fails nothing, and one that it only looks at does",
  sandboxed(async (box) => {
    const flow = (care: string) =>
      `// %%
globalThis.onunhandledrejection = (event) => { ${care} };
addEventListener("error", (event) => { ${care} });
setTimeout(() => Promise.reject(new Error("late rejection")), 10);
setTimeout(() => { throw new TypeError("late timer"); }, 20);
setTimeout(() => console.log("to the end"), 40);
`;
    box.flow("cares", flow(`console.log("seen"); event.preventDefault();`));
    box.flow("looks", flow(`console.log("seen");`));
    const outcomes = await box.conduct(`say(await outcome(runStepFlow("cares", "a")));
say(await outcome(runStepFlow("looks", "a")));`);
    assertEquals([box.record("cares", "a").status, box.record("looks", "a").status], ["succeeded", "failed"]);
    assertEquals(streamText(box.notebook("cares", "a"), 1), "seen\nseen\nto the end\n");
    assertEquals(outcomes[1].code, "step-failed");
  }),
);

Deno.test(
  "case 6: a rejection or a timer's error after the last cell fails the run",
  sandboxed(async (box) => {
    box.flow("rejects", `// %%\nsetTimeout(() => Promise.reject(new Error("late rejection")), 30);\n`);
    box.flow("timer", `// %%\nsetTimeout(() => { throw new TypeError("late timer"); }, 30);\n`);
    box.flow(
      "during",
      `// %%\nsetTimeout(() => { throw new Error("in between"); });\n// %%\nawait new Promise((r) => setTimeout(r, 5000));\n`,
    );
    box.flow("odd", `// %%\nsetTimeout(() => Promise.reject({ get message() { throw 1; } }), 10);\n`);
    const outcomes = await box.conduct(`
      for (const flow of ["rejects", "timer", "during", "odd"]) say(await outcome(runStepFlow(flow, "a")));
    `);
    assertEquals(outcomes.map((outcome) => outcome.status), ["failed", "failed", "failed", "failed"]);
    const after = "Failed after the last cell, by an error that nothing waited for, line";
    assertEquals(outcomes[0].text, `${after} 4: Error: late rejection`);
    assertEquals(outcomes[1].text, `${after} 4: TypeError: late timer`);
    assertEquals(
      outcomes[2].text,
      "Failed in cell 3 by an error that nothing waited for, line 4: Error: in between",
    );
    assertStringIncludes(outcomes[3].text, "Failed after the last cell");
  }),
);

const forger = `// %% Look for the key
import process from "node:process";
const seen: string[] = [...Deno.args, Deno.mainModule, ...process.argv, ...process.execArgv];
for (const name of Reflect.ownKeys(globalThis)) {
  const value = (globalThis as Record<PropertyKey, unknown>)[name];
  seen.push(String(name), typeof value === "function" ? value.toString() : Deno.inspect(value, { showHidden: true, depth: 4 }));
}
const host = (globalThis as any)[Symbol.for("ductaflow.host")];
for (const side of [host, (globalThis as any).__ductaflow__]) {
  for (const value of Object.values(side)) seen.push(String(value), Deno.inspect(value, { showHidden: true, depth: 4 }));
}
for (const path of ["/proc/self/cmdline", "/proc/self/environ", "../../.ductaflow/live/forges/a.events.ndjson"]) {
  try { seen.push(Deno.readTextFileSync(path)); } catch { /* as it should be */ }
}
const keys = [...new Set(seen.join("\\n").match(/(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/g) ?? [])];
// %% Forge
const write = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(text));
const done = '{"t":"done","ms":1,"rss":1}';
for (const key of [...keys, "", "0".repeat(32), "undefined"]) {
  write("\\x1e" + key + "." + done + "\\x1e");
  write("\\x1e" + key + "+" + done.slice(0, 9) + "\\x1e\\x1e" + key + "." + done.slice(9) + "\\x1e");
  Deno.stderr.writeSync(new TextEncoder().encode("\\x1e" + key + '.{"t":"cell","cell":2}\\x1e'));
}
write(done + "\\n" + '{"t":"cell","cell":3,"ms":1,"rss":1}' + "\\n\\x1e\\x1e\\x1e");
`;

Deno.test(
  "case 7: forged protocol lines and frames change neither status nor cells, and the key is nowhere to be found",
  sandboxed(async (box) => {
    box.flow("forges", `${forger}keys\n// %% Leave\nDeno.exit(0);\n// %% Never\n1;\n`);
    const [outcome] = await box.conduct(`say(await outcome(runStepFlow("forges", "a")));`);
    assertEquals(outcome.status, "failed");
    assertStringIncludes(outcome.text, 'Exited early in cell 4 "Leave"');
    const { cells } = box.record("forges", "a");
    assertEquals(cells.map((cell) => cell.status), ["succeeded", "succeeded", "succeeded", "failed", "not-run"]);
    const notebook = box.notebook("forges", "a");
    // What looked like frames is text, whole.
    assertEquals(streamText(notebook, 2).split('{"t":"done","ms":1,"rss":1}').length - 1, 4);
    assertStringIncludes(streamText(notebook, 2), '\x1e.{"t":"done","ms":1,"rss":1}\x1e');
    assertStringIncludes(streamText(notebook, 2), "\x1e\x1e\x1e");
    assertEquals(streamText(notebook, 2, "stderr").match(/"t":"cell"/g)?.length, 3);
  }),
);

Deno.test(
  "case 7: a flow that gets hold of the toolkit's own functions cannot make itself green",
  sandboxed(async (box) => {
    box.flow(
      "imports",
      `// %% tags=["parameters"]
let place = "data:text/javascript,";
// %%
const main = await import(place).catch(() => ({}));
await main.runFlow?.(async () => {}).catch((error) => console.log(error.message));
Deno.exit(0);
// %% Never
1;
`,
    );
    box.flow(
      "calls",
      `// %%
const side = (globalThis as any)[Symbol.for("ductaflow.host")];
side.metric("m", 1, { t: "done", ms: 1, rss: 1 });
side.check("c", true, { t: "done", ms: 1, rss: 1 });
side.metric("none", NaN);
side.progress(1, 1, { t: "done" });
(globalThis as any).__ductaflow__.cell(2);
(globalThis as any).__ductaflow__.cell(77);
Deno.exit(0);
// %% Never
1;
`,
    );
    const outcomes = await box.conduct(`
      for (const flow of ["imports", "calls"]) say(await outcome(runStepFlow(flow, "a")));
      const [build] = [...Deno.readDirSync("runs/.ductaflow/build")].filter(({ name }) => name.startsWith("imports"));
      const place = "file://" + Deno.cwd() + "/runs/.ductaflow/build/" + build.name + "/_ductaflow_main.ts";
      say(await outcome(runStepFlow("imports", "b", { place })));
    `);
    assertEquals(outcomes.map(({ status }) => status), ["failed", "failed", "failed"], JSON.stringify(outcomes));
    assertEquals(streamText(box.notebook("imports", "b"), 1), "The flow runs already\n");
    assertEquals(box.record("calls", "a").metrics.map(({ name, value }) => [name, value]), [["m", 1]]);
  }),
);

Deno.test(
  "case 7: a flow that patches the functions that frames are made with neither tears them nor sees their key",
  sandboxed(async (box) => {
    const patch = `
const seen = [];
const spy = (holder, name, answer) => {
  const former = holder[name];
  holder[name] = function (...args) {
    for (const item of [this, ...args]) {
      seen.push(item instanceof Uint8Array ? String.fromCharCode(...item.slice(0, 64)) : String(item));
    }
    return answer === undefined ? former.apply(this, args) : answer;
  };
};
spy(TextEncoder.prototype, "encode");
spy(TextEncoder.prototype, "encodeInto");
spy(Uint8Array.prototype, "set");
spy(Uint8Array.prototype, "subarray");
spy(JSON, "stringify", '{"t":"done","ms":1,"rss":1}');
Object.prototype.toJSON = () => ({ t: "done", ms: 1, rss: 1 });
Deno.jupyter.display("shown");
if (seen.some((text) => text.includes("\\x1e"))) console.log("a frame was seen");
`;
    box.flow("patches", `// %% Patch\n${patch}// %% Leave\nDeno.exit(0);\n`);
    box.flow("goes_on", `// %% Patch\n${patch}// %% End\nconsole.log("end");\n`);
    const [leaves, goesOn] = await box.conduct(`
      for (const flow of ["patches", "goes_on"]) say(await outcome(runStepFlow(flow, "a")));
    `);
    assertStringIncludes(leaves.text, 'Exited early in cell 3 "Leave"');
    assertEquals([goesOn.status, goesOn.text], ["succeeded", "Succeeded"]);
    const notebook = box.notebook("goes_on", "a");
    assertEquals([streamText(notebook, 1), streamText(notebook, 2)], ["", "end\n"]);
  }),
);

Deno.test(
  "runStepFlow() names the flow's own line for a mistake that only V8 finds, and begins a trace as Deno does",
  sandboxed(async (box) => {
    box.flow("pattern", "// %% Fine\nn;\n// %% Pattern\nn; const pattern = /[/]`/v;\n");
    box.flow("traces", '// %% Trace\nconsole.trace("here");\n');
    const [outcome] = await box.conduct(`
      say(await outcome(runStepFlow("pattern", "a")));
      await runStepFlow("traces", "a");
    `);
    const { error } = box.record("pattern", "a");
    assertEquals([outcome.status, error?.line, error?.column, error?.cell], ["failed", 6, 20, 2]);
    assertStringIncludes(outcome.text, `class at file://${box.dir}/flows/pattern.ts:6:20`);
    assertStringIncludes(streamText(box.notebook("traces", "a"), 1, "stderr"), "Trace: here\n    at ");
  }),
);

Deno.test(
  "runStepFlow() says what went wrong in a worker, and what would allow it",
  sandboxed(async (box) => {
    const text = `// %% Start
const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
await new Promise((resolve) => worker.onmessage = resolve);
`;
    Deno.writeTextFileSync(box.path("flows/worker.js"), `throw new RangeError("too far");\n`);
    const header = "// ---\n// permissions:\n//   read: [worker.js]\n// ---\n";
    box.flow("refused", text);
    box.flow("breaks", `${header}// %% tags=["parameters"]\n${text}`);
    const [refused, breaks] = await box.conduct(`
      for (const flow of ["refused", "breaks"]) say(await outcome(runStepFlow(flow, "a")));
    `);
    assertStringIncludes(refused.text, `In a worker: Requires read access to "${box.path("flows/worker.js")}"`);
    assertStringIncludes(refused.hint, "Add to the permissions in the flow's header: read: [worker.js]");
    assertStringIncludes(breaks.text, "In a worker: RangeError: too far");
  }),
);

Deno.test(
  "a flow is the main module of its process, as it is when Deno runs it alone",
  sandboxed(async (box) => {
    box.flow(
      "main",
      `// %%\nimport process from "node:process";\n[Deno.mainModule, process.argv[1], import.meta.main]\n`,
    );
    await box.conduct(`say(await outcome(runStepFlow("main", "a")));`);
    const path = box.path("flows/main.ts");
    const [output] = outputsOf(box.notebook("main", "a"), 1);
    const shown = "data" in output ? [output.data["text/plain"]].flat().join("") : "";
    assertEquals(shown.match(/"[^"]*"|true/g), [`"file://${path}"`, `"${path}"`, "true"]);
  }),
);
