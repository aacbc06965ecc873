/** Deliveries of real runs, by conductors and the command line with the permissions that a user would give. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../lib/deps/assert.ts";
import { isRoot, maybeText, type Sandbox, sandboxed, until } from "./sandbox.ts";

const mod = new URL("../../mod.ts", import.meta.url).href;
const flags = ["--no-prompt", "--allow-read", "--allow-write=runs,delivery", "--allow-run=deno"];
/** Mounting takes root; where that cannot be had, CI fails rather than skips. */
const canMount = Deno.build.os === "linux" && (isRoot || Deno.env.get("CI") === "true");
const preludeFor = (more: string) => `import { deliver, listDeliveries } from ${JSON.stringify(mod)};\n${more}`;

const flow = `// %% tags=["parameters"]
let zone = "L2";
let rows = 1;
// %% Write
Deno.mkdirSync("plots");
Deno.writeTextFileSync("plots/map.svg", "<svg/>");
Deno.writeTextFileSync("out.csv", "zone\\n" + (zone + "\\n").repeat(rows));
`;

const runTwo = `
  const runs = [];
  for (const zone of ["L2", "L4"]) runs.push(await runStepFlow("model", zone + "_am", { zone, client: { name: "Acme" } }));
`;

/** Names of all files below a folder. */
function filesBelow(dir: string, below = ""): string[] {
  return [...Deno.readDirSync(`${dir}/${below}`)].flatMap((entry) =>
    entry.isDirectory ? filesBelow(dir, `${below}${entry.name}/`) : [below + entry.name]
  ).sort();
}

async function cli(box: Sandbox, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", ...flags, mod, ...args],
    cwd: box.dir,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

Deno.test(
  "a conductor that may write runs and delivery delivers real runs, again without a change, and lists them",
  sandboxed(async (box) => {
    box.flow("model", flow);
    const [first, again, stale, listed] = await box.conduct(
      preludeFor(`${runTwo}
      const template = "delivery/{client.name}/{zone}/{instance}";
      const brief = (all) => all.map(({ status, files, target }) => [status, files.map((f) => f.name), target]);
      say(brief(await deliver(runs, template, { report: true })));
      say(brief(await deliver(runs, template, { report: true })));
      const changed = await runStepFlow("model", "L2_am", { zone: "L2", client: { name: "Acme" }, rows: 3 });
      say(brief(await deliver([changed, runs[1]], template, { report: true })));
      say((await listDeliveries()).map(({ instance }) => instance));`),
      { flags },
    );
    const names = ["out.csv", "plots/map.svg", "report.html"];
    const at = (zone: string) => box.path("delivery/Acme", zone, `${zone}_am`);
    assertEquals(first, [["new", names, at("L2")], ["new", names, at("L4")]]);
    assertEquals(again.map(([status]: string[]) => status), ["unchanged", "unchanged"]);
    assertEquals(stale.map(([status]: string[]) => status), ["updated", "unchanged"]);
    assertEquals(listed, ["L2_am", "L4_am", "L2_am"]);
    assertEquals(filesBelow(at("L2")), ["delivery.json", ...names]);
    assertEquals(Deno.readTextFileSync(`${at("L2")}/out.csv`), "zone\nL2\nL2\nL2\n");
    assertEquals(
      Deno.readTextFileSync(`${at("L2")}/report.html`),
      Deno.readTextFileSync(box.path("runs/model/L2_am/report.html")),
    );
    assertEquals(filesBelow(box.path("delivery")).filter((name) => name.includes("ductaflow-")), []);
  }),
);

Deno.test(
  "a conductor that may not write the place is told which flag it needs, and its runs stay as they are",
  sandboxed(async (box) => {
    box.flow("model", flow);
    const [outcome] = await box.conduct(
      preludeFor(`${runTwo} say(await outcome(deliver(runs, "delivery/{instance}")));`),
    );
    assertEquals(outcome.code, "conductor-permission");
    assertMatch(outcome.message, /^Cannot deliver model\/L2_am to ".*\/delivery\/L2_am"/);
    assertStringIncludes(outcome.hint, "--allow-write=runs,delivery");
  }),
);

Deno.test(
  "cli deliver says what it would do, does it, leaves it, and refuses what is wrong with exit code 2",
  sandboxed(async (box) => {
    box.flow("model", flow);
    box.flow("bad", `// %% tags=["parameters"]\nlet n = 1;\n// %%\nif (n) throw new Error("no");\n`);
    await box.conduct(`${runTwo} await outcome(runStepFlow("bad", "one")); await runStepFlow("bad", "two", { n: 0 });`);
    const args = ["deliver", "model", "delivery/{zone}/{instance}", "--include", "*.csv"];
    const planned = await cli(box, ...args, "--dry-run");
    assertEquals(planned.code, 0, planned.err);
    assertStringIncludes(planned.err, "Would be delivered: 2 new, 0 updated, 0 unchanged\n");
    assertEquals(maybeText(box.path("delivery")), undefined);
    const first = await cli(box, ...args);
    assertEquals(first.out, ["L2/L2_am", "L4/L4_am"].map((name) => `${box.path("delivery", name)}\n`).join(""));
    assertMatch(first.err, /^new +model\/L2_am +delivery\/L2\/L2_am +1 file, 8 bytes\n/);
    const again = await cli(box, ...args, "--json");
    assertEquals(JSON.parse(again.out).map((one: { status: string }) => one.status), ["unchanged", "unchanged"]);
    const one = await cli(box, "deliver", "model/L4_am", "delivery/latest", "--report");
    assertEquals([one.code, filesBelow(box.path("delivery/latest"))], [
      0,
      ["delivery.json", "out.csv", "plots/map.svg", "report.html"],
    ]);
    const failed = await cli(box, "deliver", "bad", "delivery/bad/{instance}", "--report");
    assertStringIncludes(failed.err, "1 new, 0 updated, 0 unchanged; 1 run that did not succeed is left out\n");
    const refused = await cli(box, "deliver", "bad/one", "delivery/{zoen}", "--report");
    assertEquals(refused.code, 2);
    assertStringIncludes(refused.err, "did not succeed: Failed in cell");
    assertEquals((await cli(box, "deliver", "modle", "delivery/x")).err.split("\n")[1], `Hint: Did you mean "model"?`);
    assertEquals((await cli(box, "deliver", "model")).code, 2);
  }),
);

Deno.test(
  "killed anywhere, a delivery is the old one or the new one when the next delivery has looked at it",
  sandboxed(async (box) => {
    box.flow("model", flow);
    const seed = Date.now() % 1_000_000;
    console.log(`seed ${seed}`);
    const copying = preludeFor(`
      const run = await getRun("model", "one");
      say("go");
      for (;;) await deliver(run, "delivery/one", { overwrite: true, config: (globalThis.n = !globalThis.n) });`);
    const looking = preludeFor(`
      const run = await getRun("model", "one");
      const [{ status, files }] = await deliver(run, "delivery/one");
      say([status, files.length]);`);
    await box.conduct(`await runStepFlow("model", "one", { rows: 20000 });`);
    const csv = Deno.readTextFileSync(box.path("runs/model/one/out.csv"));
    for (let i = 0, state = seed; i < 24; i++) {
      state = (state * 1103515245 + 12345) % 2 ** 31;
      const conductor = box.start(copying, { flags });
      await until("it delivers", () => conductor.said.length > 0);
      await new Promise((resolve) => setTimeout(resolve, state % 60));
      conductor.kill("SIGKILL");
      await conductor.ended();
      const [[status, files]] = await box.conduct(looking, { flags });
      assert(["new", "updated", "unchanged"].includes(status), status);
      assertEquals(files, 2);
      assertEquals(filesBelow(box.path("delivery")), ["one/delivery.json", "one/out.csv", "one/plots/map.svg"]);
      assertEquals(Deno.readTextFileSync(box.path("delivery/one/out.csv")), csv);
      const { deliveredAt } = JSON.parse(Deno.readTextFileSync(box.path("delivery/one/delivery.json")));
      assertStringIncludes(Deno.readTextFileSync(box.path("runs/.ductaflow/deliveries.ndjson")), deliveredAt);
    }
  }),
);

Deno.test(
  "two conductors that deliver to one place at once both end well, and it is one whole delivery",
  sandboxed(async (box) => {
    box.flow("model", flow);
    await box.conduct(`await runStepFlow("model", "one", { rows: 5000 });`);
    const sending = preludeFor(`
      const run = await getRun("model", "one");
      for (let i = 0; i < 20; i++) await deliver(run, "delivery/one", { overwrite: true, config: i % 2 === 0 });
      say("done");`);
    const conductors = [box.start(sending, { flags }), box.start(sending, { flags })];
    for (const conductor of conductors) {
      const { code, stderr, said } = await conductor.ended();
      assertEquals([code, said], [0, ["done"]], stderr);
    }
    assertEquals(filesBelow(box.path("delivery")).filter((name) => !/^one\/(config|delivery)\.json$/.test(name)), [
      "one/out.csv",
      "one/plots/map.svg",
    ]);
    const lines = Deno.readTextFileSync(box.path("runs/.ductaflow/deliveries.ndjson")).trim().split("\n");
    for (const line of lines) assertEquals(JSON.parse(line).instance, "one");
  }),
);

Deno.test({
  name: "on a full disk a delivery ends with a clear error, the earlier one stays whole, and it works with space",
  ignore: !canMount,
  fn: sandboxed(async (box) => {
    box.flow("model", flow);
    await box.mount(box.path("delivery"), "-t", "tmpfs", "-o", "size=256k", "tmpfs");
    const [first, second, whole] = await box.conduct(
      preludeFor(`
      const small = await runStepFlow("model", "one");
      say((await deliver(small, "delivery/{instance}"))[0].status);
      const large = await runStepFlow("model", "one", { rows: 200000 });
      say(await outcome(deliver(large, "delivery/{instance}")));
      say(Deno.readTextFileSync("delivery/one/out.csv"));`),
      { flags },
    );
    assertEquals([first, second.code, whole], ["new", "no-space", "zone\nL2\n"]);
    assertMatch(second.message, /^Cannot deliver model\/one to ".*": no space left on the device/);
    assertEquals(filesBelow(box.path("delivery")), ["one/delivery.json", "one/out.csv", "one/plots/map.svg"]);
    await box.mount(box.path("delivery"), "-o", "remount,size=8m");
    const [status] = await box.conduct(
      preludeFor(`say((await deliver(await getRun("model", "one"), "delivery/{instance}"))[0].status);`),
      { flags },
    );
    assertEquals(status, "updated");
    assertEquals(Deno.statSync(box.path("delivery/one/out.csv")).size, 600_005);
  }),
});

Deno.test({
  name: "a place that is read-only is said so, with the earlier delivery as it was",
  ignore: !canMount,
  fn: sandboxed(async (box) => {
    box.flow("model", flow);
    await box.mount(box.path("delivery"), "-t", "tmpfs", "-o", "ro", "tmpfs");
    const [outcome] = await box.conduct(preludeFor(`${runTwo} say(await outcome(deliver(runs, "delivery/{zone}")));`), {
      flags,
    });
    assertEquals(outcome.code, "read-only");
    assertStringIncludes(outcome.message, "the file system is read-only");
    assertStringIncludes(outcome.hint, "Choose another place");
  }),
});
