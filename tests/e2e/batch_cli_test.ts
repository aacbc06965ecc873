/** The command `batch` as people use it: real tables, real processes, a real terminal. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../lib/deps/assert.ts";
import { modUrl } from "./project.ts";
import { Screen } from "../cli/fake_effects.ts";
import { call, decoder, hasScript, inTerminal, mod, spawn } from "./command_line.ts";
import { conductorFlags, isAlive, maybeText, numberIn, type Sandbox, sandboxed, until } from "./sandbox.ts";

const flow = `// %% tags=["parameters"]
let zone = "none";
let code = "x";
let max = 500;
let limit = 1000;
let model = { seed: 1, kind: "linear" };
// %% Load
console.log(JSON.stringify({ zone, code, max, limit, model }));
// %% Check
if (max > limit) throw new RangeError(\`\${max} is too far\`);
Deno.writeTextFileSync("out.csv", "a\\n" + max + "\\n");
`;

/** Marks its start, then waits until the test lets it go; the flow may read in \`runs/\`. */
const gated = `// %% tags=["parameters"]
let n = 1;
// %% Wait
Deno.writeTextFileSync("pid", Deno.pid + "\\n");
for (;;) {
  try {
    Deno.statSync("../../gate" + n);
    break;
  } catch { /* not yet */ }
  await new Promise((resolve) => setTimeout(resolve, 20));
}
`;

function table(box: Sandbox, text: string, name = "zones.csv"): string {
  Deno.writeTextFileSync(box.path(name), text);
  return name;
}

function configOf(box: Sandbox, step: string, instance: string): unknown {
  return JSON.parse(Deno.readTextFileSync(box.path("runs", step, instance, "config.json")));
}

const named = ["--instance", "{zone}"];

Deno.test(
  "cli batch runs an instance a row, prints the folder of the step, and runs nothing twice",
  sandboxed(async (box) => {
    box.flow("model", flow);
    const rows = table(box, "zone,code,max,model.seed\nL2,001,300,\nL4,002,,7\n");
    const first = await call(box, "batch", "model", rows, ...named);
    assertEquals([first.code, first.out], [0, `${box.path("runs/model")}\n`], first.err);
    const [columns, start, end, ...more] = first.err.trimEnd().split("\n");
    assertEquals(columns, "zones.csv: 2 rows; zone text, code text, max number, model.seed number");
    assertMatch(start, /^model: 2 instances, \d+ at a time$/);
    assertMatch(end, /^✔ model: 2 ran in /);
    assertEquals(more, []);
    assertEquals(configOf(box, "model", "L2"), { zone: "L2", code: "001", max: 300 });
    assertEquals(configOf(box, "model", "L4"), { zone: "L4", code: "002", model: { seed: 7 } });
    const second = await call(box, "batch", "flows/model.ts", rows, ...named);
    assertEquals(second.code, 0);
    assertMatch(second.err, /^model: 2 instances, all fresh\n✔ model: 2 fresh in /m);
  }),
);

Deno.test(
  "cli batch takes what all rows have in common from --config and --set, converted by type; the row wins",
  sandboxed(async (box) => {
    box.flow("model", flow);
    Deno.writeTextFileSync(box.path("base.yaml"), "limit: 2000\nmodel: { seed: 5, kind: cubic }\n");
    const rows = table(box, "zone,max\nL2,300\nL4,\n");
    const args = ["--config", "base.yaml", "--set", "max=400", "--set", "code=007", "--set", "model.seed=9"];
    const { code, err } = await call(box, "batch", "model", rows, ...named, ...args);
    assertEquals(code, 0, err);
    const common = { limit: 2000, code: "007", model: { seed: 9, kind: "cubic" } };
    assertEquals(configOf(box, "model", "L2"), { ...common, zone: "L2", max: 300 });
    assertEquals(configOf(box, "model", "L4"), { ...common, zone: "L4", max: 400 });
  }),
);

Deno.test(
  "cli batch --dry-run tells what would run, why, and how long it takes; nothing runs",
  sandboxed(async (box) => {
    box.flow("model", flow);
    const rows = table(box, "zone,max\nL2,300\nL4,400\nL6,500\n");
    const args = ["batch", "model", rows, ...named, "--dry-run"];
    const fresh = await call(box, ...args);
    assertEquals([fresh.code, fresh.out], [
      0,
      "model: 3 of 3 instances would run\n  3  It never ran\n     L2, L4, L6\n",
    ]);
    assertEquals(maybeText(box.path("runs/model/L2/run.json")), undefined);
    await call(box, "batch", "model", rows, ...named, "--rows", "1-2");
    table(box, "zone,max\nL2,301\nL4,400\nL6,500\n");
    const changed = await call(box, ...args);
    assertMatch(
      changed.out,
      /^model: 2 of 3 instances would run, 1 fresh\n {2}1 {2}The config key "max" changed: 300 → 301\n {5}L2\n {2}1 {2}It never ran\n {5}L6\nEstimate: about /,
    );
    const plan = JSON.parse((await call(box, ...args, "--json")).out);
    assertEquals([plan.fresh, plan.stale[0].instance, plan.stale[0].reasons[0].kind], [["L4"], "L2", "config"]);
    assertEquals(configOf(box, "model", "L2"), { zone: "L2", max: 300 });
  }),
);

Deno.test(
  "cli batch with failures exits with 1, says what and where, and the line it proposes does the rest",
  sandboxed(async (box) => {
    box.flow("model", flow);
    const rows = table(box, "zone,max\nL2,300\nL4,1400\nL6,1500\nL8,1400\n");
    const { code, err } = await call(box, "batch", "model", rows, ...named, "--set", "limit=1000");
    assertEquals(code, 1);
    assertMatch(err, /^✘ L4: Failed in cell 3 "Check", line 10: RangeError: 1400 is too far$/m);
    assertMatch(err, /^✘ model: 1 ran, 3 failed in /m);
    assertStringIncludes(
      err,
      `  L4 and 1 more: Failed in cell 3 "Check", line 10: RangeError: 1400 is too far
    at flows/model.ts:10:24
    report runs/model/L4/report.html
  L6: Failed`,
    );
    const proposed = /^To go on: deno run -A \S+ (.*)$/m.exec(err)?.[1];
    assertEquals(proposed, `batch model zones.csv --instance '{zone}' --set limit=1000 --resume`);
    table(box, "zone,max\nL2,300\nL4,400\nL6,1500\nL8,800\n");
    const again = await call(box, ...proposed!.replaceAll("'", "").split(" "), "--json");
    assertEquals(again.code, 1);
    const batch = JSON.parse(again.out);
    assertEquals(batch.counts, { ran: 2, fresh: 1, failed: 1, skipped: 0 });
    assertEquals(batch.runs.map((run: { instance: string; cached: boolean }) => [run.instance, run.cached]), [
      ["L2", true],
      ["L4", false],
      ["L6", false],
      ["L8", false],
    ]);
    const [failure] = batch.failed;
    assertEquals([failure.instance, failure.index, failure.status, failure.code, failure.cell, failure.line], [
      "L6",
      2,
      "failed",
      "step-failed",
      2,
      10,
    ]);
    assertEquals(failure.report, box.path("runs/model/L6/report.html"));
  }),
);

Deno.test(
  "cli batch --on-failure stop does not start the rest, and says how many that are",
  sandboxed(async (box) => {
    box.flow("model", flow);
    const rows = table(box, `zone,max\nz0,1400\n${Array.from({ length: 12 }, (_, i) => `z${i + 1},300\n`).join("")}`);
    const args = ["batch", "model", rows, ...named, "--on-failure", "stop", "--concurrency", "1", "--json"];
    const { code, out, err } = await call(box, ...args);
    assertEquals(code, 1);
    const { counts, skipped } = JSON.parse(out);
    assertEquals([counts.failed, counts.skipped], [1, skipped.length]);
    assert(skipped.length > 0 && skipped.at(-1) === "z12", skipped.join());
    assertStringIncludes(err, `1 failed, ${skipped.length} not started in `);
  }),
);

Deno.test(
  "cli batch refuses rows that do not fit with exit code 2 and all problems, and runs none",
  sandboxed(async (box) => {
    box.flow("model", flow);
    const rows = table(box, "zone,max\nL2,300\nL4,far\nl2,400\n");
    const { code, out, err } = await call(box, "batch", "model", rows, ...named, "--json");
    assertEquals([code, JSON.parse(out).error.code], [2, "bad-rows"]);
    assertStringIncludes(err, `row 2 (line 3 of zones.csv): max (line 4): found the text "far", accepted is number`);
    assertStringIncludes(
      err,
      `row 3 (line 4 of zones.csv): the instance name "l2" differs only in upper and lower case`,
    );
    assertEquals(maybeText(box.path("runs/model/L2/run.json")), undefined);
    for (
      const [args, message] of [
        [["model", "zone.csv", ...named], `Did you mean "zones.csv"`],
        [["modle", rows, ...named], `Did you mean "flows/model.ts"?`],
        [["model", rows, ...named, "--set", "limt=5"], `Did you mean "limit"?`],
        [["model", rows, "--instance", "{zoen}"], `did you mean "{zone}"?`],
        [["model", rows, "--instance", "{zone"], `a "{" that is not closed`],
      ] as [string[], string][]
    ) {
      const refused = await call(box, "batch", ...args);
      assertEquals([refused.code, refused.out], [2, ""], args.join(" "));
      assertStringIncludes(refused.err, message);
    }
  }),
);

Deno.test(
  "cli batch --events prints what happens as JSON lines, the batch last",
  sandboxed(async (box) => {
    box.flow("model", flow);
    const rows = table(box, "zone,max\nL2,300\nL4,1400\n");
    const { code, out } = await call(box, "batch", "model", rows, ...named, "--events");
    const events = out.trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals([code, events[0].t, events.at(-2).t, events.at(-1).t], [1, "batch", "end", "result"]);
    assertEquals(events.at(-1).batch.counts, { ran: 1, fresh: 0, failed: 1, skipped: 0 });
    assertEquals(
      events.filter(({ t }) => t === "ended").map(({ instance, status }) => `${instance} ${status}`).sort(),
      ["L2 succeeded", "L4 failed"],
    );
    assert(events.some(({ t, instance, event }) => t === "step" && instance === "L2" && event.t === "done"));
  }),
);

Deno.test(
  "cli batch that is told to end records what ran as cancelled, starts no more and exits with 143; resume does the rest",
  sandboxed(async (box) => {
    box.flow("gated", gated);
    const args = ["batch", "gated", table(box, "n\n1\n2\n3\n4\n"), "--instance", "i{n}", "--concurrency", "2"];
    const open = (n: number) => Deno.writeTextFileSync(box.path(`runs/gate${n}`), "");
    Deno.mkdirSync(box.path("runs"));
    open(1);
    const batch = spawn(box, args);
    await until(
      "two of the others run",
      () => numberIn(box.path("runs/gated/i2/pid")) && numberIn(box.path("runs/gated/i3/pid")),
    );
    batch.kill("SIGTERM");
    const { code, stderr } = await batch.output();
    assertEquals(code, 143);
    assertMatch(decoder.decode(stderr), /^■ gated: 1 ran, 2 cancelled, 1 not started in .*\nTo go on: .* --resume\n$/m);
    assertEquals(["i1", "i2", "i3"].map((i) => box.record("gated", i).status), ["succeeded", "cancelled", "cancelled"]);
    assert([2, 3].every((n) => !isAlive(numberIn(box.path(`runs/gated/i${n}/pid`))!)));
    for (const n of [2, 3, 4]) open(n);
    const { code: resumed, err } = await call(box, ...args, "--resume");
    assertEquals(resumed, 0);
    assertMatch(err, /^✔ gated: 3 ran, 1 fresh in /m);
  }),
);

Deno.test(
  "cli batch that is told to end while an instance waits for another process calls that one cancelled, not failed",
  sandboxed(async (box) => {
    box.flow("gated", gated);
    const rows = table(box, "n\n1\n2\n");
    const other = spawn(box, ["run", "gated", "i1"]);
    await until("the other one runs", () => numberIn(box.path("runs/gated/i1/pid")));
    const batch = spawn(box, ["batch", "gated", rows, "--instance", "i{n}", "--concurrency", "2", "--events"]);
    await until("the second row runs", () => numberIn(box.path("runs/gated/i2/pid")));
    batch.kill("SIGINT");
    const { code, stdout, stderr } = await batch.output();
    assertEquals(code, 130);
    assertMatch(decoder.decode(stderr), /^■ gated: 2 cancelled in /m);
    const events = decoder.decode(stdout).trimEnd().split("\n").map((line) => JSON.parse(line));
    assert(events.some(({ t, instance, event }) => t === "step" && instance === "i1" && event.t === "waiting"));
    assertEquals(events.at(-1).batch.failed.map(({ status }: { status: string }) => status), [
      "cancelled",
      "cancelled",
    ]);
    assertEquals(box.record("gated", "i1").status, "running");
    other.kill("SIGTERM");
    await other.output();
  }),
);

Deno.test({
  name: "cli batch in a terminal shows each instance while it runs; Ctrl-C leaves whole lines only and exits with 130",
  ignore: !hasScript(),
  fn: sandboxed(async (box) => {
    box.flow(
      "gated",
      `${gated}// %% Fail\nthrow new Error("an error with a message that is longer than the terminal");\n`,
    );
    Deno.mkdirSync(box.path("runs"));
    Deno.writeTextFileSync(box.path("runs/gate1"), "");
    const rows = table(box, "n\n1\n2\n3\n4\n");
    const command = `${Deno.execPath()} run -A ${mod} batch gated ${rows} --instance 'scenario_{n}' --concurrency 2`;
    const pid = (n: number) => numberIn(box.path(`runs/gated/scenario_${n}/pid`));
    const interrupt = async () => {
      await until("two of them wait", () => pid(2) && pid(3));
      // A few frames are drawn meanwhile.
      await new Promise((resolve) => setTimeout(resolve, 300));
    };
    const { code, text } = await inTerminal(box, command, { columns: 60, rows: 12, interrupt });
    assertEquals(code, 130);
    assertMatch(text, /gated {2}━+─+ {2}1 of 4 {2}1 failed/);
    assertMatch(text, / {2}scenario_2 +\d s {2}cell 2 of 3 "Wait"/);
    const screen = new Screen(60, 12);
    screen.write(text);
    const [columns, failure, end, ...more] = screen.lines;
    assertEquals(columns, "zones.csv: 4 rows; n number");
    assertEquals(failure, `✘ scenario_1: Failed in cell 3 "Fail", line 13: Error: an …`);
    assertMatch(end, /^✘ gated: 1 failed, 2 cancelled, 1 not started in /);
    assertStringIncludes(more.join(""), "--resume");
    assertEquals(screen.lines.filter((line) => line.includes("━")), []);
    // deno-lint-ignore no-control-regex
    assert(!/\x1b\[\d+m/.test(text), "NO_COLOR is respected");
  }),
});

const conductor = (statements: string) => `
import { terminalProgress } from ${JSON.stringify(modUrl)};
const options = { instance: "{zone}", progress: terminalProgress() };
${statements}`;

Deno.test(
  "terminalProgress() shows the batch of a conductor that has only the permissions of the core",
  sandboxed(async (box) => {
    box.flow("model", flow);
    const { code, stderr } = await box.start(conductor(`
const batch = await runInstances("model", [{ zone: "a" }, { zone: "b", max: 1001 }], options);
say(batch.failed.length);`)).ended();
    assertEquals(code, 0, stderr);
    const lines = stderr.trimEnd().split("\n");
    assertEquals(lines.length, 3, stderr);
    assertMatch(lines[0], /^model: 2 instances, \d+ at a time$/);
    assertEquals(lines[1], `✘ b: Failed in cell 3 "Check", line 10: RangeError: 1001 is too far`);
    assertMatch(lines[2], /^✘ model: 1 ran, 1 failed in /);
  }),
);

Deno.test(
  "terminalProgress() does not keep a conductor alive whose batch never ended",
  sandboxed(async (box) => {
    const { code, stderr } = await box.start(conductor(`
options.progress({ t: "batch", step: "model", total: 3, fresh: 0, concurrency: 2 });
await new Promise((resolve) => setTimeout(resolve, 100));
say("done");`)).ended(20_000);
    assertEquals([code, stderr], [0, "model: 3 instances, 2 at a time\n"]);
  }),
);

Deno.test({
  name: "terminalProgress() in a terminal leaves the failures and one line for the end",
  ignore: !hasScript(),
  fn: sandboxed(async (box) => {
    box.flow("model", flow);
    const rows = `Array.from({ length: 6 }, (_, i) => ({ zone: "z" + i, max: i === 3 ? 2000 : i }))`;
    Deno.writeTextFileSync(
      box.path("c.ts"),
      `import { runInstances } from ${JSON.stringify(modUrl)};${
        conductor(`await runInstances("model", ${rows}, options);\nconsole.log("after");\n`)
      }`,
    );
    const command = [Deno.execPath(), "run", ...conductorFlags, "--no-lock", "c.ts"].join(" ");
    const { code, text } = await inTerminal(box, command, { columns: 80 });
    assertEquals(code, 0);
    const screen = new Screen(80);
    screen.write(text);
    const [failure, end, after, ...more] = screen.lines;
    assertEquals(failure, `✘ z3: Failed in cell 3 "Check", line 10: RangeError: 2000 is too far`);
    assertMatch(end, /^✘ model: 5 ran, 1 failed in /);
    assertEquals([after, ...more], ["after"]);
  }),
});
