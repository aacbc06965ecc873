import { assertEquals } from "../../lib/deps/assert.ts";
import { configChanges } from "../../lib/step/config_changes.ts";

import type { Config } from "../../lib/base/record.ts";

function changes(before: Config, now: Config): string[] {
  return [...configChanges(before, now)].map((text) => text.replace("The config key ", ""));
}

const run = (instance: string) => ({ $run: { step: "view", instance } });

Deno.test("configChanges() names the place that changed, not the whole value around it", () => {
  const model = { seed: 1, opt: { rate: 0.1, steps: 10 }, layers: [8, 16, 32] };
  assertEquals(changes({ model }, { model: { ...model, opt: { rate: 0.5, steps: 10 } } }), [
    `"model.opt.rate" changed: 0.1 → 0.5`,
  ]);
  assertEquals(changes({ model }, { model: { ...model, layers: [8, 16, 64] } }), [
    `"model.layers" changed: [8,16,32] → [8,16,64]`,
  ]);
  assertEquals(changes({ model }, { model: { ...model, layers: [8], seed: 2 }, zone: "L2" }), [
    `"model.seed" changed: 1 → 2`,
    `"model.layers" changed: [8,16,32] → [8]`,
    `"zone" changed: (none) → "L2"`,
  ]);
  assertEquals(changes({ a: { "b.c": 1 }, n: null }, { a: { "b.c": 2 } }), [
    `"a."b.c"" changed: 1 → 2`,
    `"n" changed: null → (none)`,
  ]);
});

Deno.test("configChanges() sees no change in what means the same", () => {
  assertEquals(changes({ a: { x: 1, y: [0] } }, { a: { y: [-0], x: 1.0 } }), []);
});

Deno.test("configChanges() names the item of a list that is too long to show", () => {
  const rows = Array.from({ length: 30 }, (_, i) => ({ zone: `z${i}`, max: i }));
  assertEquals(changes({ rows }, { rows: rows.with(7, { zone: "z7", max: 70 }) }), [
    `"rows[7].max" changed: 7 → 70`,
  ]);
});

Deno.test("configChanges() tells a reference as a whole", () => {
  assertEquals(changes({ source: run("a") }, { source: run("b") }), [
    `"source" changed: the run view/a → the run view/b`,
  ]);
});

Deno.test("configChanges() tells how a long list grew or shrank, and where that starts", () => {
  const sources = ["am", "pm", "night"].map(run);
  assertEquals(changes({ sources: [sources[0], sources[2]] }, { sources }), [
    `"sources" changed: 2 items → 3 items, first at [1]: ` +
    `the run view/night → the run view/pm`,
  ]);
  assertEquals(changes({ sources: sources.slice(0, 2) }, { sources: sources.slice(0, 1) }), [
    `"sources" changed: 2 items → 1 item, first at [1]: the run view/pm → (none)`,
  ]);
});

Deno.test("configChanges() shows long texts where they differ", () => {
  const long = "x".repeat(200);
  const [line] = changes({ note: `${long}a tail` }, { note: `${long}b tail` });
  assertEquals(line.includes(`xa tail" → ...`) && line.endsWith(`xb tail"`), true, line);
  const [early] = changes({ note: `a${long}` }, { note: `b${long}` });
  assertEquals(early, `"note" changed: "a${"x".repeat(55)}... → "b${"x".repeat(55)}...`);
});

Deno.test("configChanges() counts the further places of one key", () => {
  const grid = Array.from({ length: 50 }, (_, i) => i);
  assertEquals(changes({ grid }, { grid: grid.map((i) => i + 1) }), [
    `"grid[0]" changed: 0 → 1`,
    `"grid[1]" changed: 1 → 2`,
    `"grid[2]" changed: 2 → 3`,
    `"grid" changed in 47 more places`,
  ]);
});
