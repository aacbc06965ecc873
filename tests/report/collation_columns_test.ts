import { assert, assertEquals } from "../../lib/deps/assert.ts";
import { alignedNumbers, collationColumns, mostColumns, valueText } from "../../lib/report/collation_columns.ts";
import { configColumns } from "../../lib/report/config_columns.ts";
import type { BulkRun, BulkSummary } from "../../lib/base/bulk_summary.ts";

function summaryOf(runs: Partial<BulkRun>[]): BulkSummary {
  const whole = runs.map((run) => ({
    step: "s",
    instance: "i",
    status: "succeeded" as const,
    cached: false,
    config: {},
    defaults: {},
    metrics: {},
    checks: [],
    artifacts: [],
    ...run,
  }));
  const steps = [...new Set(whole.map(({ step }) => step))];
  return { steps, columns: configColumns(whole), runs: whole } as unknown as BulkSummary;
}

Deno.test("collationColumns() has a step column only where there are several steps", () => {
  const keys = (...steps: string[]) =>
    collationColumns(summaryOf(steps.map((step) => ({ step })))).map(({ key }) => key);
  assertEquals(keys("a", "a"), ["duration"]);
  assertEquals(keys("a", "b"), ["step", "duration"]);
});

Deno.test("collationColumns() sorts numbers as numbers, and texts that look like numbers as texts", () => {
  const [n, text] = collationColumns(summaryOf([{ config: { n: 10, t: "001" } }, { config: { n: 9, t: "01" } }]));
  assertEquals([n.numbers, n.texts], [[10, 9], ["10", "9"]]);
  assertEquals([text.numbers, text.texts], [undefined, ["001", "01"]]);
});

Deno.test("collationColumns() marks defaults, and leaves what nobody set empty", () => {
  const [column] = collationColumns(
    summaryOf([{ config: { zone: "L2" } }, { defaults: { zone: "L4" } }, { defaults: {} }]),
  );
  assertEquals([column.texts, column.defaults, column.choices], [["L2", "L4", ""], [1], ["", "L2", "L4"]]);
});

Deno.test("collationColumns() offers choices where there are few, in the order in which people count", () => {
  const few = collationColumns(summaryOf(["a10", "a9", "a10"].map((a) => ({ config: { a } }))))[0];
  assertEquals(few.choices, ["a9", "a10"]);
  const many = collationColumns(summaryOf(Array.from({ length: 21 }, (_, a) => ({ config: { a } }))))[0];
  assertEquals(many.choices, undefined);
});

Deno.test("collationColumns() puts a unit that all share into the head, others into the cells", () => {
  const units = (...list: (string | undefined)[]) =>
    collationColumns(summaryOf(list.map((unit) => ({ metrics: { m: { value: 1, ...unit && { unit } } } }))))[0];
  assertEquals([units("min", "min").unit, units("min", "min").texts], ["min", ["1", "1"]]);
  assertEquals([units("min", "h").unit, units("min", "h").texts], [undefined, ["1 min", "1 h"]]);
  assertEquals(units("min", undefined).texts, ["1 min", "1"]);
});

Deno.test("collationColumns() stops at a number of columns that a table can hold", () => {
  const wide = Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`k${i}`, i]));
  const columns = collationColumns(summaryOf([{ config: wide }, {}]));
  assertEquals(columns.filter(({ kind }) => kind === "config").length, mostColumns);
});

Deno.test("alignedNumbers() gives a column as many decimals as tell its values apart", () => {
  assertEquals(alignedNumbers([1000, 20, null]), ["1,000", "20", ""]);
  assertEquals(alignedNumbers([0.5693, 0.6612]), ["0.5693", "0.6612"]);
  assertEquals(alignedNumbers([8.2639, 34.5]), ["8.26", "34.50"]);
  assertEquals(alignedNumbers([0.5, 0.5]), ["0.500", "0.500"]);
  assertEquals(alignedNumbers([0, 0]), ["0", "0"]);
  assertEquals(alignedNumbers([]), []);
});

Deno.test("alignedNumbers() does not round small values to zero, nor write out huge ones", () => {
  assertEquals(alignedNumbers([5000.5, 0.25, -0.001]), ["5,001", "0.25", "-0.001"]);
  assertEquals(alignedNumbers([1e300, 1]), ["1e300", "1"]);
  assertEquals(alignedNumbers([1e-9, 2e-9]), ["1e-9", "2e-9"]);
});

Deno.test("valueText() shows a value on one line: lists, runs, empty text, long text cut", () => {
  assertEquals(valueText([1, "b", null]), "1, b, null");
  assertEquals(valueText([[1], { a: 1 }]), '[[1],{"a":1}]');
  assertEquals(valueText([{ $run: { step: "s", instance: "i" } }]), "s/i");
  assertEquals(valueText(""), '""');
  assertEquals(valueText("a\u202eb"), "a⟨U+202E⟩b");
  assert(valueText("x".repeat(1000)).length < 300);
});
