/** Wrong flows, configs and names: each is refused with a clear word before anything runs, and nothing is lost. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../lib/deps/assert.ts";
import { getRun, type StepOptions } from "../../mod.ts";
import { exists, flowOf, modUrl, type Project, projectTest, resultOf } from "./project.ts";

/** What is refused: the error's code, and what message and hint must say. */
interface Refused {
  name: string;
  files: Record<string, string>;
  flow?: string;
  instance?: string;
  config?: object;
  options?: StepOptions;
  code: string;
  says: (string | RegExp)[];
}

const parametersTag = `// %% tags=["parameters"]`;
const good = `${parametersTag}\nlet n = 1;\n// %% Work\nn\n`;
const withHeader = (...lines: string[]) => ["// ---", ...lines.map((line) => `// ${line}`), "// ---", good].join("\n");

const badFlows: Refused[] = [
  {
    name: "no parameters cell",
    files: { "flows/f.ts": "// %% First\nlet n = 1;\nn\n" },
    code: "flow-parameters",
    says: [`has no cell tagged "parameters"`, "flows/f.ts", parametersTag],
  },
  {
    name: "two parameters cells",
    files: { "flows/f.ts": `${good}${parametersTag}\nlet m = 2;\n` },
    code: "flow-parameters",
    says: [`two cells tagged "parameters"`, "flows/f.ts:1 and line 5"],
  },
  {
    name: "a syntax error in cell 3",
    files: { "flows/f.ts": `${good}// %% Broken\nconst a = 1;\nconst b = = 2;\n` },
    code: "flow-syntax",
    says: ["flows/f.ts:7:11", `in cell 3 "Broken"`, "const b = = 2;"],
  },
  {
    name: "a header that is no YAML",
    files: { "flows/f.ts": withHeader("title: [unclosed", "timeout: 1m") },
    code: "flow-header",
    says: ["not valid YAML", /flows\/f\.ts:\d/],
  },
  {
    name: "a header that is not closed",
    files: { "flows/f.ts": `// ---\n// title: x\n${good}` },
    code: "flow-header",
    says: ["flows/f.ts:1", "not closed"],
  },
  {
    name: "an unknown permission",
    files: { "flows/f.ts": withHeader("permissions:", "  raed: [../data]") },
    code: "flow-header",
    says: [`"raed" is not a kind of permission`, "flows/f.ts:3", `Did you mean "read"`],
  },
  {
    name: "several mistakes in a header",
    files: { "flows/f.ts": withHeader("permissions:", "  raed: [../data]", "timeout: soon", "retries: -1") },
    code: "flow-header",
    says: ["has 3 mistakes", "f.ts:3", "f.ts:4", "f.ts:5", `"soon"`, "-1"],
  },
  {
    name: "a permission with a comma",
    files: { "flows/f.ts": withHeader("permissions:", `  read: ["../a,b"]`) },
    code: "bad-grant",
    says: ["comma", "a,b"],
  },
  {
    name: "an import that does not exist",
    files: { "flows/f.ts": `${good}// %% More\nimport { x } from "./none.ts";\nx\n` },
    code: "flow-import",
    says: [`"./none.ts"`, "flows/f.ts:6"],
  },
  {
    name: "an import that a library makes of what does not exist",
    files: { "flows/f.ts": `${good}import "./lib.ts";\n`, "flows/lib.ts": `\nimport "./none.ts";\n` },
    code: "flow-import",
    says: [`"./none.ts"`, "flows/lib.ts:2"],
  },
  {
    name: "a bare import without a map",
    files: { "flows/f.ts": `${good}import { x } from "arquero";\nx\n` },
    code: "flow-import",
    says: [`"arquero"`, `npm:arquero@version`],
  },
  {
    name: "a syntax error in a library",
    files: { "flows/f.ts": `${good}import "./lib.ts";\n`, "flows/lib.ts": "export const = 1;\n" },
    code: "flow-import",
    says: ["flows/lib.ts"],
  },
  {
    name: "text that is not UTF-8",
    files: { "flows/f.ts": good },
    flow: "flows/latin.ts",
    code: "flow-syntax",
    says: ["flows/latin.ts", "UTF-8"],
  },
  {
    name: "an unknown flow",
    files: { "flows/delay_model.ts": good },
    flow: "flows/dely_model.ts",
    code: "flow-not-found",
    says: ["flows/dely_model.ts", "Did you mean", "flows/delay_model.ts"],
  },
  {
    name: "a folder as flow",
    files: { "flows/x.ts/y.ts": good },
    flow: "flows/x.ts",
    code: "flow-not-found",
    says: ["folder"],
  },
];

const typed = `${parametersTag}
let period: "am" | "pm" = "am";
let limit = 500;
declare const airport: string;
let sizes: number[] = [];
let flag = false;
declare const needed: number;
// %% Work
period
`;
const cycle: Record<string, unknown> = {};
cycle.self = { again: cycle };

const badConfigs: Refused[] = [
  {
    name: "every problem of a config at once",
    files: { "flows/f.ts": typed },
    config: { period: "noon", limit: "500", airport: 7, sizes: [1, "2"], flag: "yes", neded: 1 },
    code: "bad-config",
    says: [
      "6 problems",
      `period (line 2): found the text "noon", accepted is "am" | "pm"`,
      `limit (line 3): found the text "500", accepted is number`,
      `airport (line 4): found 7, accepted is string`,
      `sizes (line 5): found [1,"2"], accepted is number[]`,
      `flag (line 6): found the text "yes", accepted is boolean`,
      `needed (line 7): missing, accepted is number; the config has "neded"`,
    ],
  },
  {
    name: "text that is to be converted and cannot be",
    files: { "flows/f.ts": typed },
    config: { airport: "001", needed: "12x", limit: "", sizes: "1,b" },
    options: { textConfig: true },
    code: "bad-config",
    says: [
      "3 problems",
      `needed (line 7): found the text "12x"`,
      `limit (line 3): found the text ""`,
      `sizes (line 5)`,
    ],
  },
  {
    name: "what JSON cannot hold",
    files: { "flows/f.ts": good },
    config: {
      f: () => 1,
      big: 10n,
      nan: NaN,
      deep: { list: [1, Infinity] },
      map: new Map(),
      when: new Date(NaN),
      symbol: Symbol("x"),
      cycle,
    },
    code: "bad-config",
    says: [
      "8 problems",
      "f: found a function",
      "big: found the BigInt 10n",
      "nan: found the number NaN",
      "deep.list[1]: found the number Infinity",
      "map: found an instance of Map",
      "when: found an invalid date",
      "symbol: found a symbol",
      "cycle.self.again: found a reference back",
    ],
  },
  {
    name: "a parameter that JSON cannot hold, told once",
    files: { "flows/f.ts": good },
    config: { n: NaN },
    code: "bad-config",
    says: ["1 problem\n", "n (line 2): found the number NaN, which JSON cannot hold, accepted is number"],
  },
  {
    name: "a list for a config",
    files: { "flows/f.ts": good },
    config: [1, 2],
    code: "bad-config",
    says: ["the config is [1,2], accepted is an object"],
  },
  {
    name: "a declared name that is given twice",
    files: { "flows/f.ts": good },
    config: { n: 1, model: { n: 2 }, other: { n: 3 } },
    code: "bad-config",
    says: [`n (line 2): the config gives it twice, as "n" and "model.n" and "other.n"`],
  },
];

const name300 = "x".repeat(300);
const badNames: Refused[] = [
  ["a/b", `"/"`],
  ["..", "starts with a dot"],
  ["../../escape", "starts with a dot"],
  ["a,b", `","`],
  ["CON", "Windows reserves it"],
  ["nul.txt", "Windows reserves it"],
  [name300, "300 characters"],
  ["a\u202eb", "U+202E"],
  ["", "empty"],
  ["-rf", "starts with a dash"],
  [".ductaflow", "starts with a dot"],
].flatMap(([instance, why]): Refused[] => [
  {
    name: `the instance name ${JSON.stringify(instance).slice(0, 20)}`,
    files: { "flows/f.ts": good },
    instance,
    code: "bad-name",
    says: ["instance name", why],
  },
  {
    name: `the step name ${JSON.stringify(instance).slice(0, 20)}`,
    files: { "flows/f.ts": good },
    options: { step: instance },
    code: "bad-name",
    says: ["step name", why],
  },
]);

for (
  const { name, files, flow = "flows/f.ts", instance, config, options, code, says } of [
    ...badFlows,
    ...badConfigs,
    ...badNames,
  ]
) {
  projectTest(`refused before anything runs: ${name}`, files, async (project) => {
    Deno.writeFileSync(project.path("flows/latin.ts"), new Uint8Array([0x2f, 0x2f, 0xe4, 0x0a]));
    const error = await project.refusal(flow, instance, config, options);
    const told = `${error.message}\n${error.hint ?? ""}`;
    for (const text of says) typeof text === "string" ? assertStringIncludes(told, text) : assertMatch(told, text);
    assertEquals(error.code, code);
    assertEquals(runFolders(project), []);
  });
}

/** Everything below `runs/` but the toolkit's own folder. */
function runFolders(project: Project): string[] {
  if (!exists(project.path("runs"))) return [];
  return [...Deno.readDirSync(project.path("runs"))].map((entry) => entry.name).filter((name) => name !== ".ductaflow");
}

projectTest("an npm package that does not exist is named, and nothing starts", {
  ".npmrc": "registry=http://127.0.0.1:1/",
  "flows/f.ts": flowOf(`import { x } from "npm:ductaflow-has-no-such-package@1.0.0";\nx`),
}, async (project) => {
  const error = await project.refusal("flows/f.ts");
  assertEquals(error.code, "flow-import");
  assertStringIncludes(error.message, "ductaflow-has-no-such-package");
  assertEquals(runFolders(project), []);
});

projectTest("a refused run leaves the run before it as it was", { "flows/f.ts": typed }, async (project) => {
  const config = { airport: "JFK", needed: 1 };
  const run = await project.run("flows/f.ts", "one", config);
  const before = Deno.readTextFileSync(`${run.dir}/run.json`);
  await project.refusal("flows/f.ts", "one", { airport: 1 });
  project.write({ "flows/f.ts": `${typed}const = 1;\n` });
  await project.refusal("flows/f.ts", "one", config);
  assertEquals(Deno.readTextFileSync(`${run.dir}/run.json`), before);
  assertEquals((await getRun("f", "one", { runsDir: project.runsDir })).status, "succeeded");
});

projectTest("case 58: instances whose names differ only in case are refused, as often as it is tried", {
  "flows/f.ts": good,
}, async (project) => {
  await project.run("flows/f.ts", "Morning");
  for (let i = 0; i < 3; i++) {
    const error = await project.refusal("flows/f.ts", "morning");
    assertEquals(error.code, "bad-name");
    assertStringIncludes(error.message, `"f/morning" and "f/Morning" differ only in upper and lower case`);
    assert(!exists(project.path("runs/f/morning")), "A run folder was made");
  }
  assertEquals((await project.run("flows/f.ts", "Morning")).cached, true);
  // Once the other one is gone, the name is free.
  Deno.removeSync(project.path("runs/f/Morning"), { recursive: true });
  assertEquals((await project.run("flows/f.ts", "morning")).cached, false);
});

const seen = `${parametersTag}
let when = "";
let config: Record<string, unknown> = {};
// %% Look
declare const undeclared: number, seed: number, model: { seed: number };
Deno.writeTextFileSync("result.json", JSON.stringify({
  when,
  undeclared,
  seed,
  model,
  doubled: undeclared * 2,
  keys: Object.keys(config).sort(),
  deno: typeof Deno.cwd,
  fetch: typeof fetch,
  twice: typeof (globalThis as Record<string, unknown>).twice,
  proto: ({} as Record<string, unknown>).polluted,
}));
`;

projectTest(
  "undeclared keys become globals, one level down too; what exists is not replaced",
  { "flows/f.ts": seen },
  async (
    project,
  ) => {
    const config = {
      undeclared: 21,
      model: { seed: 7, twice: 1 },
      other: { twice: 2 },
      Deno: "mine",
      fetch: "mine",
      when: new Date("2026-01-02T03:04:05Z"),
      ...JSON.parse(`{"__proto__": {"polluted": true}}`),
    };
    Object.defineProperty(config, "__proto__", { value: { polluted: true }, enumerable: true });
    const run = await project.run("flows/f.ts", "one", config);
    assertEquals(resultOf(run), {
      when: "2026-01-02T03:04:05.000Z",
      undeclared: 21,
      seed: 7,
      model: { seed: 7, twice: 1 },
      doubled: 42,
      keys: ["Deno", "__proto__", "fetch", "model", "other", "undeclared", "when"],
      deno: "function",
      fetch: "function",
      twice: "undefined",
    });
    const { warnings } = run.record;
    assertEquals(warnings.filter((text) => /no variable: a global of that name exists/.test(text)).length, 3);
    assertStringIncludes(
      warnings.join("\n"),
      `"twice" is no variable because the config has it twice: "model.twice" and "other.twice"`,
    );
  },
);

for (
  const name of ["__ductaflow__", "Error", "globalThis", "process", "undefined", "import", "a b", "constructor", "self"]
) {
  projectTest(`a config key "${name}" breaks nothing`, {
    "flows/f.ts": flowOf(
      `Deno.writeTextFileSync("result.json", JSON.stringify([typeof Deno, typeof globalThis, String(new Error("x"))]));`,
    ),
  }, async (project) => {
    const run = await project.run("flows/f.ts", "one", { [name]: "mine" });
    assertEquals(resultOf(run), ["object", "object", "Error: x"]);
    assertEquals(JSON.parse(Deno.readTextFileSync(`${run.dir}/config.json`)), { [name]: "mine" });
  });
}

projectTest("runs in a config arrive as references with their folder", {
  "flows/up.ts": flowOf(`Deno.writeTextFileSync("out.txt", "from up");`),
  "flows/f.ts": `${parametersTag}
let source: { dir: string } | null = null;
let all: { instance: string; dir: string }[] = [];
// %% Read
const texts = [source!, ...all].map(({ dir }) => Deno.readTextFileSync(dir + "/out.txt"));
Deno.writeTextFileSync("result.json", JSON.stringify({ source, texts, names: all.map((run) => run.instance) }));
`,
}, async (project) => {
  const [a, b] = [await project.run("flows/up.ts", "a"), await project.run("flows/up.ts", "b")];
  const run = await project.run("flows/f.ts", "one", { source: a, all: [a, b] });
  assertEquals(resultOf(run), {
    source: { step: "up", instance: "a", dir: "../../up/a" },
    texts: ["from up", "from up", "from up"],
    names: ["a", "b"],
  });
  assertEquals(JSON.parse(Deno.readTextFileSync(`${run.dir}/config.json`)).source, {
    $run: { step: "up", instance: "a" },
  });
  assertEquals(await project.why("flows/f.ts", "one", { source: a, all: [a, b] }), []);
});

projectTest(
  "the warning for a mistyped key names the parameter that was meant",
  { "flows/f.ts": good },
  async (project) => {
    const declared = `${parametersTag}\nlet maxDistance = 1;\n// %% Work\nmaxDistance\n`;
    project.write({ "flows/f.ts": declared });
    const { record } = await project.run("flows/f.ts", "one", { maxDistence: 3 });
    assertEquals(record.warnings, [`The flow declares no "maxDistence"; did you mean "maxDistance"?`]);
  },
);

projectTest("a runs folder that cannot be made is told", { "flows/f.ts": good }, async (project) => {
  const error = await project.refusal("flows/f.ts", "one", {}, { runsDir: "/proc/x" });
  assertEquals([error.code, error.hint], ["read-only", "Choose another folder with runsDir"]);
  assertStringIncludes(error.message, "/proc/x");
});

projectTest("a text for one member of a default object leaves the others", {
  "flows/f.ts": flowOf(`Deno.writeTextFileSync("result.json", JSON.stringify([model, model.seed + 1]));`, {
    parameters: "let model = { seed: 1, rate: 0.5 };",
  }),
}, async (project) => {
  const run = await project.run("flows/f.ts", "one", { model: { seed: "3" } }, { textConfig: ["model.seed"] });
  assertEquals(resultOf(run), [{ seed: 3, rate: 0.5 }, 4]);
  // The same values given in code are the same config.
  assertEquals(await project.why("flows/f.ts", "one", { model: { seed: 3, rate: 0.5 } }), []);
});

projectTest("the injected cell of the notebook gives variables one level down", {
  "flows/f.ts": flowOf(`declare const deep: number;\nconsole.log(deep);`, { parameters: "let config = {};" }),
}, async (project) => {
  const run = await project.run("flows/f.ts", "one", { grp: { deep: 4 } });
  const [name] = [...Deno.readDirSync(run.dir)].map((entry) => entry.name).filter((name) => name.endsWith(".ipynb"));
  const { cells } = JSON.parse(Deno.readTextFileSync(`${run.dir}/${name}`));
  const cell = cells.find((cell: { id: string }) => cell.id === "injected-parameters");
  assertEquals(
    [cell.source].flat().join(""),
    [
      `config = {"grp":{"deep":4}};`,
      `globalThis.grp = {"deep":4};`,
      `globalThis.deep = 4;`,
    ].join("\n"),
  );
});

projectTest("a conductor that finds no deno says so", { "flows/f.ts": flowOf("1") }, async (project) => {
  const { stdout } = await project.conduct(
    `import { runStepFlow } from ${JSON.stringify(modUrl)};
const { code, message, hint } = await runStepFlow("flows/f.ts", "a").catch((error) => error);
console.log([code, message, hint].join("\\n"));`,
    { env: { PATH: "/nowhere" } },
  );
  assertEquals(stdout.trim().split("\n"), [
    "cannot-start",
    "Cannot start deno: Failed to spawn 'deno': entity not found",
    "Check that deno is on the PATH and that the machine has processes and memory left",
  ]);
});

projectTest(
  "a configuration file may be empty, and one that is damaged is named",
  { "flows/f.ts": flowOf("1") },
  async (project) => {
    project.write({ "deno.json": "" });
    assertEquals((await project.run("flows/f.ts")).status, "succeeded");
    project.write({ "deno.json": "{" });
    const { code, message } = await project.refusal("flows/f.ts");
    assertEquals([code, message.includes(`"${project.path("deno.json")}"`)], ["flow-import", true], message);
  },
);

projectTest(
  "a run goes where the conductor was when it asked for it",
  { "flows/f.ts": flowOf("1") },
  async (project) => {
    const { stdout, stderr } = await project.conduct(`import { runStepFlow } from ${JSON.stringify(modUrl)};
const asked = runStepFlow("flows/f.ts", "a");
Deno.chdir("flows");
console.log((await asked).dir);`);
    assertEquals(stdout.trim(), project.path("runs/f/a"), stderr);
    assert(!exists(project.path("flows/runs")));
  },
);
