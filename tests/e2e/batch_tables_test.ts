/** Control tables that are wrong, odd or huge: nothing runs, and one error tells it all. Cases 58 and 60 of the catalogue. */
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "../../lib/deps/assert.ts";
import { type DuctaflowError, isDuctaflowError, planInstances, readTable, runInstances } from "../../mod.ts";
import { countedFlow, executedSince, executionsFolder, planned, runBatch } from "./batch_project.ts";
import { exists, flowOf, modUrl, type Project, projectTest, resultOf } from "./project.ts";

const files = {
  ...executionsFolder,
  "flows/work.ts": countedFlow(`Deno.writeTextFileSync("result.json", JSON.stringify(config));`, {
    parameters: "let n = 0;\nlet config: Record<string, unknown> = {};",
  }),
};

// deno-lint-ignore no-explicit-any
type Any = any;

/** The error that both the batch and its plan are refused with; nothing has run. */
async function refusal(project: Project, rows: Iterable<Any>, options: Any = {}): Promise<DuctaflowError> {
  const all = { instance: "{name}", runsDir: project.runsDir, ...options };
  const [error, planError] = await Promise.all([runInstances, planInstances].map((call) => {
    return call(project.path("flows/work.ts"), rows, all).then(() => "it was taken", (error) => error);
  }));
  assert(isDuctaflowError(error), String(error.stack ?? error));
  assertEquals([planError.code, planError.message], [error.code, error.message]);
  assertEquals(executedSince(project), []);
  assert(!exists(project.path("runs/work")));
  return error;
}

/** The lines of an error about rows, after the first. */
async function problems(project: Project, rows: Iterable<Any>, options: Any = {}): Promise<string[]> {
  const { code, message } = await refusal(project, rows, options);
  assertEquals(code, "bad-rows");
  return message.split("\n").slice(1).map((line) => line.replace("  - ", ""));
}

projectTest(
  "case 60: a table without rows, with a header or without, is a batch of nothing",
  files,
  async (project) => {
    project.write({ "header.csv": "name,n\n", "rows.json": "[]" });
    for (const rows of [[], await readTable(project.path("header.csv")), await readTable(project.path("rows.json"))]) {
      const batch = await runBatch(project, "flows/work.ts", rows);
      batch.throwIfFailed();
      assertEquals([batch.runs, batch.failed, batch.skipped, batch.cached], [[], [], [], []]);
      assertEquals(await planned(project, "flows/work.ts", rows), []);
    }
    project.write({ "empty.csv": "" });
    const error = await assertRejects(() => readTable(project.path("empty.csv")));
    assert(isDuctaflowError(error, "bad-table"), String(error));
  },
);

projectTest("case 58: rows that would share a folder are refused with both their places", files, async (project) => {
  project.write({ "t.csv": "name,n\na,1\nb,2\n\na,3\nB,4\n" });
  const rows = await readTable(project.path("t.csv"));
  const [twin, cased, ...more] = await problems(project, rows);
  assertMatch(twin, /^row 3 \(line \d of .*t\.csv\): the instance name "a" is that of row 1$/);
  assertMatch(cased, /^row 4 .*: the instance name "B" differs only in upper and lower case from "b", that of row 2$/);
  assertEquals(more, []);
  const [same, ...others] = await problems(project, rows, { instance: "same" });
  assertMatch(same, /^rows 2-4 \(from line \d of .*t\.csv\): the instance name "same" is that of row 1$/);
  assertEquals(others, []);
});

projectTest(
  "case 58: names that no folder can have are refused, each with one that would do",
  files,
  async (project) => {
    const bad = {
      "a/b": "a_b",
      "..": "run",
      "": "run",
      " a": "a",
      "CON": "run_CON",
      "a:b": "a_b",
      "Zürich": "Zurich",
      "=cmd|'/c calc'!A0": "cmd_c_calc_A0",
      "@SUM(1)": "SUM_1",
      "-rf": "rf",
      "a\u0000b": "a_b",
      "a\u202eb": "a_b",
      ["x".repeat(101)]: "x".repeat(60),
    };
    for (const instance of ["{name}", (row: Any) => row.name]) {
      const lines = await problems(project, Object.keys(bad).map((name) => ({ name })), { instance });
      assertEquals(lines.length, Object.keys(bad).length);
      for (const [i, suggestion] of Object.values(bad).entries()) {
        assertStringIncludes(lines[i], `row ${i + 1}: the instance name `);
        assertStringIncludes(lines[i], `; "${suggestion}" would do`);
      }
    }
    project.write({ "names.csv": "name\na/b\n" });
    const [line] = await problems(project, await readTable(project.path("names.csv")));
    assertMatch(line, /^row 1 \(line 2 of .*names\.csv\): /);
  },
);

projectTest(
  "a template that names a missing column is refused, with the columns that there are",
  files,
  async (project) => {
    const rows = [{ name: "a", zone: "L2" }, { name: "b" }];
    assertEquals(await problems(project, rows, { instance: "{name}_{zone}" }), [
      `row 2: the name "{name}_{zone}": "{zone}" has no value`,
    ]);
    assertEquals(await problems(project, rows, { instance: "{name}_{zone}_{seed}" }), [
      `row 1: the name "{name}_{zone}_{seed}": "{seed}" is not known; known are "name", "zone"`,
      `row 2: the name "{name}_{zone}_{seed}": "{zone}" has no value`,
      `row 2: the name "{name}_{zone}_{seed}": "{seed}" is not known; known are "name"`,
    ]);
    project.write({ "blank.csv": "name,zone\na,\nb,\n" });
    const [blank] = await problems(project, await readTable(project.path("blank.csv")), { instance: "{name}_{zone}" });
    assertMatch(blank, /^rows 1-2 \(from line 2 of .*\): the name "\{name\}_\{zone\}": "\{zone\}" has no value$/);
    assertMatch((await problems(project, rows, { instance: "{nam}" }))[0], /\(did you mean "\{name\}"\?\)/);
    for (const instance of ["{constructor}", "{__proto__}", "{name.length}", "{toString}"]) {
      assertMatch((await problems(project, rows, { instance }))[0], /is not known/);
    }
    assertEquals((await refusal(project, rows, { instance: "{name" })).code, "bad-template");
  },
);

projectTest(
  "case 60: columns named __proto__ and constructor are columns, and change nothing else",
  files,
  async (project) => {
    project.write({ "t.csv": "name,__proto__,constructor,__proto__.polluted,x.__proto__.y\na,1,2,3,4\n" });
    const [row] = await readTable(project.path("t.csv"));
    const batch = await runBatch(project, "flows/work.ts", [row, { ...row, name: "b" }]);
    batch.throwIfFailed();
    const config = JSON.stringify(resultOf(batch.runs[0]));
    assertStringIncludes(config, `"constructor":2`);
    assertStringIncludes(config, `"x":{"__proto__":{"y":4}}`);
    assert(!("polluted" in {}) && !("y" in {}));
    assertEquals(await planned(project, "flows/work.ts", [row]), []);
  },
);

projectTest(
  "case 60: cells that a spreadsheet would compute are text in the config, and no names",
  files,
  async (project) => {
    project.write({ "t.csv": `name,formula\na,=1+1\nb,"=HYPERLINK(""http://x"",""y"")"\nc,@SUM(A1)\nd,+49\n` });
    const batch = await runBatch(project, "flows/work.ts", await readTable(project.path("t.csv")));
    batch.throwIfFailed();
    assertEquals(batch.runs.map((run) => resultOf<{ formula: string }>(run).formula), [
      "=1+1",
      '=HYPERLINK("http://x","y")',
      "@SUM(A1)",
      "+49",
    ]);
  },
);

projectTest(
  "case 60: objects 10,000 deep are refused with their row, as a column and by dots",
  files,
  async (project) => {
    let deep: unknown = 1;
    for (let i = 0; i < 10_000; i++) deep = i % 2 === 0 ? { d: deep } : [deep];
    const rows = [{ name: "a", deep }, { name: "b" }, { name: "c", [Array(10_000).fill("d").join(".")]: 1 }];
    const [first, second, ...more] = await problems(project, rows);
    assertMatch(first, /^row 1: deep.*more than 500 objects and lists/);
    assertMatch(second, /^row 3: d\.d.*more than 500 objects and lists/);
    assertEquals(more, []);
    assert(first.length + second.length < 400);
  },
);

projectTest("rows that are no objects are refused, each with what was found", files, async (project) => {
  const rows = [null, 1, "x", [1], undefined, 10n, () => {}, Symbol("s"), Promise.resolve(), { name: "ok" }];
  const lines = await problems(project, rows);
  const found = ["null", "1", '"x"', "[1]", "undefined", "10n", "a function", "a symbol"];
  const told = found.map((what, i) => `row ${i + 1}: found ${what}, accepted is an object with a value a column`);
  assertEquals(lines.slice(0, found.length), told);
  assertMatch(lines[8], /^row 9: /);
  assertEquals(lines.length, 9);
});

projectTest("a config function that throws or gives no object is refused, with its row", files, async (project) => {
  const given = [undefined, null, 5, "x", Promise.resolve({ n: 1 }), () => {}, new Map([["n", 1]]), [1], new Date(0)];
  const rows = given.map((value, i) => ({ name: `r${i}`, value }));
  const lines = await problems(project, [...rows, { name: "throws", value: 0 }, { name: "good", value: {} }], {
    config({ name, value }: Any) {
      if (name === "throws") throw new Error("mine");
      return value;
    },
  });
  assertEquals(lines.map((line) => Number(line.match(/^row (\d+): /)![1])), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  for (const [i, found] of ["undefined", "null", "5", '"x"', "a promise", "a function"].entries()) {
    assertEquals(lines[i], `row ${i + 1}: the config could not be made: it is ${found}, accepted is an object`);
  }
  assertEquals(lines[9], "row 10: the config could not be made: mine");
});

projectTest("an instance function that throws or gives no text is refused, with its row", files, async (project) => {
  const given = [undefined, null, 5, {}, Promise.resolve("a"), Symbol("s"), 10n];
  const found = ["undefined", "null", "5", "{}", "a promise", "a symbol", "10n"];
  const instance = (_: Any, i: number) => {
    if (i === given.length) throw new Error("mine");
    return given[i];
  };
  assertEquals(await problems(project, [...given, 0].map(() => ({ name: "a" })), { instance }), [
    ...found.map((what, i) => `row ${i + 1}: the instance name is ${what}, no text`),
    "row 8: the name could not be made: mine",
  ]);
  await assertRejects(
    () => runBatch(project, "flows/work.ts", [{ name: "a" }], { instance: undefined as Any }),
    TypeError,
    "The option instance is undefined, accepted is a template",
  );
});

projectTest(
  "all problems of all rows are told together, in the order of the rows, the first 25 of them",
  files,
  async (project) => {
    const mixed = [{ name: "a", n: "text" }, { nam: "b" }, { name: "a" }, { name: "c/d" }, { name: "e", n: 1 }];
    const lines = await problems(project, mixed);
    assertEquals(lines.map((line) => line.slice(0, 6)), ["row 1:", "row 2:", "row 3:", "row 4:"]);
    const many = Array.from({ length: 100 }, (_, i) => i % 2 === 0 ? { name: `i${i}`, n: `t${i}` } : { name: `/${i}` });
    const { message } = await refusal(project, many);
    const [first, ...told] = message.split("\n");
    assertEquals(first, '100 rows do not fit the flow "work", so none was run');
    assertEquals(
      told.slice(0, 25).map((line) => Number(line.match(/row (\d+):/)![1])),
      Array.from({ length: 25 }, (_, i) => i + 1),
    );
    assertEquals(told.slice(25), ["  … and 75 more"]);
  },
);

projectTest("what is wrong in the same way in many rows is told once, with the rows", files, async (project) => {
  const good = Array.from({ length: 40 }, (_, i) => ({ name: `i${i}`, n: 1 }));
  const wrong = (rows: number[], key: string, value: unknown) =>
    good.map((row, i) => rows.includes(i) ? { ...row, [key]: value } : row);
  const phrase = 'the instance name "a/b" cannot be used: it contains "/"; "a_b" would do';
  assertEquals(await problems(project, wrong([3, 4, 5, 9, 11, 12], "name", "a/b")), [
    `rows 4-6, 10, 12-13: ${phrase}`,
  ]);
  const odd = Array.from({ length: 20 }, (_, i) => 2 * i + 1);
  assertEquals(await problems(project, wrong(odd, "name", "a/b")), [
    `rows 2, 4, 6, 8, 10, 12, 14, 16 and 12 more: ${phrase}`,
  ]);
  // The rarer mistakes are not lost behind the common one.
  const mixed = await problems(
    project,
    wrong(odd, "n", "many").map((row, i) => i === 39 ? { ...row, name: "/" } : row),
  );
  assertEquals(mixed.map((line) => line.split(":")[0]), ["rows 2, 4, 6, 8, 10, 12, 14, 16 and 11 more", "row 40"]);
});

projectTest("what is no list of rows is refused with what would make one of it", files, async (project) => {
  const given: [unknown, RegExp][] = [
    ["t.csv", /^The rows of the batch are the text "t\.csv", .*; read a table with readTable$/],
    [Promise.resolve([]), /are a promise, .*; await it first$/],
    [(async function* () {})(), /are a stream, .*Array\.fromAsync/],
    [{ name: ["a"] }, /are an object, .*toRows/],
    [undefined, /are undefined, accepted is a list or iterable of objects$/],
  ];
  for (const [rows, message] of given) {
    for (const call of [runInstances, planInstances]) {
      const error = await assertRejects(
        () => call(project.path("flows/work.ts"), rows as Any, { instance: "{name}", runsDir: project.runsDir }),
        TypeError,
      );
      assertMatch(error.message, message);
    }
  }
});

const millions = [
  ["of one name", `{ name: "same", n: i }`, /^ {2}- rows 2-1000000: the instance name "same" is that of row 1$/],
  ["without a name", `{ nam: "i" + i }`, /^ {2}- rows 1-1000000: the name "\{name\}"/],
  ["with bad names", `{ name: "/" + i }`, /^ {2}… and 999975 more$/],
] as const;
for (const [what, row, last] of millions) {
  projectTest(`case 60: a million rows ${what} are refused within bounded memory`, {
    "flows/work.ts": flowOf("n", { parameters: 'let name = "";\nlet n = 0;' }),
  }, async (project) => {
    const conductor = `import { runInstances } from ${JSON.stringify(modUrl)};
function* rows() { for (let i = 0; i < 1e6; i++) yield ${row}; }
const error = await runInstances("work", rows(), { instance: "{name}" }).catch((error) => error);
console.log(error.code, error.message);`;
    const flags = ["--allow-read", "--allow-write=runs", "--allow-run=deno", "--v8-flags=--max-old-space-size=600"];
    const { code, stdout, stderr } = await project.conduct(conductor, { flags });
    assertEquals(code, 0, stderr.slice(0, 1000));
    assertMatch(stdout, /^bad-rows (1000000|999999) rows do not fit the flow "work", so none was run\n/);
    assertMatch(stdout.trimEnd().split("\n").at(-1)!, last);
    assert(stdout.length < 4000);
  });
}

projectTest("a plan says what the batch would do, in each mode of the cache", files, async (project) => {
  const rows = [..."abc"].map((name) => ({ name, n: 1 }));
  await runBatch(project, "flows/work.ts", rows);
  const changed = [{ name: "a", n: 2 }, ...rows.slice(1), { name: "d", n: 1 }];
  executedSince(project);
  assertEquals(await planned(project, "flows/work.ts", changed), ["a", "d"]);
  for (const [cache, expected] of [["existing", ["d"]], ["off", [..."abcd"]]] as const) {
    assertEquals([cache, await planned(project, "flows/work.ts", changed, { cache })], [cache, expected]);
    await runBatch(project, "flows/work.ts", changed, { cache });
    assertEquals([cache, executedSince(project)], [cache, expected]);
  }
});
