import { assertEquals } from "../../lib/deps/assert.ts";
import type { Config } from "../../lib/base/record.ts";
import { flattenConfig } from "../../lib/step/flatten_config.ts";

/** A config, its variables, and the names that it gives twice. */
const cases: [name: string, config: Config, variables: Config, ambiguous: { [name: string]: string[] }][] = [
  ["nothing", {}, {}, {}],
  ["values of all kinds", { a: 1, b: "x", c: null, d: [1], e: false }, { a: 1, b: "x", c: null, d: [1], e: false }, {}],
  ["a section", { model: { seed: 1, deep: { x: 2 } } }, {
    model: { seed: 1, deep: { x: 2 } },
    seed: 1,
    deep: { x: 2 },
  }, {}],
  ["no third level", { a: { b: { c: { d: 1 } } } }, { a: { b: { c: { d: 1 } } }, b: { c: { d: 1 } } }, {}],
  ["objects in lists are values", { list: [{ x: 1 }] }, { list: [{ x: 1 }] }, {}],
  ["a name above and in a section", { n: 1, s: { n: 2 } }, { s: { n: 2 } }, { n: ["n", "s.n"] }],
  ["a name in two sections", { a: { n: 1, x: 3 }, b: { n: 2 } }, { a: { n: 1, x: 3 }, b: { n: 2 }, x: 3 }, {
    n: ["a.n", "b.n"],
  }],
  ["the same value twice is still twice", { n: 1, s: { n: 1 } }, { s: { n: 1 } }, { n: ["n", "s.n"] }],
  ["a section that holds its own name", { s: { s: 1 } }, {}, { s: ["s", "s.s"] }],
  ["a reference to a run is a value", { up: { $run: { step: "a", instance: "b" } } }, {
    up: { $run: { step: "a", instance: "b" } },
  }, {}],
  ["an empty section", { s: {} }, { s: {} }, {}],
];

for (const [name, config, variables, ambiguous] of cases) {
  Deno.test(`flattenConfig(): ${name}`, () => {
    const before = JSON.stringify(config);
    assertEquals(flattenConfig(config), { variables, ambiguous });
    assertEquals(JSON.stringify(config), before);
  });
}

Deno.test("flattenConfig() takes names of Object.prototype for names like any other", () => {
  const config = JSON.parse(`{"constructor": 1, "s": {"toString": 2, "__proto__": {"x": 3}}}`);
  const { variables, ambiguous } = flattenConfig(config);
  assertEquals(Object.keys(variables), ["constructor", "s", "toString", "__proto__"]);
  assertEquals(ambiguous, {});
  assertEquals(Object.getPrototypeOf(variables), Object.prototype);
});
