import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "../../lib/deps/assert.ts";
import { DuctaflowError } from "../../lib/base/error.ts";
import type { BatchPlan, PlannedInstance } from "../../lib/batch/plan_instances.ts";
import type { Row } from "../../lib/batch/row.ts";
import { shellWords } from "../../lib/base/shell_words.ts";
import { runCommandLine } from "../../lib/cli/main.ts";
import { planText } from "../../lib/cli/plan_text.ts";
import { painter } from "../../lib/cli/style.ts";
import { selectRows, suggestTemplate, tableLine } from "../../lib/cli/table_rows.ts";
import type { StaleReason } from "../../lib/step/stale_reasons.ts";
import { FakeEffects } from "./fake_effects.ts";

const plain = painter(false);

async function refusal(table: string, ...args: string[]): Promise<{ code: number; err: string }> {
  const dir = Deno.makeTempDirSync();
  try {
    Deno.writeTextFileSync(`${dir}/t.csv`, table);
    const effects = new FakeEffects({ width: 1000 });
    const code = await runCommandLine(["batch", "no_such_flow", `${dir}/t.csv`, ...args], effects);
    return { code, err: effects.stderr.written.replaceAll(dir, "") };
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}

Deno.test("batch refuses what makes no sense with exit code 2, before it looks at the flow", async () => {
  for (
    const [args, message] of [
      [["--concurrency", "0"], `The option --concurrency is "0"; accepted is a whole number from 1 up`],
      [["--concurrency", "many"], `The option --concurrency is "many"`],
      [["--on-failure", "stpo"], `Did you mean "stop"?`],
      [["--json", "--events"], "--events and --json exclude each other"],
      [["--dry-run", "--events"], "--events and --dry-run exclude each other"],
      [["--force", "--cache", "auto"], "--force and --cache auto exclude each other"],
      [["zone=L2"], `"zone=L2" is one argument too many`],
      [["--rows", "3"], `The option --rows is "3", but the table has 2 rows`],
    ] as [string[], string][]
  ) {
    const { code, err } = await refusal("zone,period\nL2,am\nL2,pm\n", "--instance", "{zone}", ...args);
    assertEquals(code, 2, args.join(" "));
    assertStringIncludes(err, message);
  }
});

Deno.test("batch needs a flow and a table", async () => {
  const effects = new FakeEffects({ width: 1000 });
  assertEquals(await runCommandLine(["batch", "model"], effects), 2);
  assertStringIncludes(effects.stderr.written, "A flow and a table are needed");
});

Deno.test("batch without --instance proposes columns that name every row", async () => {
  const { code, err } = await refusal("zone,period,max\nL2,am,1\nL2,pm,1\nL4,am,1\nL4,pm,1\n");
  assertEquals(code, 2);
  assertStringIncludes(err, "/t.csv: 4 rows; zone text, period text, max number\n");
  assertStringIncludes(err, `Hint: Write --instance "{zone}_{period}", which names each row once\n`);
});

Deno.test("batch refuses a table without rows, and says which columns it has", async () => {
  const { code, err } = await refusal("zone,period\n", "--instance", "{zone}");
  assertEquals(code, 2);
  assertStringIncludes(err, "/t.csv: 0 rows; zone blank, period blank\n");
  assertMatch(err, /Error: The table ".*t\.csv" has no rows/);
});

Deno.test("suggestTemplate() takes the fewest columns that are names, the first ones first", () => {
  const rows = (...columns: Row[]) => columns;
  assertEquals(suggestTemplate(rows({ zone: "a", id: 1 }, { zone: "a", id: 2 })), "{id}");
  assertEquals(suggestTemplate(rows({ max: 0.5, zone: "a" }, { max: 1.5, zone: "b" })), "{zone}");
  assertEquals(suggestTemplate(rows({ text: "a b", zone: "a" }, { text: "c/d", zone: "b" })), "{zone}");
  assertEquals(suggestTemplate(rows({ a: "x" })), "{a}");
  // Names that differ only in case, or only in where the parts meet, are one folder.
  assertEquals(suggestTemplate(rows({ a: "x", b: 1 }, { a: "X", b: 2 })), "{b}");
  assertEquals(suggestTemplate(rows({ a: "x", b: "y_z" }, { a: "x_y", b: "z" }, { a: "x", b: "z" })), undefined);
  assertEquals(suggestTemplate(rows({ a: "x" }, { a: "x" })), undefined);
  assertEquals(suggestTemplate(rows({ a: "x", b: "1" }, { b: "2" })), "{b}");
  assertEquals(suggestTemplate(rows({ "a}b": "x" }, { "a}b": "y" })), undefined);
});

Deno.test("selectRows() takes numbers and ranges in the order of the table, each row once", () => {
  const rows = Array.from({ length: 20 }, (_, i) => ({ n: i + 1 }));
  const numbers = (selection: string) => selectRows(rows, selection).map(({ n }) => n);
  assertEquals(numbers("15, 1-3,2-4"), [1, 2, 3, 4, 15]);
  assertEquals(numbers("20"), [20]);
  for (const bad of ["0", "a", "3-1", "1,,2", "-3", "1-", ""]) {
    assertThrows(() => selectRows(rows, bad), DuctaflowError, `The option --rows is "${bad}"`);
  }
  assertThrows(() => selectRows(rows, "1-999999999"), DuctaflowError, "the table has 20 rows");
});

Deno.test("tableLine() stays one short line however many columns there are", () => {
  const row = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`column ${i}\n`, i]));
  const line = tableLine("t.csv", [row]);
  assert(line.startsWith("t.csv: 1 row; column 0 number, column 1 number, "), line);
  assert(line.endsWith("column 11 number, and 18 more columns"), line);
});

function plan(stale: [name: string, ...reasons: StaleReason[]][], more: Partial<BatchPlan> = {}): BatchPlan {
  const planned: PlannedInstance[] = stale.map(([instance, ...reasons], index) => ({ instance, index, reasons }));
  return { step: "model", total: planned.length, fresh: [], stale: planned, ...more };
}

const never: StaleReason = { kind: "never-ran", text: "It never ran" };
const code: StaleReason = { kind: "code", text: "The import flows/lib.ts changed" };
const config = (now: number): StaleReason => ({ kind: "config", text: `The config key "max" changed: 1 → ${now}` });

Deno.test("planText() puts instances with the same reasons in one line, the most first", () => {
  const few = [["n1", never], ["n2", code, config(2)]] as [string, ...StaleReason[]][];
  const many = Array.from({ length: 300 }, (_, i): [string, StaleReason] => [`c${i}`, code]);
  assertEquals(
    planText(plan([...few, ...many], { total: 400, fresh: Array(98).fill("f"), estimateMs: 65_000 }), plain),
    `model: 302 of 400 instances would run, 98 fresh
  300  The import flows/lib.ts changed
       c0, c1, c2, c3, c4 and 295 more
    1  It never ran
       n1
    1  The import flows/lib.ts changed
       The config key "max" changed: 1 → 2
       n2
Estimate: about 1 min 05 s
`,
  );
});

Deno.test("planText() takes the same key of the config, the same input's name and any failure for one cause", () => {
  const input = (name: string): StaleReason => ({ kind: "input", text: `The input /p/runs/a/${name}/out.csv changed` });
  const failed = (text: string): StaleReason => ({ kind: "not-green", text: `The last run did not succeed: ${text}` });
  const text = planText(
    plan([["a", config(2)], ["b", config(3)], ["c", config(2)], ["d", input("x")], ["e", input("y")], [
      "f",
      failed("Failed: x"),
    ], ["g", failed("Failed: x")]]),
    plain,
  );
  assertEquals(text.split("\n").slice(1, -1), [
    `  3  The config key "max" changed: 1 → 2 (and others like it)`,
    "     a, b, c",
    "  2  The input /p/runs/a/x/out.csv changed (and others like it)",
    "     d, e",
    "  2  The last run did not succeed: Failed: x",
    "     f, g",
  ]);
});

Deno.test("planText() says how many more groups there are, and shows all of them when asked", () => {
  const all = plan(Array.from({ length: 30 }, (_, i) => [`i${i}`, { kind: "code", text: `The import ${i} changed` }]));
  const text = planText(all, plain);
  assertEquals([text.split("\n").length, text.includes("  … and 10 more, for other reasons\n")], [43, true]);
  assertStringIncludes(planText(all, plain, { all: true }), "i29");
});

Deno.test("planText() of what is all fresh is one line", () => {
  assertEquals(planText(plan([], { total: 2, fresh: ["a", "b"] }), plain), "model: 2 instances, all fresh\n");
  assertEquals(planText(plan([], { total: 1, fresh: ["a"] }), plain), "model: 1 instance, which is fresh\n");
});

Deno.test("shellWords() quotes what a shell would take apart", () => {
  assertEquals(
    shellWords(["batch", "a b", "{x}_{y}", "it's", "--set", "a=1", ""]),
    `batch 'a b' '{x}_{y}' 'it'\\''s' --set a=1 ''`,
  );
});
