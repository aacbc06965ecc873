import { assertEquals, assertStringIncludes, assertThrows } from "../../lib/deps/assert.ts";
import { DuctaflowError } from "../../lib/base/error.ts";
import { lookupIn, placeholdersOf, renderTemplate } from "../../lib/batch/template.ts";

function refusal(template: string, ...sources: Record<string, unknown>[]): string {
  return assertThrows(() => renderTemplate(template, lookupIn(...sources)), DuctaflowError).message;
}

Deno.test("renderTemplate() puts text, numbers and booleans in the place of their names", () => {
  const row = { zone: "L2", n: 1.5, big: 10n, zero: -0, ok: false, "Client group": "a b", empty: "" };
  assertEquals(
    renderTemplate("{zone}_{n}_{big}_{zero}_{ok}_{Client group}{empty}_{zone}", lookupIn(row)),
    "L2_1.5_10_0_false_a b_L2",
  );
  assertEquals(renderTemplate("plain", lookupIn()), "plain");
});

Deno.test("renderTemplate() takes the first source that has the name, a blank cell is not one", () => {
  const lookup = lookupIn({ a: 1, blank: undefined }, { a: 2, b: 2, blank: "config" }, { b: 3, c: 3 });
  assertEquals(renderTemplate("{a}{b}{c}{blank}", lookup), "123config");
});

Deno.test("renderTemplate() reaches into objects by dots, and a name with a dot wins", () => {
  const config = { model: { seed: 7, deep: { er: "x" } }, "a.b": 1, a: { b: 2 } };
  assertEquals(renderTemplate("{model.seed}{model.deep.er}{a.b}", lookupIn(config)), "7x1");
});

Deno.test("renderTemplate() takes double braces for braces", () => {
  assertEquals(renderTemplate("{{{a}}}_{{a}}", lookupIn({ a: 1 })), "{1}_{a}");
  assertEquals(renderTemplate("}}{{", lookupIn()), "}{");
});

Deno.test("renderTemplate() does not expand what a value contains", () => {
  assertEquals(renderTemplate("{a}", lookupIn({ a: "{b}{{$&", b: 1 })), "{b}{{$&");
});

for (
  const [template, says] of [
    ["{a", `"{" that is not closed`],
    ["a}", `"}" that is not opened`],
    ["{a}}", `"}" that is not opened`],
    ["{{a}", `"}" that is not opened`],
    ["{a{b}}", `"{" that is not closed`],
    ["{}", "without a name"],
    ["{ }", "without a name"],
  ]
) {
  Deno.test(`renderTemplate() refuses the template ${template}`, () => {
    assertStringIncludes(refusal(template, { a: 1, b: 2 }), says);
  });
}

Deno.test("renderTemplate() names an unknown placeholder, the nearest and all known ones", () => {
  assertEquals(
    refusal("{clint}", { client: "x", model: { seed: 1 }, gone: undefined }),
    `The template "{clint}": "{clint}" is not known (did you mean "{client}"?); known are "client", "model.seed"`,
  );
  assertStringIncludes(refusal("{x}"), "there are no values at all");
  const wide = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`column${i}`, i]));
  assertStringIncludes(refusal("{other}", wide), "and 70 more");
});

Deno.test("renderTemplate() knows no name that only the prototype has", () => {
  for (const name of ["constructor", "__proto__", "toString", "constructor.name", "text.length", "list.0"]) {
    assertStringIncludes(refusal(`{${name}}`, { text: "abc", list: [1] }), "is not known", name);
  }
  assertEquals(renderTemplate("{__proto__}", lookupIn(JSON.parse(`{ "__proto__": "own" }`))), "own");
});

Deno.test("renderTemplate() refuses values that have no one text, all together", () => {
  const values = { list: [1], object: { a: 1 }, none: null, nan: NaN, far: Infinity, run: () => 1, sign: Symbol("x") };
  const message = refusal("{list}{object}{none}{nan}{far}{run}{sign}", values);
  assertStringIncludes(message, "has 7 problems");
  const found = ["a list", "an object", "null", "NaN", "Infinity", "a function", "a symbol"];
  for (const [i, name] of Object.keys(values).entries()) {
    assertStringIncludes(message, `"{${name}}" is ${found[i]}, accepted are`);
  }
});

Deno.test("placeholdersOf() lists each name once, in order", () => {
  assertEquals(placeholdersOf("{b}/{a}_{b}/{{c}}"), ["b", "a"]);
});
