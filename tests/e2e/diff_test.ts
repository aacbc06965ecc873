/** Two runs side by side: real runs, compared by the API and by the command line. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../lib/deps/assert.ts";
import { isDifferent } from "../../lib/batch/comparison/difference.ts";
import { runCommandLine } from "../../lib/cli/main.ts";
import { textWidth } from "../../lib/cli/style.ts";
import { compareRuns, getEarlierRuns } from "../../mod.ts";
import { FakeEffects } from "../cli/fake_effects.ts";
import { flowOf, flowUrl, type Project, projectTest } from "./project.ts";

const model = (factor = 2, columns = "zone,flights") =>
  flowOf(
    `import { check, metric } from "${flowUrl}";
import { lines } from "./lines.ts";
const rows = lines(Deno.readTextFileSync(new URL("../data/in.csv", import.meta.url)));
metric("flights", rows.length * ${factor}, { unit: "rows" });
check("enough", limit > 100, { message: "only a few" });
Deno.writeTextFileSync("out.csv", "${columns}\\n" + rows.map((row) => row + "," + limit).join("\\n") + "\\n");
Deno.writeTextFileSync("notes.txt", "first\\n" + limit + "\\nlast\\n");`,
    { permissions: ["read: [../data]"], parameters: `let limit = 500;\nlet model: Record<string, unknown> = {};` },
  );

const files = {
  "flows/model.ts": model(),
  "flows/lines.ts": `export const lines = (text: string) => text.trim().split("\\n");\n`,
  "data/in.csv": "L1\nL2\n",
};

/** Lines `change name: before → after` of what differs. */
function told(list: { change: string; name: string; before?: unknown; after?: unknown }[]): string[] {
  const show = (value: unknown) => JSON.stringify(value);
  return list.filter((item) => item.change !== "equal").map(({ change, name, before, after }) =>
    `${change} ${name}: ${show(before)} → ${show(after)}`
  );
}

/** Runs the command line in this process, on a terminal of a width. */
async function cli(project: Project, args: string[], width = 80): Promise<{ code: number; out: string; err: string }> {
  const effects = new FakeEffects({ width });
  const code = await runCommandLine([...args, "--runs", project.runsDir], effects);
  return { code, out: effects.stdout.written, err: effects.stderr.written };
}

projectTest(
  "compareRuns() finds nothing between a run and itself, nor one that came out the same",
  files,
  async (project) => {
    const first = await project.run("flows/model.ts");
    const again = await project.run("flows/model.ts", "one", {}, { cache: "off" });
    const [earlier] = await getEarlierRuns("model", "one", { runsDir: project.runsDir });
    assertEquals(earlier.record.id, first.record.id);
    assertEquals((await compareRuns(again, again)).same, true);
    const { same, permissions, config } = await compareRuns(earlier, again);
    assertEquals([same, told(permissions), told(config)], [true, [], []]);
  },
);

projectTest(
  "compareRuns() tells config, metrics, checks, inputs and files of two instances",
  files,
  async (project) => {
    const a = await project.run("flows/model.ts", "a", { model: { seed: 1, "x.y": 2 } });
    project.write({ "data/in.csv": "L1\nL2\nL3\n" });
    const b = await project.run("flows/model.ts", "b", { limit: 90, model: { seed: 3 } });
    const { same, config, metrics, checks, inputs, artifacts, status, code } = await compareRuns(a, b);
    assertEquals([same, status.change, code.source], [false, "changed", undefined]);
    assertEquals(told(config), [
      "changed model.seed: 1 → 3",
      `removed model."x.y": 2 → undefined`,
      "changed limit: 500 → 90",
    ]);
    assertEquals(config.find(({ name }) => name === "limit")?.defaults, ["before"]);
    assertEquals(metrics, [
      { name: "flights", change: "changed", before: 4, after: 6, difference: 2, ratio: 1.5, unit: "rows" },
    ]);
    assertEquals(checks.map(({ before, after }) => [before?.ok, after?.ok]), [[true, false]]);
    assertEquals(inputs.filter(isDifferent).map(({ name, change }) => [name, change]), [[
      project.path("data/in.csv"),
      "changed",
    ]]);
    const [notes, out] = artifacts;
    assertEquals([notes.name, notes.change, notes.text?.hunks[0].lines], ["notes.txt", "changed", [
      " first",
      "-500",
      "+90",
      " last",
    ]]);
    assertEquals(out.table?.rows, { name: "rows", change: "changed", before: 2, after: 3 });
  },
);

projectTest(
  "compareRuns() shows the lines of the flow that changed, and the changed import",
  files,
  async (project) => {
    await project.run("flows/model.ts");
    project.write({
      "flows/model.ts": model(3, "zone,count"),
      "flows/lines.ts": `export const lines = (text: string) => text.trimEnd().split("\\n");\n`,
    });
    const now = await project.run("flows/model.ts");
    const [earlier] = await getEarlierRuns("model", "one", { runsDir: project.runsDir });
    const { code, artifacts } = await compareRuns(earlier, now);
    const changed = code.modules.filter(isDifferent).map(({ name, change }) => `${change} ${name.split("/").at(-1)}`);
    assertEquals(changed, ["changed lines.ts", "changed model.ts"]);
    const lines = code.source!.hunks.flatMap((hunk) => hunk.lines).filter((line) => /^[+-]/.test(line));
    assertEquals(lines.filter((line) => line.includes("metric")), [
      `-metric("flights", rows.length * 2, { unit: "rows" });`,
      `+metric("flights", rows.length * 3, { unit: "rows" });`,
    ]);
    const columns = artifacts.find(({ name }) => name === "out.csv")?.table?.columns;
    assertEquals(told(columns ?? []).map((line) => line.replace(/:.*/, "")), ["removed flights", "added count"]);
  },
);

projectTest(
  "compareRuns() takes the flow's text from the notebooks when file and builds are gone",
  files,
  async (project) => {
    await project.run("flows/model.ts");
    project.write({ "flows/model.ts": model(3) });
    const now = await project.run("flows/model.ts");
    Deno.removeSync(project.path("runs/.ductaflow/build"), { recursive: true });
    const [earlier] = await getEarlierRuns("model", "one", { runsDir: project.runsDir });
    const { code } = await compareRuns(earlier, now);
    assertEquals([code.source?.added, code.source?.removed], [1, 1]);
  },
);

projectTest(
  "compareRuns() compares by hash alone what was changed after the run or stands behind a link",
  files,
  async (project) => {
    const a = await project.run("flows/model.ts", "a");
    const b = await project.run("flows/model.ts", "b", { limit: 400 });
    project.write({ "secret.txt": "secret\n", "runs/model/a/notes.txt": "tampered\n" });
    Deno.removeSync(project.path("runs/model/b/notes.txt"));
    Deno.symlinkSync(project.path("secret.txt"), project.path("runs/model/b/notes.txt"));
    const { artifacts } = await compareRuns(a, b);
    assertEquals(artifacts.filter(({ name }) => name === "notes.txt").map(({ change, text }) => [change, text]), [[
      "changed",
      undefined,
    ]]);
  },
);

projectTest("compareRuns() tells permissions without the run's own folder", {
  ...files,
  "flows/open.ts": flowOf(`Deno.writeTextFileSync("x", "");`),
}, async (project) => {
  const a = await project.run("flows/open.ts", "a");
  const b = await project.run("flows/open.ts", "b", {}, { permissions: { net: ["example.com"] } });
  const { permissions, same } = await compareRuns(a, b);
  assertEquals(
    permissions.filter(isDifferent).map(({ name, change, added, removed }) => ({ name, change, added, removed })),
    [
      { name: "granted net", change: "added", added: ["example.com"], removed: [] },
    ],
  );
  assertEquals(same, false);
});

projectTest("diff compares a run with the one before it, and says when nothing differs", files, async (project) => {
  await project.run("flows/model.ts");
  const alone = await cli(project, ["diff", "model/one"]);
  assertEquals(alone.code, 2);
  assertStringIncludes(alone.err, "model/one has no run before its last one to compare with");
  await project.run("flows/model.ts", "one", {}, { cache: "off" });
  const same = await cli(project, ["diff", "model/one"]);
  assertEquals(same.code, 0);
  assertMatch(same.out, /\n\nNo differences\n$/);
  await project.run("flows/model.ts", "one", { limit: 90 });
  const { code, out } = await cli(project, ["diff", "model/one"]);
  assertEquals(code, 0);
  assertMatch(out, /^- model\/one {2}✔ Succeeded\n.*\n\+ model\/one {2}▲ Succeeded with warnings/);
  assertStringIncludes(out, "\nConfig\n  ~ limit  500 (default) → 90\n");
  assertStringIncludes(out, "\n  ~ enough  holds → does not hold (warning)\n      only a few\n");
  for (const absent of ["Code\n", "Inputs\n", "Metrics\n", "Permissions\n", "Environment\n"]) {
    assert(!out.includes(`\n${absent}`), `There is a section ${absent}`);
  }
});

projectTest("diff takes two instances, an instance of the same step, and the id of a run", files, async (project) => {
  const first = await project.run("flows/model.ts", "a");
  await project.run("flows/model.ts", "a", { limit: 300 });
  await project.run("flows/model.ts", "b", { limit: 200 });
  const limits = async (...args: string[]) => {
    const { out, err } = await cli(project, ["diff", ...args]);
    return /limit .*/.exec(out)?.[0].replace(/ +/g, " ") ?? err;
  };
  assertEquals(await limits("model/a", "model/b"), "limit 300 → 200");
  assertEquals(await limits("model/a", "b"), "limit 300 → 200");
  assertEquals(await limits("model/b", "model/a@previous"), "limit 200 → 500 (default)");
  assertEquals(await limits("model/a", first.record.id), "limit 300 → 500 (default)");
  assertEquals(await limits(`model/a@${first.record.id.slice(-8)}`, "model/b"), "limit 500 (default) → 200");
  assertMatch(await limits("model/a@2020"), /No run of model\/a has the id "2020"\nHint: Its runs are \d{8}T/);
  assertMatch(await limits("model/c"), /There is no run "model\/c".*\nHint: The step has 2 instances, such as "a"/);
  assertMatch(await limits("model/a", "modle/b"), /There is no run "modle\/b"/);
});

projectTest("diff --json prints what differs, and with --all the rest too", files, async (project) => {
  await project.run("flows/model.ts", "a");
  await project.run("flows/model.ts", "b", { limit: 300 });
  const json = async (...more: string[]) =>
    JSON.parse((await cli(project, ["diff", "model/a", "model/b", "--json", ...more])).out);
  const [some, all] = [await json(), await json("--all")];
  assertEquals([some.same, some.config.length, some.inputs.length, some.code.modules.length], [false, 1, 0, 0]);
  assertEquals([all.config.length, all.code.modules.length], [2, 3]);
  assertEquals(all.before.dir, project.path("runs/model/a"));
});

projectTest(
  "diff fits its lines to the terminal, and shows long values and lists one below the other",
  files,
  async (project) => {
    const text = (word: string) => `${word} `.repeat(60);
    const list = Array.from({ length: 60 }, (_, i) => `zone ${i}`);
    await project.run("flows/model.ts", "a", { query: text("select"), list });
    await project.run("flows/model.ts", "b", { query: text("delete"), list: [...list.slice(1), "zone new"] });
    for (const width of [80, 120]) {
      const { out } = await cli(project, ["diff", "model/a", "model/b"], width);
      assertEquals(out.split("\n").filter((line) => textWidth(line) > width), []);
      assertMatch(out, /~ query\n {6}- "select .*…\n {6}\+ "delete .*…\n/);
      assertStringIncludes(out, `\n      - "zone 0"\n      + "zone new"\n`);
    }
    const { out } = await cli(project, ["diff", "model/a", "model/b", "--all"]);
    assertStringIncludes(out, text("select"));
  },
);

projectTest("diff lets nothing through that a terminal would act on", files, async (project) => {
  await project.run("flows/model.ts", "a", { evil: "x" });
  await project.run("flows/model.ts", "b", { evil: "\x1b[31mred\x07", "k\x1b[2J": 1 });
  const { out } = await cli(project, ["diff", "model/a", "model/b"]);
  assertEquals(["\x07", "\x1b"].filter((char) => out.includes(char)), []);
  assertStringIncludes(out, "evil");
});
