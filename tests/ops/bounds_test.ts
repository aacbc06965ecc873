import { assertEquals, assertThrows } from "../../lib/deps/assert.ts";
import { type Bounds, boundTitle, holds, parseBounds, reference } from "../../lib/ops/bounds.ts";

const cases: [value: number, bounds: Bounds, previous: number | null, holds: boolean][] = [
  [1, { upper: 1 }, null, true],
  [1, { upper: 1, inclusive: false }, null, false],
  [1, { lower: 1.5 }, null, false],
  [2, { lower: 1, upper: 3 }, null, true],
  [2, { equal: 2 }, null, true],
  [2, { not: 2 }, null, false],
  [12, { vs: "previous", upper: 1 }, 10, false],
  [11, { vs: "previous", upper: 1 }, 10, true],
  [9, { vs: "previous", lower: -0.5 }, 10, false],
  [10.9, { vs: "previous", maxChangePct: 10 }, 10, true],
  [-11.5, { vs: "previous", maxChangePct: 10 }, -10, false],
  [99, { vs: "previous", maxChangePct: 10 }, null, true],
  [12, { vs: { lastRuns: 3 }, maxChangePct: 10 }, 10, false],
  [11, { vs: { lastRuns: 3, by: "median" }, upper: 1 }, 10, true],
];

for (const [value, bounds, previous, expected] of cases) {
  Deno.test(`holds() says ${expected} for ${boundTitle(String(value), bounds)} (${previous})`, () => {
    assertEquals(holds(value, parseBounds(bounds), previous), expected);
  });
}

Deno.test("parseBounds() refuses what means nothing", () => {
  assertThrows(() => parseBounds({}), TypeError, "has none of lower, upper, equal, not, maxChangePct");
  assertThrows(() => parseBounds({ uper: 1 } as Bounds), TypeError, `There is no bound "uper"`);
  assertThrows(() => parseBounds({ upper: NaN }), TypeError, `The bound "upper" is NaN`);
  assertThrows(() => parseBounds({ maxChangePct: 5 }), TypeError, `needs vs: "previous" or`);
});

Deno.test("parseBounds() refuses runs that are none", () => {
  for (const vs of [{ lastRuns: 0 }, { lastRuns: 1.5 }, { lastRuns: 3, by: "mode" }, { lastRun: 3 }, "last", null]) {
    assertThrows(() => parseBounds({ upper: 1, vs } as Bounds), TypeError, "{ lastRuns: a whole number from 1");
  }
});

Deno.test("reference() is the mean or median of as many of the newest as there are", () => {
  const earlier = [4, 1, 10, 100];
  assertEquals(reference(earlier, "previous"), 4);
  assertEquals(reference(earlier, { lastRuns: 3 }), 5);
  assertEquals(reference(earlier, { lastRuns: 3, by: "median" }), 4);
  assertEquals(reference(earlier, { lastRuns: 9, by: "median" }), 7);
  assertEquals(earlier, [4, 1, 10, 100]);
  assertEquals(reference([], { lastRuns: 3 }), null);
});

Deno.test("boundTitle() tells what is compared with", () => {
  assertEquals(
    boundTitle("rmse", { vs: { lastRuns: 5, by: "median" }, maxChangePct: 20 }),
    "rmse within 20% of median of last 5",
  );
  assertEquals(boundTitle("rmse", { vs: { lastRuns: 5 }, upper: 1 }), "rmse <= mean of last 5 + 1");
});
