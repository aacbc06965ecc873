import { assertEquals } from "../../lib/deps/assert.ts";
import type { Json } from "../../lib/base/json.ts";
import type { ParameterType } from "../../lib/notebook/flow.ts";
import { convertText, matchesType } from "../../lib/step/parameter_value.ts";

const string: ParameterType = { kind: "string" };
const number: ParameterType = { kind: "number" };
const boolean: ParameterType = { kind: "boolean" };
const nothing: ParameterType = { kind: "null" };
const object: ParameterType = { kind: "object" };
const literal = (value: string | number | boolean): ParameterType => ({ kind: "literal", value });
const union = (...of: ParameterType[]): ParameterType => ({ kind: "union", of });
const array = (of: ParameterType): ParameterType => ({ kind: "array", of });
const period = union(literal("am"), literal("pm"));

/** A type, values that are of it and values that are not. */
const types: [name: string, type: ParameterType, good: Json[], bad: Json[]][] = [
  ["string", string, ["", "1"], [1, null, true, [], {}]],
  ["number", number, [0, -1.5], ["1", null, true, []]],
  ["boolean", boolean, [true, false], ["true", 0, null]],
  ["null", nothing, [null], ["null", 0, false]],
  ["object", object, [{}, { a: 1 }], [[], null, "{}"]],
  ["literal text", literal("am"), ["am"], ["AM", "pm", null]],
  ["literal number", literal(1), [1], ["1", 2, true]],
  ["union of literals", period, ["am", "pm"], ["noon", "", null, ["am"]]],
  ["string or null", union(string, nothing), ["", null], [1, {}]],
  ["number[]", array(number), [[], [1, 2]], [[1, "2"], 1, null, {}]],
  ["arrays of literals", array(period), [["am", "pm", "am"]], [["am", "noon"]]],
  ["arrays of arrays", array(array(number)), [[[1], []]], [[1], [["1"]]]],
];

for (const [name, type, good, bad] of types) {
  Deno.test(`matchesType(): ${name}`, () => {
    assertEquals(good.filter((value) => !matchesType(value, type)), []);
    assertEquals(bad.filter((value) => matchesType(value, type)), []);
  });
}

/** Text as it comes from a command line or a CSV cell, and what it means for a type; undefined means nothing. */
const texts: [text: string, type: ParameterType | undefined, value: Json | undefined][] = [
  ["001", string, "001"],
  ["001", undefined, "001"],
  ["true", string, "true"],
  ["001", number, 1],
  ["1e3", number, 1000],
  ["-0.5", number, -0.5],
  [" 7 ", number, 7],
  ["", number, undefined],
  [" ", number, undefined],
  ["1,5", number, undefined],
  ["12px", number, undefined],
  ["NaN", number, undefined],
  ["Infinity", number, undefined],
  ["true", boolean, true],
  ["false", boolean, false],
  ["yes", boolean, undefined],
  ["1", boolean, undefined],
  ["", nothing, null],
  ["null", nothing, null],
  ["am", period, "am"],
  ["AM", period, undefined],
  ["2.0", literal(2), 2],
  ["3", literal(2), undefined],
  ["true", literal(true), true],
  ["5", union(number, string), 5],
  ["five", union(string, number), "five"],
  ["5", union(string, number), 5],
  ["", union(number, nothing), null],
  ["all", union(literal("all"), number), "all"],
  ["none", union(literal("all"), number), undefined],
  ["1, 2,3", array(number), [1, 2, 3]],
  ["[1, 2]", array(number), [1, 2]],
  ["", array(number), []],
  ["1,b", array(number), undefined],
  ["a,b", array(string), ["a", "b"]],
  ["[1, 2", array(number), undefined],
  [`{"a": 1}`, object, { a: 1 }],
  ["{a: 1}", object, undefined],
];

for (const [text, type, value] of texts) {
  Deno.test(`convertText(): ${JSON.stringify(text)} for ${JSON.stringify(type)}`, () => {
    assertEquals(convertText(text, type), value);
  });
}
