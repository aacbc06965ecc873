import { assert, assertEquals, assertThrows } from "../../lib/deps/assert.ts";
import { grid } from "../../lib/batch/grid.ts";
import type { Row } from "../../lib/batch/row.ts";

Deno.test("grid() combines all values, the last axis fastest", () => {
  assertEquals(grid({ zone: ["L2", "L4"], period: ["am", "pm"], n: [1, 2, 3] }).map((row) => Object.values(row)), [
    ["L2", "am", 1],
    ["L2", "am", 2],
    ["L2", "am", 3],
    ["L2", "pm", 1],
    ["L2", "pm", 2],
    ["L2", "pm", 3],
    ["L4", "am", 1],
    ["L4", "am", 2],
    ["L4", "am", 3],
    ["L4", "pm", 1],
    ["L4", "pm", 2],
    ["L4", "pm", 3],
  ]);
});

Deno.test("grid() makes one row without columns of no axes, and none when an axis is empty", () => {
  assertEquals(grid({}), [{}]);
  assertEquals(grid({ a: [1, 2], b: [] }), []);
  assertEquals(grid({ a: [], b: [1, 2] }), []);
});

Deno.test("grid() keeps objects and lists as values of their column, of its own for every row", () => {
  const band = { band: "short", max: 500 };
  const rows = grid({ band: [band], stops: [[1, 2]], period: ["am", "pm"] });
  assertEquals(rows[0], { band, stops: [1, 2], period: "am" });
  rows[0].band.max = 1;
  rows[0].stops.push(3);
  assertEquals(rows[1], { band: { band: "short", max: 500 }, stops: [1, 2], period: "pm" });
  assertEquals(band.max, 500);
});

Deno.test("grid() has the types of its axes, and its rows are rows", () => {
  const rows: { a: "x" | "y"; n: number; day: string }[] = grid({
    a: ["x", "y"] as const,
    n: [1, 2],
    day: [new Date("2024-01-05")],
  });
  const plainRows: Row[] = rows;
  assertEquals(plainRows[0], { a: "x", n: 1, day: "2024-01-05T00:00:00.000Z" });
  // @ts-expect-error: there is no such value
  assert(rows.every((row) => row.a !== "z"));
});

Deno.test("grid() refuses an axis that is no list, a value twice, and what JSON cannot hold, all at once", () => {
  const axes = { zone: "L2", n: [1, 2, 1.0], deep: [{ a: 1, b: 2 }, { b: 2, a: 1 }], bad: [NaN], gap: [undefined] };
  const { message } = assertThrows(() => grid(axes as never), TypeError);
  assertEquals(
    message,
    `The grid cannot be made:
  - axis "zone": found the text "L2", accepted is a list of values
  - axis "n": found 1 twice, accepted is each value once
  - axis "deep": found {"a":1,"b":2} twice, accepted is each value once
  - axis "bad": found the number NaN at [0], which JSON cannot hold
  - axis "gap": found undefined at [0], which JSON cannot hold`,
  );
});

Deno.test("grid() takes values of different types that look alike", () => {
  assertEquals(grid({ a: [1, "1", true, "true", null] }).length, 5);
});

Deno.test("grid() refuses more rows than memory can hold", () => {
  const values = Array.from({ length: 1000 }, (_, i) => i);
  assertThrows(() => grid({ a: values, b: values, c: values }), RangeError, "1000000000 rows");
});

Deno.test("grid() takes an axis named __proto__ for an axis", () => {
  const [row] = grid(JSON.parse('{"__proto__": [{"polluted": 1}], "constructor": ["x"]}'));
  assertEquals(JSON.stringify(row), '{"__proto__":{"polluted":1},"constructor":"x"}');
  assert(!("polluted" in {}) && Object.getPrototypeOf(row) === Object.prototype);
});
