import { assertEquals, assertMatch, assertThrows } from "../../lib/deps/assert.ts";
import { param, paramValues } from "../../lib/ops/param.ts";

const quality = param("min_quality", 5, { min: 0, max: 10 });
const colour = param("colour", "red", { enum: ["red", "white"] });

Deno.test("paramValues() gives defaults and what was given instead", () => {
  assertEquals([...paramValues([quality, colour], { min_quality: 7 })], [["min_quality", 7], ["colour", "red"]]);
});

Deno.test("paramValues() refuses wrong types, values out of range and unknown names", () => {
  const refuse = (given: Record<string, unknown>, text: string) =>
    assertThrows(() => paramValues([quality, colour], given), TypeError, text);
  refuse({ min_quality: "7" }, `The parameter "min_quality" is "7", accepted is a number`);
  refuse({ min_quality: 11 }, `The parameter "min_quality" is 11, accepted is 0 to 10`);
  refuse({ colour: "blue" }, `The parameter "colour" is "blue", accepted is "red" or "white"`);
  refuse({ color: "red" }, `There is no parameter "color"; did you mean "colour"?`);
});

Deno.test("param() refuses a default that its own options do not accept", () => {
  assertThrows(() => param("n", 5, { max: 4 }), TypeError, "accepted is at most 4");
  assertThrows(() => param("a b", 5), TypeError, `The name of a parameter is "a b"`);
});

Deno.test("param.today() is a day in a time zone that exists", () => {
  assertMatch(param.today({ tz: "Europe/Berlin" }).default(), /^\d{4}-\d\d-\d\d$/);
  assertThrows(() => param.today({ tz: "Europe/Nowhere" }), RangeError);
});
