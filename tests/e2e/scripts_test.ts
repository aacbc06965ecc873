/** Scripts made of flows: what they refuse, what they leave alone, and that they clean up. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../lib/deps/assert.ts";
import { compileFlow, createFlowRunner, createStandaloneScript, isDuctaflowError } from "../../mod.ts";
import { exists, modUrl, type Project, projectTest, type Said } from "./project.ts";
import { numberIn, until } from "./sandbox.ts";

const flow = `// ---
// title: Model
// permissions:
//   net: [api.example.com]
// ---
// %% tags=["parameters"]
let distance = 500; // in miles
let period: "am" | "pm" = "am";
declare const airport: string;
let model = { seed: 1 };
// %% Work
if (period === "pm") throw new RangeError("no evenings");
Deno.writeTextFileSync("out.json", JSON.stringify({ distance, period, airport, model }));
`;

function cli(project: Project, ...args: string[]): Promise<Said> {
  return project.deno(["run", "-A", modUrl, ...args]);
}

projectTest(
  "a standalone script refuses what a step refuses, in the same words",
  { "flows/model.ts": flow },
  async (project) => {
    await cli(project, "standalone", "model");
    const wrong: string[][] = [
      ["--set", "distance=far", "--set", "airport=BER"],
      ["--set", "airport=BER", "--set", "period=noon", "--set", "model.seed=x"],
      ["--set", "airport=BER", "--set", "distanse=3"],
      ["--set", "nothing"],
      ["--config", "missing.json"],
      ["--config", "broken.json"],
      ["--config", "twice.json"],
    ];
    project.write({
      "broken.json": "{",
      "twice.json": `{ "airport": "BER", "a": { "distance": 1 }, "b": { "distance": 2 } }`,
      "model_config.json": "{}",
    });
    for (const args of wrong) {
      const step = await cli(project, "run", "flows/model.ts", "--instance", "x", ...args);
      const script = await project.deno(["run", "-A", "model_standalone.js", "--instance", "x", ...args]);
      assertEquals(script, step, args.join(" "));
      assertEquals(script.code, 2);
    }
    assertEquals(exists(project.path("out.json")), false);
  },
);

projectTest(
  "a standalone script says how it ended, and where it failed",
  { "flows/model.ts": flow },
  async (project) => {
    const made = await cli(project, "standalone", "flows/model.ts", "--set", "airport=BER");
    assertEquals([made.code, made.stdout], [0, "model_standalone.js\nmodel_config.json\n"]);
    const command =
      "deno run --allow-read --allow-write=. --allow-net=api.example.com --ignore-env model_standalone.js";
    assertEquals(made.stderr, `Next: ${command}\n`);
    const [, ...args] = command.split(" ");
    const done = await project.deno(args);
    assertMatch(done.stderr, /^✔ model: done in [\d.]+ m?s\n {2}files {4}out\.json\n$/);
    const failed = await project.deno([...args, "--set", "period=pm"]);
    assertEquals(failed.code, 1);
    assertMatch(failed.stderr, /^✖ model failed in cell 2 "Work", flows\/model\.ts:12\n {2}RangeError: no evenings\n/);
    const help = await project.deno([...args, "--help"]);
    assertStringIncludes(help.stdout, "distance  number  = 500  in miles\n");
    assertStringIncludes(help.stdout, "airport   string  (required)\n");
  },
);

projectTest(
  "what somebody edited is replaced only by force, and a config not even then",
  { "flows/model.ts": flow },
  async (project) => {
    const read = (name: string) => Deno.readTextFileSync(project.path(name));
    for (
      const [command, file] of [["script", "model_run.ts"], ["standalone", "model_standalone.js"], [
        "runner",
        "run_model.sh",
      ]]
    ) {
      assertEquals((await cli(project, command, "model")).code, 0);
      const first = read(file);
      assertEquals((await cli(project, command, "model")).code, 0, "what the toolkit made it may make again");
      const edited = first.replace("model", "model (mine)");
      project.write({ [file]: edited, "model_config.json": `{ "distance": 7 }` });
      const refused = await cli(project, command, "model");
      assertEquals([refused.code, read(file)], [2, edited]);
      assertStringIncludes(refused.stderr, `Error: "${file}" is there already and was not made, or was edited since`);
      const given = await cli(project, command, "model", "--set", "airport=BER");
      assertEquals(given.code, 2);
      assertStringIncludes(given.stderr, `"${file}" and "model_config.json" are there already`);
      assertEquals((await cli(project, command, "model", "--force")).code, 0);
      assertEquals([read(file), read("model_config.json")], [first, `{ "distance": 7 }`]);
    }
  },
);

projectTest(
  "a config that does not fit is refused before anything is made",
  { "flows/model.ts": flow },
  async (project) => {
    for (const make of [createStandaloneScript, createFlowRunner, compileFlow]) {
      const error = await make(project.path("flows/model.ts"), { distance: "far" }, { dir: project.path("made") })
        .then(() => undefined, (error) => error);
      assert(isDuctaflowError(error, "bad-config"), String(error));
      assertEquals(exists(project.path("made")), false);
    }
  },
);

projectTest("a runner removes its script also when it is interrupted", {
  "flows/slow.ts": `// %% tags=["parameters"]
let n = 1;
// %% Work
Deno.writeTextFileSync("pid.txt", Deno.pid + "\\n");
await new Promise((resolve) => setTimeout(resolve, 60_000));
`,
  "tmp/keep.txt": "",
}, async (project) => {
  await createFlowRunner(project.path("flows/slow.ts"), undefined, { dir: project.dir });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    const runner = new Deno.Command(project.path("run_slow.sh"), {
      cwd: project.dir,
      env: { TMPDIR: project.path("tmp") },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    await until("the flow runs", () => numberIn(project.path("pid.txt")));
    assertEquals([...Deno.readDirSync(project.path("tmp"))].length, 2, "the script is in the temporary folder");
    runner.kill(signal);
    const { code } = await runner.status;
    assertEquals(code, signal === "SIGINT" ? 130 : 143);
    assertEquals([...Deno.readDirSync(project.path("tmp"))].map(({ name }) => name), ["keep.txt"]);
    Deno.removeSync(project.path("pid.txt"));
  }
}, { ignore: Deno.build.os === "windows" });

projectTest("a run script takes config files, values and a name, and its own config without any", {
  "flows/model.ts": flow,
  "other.yaml": "airport: CDG\ndistance: 9\n",
}, async (project) => {
  await cli(project, "script", "model", "--set", "airport=BER");
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await project.deno(["run", "-A", "model_run.ts", ...args]);
    assertEquals(code, 0, stderr);
    const dir = stdout.trim();
    return [dir.slice(project.runsDir.length), JSON.parse(Deno.readTextFileSync(`${dir}/out.json`))];
  };
  const base = { distance: 500, period: "am", airport: "BER", model: { seed: 1 } };
  assertEquals(await run(), ["/model/default", base]);
  assertEquals(await run("--set", "distance=3"), ["/model/3", { ...base, distance: 3 }]);
  assertEquals(await run("--config", "other.yaml", "--instance", "paris"), [
    "/model/paris",
    { ...base, airport: "CDG", distance: 9 },
  ]);
  const help = await project.deno(["run", "-A", "model_run.ts", "--help"]);
  assertStringIncludes(help.stdout, "deno run -A model_run.ts [instance] [options]");
});

projectTest(
  "compile makes one executable, where Deno can fetch its runtime",
  { "flows/model.ts": flow },
  async (project) => {
    const { code, stderr } = await cli(project, "compile", "model", "--set", "airport=BER", "--dir", "made");
    if (code !== 0) {
      // Nothing else may be the reason.
      assertMatch(stderr, /Cannot compile the flow: [^]*error sending request for url \(https:[^]*denort/);
      assertStringIncludes(stderr, "Hint: deno compile fetches Deno's own runtime from the web");
      assertEquals([...Deno.readDirSync(project.path("made"))], []);
      console.warn("skipped: Deno cannot fetch the runtime that deno compile needs");
      return;
    }
    const binary = new Deno.Command(project.path("made/model"), { args: ["--set", "distance=3"], cwd: project.dir });
    const said = await binary.output();
    assertEquals(said.code, 0, new TextDecoder().decode(said.stderr));
    const out = JSON.parse(Deno.readTextFileSync(project.path("out.json")));
    assertEquals(out, { distance: 3, period: "am", airport: "BER", model: { seed: 1 } });
  },
);

projectTest("what cannot come along in a standalone script is told", {
  "flows/worker.ts": `// %% tags=["parameters"]
let n = 1;
// %% Work
new Worker(new URL("./w.js", import.meta.url), { type: "module" }).terminate();
const name = ["w.js"][0];
await import("./" + name);
`,
  "flows/w.js": "",
}, async (project) => {
  const { code, stderr } = await cli(project, "standalone", "worker");
  assertEquals(code, 0);
  assertMatch(stderr, /Warning: flows\/worker\.ts starts a worker, which stays a file of its own/);
  assertMatch(stderr, /Warning: flows\/worker\.ts imports a module that it computes, which stays a file of its own/);
});

const teller = `// %% tags=["parameters"]
declare const token: string;
let account = { key: "none", name: "me" };
let n = 1;
// %% Work
if (n === 2) throw new Error(\`no entry with ${"${token}"}\`);
Deno.writeTextFileSync("told.json", JSON.stringify([token.length, account.key.length, account.name]));
`;
const canary = "canary-5e0f3a";

/** The files below a folder that hold a text. */
function filesWith(dir: string, text: string): string[] {
  return [...Deno.readDirSync(dir)].flatMap(({ name, isDirectory, isFile }) => {
    const path = `${dir}/${name}`;
    if (isDirectory) return filesWith(path, text);
    return isFile && Deno.readTextFileSync(path).includes(text) ? [path] : [];
  });
}

projectTest("secrets come from the environment in every kind of script, and are in no file that is made", {
  "flows/teller.ts": teller,
  "secret.json":
    `{ "token": { "$secret": "TELL_TOKEN" }, "account": { "key": { "$secret": "TELL_KEY" }, "name": "you" } }`,
}, async (project) => {
  const env = { TELL_TOKEN: canary, TELL_KEY: `${canary}-more` };
  const told = `[${canary.length},${canary.length + 5},"you"]`;
  const deno = (...args: string[]) => project.deno(args, env);
  const read = (...path: string[]) => Deno.readTextFileSync(project.path(...path, "told.json"));

  const made = await cli(project, "standalone", "teller", "--config", "secret.json");
  const command = made.stderr.match(/^Next: deno (.*)\n$/)![1];
  assertStringIncludes(command, " --allow-env=TELL_TOKEN,TELL_KEY --ignore-env ");
  const alone = await deno(...command.split(" "), "--out", "alone");
  assertEquals([alone.code, read("alone")], [0, told], alone.stderr);
  // Made again without a config, it is for the config that is there.
  assertStringIncludes((await cli(project, "standalone", "teller")).stderr, `Next: deno ${command}\n`);
  const failed = await deno(...command.split(" "), "--set", "n=2");
  assertStringIncludes(failed.stderr, "Error: no entry with [secret TELL_TOKEN]");
  assertEquals(failed.stderr.includes(canary), false);

  const missing = await project.deno(command.split(" "), { TELL_TOKEN: canary });
  assertEquals(missing.code, 2);
  assertEquals(
    missing.stderr,
    `Error: Nothing was run, for want of secrets: the secret "TELL_KEY" has no value
Hint: Set the environment variable TELL_KEY, and give deno run --allow-env=TELL_KEY
`,
  );
  const given = await deno(...command.split(" "), "--secret", "account.name=TELL_TOKEN", "--out", "given");
  assertEquals([given.code, read("given")], [0, told.replace("you", canary)], given.stderr);
  Deno.removeSync(project.path("given"), { recursive: true });

  const scripted = await cli(project, "script", "teller");
  assertEquals(scripted.code, 0);
  const run = await deno("run", "-A", "teller_run.ts");
  assertEquals([run.code, read("runs/teller/default")], [0, told], run.stderr);

  await cli(project, "runner", "teller", "-f", "secret.json", "--force");
  const runner = new Deno.Command(project.path("run_teller.sh"), { args: ["--out", "once"], cwd: project.dir, env });
  const said = await runner.output();
  assertEquals([said.code, read("once")], [0, told], new TextDecoder().decode(said.stderr));

  const once = await deno("run", "-A", modUrl, "standalone", "teller", "--run", "--", ...[
    ...["--secret", "token=TELL_TOKEN", "--secret", "account.key=TELL_KEY", "--set", "account.name=you"],
    ...["--out", "twice"],
  ]);
  assertEquals([once.code, read("twice")], [0, told], once.stderr);

  const named = await cli(project, "standalone", "teller", "--dir", "named", "--secret", "token=TELL_TOKEN");
  assertEquals(named.code, 0, named.stderr);
  const settings = JSON.parse(Deno.readTextFileSync(project.path("named/teller_config.json")));
  assertEquals(settings, { token: { $secret: "TELL_TOKEN" } });
  assertEquals(filesWith(project.dir, canary), []);
}, { ignore: Deno.build.os === "windows" });

projectTest("a flow whose name no step can have gets one in its run script, and is told of --step otherwise", {
  "flows/größe 1.ts": flow,
}, async (project) => {
  const path = "flows/größe 1.ts";
  const refused = await cli(project, "run", path, "--set", "airport=BER");
  assertEquals(refused.code, 2);
  assertStringIncludes(refused.stderr, `Error: The flow's name "größe 1" cannot be that of its step: it contains `);
  assertStringIncludes(refused.stderr, "Hint: Name the step by --step gro_e_1, in a program by the option step, or ");
  const named = await cli(project, "run", path, "--step", "gro_e_1", "--set", "airport=BER");
  assertEquals([named.code, named.stdout], [0, `${project.path("runs/gro_e_1/BER")}\n`], named.stderr);
  const made = await cli(project, "script", path, "--set", "airport=BER");
  assertEquals(made.stderr, "Next: deno run -A 'größe 1_run.ts'\n");
  for (const [args, dir] of [[[], "gro_e_1/default"], [["--step", "size"], "size/default"]] as const) {
    const run = await project.deno(["run", "-A", "größe 1_run.ts", ...args]);
    assertEquals([run.code, run.stdout], [0, `${project.path("runs", dir)}\n`], run.stderr);
  }
});

projectTest("a run script takes a config in every form in which run takes one, and names the instance after it", {
  "flows/model.ts": flow,
  "other.yaml": "airport: CDG\ndistance: 9\n",
}, async (project) => {
  await cli(project, "script", "model", "--set", "airport=BER");
  const forms: [args: string[], instance: string, airport: string, distance: number][] = [
    [["-f", "other.yaml"], "other", "CDG", 9],
    [["-fother.yaml"], "other", "CDG", 9],
    [["--config=other.yaml", "-p", "distance=3"], "other_3", "CDG", 3],
    // Over the file beside the script.
    [["-y", "distance: 4"], "distance_4", "BER", 4],
    [["-b", btoa("distance: 5")], "distance_5", "BER", 5],
  ];
  for (const [args, instance, airport, distance] of forms) {
    const { code, stdout, stderr } = await project.deno(["run", "-A", "model_run.ts", ...args]);
    assertEquals([code, stdout], [0, `${project.path("runs/model", instance)}\n`], `${args}\n${stderr}`);
    const out = JSON.parse(Deno.readTextFileSync(project.path("runs/model", instance, "out.json")));
    assertEquals([out.airport, out.distance], [airport, distance], args.join(" "));
  }
});

projectTest("a run script imports the toolkit by the name that the project has for it, where that counts", {
  "flows/model.ts": flow,
  "deno.json": JSON.stringify({ imports: { other: "./other.ts", "my-toolkit": modUrl } }),
  "inner/deno.json": "{}",
}, async (project) => {
  const wanted: [dir: string, specifier: string][] = [
    [".", "my-toolkit"],
    ["scripts", "my-toolkit"],
    // Their imports are others, or none.
    ["inner", modUrl],
    ["../outside", modUrl],
  ];
  for (const [dir, specifier] of wanted) {
    const made = await cli(project, "script", "model", "--dir", dir, "--set", "airport=BER");
    assertEquals(made.code, 0, made.stderr);
    const text = Deno.readTextFileSync(project.path(dir, "model_run.ts"));
    assertStringIncludes(text, `import { runFlowCommand } from ${JSON.stringify(specifier)};\n`);
    const run = await project.deno(["run", "-A", `${dir}/model_run.ts`]);
    assertEquals(run.code, 0, run.stderr);
  }
});

projectTest("a folder that takes no files is named, with what to type instead", { "flows/model.ts": flow }, async (
  project,
) => {
  for (const command of ["script", "standalone", "runner", "compile"]) {
    const { code, stderr } = await cli(project, command, "model", "--dir", "/proc/scripts", "--set", "airport=BER");
    assertEquals(code, 1, command);
    assertMatch(
      stderr,
      /^Error: Cannot write to "\/proc\/scripts": .+\nHint: Choose another folder with --dir, /,
      command,
    );
  }
  const least = ["run", "--no-prompt", "--allow-read", modUrl, "script", "model", "--set", "airport=BER"];
  const { stderr } = await project.deno(least);
  assertMatch(
    stderr,
    /: the conductor itself may not .*\nHint: Run it with --allow-read --allow-write --allow-run=deno/,
  );
}, { ignore: Deno.build.os !== "linux" });

projectTest("--out leads anywhere: a runner may write there, and a standalone script says what it lacks", {
  "flows/model.ts": flow,
  "file": "",
}, async (project) => {
  await cli(project, "runner", "model", "--set", "airport=BER");
  const elsewhere = `${project.outside}/elsewhere`;
  const runner = new Deno.Command(project.path("run_model.sh"), { args: ["--out", elsewhere], cwd: project.dir });
  const said = await runner.output();
  assertEquals(said.code, 0, new TextDecoder().decode(said.stderr));
  assert(exists(`${elsewhere}/out.json`));

  const made = await cli(project, "standalone", "model");
  const [, ...command] = made.stderr.match(/^Next: (.*)$/m)![1].split(" ");
  const refused = await project.deno(["run", "--no-prompt", ...command.slice(1), "--out", `${elsewhere}/more`]);
  assertEquals(refused.code, 2);
  assertMatch(refused.stderr, /^Error: Requires write access to ".*more", .*\nHint: Give deno run the flag it names/);
  const wrong = await project.deno([...command, "--out", "file"]);
  assertEquals(wrong.code, 2);
  assertMatch(wrong.stderr, /^Error: The outputs cannot go to "file": .*\nHint: Choose another folder with --out\n$/);
}, { ignore: Deno.build.os === "windows" });

projectTest("unstable features of the project are in the command of a standalone script, and a runner has them", {
  "deno.json": `{ "unstable": ["kv", "sloppy-imports", "of-another-deno"] }`,
  "flows/kv.ts": `// %% tags=["parameters"]
let n = 1;
// %% Work
const kv = await Deno.openKv(":memory:");
await kv.set(["n"], n);
Deno.writeTextFileSync("out.json", JSON.stringify((await kv.get(["n"])).value));
kv.close();
`,
}, async (project) => {
  const made = await cli(project, "standalone", "kv", "--dir", "../alone");
  const command = made.stderr.match(/^Next: deno (.*) \S+$/m)![1].split(" ");
  assertEquals(command.filter((flag) => flag.includes("unstable")), ["--unstable-kv"]);
  const alone = await project.deno([...command, "--no-config", "../alone/kv_standalone.js", "--set", "n=2"]);
  assertEquals([alone.code, Deno.readTextFileSync(project.path("out.json"))], [0, "2"], alone.stderr);

  await cli(project, "runner", "kv");
  // As somebody has it in a folder of programs.
  Deno.symlinkSync(project.path("run_kv.sh"), project.path("../kv"));
  const runner = new Deno.Command(project.path("../kv"), { args: ["--out", "once"], cwd: project.outside });
  const said = await runner.output();
  assertEquals(said.code, 0, new TextDecoder().decode(said.stderr));
  assertEquals(Deno.readTextFileSync(project.path("../once/out.json")), "1");
}, { ignore: Deno.build.os === "windows" });
