import { assertEquals } from "../../lib/deps/assert.ts";
import { configColumns, configValue, flatValues } from "../../lib/report/config_columns.ts";
import type { Config } from "../../lib/base/record.ts";

const run = (config: Config, { step = "model", defaults = {} }: { step?: string; defaults?: Config } = {}) => {
  return { step, config, defaults };
};

Deno.test("flatValues() joins nested keys by dots; lists, empty objects and references to runs are values", () => {
  const source = { $run: { step: "a", instance: "b" } };
  const values = flatValues({ a: 1, b: { c: { d: null }, e: [{ f: 1 }] }, g: {}, source });
  assertEquals([...values], [["a", 1], ["b.c.d", null], ["b.e", [{ f: 1 }]], ["g", {}], ["source", source]]);
});

Deno.test("configColumns() tells keys that differ from those on which all runs agree", () => {
  const columns = configColumns([
    run({ zone: "L2", model: { seed: 1, trees: 50 }, list: [1] }),
    run({ model: { trees: 100, seed: 1 }, zone: "L2", list: [1] }),
  ]);
  assertEquals(columns, { varying: ["model.trees"], common: { zone: "L2", "model.seed": 1, list: [1] } });
});

Deno.test("configColumns() sees a difference where one run lacks the key, and none where its default is the same", () => {
  const given = run({ seed: 1, model: { trees: 5 } });
  assertEquals(configColumns([given, run({})]).varying, ["seed", "model.trees"]);
  const defaults = { seed: 1, trees: 5 };
  assertEquals(configColumns([given, run({}, { defaults })]), { varying: [], common: { seed: 1, "model.trees": 5 } });
  assertEquals(configColumns([given, run({}, { defaults: { ...defaults, seed: 2 } })]).varying, ["seed"]);
});

Deno.test("configColumns() lets a step that never has a key have no say in it", () => {
  const runs = [run({ zone: "L2" }, { step: "a" }), run({ zone: "L2" }, { step: "a" }), run({ n: 1 }, { step: "b" })];
  assertEquals(configColumns(runs), { varying: [], common: { zone: "L2", n: 1 } });
});

Deno.test("configColumns() takes what a run lacks for unknown when the run is not whole", () => {
  const lost = { ...run({ zone: "L4" }), note: "Its folder is gone" };
  assertEquals(configColumns([run({ zone: "L2", seed: 1 }), lost]), { varying: ["zone"], common: { seed: 1 } });
});

Deno.test("configColumns() keeps keys that objects have by nature", () => {
  const [a, b] = ['{"__proto__":1,"constructor":2}', '{"__proto__":1,"constructor":3}'].map((text) => JSON.parse(text));
  const { varying, common } = configColumns([run(a), run(b)]);
  assertEquals([varying, JSON.stringify(common)], [["constructor"], '{"__proto__":1}']);
  assertEquals(configValue(run({}), new Map(), "toString"), undefined);
});

Deno.test("configValue() says which values are defaults, also of keys one level down", () => {
  const one = run({ zone: "L2" }, { defaults: { trees: 50 } });
  const values = flatValues(one.config);
  assertEquals(configValue(one, values, "zone"), { value: "L2", isDefault: false });
  assertEquals(configValue(one, values, "model.trees"), { value: 50, isDefault: true });
  assertEquals(configValue(one, values, "a.model.trees"), undefined);
});
