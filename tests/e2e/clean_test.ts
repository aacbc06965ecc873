/** Housekeeping on real runs: what goes, what stays, and that nothing else is touched. */
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "../../lib/deps/assert.ts";
import { acquireLock } from "../../lib/base/lock.ts";
import { runCommandLine } from "../../lib/cli/main.ts";
import { textWidth } from "../../lib/cli/style.ts";
import {
  clean,
  type CleaningPlan,
  type CleanOptions,
  getAllInstances,
  getEarlierRuns,
  getRun,
  isDuctaflowError,
  planCleaning,
} from "../../mod.ts";
import { FakeEffects } from "../cli/fake_effects.ts";
import { conductorFlags, exists, flowOf, modUrl, type Project, projectTest } from "./project.ts";

const files = {
  "flows/make.ts": flowOf(`Deno.mkdirSync("deep");\nDeno.writeTextFileSync("deep/out.txt", "x".repeat(size));`, {
    parameters: "let size = 10;",
  }),
  "flows/index.ts": flowOf(`source && Deno.readTextFileSync(source.dir + "/deep/out.txt");`, {
    parameters: "let source: { dir: string } | null = null;",
  }),
  "flows/fail.ts": flowOf(`throw new Error("no");`),
};

function plan(project: Project, options: CleanOptions = {}): Promise<CleaningPlan> {
  return planCleaning({ runsDir: project.runsDir, ...options });
}

/** `kind name` of each item. */
function named({ items }: Pick<CleaningPlan, "items">): string[] {
  return items.map(({ kind, name }) => `${kind} ${name}`);
}

async function names(project: Project, step = "make"): Promise<string[]> {
  return (await getAllInstances(step, { runsDir: project.runsDir, status: "all" })).map(({ instance }) => instance);
}

/** All paths below the runs folder, without the toolkit's own. */
function tree(project: Project, below = ""): string[] {
  const folder = project.path("runs", below);
  return [...exists(folder) ? Deno.readDirSync(folder) : []].flatMap(({ name, isDirectory }) => {
    if (name === ".ductaflow") return [];
    const path = below === "" ? name : `${below}/${name}`;
    return isDirectory ? [path, ...tree(project, path)] : [path];
  }).sort();
}

async function cli(project: Project, args: string[], width = 80): Promise<{ code: number; out: string; err: string }> {
  const effects = new FakeEffects({ width });
  const code = await runCommandLine(["clean", ...args, "--runs", project.runsDir], effects);
  return { code, out: effects.stdout.written, err: effects.stderr.written };
}

async function makeThree(project: Project): Promise<void> {
  for (const name of ["a", "b", "c"]) await project.run("flows/make.ts", name);
}

projectTest("planCleaning() changes nothing, and without criteria takes no run", files, async (project) => {
  await makeThree(project);
  await project.run("flows/make.ts", "a", { size: 20 });
  const before = tree(project);
  assertEquals(named(await plan(project)), []);
  const { items, bytes } = await plan(project, { keep: 1 });
  assertEquals(items.map(({ kind, name }) => `${kind} ${name.replace(/@.*/, "@id")}`), ["run make/b", "run make/c"]);
  assertEquals([bytes > 1000, bytes], [true, items.reduce((sum, item) => sum + item.bytes, 0)]);
  assertEquals(tree(project), before);
});

projectTest(
  "clean() removes runs with their earlier runs, logs and locks; they never ran, and run again",
  files,
  async (project) => {
    await makeThree(project);
    await project.run("flows/make.ts", "a", { size: 20 });
    const own = (path: string) => exists(project.path("runs/.ductaflow", path));
    const parts = ["history/make/a", "live/make/a.events.ndjson", "locks/make/a.lock"];
    assertEquals(parts.map(own), [true, true, true]);
    const planned = await plan(project, { keep: 0, steps: ["make"] });
    assertEquals(planned.items.map(({ kind }) => kind).sort(), ["history", "run", "run", "run"]);
    const done = await clean(planned);
    assertEquals([done.skipped, done.removed.length, done.bytes], [[], 4, planned.bytes]);
    assertEquals([...parts, "trash/x", "live/make/c.events.ndjson"].map(own), [false, false, false, false, false]);
    assertEquals(tree(project), []);
    assertEquals([...Deno.readDirSync(project.path("runs/.ductaflow/trash"))], []);
    await assertRejects(() => getRun("make", "a", { runsDir: project.runsDir }), Error, "There is no run");
    // Its seal is still in the journal.
    assertStringIncludes(Deno.readTextFileSync(project.path("runs/.ductaflow/seals/make.ndjson")), `"instance":"a"`);
    assertEquals(await project.why("flows/make.ts", "a", { size: 20 }), ["never-ran: Its run folder is gone"]);
    const again = await project.run("flows/make.ts", "a", { size: 20 });
    assertEquals([again.cached, again.status], [false, "succeeded"]);
    assertEquals((await project.run("flows/make.ts", "a", { size: 20 })).cached, true);
  },
);

projectTest("clean() takes failed runs by status, and those older than an age", files, async (project) => {
  await makeThree(project);
  await project.runFailing("flows/fail.ts", "x");
  assertEquals(named(await plan(project, { status: ["failed"] })), ["run fail/x"]);
  assertEquals(named(await plan(project, { status: ["failed"], olderThan: "1h" })), []);
  const record = JSON.parse(Deno.readTextFileSync(project.path("runs/make/b/run.json")));
  record.startedAt = record.endedAt = new Date(Date.now() - 40 * 86_400_000).toISOString();
  project.write({ "runs/make/b/run.json": JSON.stringify(record) });
  const old = await plan(project, { olderThan: "30d" });
  assertEquals([named(old), old.items[0].reason], [["run make/b"], "older than 30 d"]);
  await clean(old);
  assertEquals(await names(project), ["a", "c"]);
});

projectTest("clean() frees bytes: earlier runs first, then the oldest runs", files, async (project) => {
  await project.run("flows/make.ts", "a", { size: 200_000 });
  await project.run("flows/make.ts", "a", { size: 200_001 });
  await project.run("flows/make.ts", "b", { size: 200_000 });
  const some = await plan(project, { maxBytes: "550kB" });
  assertEquals(some.items.map(({ kind, instance }) => `${kind} ${instance}`), ["history a"]);
  const more = await plan(project, { maxBytes: "300kB" });
  assertEquals(more.items.map(({ kind, instance }) => `${kind} ${instance}`), ["history a", "run a"]);
  assertEquals(named(await plan(project, { maxBytes: "1GB" })), []);
  await clean(more);
  assertEquals(await names(project), ["b"]);
});

projectTest(
  "clean() prunes history, of instances that are gone too, or keeps it when they go",
  files,
  async (project) => {
    for (const size of [1, 2, 3, 4]) await project.run("flows/make.ts", "a", { size });
    const earlier = async () => (await getEarlierRuns("make", "a", { runsDir: project.runsDir })).length;
    await clean(await plan(project, { history: 2 }));
    assertEquals([await earlier(), await names(project)], [2, ["a"]]);
    await clean(await plan(project, { keep: 0, history: 1 }));
    assertEquals([await earlier(), await names(project)], [1, []]);
    await clean(await plan(project, { history: 0 }));
    assertEquals([await earlier(), exists(project.path("runs/.ductaflow/history/make/a"))], [0, false]);
  },
);

projectTest(
  "clean() keeps a run that a kept one has read, and says so, unless told otherwise",
  files,
  async (project) => {
    await makeThree(project);
    const source = await getRun("make", "a", { runsDir: project.runsDir });
    await project.run("flows/index.ts", "all", { source });
    const kept = await plan(project, { keep: 1, steps: ["make"] });
    assertEquals([named(kept), kept.kept], [["run make/b"], [{ name: "make/a", why: "is used by index/all" }]]);
    const all = await plan(project, { keep: 1, steps: ["make"], withUsed: true });
    assertEquals(all.items.map(({ name, usedBy }) => [name, usedBy]), [["make/a", ["index/all"]], [
      "make/b",
      undefined,
    ]]);
    const together = await plan(project, { keep: 0 });
    assertEquals([together.items.length, together.kept], [4, []]);
    await clean(kept);
    assertEquals(await names(project), ["a", "c"]);
    assertEquals(await project.why("flows/index.ts", "all", { source }), []);
  },
);

projectTest("clean() never touches a run whose lock is held, be it taken after the plan", files, async (project) => {
  await makeThree(project);
  await project.run("flows/make.ts", "a", { size: 5 });
  const early = await plan(project, { keep: 0, history: 0 });
  const lock = await acquireLock(project.path("runs/.ductaflow/locks/make/a.lock"), "make/a");
  try {
    const late = await plan(project, { keep: 0, history: 0 });
    assertEquals([named(late), late.kept], [["run make/b", "run make/c"], [{ name: "make/a", why: "is being run" }]]);
    const { skipped, removed } = await clean(early);
    assertEquals(removed.map(({ name }) => name), ["make/b", "make/c"]);
    assertEquals(skipped.map(({ item, failed }) => [item.kind, failed]), [["history", false], ["run", false]]);
    assertMatch(skipped[1].why, /^make\/a is being run by process \d+/);
  } finally {
    lock.release();
  }
  assertEquals(await names(project), ["a"]);
});

projectTest("clean() leaves a run that ran again after the plan was made", files, async (project) => {
  await makeThree(project);
  const planned = await plan(project, { keep: 0 });
  await project.run("flows/make.ts", "b", { size: 30 });
  const { skipped } = await clean(planned);
  assertEquals(skipped.map(({ item, why, failed }) => [item.name, why, failed]), [
    ["make/b", "It ran again meanwhile", false],
  ]);
  assertEquals(await names(project), ["b"]);
});

projectTest("clean() finishes what a cleaning left that was killed in the middle", files, async (project) => {
  await makeThree(project);
  // Killed after the folder was moved aside, or while it was being deleted.
  Deno.mkdirSync(project.path("runs/.ductaflow/trash"));
  Deno.renameSync(project.path("runs/make/a"), project.path("runs/.ductaflow/trash/a-1"));
  Deno.removeSync(project.path("runs/.ductaflow/trash/a-1/run.json"));
  assertEquals(await names(project), ["b", "c"]);
  const planned = await plan(project);
  assertEquals(
    named(planned),
    [
      "trash a-1",
      "live make/a.running.json",
      "live make/a.events.ndjson",
      "live make/a.audit.ndjson",
      "lock make/a.lock",
    ].filter((name) =>
      name !== "live make/a.audit.ndjson" || exists(project.path("runs/.ductaflow/live/make/a.audit.ndjson"))
    ),
  );
  const { skipped } = await clean(planned);
  assertEquals(skipped, []);
  assertEquals([exists(project.path("runs/.ductaflow/trash/a-1")), named(await plan(project))], [false, []]);
});

projectTest("a cleaning that is killed at any moment leaves every run whole or gone", files, async (project) => {
  for (let i = 0; i < 12; i++) await project.run("flows/make.ts", `i${i}`);
  const source = `import { clean, planCleaning } from "${modUrl}";
await clean(await planCleaning({ keep: 0 }));`;
  project.write({ "cleaner.ts": source });
  for (let left = 12; left > 0;) {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", ...conductorFlags, "cleaner.ts"],
      cwd: project.dir,
      stderr: "piped",
    }).spawn();
    const ended = child.output();
    let over = false;
    ended.finally(() => over = true);
    const removedSome = () => tree(project).filter((path) => /^make\/\w+$/.test(path)).length < left;
    while (!over && !removedSome()) await new Promise((done) => setTimeout(done, 1));
    if (!over) child.kill("SIGKILL");
    const { code, signal, stderr } = await ended;
    assert(signal === "SIGKILL" || code === 0, new TextDecoder().decode(stderr));
    for (const run of await getAllInstances("make", { runsDir: project.runsDir, status: "all" })) {
      assertEquals(await project.why("flows/make.ts", run.instance), []);
    }
    left = (await names(project)).length;
  }
  assertEquals((await clean(await plan(project, { keep: 0 }))).skipped, []);
  // All that may be left is the empty folder of the step.
  assertEquals([tree(project, "make"), named(await plan(project, { keep: 0 }))], [[], []]);
});

projectTest("clean() follows no links and leaves what is not the toolkit's, and names it", files, async (project) => {
  await makeThree(project);
  project.write({ "../outside/make/x/run.json": "{}", "../outside/keep.txt": "1", "runs/mine/data/file.txt": "2" });
  const outside = project.path("../outside");
  Deno.symlinkSync(outside, project.path("runs/linked_step"));
  Deno.symlinkSync(`${outside}/make/x`, project.path("runs/make/linked"));
  Deno.symlinkSync(outside, project.path("runs/make/a/deep/link"));
  Deno.mkdirSync(project.path("runs/make/half"));
  Deno.mkdirSync(project.path("runs/.ductaflow/trash"));
  Deno.symlinkSync(outside, project.path("runs/.ductaflow/trash/link"));
  const planned = await plan(project, { keep: 0, history: 0, builds: true });
  assertEquals(planned.left.map(({ path, why }) => `${path.slice(project.runsDir.length)}: ${why}`).sort(), [
    "/linked_step: it is a link",
    "/make/half: it has no run.json that can be read",
    "/make/linked: it is a link",
    "/mine/data: it has no run.json that can be read",
  ]);
  assertEquals((await clean(planned)).skipped, []);
  assertEquals(tree(project), [
    "linked_step",
    "make",
    "make/half",
    "make/linked",
    "mine",
    "mine/data",
    "mine/data/file.txt",
  ]);
  assertEquals([exists(`${outside}/keep.txt`), exists(`${outside}/make/x/run.json`)], [true, true]);
  assertEquals(exists(project.path("runs/.ductaflow/trash/link")), false);
});

projectTest("clean() refuses to work through links in the toolkit's own folder", files, async (project) => {
  await makeThree(project);
  await project.run("flows/make.ts", "a", { size: 5 });
  const planned = await plan(project, { keep: 0 });
  const outside = project.path("../outside");
  Deno.renameSync(project.path("runs/.ductaflow/live"), outside);
  Deno.symlinkSync(outside, project.path("runs/.ductaflow/live"));
  const { skipped, removed } = await clean(planned);
  assertEquals([removed, skipped.map(({ failed }) => failed)], [[], [true, true, true, true]]);
  assertStringIncludes(skipped[0].why, "is a symbolic link");
  Deno.symlinkSync(outside, project.path("runs/.ductaflow/trash"));
  assertEquals(isDuctaflowError(await plan(project).catch((error) => error), "linked-folder"), true);
  assertEquals(isDuctaflowError(await clean(planned).catch((error) => error), "linked-folder"), true);
  assertEquals(await names(project), ["a", "b", "c"]);
});

projectTest("clean() removes nothing that a doctored plan points at elsewhere", files, async (project) => {
  await makeThree(project);
  project.write({ "../precious/x.ndjson": "1", "precious/x": "1" });
  const item = { name: "x", files: 1, bytes: 1, reason: "" };
  const doctored: CleaningPlan = {
    runsDir: project.runsDir,
    kept: [],
    left: [],
    bytes: 0,
    items: [
      { ...item, kind: "trash", path: project.path("precious/x") },
      { ...item, kind: "trash", path: `${project.runsDir}/.ductaflow/trash/../../../precious/x` },
      { ...item, kind: "live", path: project.path("../precious/x.ndjson") },
      { ...item, kind: "build", path: project.path("runs/make/a") },
      { ...item, kind: "run", path: project.path("runs/make/b"), step: "make", instance: "a", id: "x" },
      { ...item, kind: "history", path: project.path("runs/make/b"), step: "make", instance: "b", id: "x" },
    ],
  };
  const { removed, skipped } = await clean(doctored);
  assertEquals([removed, skipped.map(({ failed }) => failed)], [[], Array(6).fill(true)]);
  assertEquals([await names(project), exists(project.path("precious/x"))], [["a", "b", "c"], true]);
});

projectTest(
  "clean() keeps a run that a kept one refers to in its config, read or not",
  {
    ...files,
    "flows/name.ts": flowOf(`Deno.writeTextFileSync("out.txt", JSON.stringify(config));`, {
      parameters: "let config: Record<string, unknown> = {};",
    }),
  },
  async (project) => {
    await makeThree(project);
    const [a, b] = await Promise.all(["a", "b"].map((name) => getRun("make", name, { runsDir: project.runsDir })));
    await project.run("flows/name.ts", "all", { deep: { sources: [{ main: a }, { main: b }] } });
    const kept = await plan(project, { keep: 0, steps: ["make"] });
    assertEquals([named(kept), kept.kept], [["run make/c"], [
      { name: "make/a", why: "is used by name/all" },
      { name: "make/b", why: "is used by name/all" },
    ]]);
    assertEquals((await plan(project, { keep: 0 })).kept, []);
    const all = await plan(project, { keep: 0, steps: ["make"], withUsed: true });
    assertEquals(all.items.map(({ usedBy }) => usedBy), [["name/all"], ["name/all"], undefined]);
  },
);

projectTest("clean() takes the modules that a toolkit in one file wrote an hour ago", files, async (project) => {
  await project.run("flows/make.ts", "a");
  const own = project.path("runs/.ductaflow");
  const places = ["modules", "ops/modules"].map((folder) => `${own}/${folder}`);
  const old = new Date(Date.now() - 2 * 3_600_000);
  for (const place of places) {
    Deno.mkdirSync(place, { recursive: true });
    for (const name of ["0123456789abcdef.js", "fedcba9876543210.js", "mine.js"]) {
      Deno.writeTextFileSync(`${place}/${name}`, "1;");
      if (!name.startsWith("fed")) Deno.utimeSync(`${place}/${name}`, old, old);
    }
  }
  assertEquals(named(await plan(project)), []);
  const planned = await plan(project, { builds: true });
  assertEquals(
    planned.items.map(({ kind, path }) => [kind, path]),
    places.map((place) => [
      "build",
      `${place}/0123456789abcdef.js`,
    ]),
  );
  const { removed, skipped } = await clean(planned);
  assertEquals([removed.length, skipped], [2, []]);
  for (const place of places) {
    assertEquals([...Deno.readDirSync(place)].map(({ name }) => name).sort(), ["fedcba9876543210.js", "mine.js"]);
  }
});

projectTest("clean() takes builds that no run was made from, once they are an hour old", files, async (project) => {
  await project.run("flows/make.ts", "a");
  await project.why("flows/fail.ts", "never");
  const builds = project.path("runs/.ductaflow/build");
  const unused = [...Deno.readDirSync(builds)].map(({ name }) => name).find((name) => name.startsWith("fail"))!;
  assertEquals(named(await plan(project, { builds: true })), []);
  const old = new Date(Date.now() - 2 * 3_600_000);
  for (const { name } of [...Deno.readDirSync(builds)]) {
    for (const file of [...Deno.readDirSync(`${builds}/${name}`)]) {
      Deno.utimeSync(`${builds}/${name}/${file.name}`, old, old);
    }
    Deno.utimeSync(`${builds}/${name}`, old, old);
  }
  const planned = await plan(project, { builds: true });
  assertEquals(named(planned), [`build ${unused}`]);
  await clean(planned);
  assertEquals([exists(`${builds}/${unused}`), (await project.run("flows/make.ts", "a")).cached], [false, true]);
});

projectTest("clean() gives up while somebody else cleans the same folder", files, async (project) => {
  await makeThree(project);
  const planned = await plan(project, { keep: 0 });
  const lock = await acquireLock(project.path("runs/.ductaflow/clean.lock"), "clean");
  try {
    const error = await clean(planned).catch((error) => error);
    assert(isDuctaflowError(error, "locked"), String(error));
    assertStringIncludes(error.message, "is being cleaned by another process");
  } finally {
    lock.release();
  }
});

projectTest(
  "planCleaning() refuses options that mean nothing, and unknown steps with the nearest",
  files,
  async (project) => {
    await project.run("flows/make.ts", "a");
    await assertRejects(() => plan(project, { keep: -1 }), RangeError, `The option keep is "-1"`);
    await assertRejects(() => plan(project, { history: 1.5 }), RangeError, `The option history is "1.5"`);
    await assertRejects(() => plan(project, { olderThan: "soon" }), Error, `The option olderThan is "soon"`);
    await assertRejects(() => plan(project, { maxBytes: "much" }), Error, `The option maxBytes is "much"`);
    const error = await plan(project, { steps: ["mak"] }).catch((error) => error);
    assertEquals([error.code, error.hint], ["run-not-found", `Did you mean "make"?`]);
  },
);

projectTest("clean shows what there is, then what would go, and removes it only with --yes", files, async (project) => {
  await makeThree(project);
  await project.run("flows/make.ts", "a", { size: 20 });
  const source = await getRun("make", "b", { runsDir: project.runsDir });
  await project.run("flows/index.ts", "all", { source });
  project.write({ "runs/mine/data/file.txt": "" });
  const stock = await cli(project, []);
  assertMatch(stock.out, /^ {2}runs +4 +\d+ kB {2}--keep/m);
  assertMatch(stock.out, /^ {2}earlier runs +1 /m);
  const shown = await cli(project, ["--keep", "1", "--step", "make"]);
  assertEquals(shown.code, 0);
  assertMatch(shown.out, /^ {2}run make\/c +\d+ +\d+ kB {2}beyond the newest 1$/m);
  assertStringIncludes(shown.out, "  make/b  is used by index/all\n");
  const used = await cli(project, ["--keep", "1", "--step", "make", "--with-used"]);
  assertStringIncludes(used.out, "In use, and yet among them\n  make/b  is used by index/all\n");
  assertMatch(shown.out, /runs\/mine\/data {2}it has no run\.json/);
  assertMatch(shown.out, /Nothing was removed\. To remove it:\n {2}.* clean --keep 1 --step make --runs \S+ --yes\n$/);
  assertEquals((await cli(project, ["--keep", "1", "--step", "make", "--dry-run"])).out, shown.out);
  assertEquals(await names(project), ["a", "b", "c"]);
  const done = await cli(project, ["--keep", "1", "--step", "make", "--yes"]);
  assertEquals(done.code, 0);
  assertMatch(done.out, /^✔ Removed from .*\n\n.*\n {2}run make\/c /);
  assertEquals(await names(project), ["a", "b"]);
  assertMatch((await cli(project, ["--keep", "1", "--step", "make"])).out, /^Nothing to remove from/);
});

projectTest("clean fits its lines to the terminal", files, async (project) => {
  const long = "long_name_of_an_instance_that_says_all_about_its_scenario_and_more_than_fits";
  await project.run("flows/make.ts", long);
  await project.run("flows/make.ts", long, { size: 3 });
  for (const width of [80, 120]) {
    for (const args of [[], ["--keep", "0"], ["--history", "0"]]) {
      const { out } = await cli(project, args, width);
      const wide = out.split("\n").filter((line) => textWidth(line) > width && !line.includes(" clean "));
      assertEquals(wide, []);
    }
  }
});

projectTest("clean --json gives the plan, and with --yes what was done", files, async (project) => {
  await makeThree(project);
  const shown = JSON.parse((await cli(project, ["--keep", "2", "--json"])).out);
  assertEquals([shown.items.length, shown.items[0].kind], [1, "run"]);
  const done = JSON.parse((await cli(project, ["--keep", "2", "--json", "--yes"])).out);
  assertEquals([done.removed.length, done.skipped], [1, []]);
  assertEquals(JSON.parse((await cli(project, ["--json"])).out).runs.count, 2);
});

projectTest("clean refuses arguments that mean nothing", files, async (project) => {
  await project.run("flows/make.ts", "a");
  const said = async (...args: string[]) => {
    const { code, err } = await cli(project, args);
    return `${code} ${err.split("\n").slice(0, 2).join(" ")}`;
  };
  assertEquals(await said("make"), `2 Error: "make" is one argument too many Hint: Write --step make for a step`);
  assertEquals(await said("--yes", "--dry-run"), "2 Error: --yes and --dry-run exclude each other ");
  assertMatch(
    await said("--older-than", "soon"),
    /^2 Error: The option --older-than is "soon", which is not a duration/,
  );
  assertMatch(await said("--max-size", "lots"), /^2 Error: The option --max-size is "lots", which is not a size/);
  assertMatch(await said("--step", "mak"), /^2 Error: There is no step "mak".*Did you mean "make"/);
  assertMatch(await said("--status", "failled"), /^2 Error: .*Did you mean "failed"/);
});
