/** The command line as people use it: real processes, real flows, a real terminal. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../lib/deps/assert.ts";
import { Screen } from "../cli/fake_effects.ts";
import { call, decoder, hasScript, inTerminal, mod, spawn } from "./command_line.ts";
import { maybeText, type Sandbox, sandboxed, until } from "./sandbox.ts";

function configOf(box: Sandbox, step: string, instance: string): unknown {
  return JSON.parse(Deno.readTextFileSync(box.path("runs", step, instance, "config.json")));
}

const model = `// ---
// title: Delay model
// ---
// %% tags=["parameters"]
let period: "am" | "pm" = "am"; // part of the day
let maxDistance = 500;
let code = "x";
let seed = 1;
// %% Work
const host = (globalThis as any)[Symbol.for("ductaflow.host")];
console.log(JSON.stringify({ period, maxDistance, code, seed }));
host.metric("flights", 1204, { unit: "rows" });
host.check("enough", maxDistance > 100, { message: "only few" });
Deno.writeTextFileSync("out.csv", "a\\n1\\n");
`;

const broken = `// %% Work\nconsole.log("first\\nlast words");\n// %% Break\nthrow new RangeError("too far");\n`;
const slow = `Deno.writeTextFileSync("ready", "");\nfor (;;) await new Promise((r) => setTimeout(r, 1000));\n`;

Deno.test(
  "cli run prints the run folder on stdout, all else on stderr, and reuses the run the next time",
  sandboxed(async (box) => {
    box.flow("model", model);
    const first = await call(box, "run", "model", "--set", "period=pm", "--set", "maxDistance=300");
    const dir = box.path("runs/model/pm_300");
    assertEquals([first.code, first.out], [0, `${dir}\n`], first.err);
    assertMatch(first.err, /^model\/pm_300: running: It never ran\n/);
    assertMatch(first.err, /^✔ model\/pm_300: Succeeded in \d/m);
    assertMatch(first.err, /^ {2}metrics {3}flights 1,204 rows$/m);
    assertMatch(first.err, /^ {2}report {4}runs\/model\/pm_300\/report\.html$/m);
    const second = await call(box, "run", "flows/model.ts", "--set", "period=pm", "--set", "maxDistance=300");
    assertEquals([second.code, second.out], [0, `${dir}\n`]);
    assertMatch(second.err, /^✔ model\/pm_300 is fresh: the run of .* is reused$/m);
    const forced = await call(
      box,
      "run",
      "model",
      "pm_300",
      "--set",
      "period=pm",
      "--set",
      "maxDistance=300",
      "--force",
    );
    assertMatch(forced.err, /running: The cache is off/);
  }),
);

Deno.test(
  "cli run converts values by the declared types, in the config too, and keeps 001 text for a text parameter",
  sandboxed(async (box) => {
    box.flow("model", model);
    Deno.writeTextFileSync(box.path("base.yaml"), "period: am\nmaxDistance: 200\nmodel: { seed: 5, kind: linear }\n");
    Deno.writeTextFileSync(box.path("more.json"), `{ "maxDistance": 250 }`);
    const args = ["--config", "base.yaml", "--config", "more.json", "--set", "code=001", "--set", "model.seed=7"];
    const { code, err } = await call(box, "run", "model", "x", ...args, "--set", "period=pm");
    assertEquals(code, 0, err);
    const config = { period: "pm", maxDistance: 250, model: { seed: 7, kind: "linear" }, code: "001" };
    assertEquals(configOf(box, "model", "x"), config);
    const { out } = await call(box, "show", "model/x", "--log");
    assertEquals(out.split("\n")[1], `{"period":"pm","maxDistance":250,"code":"001","seed":7}`);
    // The same config from a conductor is the same run.
    const [{ cached }] = await box.conduct(
      `say(await outcome(runStepFlow("model", "x", ${JSON.stringify(config)})));`,
    );
    assertEquals(cached, true);
  }),
);

Deno.test(
  "cli run of a failing flow exits with 1 and says what, where, and what it last printed",
  sandboxed(async (box) => {
    box.flow("broken", broken);
    const { code, out, err } = await call(box, "run", "broken");
    assertEquals([code, out], [1, `${box.path("runs/broken/default")}\n`]);
    assertStringIncludes(
      err,
      `✘ broken/default: Failed in cell 3 "Break", line 6: RangeError: too far\n  at flows/broken.ts:6:7\n`,
    );
    const shown = await call(box, "show", "broken/default");
    assertEquals(shown.code, 0);
    assertStringIncludes(shown.out, "at flows/broken.ts:6:7");
    const json = await call(box, "run", "broken", "--json");
    const record = JSON.parse(json.out);
    assertEquals([json.code, record.status, record.error.line], [1, "failed", 6]);
  }),
);

Deno.test(
  "cli run shows the last lines of the cell that failed",
  sandboxed(async (box) => {
    const lines = `for (let i = 1; i <= 30; i++) console.log("line", i);`;
    box.flow("talks", `// %% Work\n${lines}\nthrow new Error("no");\n`);
    const { err } = await call(box, "run", "talks");
    const shown = err.split("\n").filter((line) => line.startsWith("  │ "));
    assertEquals([shown.length, shown[0], shown.at(-1)], [10, "  │ line 21", "  │ line 30"]);
  }),
);

Deno.test(
  "cli run refuses a bad config with exit code 2 and all problems, and runs nothing",
  sandboxed(async (box) => {
    box.flow("model", model);
    const { code, out, err } = await call(
      box,
      "run",
      "model",
      "x",
      "--set",
      "period=noon",
      "--set",
      "maxDistance=far",
      "--json",
    );
    assertEquals([code, JSON.parse(out).error.code], [2, "bad-config"]);
    assertStringIncludes(err, `period (line 5): found the text "noon", accepted is "am" | "pm"`);
    assertStringIncludes(err, `maxDistance (line 6): found the text "far", accepted is number`);
    assertEquals(maybeText(box.path("runs/model/x/run.json")), undefined);
  }),
);

Deno.test(
  "cli run has exit code 2 for a flow, a name or an option that is wrong, with a suggestion",
  sandboxed(async (box) => {
    box.flow("model", model);
    for (
      const [args, message] of [
        [["run", "modle"], `Did you mean "flows/model.ts"?`],
        [["run", "model", "a/b"], `The instance name "a/b" cannot be used`],
        [["run", "model", "--timout", "1s"], `Did you mean "--timeout"?`],
        [["run", "model", "--timeout", "soon"], `The timeout is "soon"`],
        [["run", "model", "--permit", "read=a\nb"], "control character"],
        [["show", "model/x"], `There is no run "model/x"`],
      ] as [string[], string][]
    ) {
      const { code, out, err } = await call(box, ...args);
      assertEquals([code, out], [2, ""], args.join(" "));
      assertStringIncludes(err, message);
    }
  }),
);

Deno.test(
  "cli run and why refuse a key of --set that is a slip of the pen, and take any other",
  sandboxed(async (box) => {
    box.flow("model", model);
    for (
      const [args, key, meant] of [
        [["run", "model", "--set", "perid=pm"], "perid", "period"],
        [["run", "model", "x", "--set", "maxDistence:=3"], "maxDistence", "maxDistance"],
        [["why", "model", "x", "--set", "place.perid=pm"], "place.perid", "period"],
      ] as [string[], string, string][]
    ) {
      const { code, out, err } = await call(box, ...args);
      assertEquals([code, out], [2, ""], args.join(" "));
      assertStringIncludes(
        err,
        `The flow has no parameter "${key}", which --set gives\nHint: Did you mean "${meant}"?`,
      );
    }
    assertEquals(maybeText(box.path("runs/model/x/run.json")), undefined);
    const taken = await call(box, "run", "model", "y", "--set", "flavour=x", "--set", "place.period=pm");
    assertEquals(taken.code, 0, taken.err);
  }),
);

Deno.test(
  "cli run --no-wait exits with 75 when another process runs the instance; list and show see it run; SIGINT ends it with 130",
  sandboxed(async (box) => {
    box.flow("slow", slow);
    const first = spawn(box, ["run", "slow", "a"]);
    try {
      await until("the flow works", () => maybeText(box.path("runs/slow/a/ready")) !== undefined);
      const { code, err } = await call(box, "run", "slow", "a", "--no-wait");
      assertEquals(code, 75);
      assertMatch(err, /^Error: slow\/a is being run by process \d+/);
      assertMatch((await call(box, "list", "slow")).out, /^a +… running/m);
      first.kill("SIGINT");
      const { code: ended, stdout, stderr } = await first.output();
      assertEquals([ended, decoder.decode(stdout)], [130, `${box.path("runs/slow/a")}\n`]);
      assertMatch(decoder.decode(stderr), /^■ slow\/a: Cancelled in cell 1 \(SIGINT\)$/m);
      assertEquals(box.record("slow", "a").status, "cancelled");
    } finally {
      try {
        first.kill("SIGKILL");
      } catch {
        // It has ended, as it should.
      }
    }
  }),
);

Deno.test(
  "cli run that waits for another one ends at once with 130 when it is interrupted, and leaves the other alone",
  sandboxed(async (box) => {
    box.flow("slow", slow);
    const first = spawn(box, ["run", "slow", "a"]);
    await until("the flow works", () => maybeText(box.path("runs/slow/a/ready")) !== undefined);
    const second = spawn(box, ["run", "slow", "a"]);
    const reader = second.stderr.pipeThrough(new TextDecoderStream()).getReader();
    let err = "";
    await until("the second waits", async () => {
      err += (await reader.read()).value ?? "";
      return err.includes("waiting for process");
    });
    second.kill("SIGINT");
    for (let next = await reader.read(); !next.done; next = await reader.read()) err += next.value;
    assertEquals((await second.status).code, 130);
    await second.stdout.cancel();
    assertStringIncludes(err, "Interrupted by SIGINT");
    assertEquals(box.record("slow", "a").status, "running");
    first.kill("SIGTERM");
    assertEquals((await first.output()).code, 143);
  }),
);

Deno.test(
  "cli run --events prints what happens as JSON lines, the whole run last",
  sandboxed(async (box) => {
    box.flow("model", model);
    const { code, out } = await call(box, "run", "model", "--events");
    const events = out.trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals([code, events[0].t, events.at(-1).t, events.at(-1).run.status], [0, "running", "run", "succeeded"]);
    assert(events.some((event) => event.t === "metric" && event.name === "flights"));
    assertEquals(events[0].cells[1].title, "Work");
  }),
);

Deno.test(
  "cli list, show and why tell of runs on disk, for people and as JSON",
  sandboxed(async (box) => {
    box.flow("model", model);
    box.flow("broken", broken);
    await call(box, "run", "model", "a", "--set", "maxDistance=50");
    await call(box, "run", "model", "b");
    await call(box, "run", "broken");
    assertMatch((await call(box, "list")).out, /^model +2 .*1 warned.*1 succeeded/m);
    const { out } = await call(box, "list", "model", "--sort", "newest");
    assertEquals(out.split("\n").slice(1, 3).map((line) => line.split(/ +/).slice(0, 3)), [
      ["b", "✔", "succeeded"],
      ["a", "▲", "warned"],
    ]);
    const listed = JSON.parse((await call(box, "list", "model", "--status", "warned", "--json")).out);
    assertEquals(listed.map((run: { instance: string }) => run.instance), ["a"]);
    assertEquals(listed[0].metrics, { flights: 1204 });
    const shown = (await call(box, "show", "runs/model/a/")).out;
    assertStringIncludes(shown, `"enough" does not hold (only few)`);
    assertMatch(shown, /^ {2}maxDistance +50$/m);
    const record = JSON.parse((await call(box, "show", "model/a", "--json")).out);
    assertEquals([record.config, record.dir], [{ maxDistance: 50 }, box.path("runs/model/a")]);
    assertMatch((await call(box, "show", "model/a", "--cells")).out, /2 +Work +line \d+ +succeeded/);

    const why = await call(box, "why", "model", "a");
    assertEquals([why.code, why.out], [0, "fresh\n"]);
    assertStringIncludes(why.err, `With the config of the last run: {"maxDistance":50}`);
    assertEquals((await call(box, "why", "model", "a", "--set", "maxDistance=50")).out, "fresh\n");
    assertEquals((await call(box, "why", "model", "new")).out, "It never ran\n");
    const unnamed = await call(box, "why", "model", "--set", "maxDistance=60");
    assertEquals([unnamed.out, unnamed.err], ["It never ran\n", "For model/60\n"]);
    const other = JSON.parse((await call(box, "why", "model", "a", "--set", "maxDistance=60", "--json")).out);
    assertEquals([other.fresh, other.reasons.map((reason: { kind: string }) => reason.kind)], [false, ["config"]]);
  }),
);

Deno.test(
  "cli list shows the others when one record cannot be read, and runs that were cut off as interrupted",
  sandboxed(async (box) => {
    box.flow("model", model);
    await call(box, "run", "model", "a");
    await call(box, "run", "model", "b");
    await call(box, "run", "model", "c");
    const change = (instance: string, change: Record<string, unknown>) => {
      const path = box.path("runs/model", instance, "run.json");
      Deno.writeTextFileSync(path, JSON.stringify({ ...JSON.parse(Deno.readTextFileSync(path)), ...change }));
    };
    change("a", { schema: 99 });
    change("b", { status: "running" });
    const { code, out } = await call(box, "list", "model");
    assertEquals(code, 0);
    assertMatch(out, /^a +\? unreadable +"/m);
    assertMatch(out, /^b +■ interrupted/m);
    assertMatch(out, /^c +✔ succeeded/m);
  }),
);

Deno.test(
  "cli inspect shows parameters, permissions and cells, and as JSON a schema of the config",
  sandboxed(async (box) => {
    box.flow("model", model);
    const { code, out } = await call(box, "inspect", "model");
    assertEquals(code, 0);
    assertMatch(out, /^ {2}period +"am" \| "pm" += "am" +line 5 {2}part of the day$/m);
    const flow = JSON.parse((await call(box, "inspect", "flows/model.ts", "--json")).out);
    assertEquals([flow.name, flow.parameters.length, flow.configSchema.properties.seed], [
      "model",
      4,
      { type: "number", default: 1 },
    ]);
  }),
);

Deno.test(
  "cli run --permit and --forbid decide over what the header asks for",
  sandboxed(async (box) => {
    const header = "// ---\n// permissions:\n//   net: [a.example]\n//   env: [HOME]\n//   read: [../data]\n// ---\n";
    box.flow("asks", `${header}// %% tags=["parameters"]\nlet n = 1;\n// %% Work\nn\n`);
    const args = ["--permit", "net=b.example,c.example:80", "--forbid", "env", "--permit", "read=given"];
    const { code, out, err } = await call(box, "run", "asks", "--json", ...args);
    assertEquals(code, 0, err);
    const { granted, requested } = JSON.parse(out).permissions;
    assertEquals([requested.net, granted.net, granted.env], [["a.example"], ["b.example", "c.example:80"], undefined]);
    assertEquals(granted.read, [box.path("runs"), box.path("given")]);
  }),
);

Deno.test({
  name: "cli run in a terminal shows a bar while it runs and leaves a screen with whole lines only",
  ignore: !hasScript(),
  fn: sandboxed(async (box) => {
    const tell =
      `host.progress(i, 9, "days"); console.log("a line that is longer than the terminal is wide, number", i);`;
    const loop = `for (let i = 0; i < 10; i++) { ${tell} await new Promise((r) => setTimeout(r, 60)); }`;
    box.flow(
      "bar",
      `// %% Load\nconst host = (globalThis as any)[Symbol.for("ductaflow.host")];\n// %% Long cell\n${loop}\n`,
    );
    const { text } = await inTerminal(box, `${Deno.execPath()} run -A ${mod} run bar --verbose`);
    assertMatch(text, /━+─* \d+ s {2}cell 3 of 3 "Long cell"/);
    assertMatch(text, /days: \d of 9 \(\d+ %\)/);
    const screen = new Screen(60);
    screen.write(text);
    const wanted = Array.from(
      { length: 10 },
      (_, i) => `│ a line that is longer than the terminal is wide, number ${i}`,
    );
    const lines = screen.lines.join("\n");
    assert(lines.startsWith(`${wanted.join("\n")}\n✔ bar/default: Succeeded in `), lines);
    assertEquals(screen.lines.at(-1), box.path("runs/bar/default"));
    // deno-lint-ignore no-control-regex
    assert(!/\x1b\[\d+m/.test(text), "NO_COLOR is respected");
  }),
});
