import { assert, assertEquals, assertThrows } from "../../lib/deps/assert.ts";
import { DuctaflowError } from "../../lib/base/error.ts";
import { toRows } from "../../lib/batch/to_rows.ts";
import { plain } from "./table_file.ts";

const day = new Date("2024-01-05T06:07:08.009Z");
const dayText = "2024-01-05T06:07:08.009Z";

Deno.test("toRows() of a list of objects makes plain JSON and keeps null", () => {
  const rows = [{ a: 1, b: day, c: 5n, d: 2n ** 60n, e: null, f: undefined, g: [1n, { h: day }], i: "=1+1", j: -0 }];
  assertEquals(toRows(rows), [
    { a: 1, b: dayText, c: 5, d: "1152921504606846976", e: null, g: [1, { h: dayText }], i: "=1+1", j: 0 },
  ]);
});

Deno.test("toRows() of a list of objects copies them", () => {
  const rows = [{ deep: { x: 1 } }];
  const [row] = toRows(rows);
  rows[0].deep.x = 2;
  assertEquals(row, { deep: { x: 1 } });
});

Deno.test("toRows() takes generators, Sets, Maps and instances of classes as rows", () => {
  class Scenario {
    constructor(readonly zone: string) {}
    get derived() {
      return 1;
    }
  }
  function* generate() {
    yield new Scenario("L2");
    yield new Map([["zone", "L4"]]);
    yield { toJSON: () => ({ zone: "SCRAM" }) };
  }
  assertEquals(toRows(generate()), [{ zone: "L2" }, { zone: "L4" }, { zone: "SCRAM" }]);
  assertEquals(toRows(new Set([{ zone: "L2" }])), [{ zone: "L2" }]);
  assertEquals(toRows([]), []);
});

Deno.test("toRows() of columns takes lists and typed arrays, in objects and Maps, and leaves nulls out", () => {
  const columns = { zone: ["L2", null], n: new Int32Array([1, 2]), id: new BigInt64Array([1n, 2n ** 60n]) };
  const rows = [{ zone: "L2", n: 1, id: 1 }, { n: 2, id: "1152921504606846976" }];
  assertEquals(plain(toRows(columns)), rows);
  assertEquals(plain(toRows(new Map(Object.entries(columns)))), rows);
  assertEquals(toRows({}), []);
});

Deno.test("toRows() of an Arquero table keeps its order and filter", async () => {
  const { arqueroTable } = await import("../frames.ts");
  const table = arqueroTable({ zone: ["L2", "L4", "L6"], max: [3, null, 1], at: [day, day, null] });
  assertEquals(toRows(table), [{ zone: "L2", max: 3, at: dayText }, { zone: "L4", at: dayText }, {
    zone: "L6",
    max: 1,
  }]);
  assertEquals(toRows(table.filter((row: { max: number }) => row.max > 0).orderby("max").select("zone")), [
    { zone: "L6" },
    { zone: "L2" },
  ]);
});

Deno.test("toRows() of an Apache Arrow table knows dates, vectors and large whole numbers", async () => {
  const arrow = await import("../frames.ts");
  const table = new arrow.Table({
    zone: arrow.vectorFromArray(["L2", null]),
    day: arrow.vectorFromArray([new Date("2024-01-05"), null], new arrow.DateDay()),
    at: arrow.vectorFromArray([day, null], new arrow.TimestampMicrosecond()),
    id: arrow.vectorFromArray([1n, 2n ** 60n], new arrow.Int64()),
    list: arrow.vectorFromArray([[1n, 2n], []], new arrow.List(new arrow.Field("item", new arrow.Int64()))),
    deep: arrow.vectorFromArray([{ x: 1 }, { x: 2 }]),
  });
  const rows = [
    { zone: "L2", day: "2024-01-05", at: dayText, id: 1, list: [1, 2], deep: { x: 1 } },
    { id: "1152921504606846976", list: [], deep: { x: 2 } },
  ];
  assertEquals(plain(toRows(table)), rows);
  assertEquals(toRows(arrow.tableFromArrays({ n: new Float64Array([1, 2]) })), [{ n: 1 }, { n: 2 }]);
  const columns = { zone: table.getChild("zone"), id: table.getChild("id") };
  assertEquals(toRows(columns), [{ zone: "L2", id: 1 }, { id: "1152921504606846976" }]);
});

Deno.test("toRows() asks what looks like a Polars data frame for its records", () => {
  // The package needs native code, which cannot be loaded everywhere.
  const frame = {
    columns: ["zone", "max"],
    toRecords: () => [{ zone: "L2", max: 1n }, { zone: null, max: 2n }],
    *[Symbol.iterator]() {
      yield ["a series"];
    },
  };
  assertEquals(toRows(frame), [{ zone: "L2", max: 1 }, { max: 2 }]);
});

Deno.test("toRows() refuses rows that are no objects and values that JSON cannot hold, all at once", () => {
  const rows = [{ a: 1 }, 5, null, ["x"], { a: NaN, b: () => 1 }, { deep: [{ x: Infinity }] }, day];
  const error = assertThrows(() => toRows(rows), DuctaflowError);
  assertEquals(error.code, "bad-table");
  assertEquals(
    error.message,
    `The table given as data cannot be read: 7 problems
  - row 2: found 5, accepted is an object
  - row 3: found null, accepted is an object
  - row 4: found a list, accepted is an object
  - row 5, column "a": found the number NaN, which JSON cannot hold
  - row 5, column "b": found a function, which JSON cannot hold
  - row 6, column "deep": found the number Infinity at [0].x, which JSON cannot hold
  - row 7: found an instance of Date, accepted is an object`,
  );
});

Deno.test("toRows() refuses columns of unequal length", () => {
  const { message } = assertThrows(() => toRows({ a: [1, 2], b: [1], c: [1, 2, 3] }), DuctaflowError);
  assertEquals(
    message,
    `The table given as columns cannot be read: 2 problems
  - column "b": found 1 values, but 2 in column "a"
  - column "c": found 3 values, but 2 in column "a"`,
  );
});

/** What is no frame, and what is said of it. */
const strangers: [name: string, frame: unknown, found: string][] = [
  ["nothing", undefined, "undefined"],
  ["a number", 5, "5"],
  ["text", "control.csv", 'the text "control.csv"'],
  ["one row", { zone: "L2", n: 1 }, "an object"],
  ["a class", new (class Frame {})(), "an instance of Frame"],
  ["a promise", Promise.resolve([]), "an instance of Promise, accepted"],
];

for (const [name, frame, found] of strangers) {
  Deno.test(`toRows() refuses ${name}`, () => {
    const { message } = assertThrows(() => toRows(frame), TypeError);
    assert(message.startsWith(`No rows can be found in ${found}`), message);
    assertEquals(message.includes("await it first"), frame instanceof Promise);
  });
}

Deno.test("toRows() takes columns named __proto__ for columns", () => {
  for (const frame of [JSON.parse('[{"__proto__": {"x": 1}}]'), JSON.parse('{"__proto__": [{"x": 1}]}')]) {
    const [row] = toRows(frame);
    assertEquals(JSON.stringify(row), '{"__proto__":{"x":1}}');
    assert(Object.getPrototypeOf(row) === Object.prototype);
  }
});
