import { assertEquals, assertRejects } from "../../lib/deps/assert.ts";
import { DuctaflowError } from "../../lib/base/error.ts";
import { readExports } from "../../lib/ops/read_exports.ts";
import { parseOperatorOptions } from "../../lib/ops/operator_options.ts";
import { assertThrows } from "../../lib/deps/assert.ts";

const url = "file:///work/ops.ts";

Deno.test("readExports() tells kinds, options and lines of what a module exports", async () => {
  const text = `import { defineMetric as metric, defineCheck } from "../mod.ts";
import { far } from "./far.ts";
export type Row = { a: number };
export function plain(rows: Row[]) { return rows; }
export const rmse = metric((rows: Row[]) => rows.length, { unit: "km", timeout: "2m" } as const);
const sane = defineCheck(() => true, { severity: "error" });
const defineOp = (fn: unknown, _: object) => fn;
export const own = defineOp(() => 1, { timeout: later });
export { sane as isSane, far };
export * from "./more.ts";
export default () => 5;
`;
  const { operators, elsewhere, stars, names } = await readExports(text, url);
  const found = Object.entries(operators).map(([name, { kind, line, options }]) => [name, kind, line, options]);
  assertEquals(found, [
    ["plain", "op", 4, {}],
    ["rmse", "metric", 5, { unit: "km", timeout: "2m" }],
    ["own", "op", 8, {}],
    ["isSane", "check", 6, { severity: "error" }],
    ["default", "op", 11, {}],
  ]);
  assertEquals([elsewhere, stars], [{ far: { from: "./far.ts", name: "far" } }, ["./more.ts"]]);
  assertEquals(names, ["plain", "rmse", "own", "isSane", "default", "far"]);
  assertEquals(operators.plain.source, "export function plain(rows: Row[]) { return rows; }");
});

Deno.test("readExports() refuses options that cannot be read without running the module", async () => {
  const text = `import { defineOp } from "../mod.ts";\nexport const a = defineOp(() => 1, { timeout: limit() });`;
  const error = await assertRejects(() => readExports(text, url), DuctaflowError);
  assertEquals(error.code, "bad-operator");
  assertEquals(error.message.includes(`"a" cannot be read without running the module (/work/ops.ts:2:`), true);
});

Deno.test("parseOperatorOptions() collects all that is wrong", () => {
  const options = { timeot: "2m", retries: -1, memory: "lots" };
  const error = assertThrows(() => parseOperatorOptions("op", options, `"a" (ops.ts:2)`), DuctaflowError);
  assertEquals(
    error.message,
    `The options of the operator "a" (ops.ts:2) cannot be used
  - there is no "timeot"; did you mean "timeout"?
  - retries is -1, accepted is a whole number
  - memory is "lots", accepted is an amount from 32 MB on, such as "512MB"`,
  );
});
