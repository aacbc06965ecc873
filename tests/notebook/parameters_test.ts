import { assertEquals } from "../../lib/deps/assert.ts";
import { parseFlow } from "../../lib/notebook/parse_flow.ts";
import type { Parameter, ParameterType } from "../../lib/notebook/flow.ts";

const url = "file:///flows/x.ts";
const flowOf = (declarations: string) =>
  parseFlow(`// %% tags=["parameters"]\n${declarations}\n// %%\nlet no = 1;\n`, url);
const parametersOf = async (declarations: string) => (await flowOf(declarations)).parameters;

async function one(declaration: string): Promise<Parameter> {
  const [parameter, ...more] = await parametersOf(declaration);
  assertEquals(more, []);
  return parameter;
}

const literal = (value: string | number | boolean): ParameterType => ({ kind: "literal", value });
const union = (...of: ParameterType[]): ParameterType => ({ kind: "union", of });
const array = (of: ParameterType): ParameterType => ({ kind: "array", of });
const unsettable = (name: string): ParameterType => ({ kind: "unsettable", name });
const [text, number, boolean, nothing, object] = (["string", "number", "boolean", "null", "object"] as const).map((
  kind,
): ParameterType => ({ kind }));

const annotations: Record<string, ParameterType | undefined> = {
  "string": text,
  "number": number,
  "boolean": boolean,
  "null": nothing,
  '"am" | "pm"': union(literal("am"), literal("pm")),
  "1 | -2 | true | `x`": union(literal(1), literal(-2), literal(true), literal("x")),
  '| "only"': literal("only"),
  '("a" | ("b"))': union(literal("a"), literal("b")),
  "string | null": union(text, nothing),
  "string | string": text,
  "string[]": array(text),
  "Array<number>": array(number),
  "readonly string[]": array(text),
  "ReadonlyArray<1 | 2>": array(union(literal(1), literal(2))),
  "Readonly<string[]>": array(text),
  "(string | number)[][]": array(array(union(text, number))),
  "[number, number]": array(number),
  "[from: number, to?: string]": array(union(number, text)),
  "{ a: number }": object,
  "Record<string, unknown>": object,
  "object": object,
  "Record<string, number>[]": array(object),
  "`${number}px`": text,
  "unknown": undefined,
  "any": undefined,
  "any[]": undefined,
  "string | unknown": undefined,
  "string | Date": union(text, unsettable("Date")),
  "Date": unsettable("Date"),
  "Map<string, number>": unsettable("Map"),
  "Date[]": array(unsettable("Date")),
  "bigint": unsettable("bigint"),
  "10n": undefined,
  "typeof Deno": undefined,
  "keyof Deno": undefined,
  "Temporal.Instant": undefined,
};
for (const [annotation, type] of Object.entries(annotations)) {
  Deno.test(`readParameters() reads the type ${annotation}`, async () => {
    const parameter = await one(`declare const x: ${annotation};`);
    assertEquals(parameter.type, type);
    assertEquals(parameter.typeText, annotation.replace(/^\| /, ""));
    assertEquals(parameter.required, true);
  });
}

const defaults: Record<string, [type: ParameterType | undefined, value: Parameter["default"], typeText: string]> = {
  '"am"': [text, "am", "string"],
  "'a\\n'": [text, "a\n", "string"],
  "`plain`": [text, "plain", "string"],
  "`with ${1}`": [text, undefined, "string"],
  '"a" + "b"': [text, "ab", "string"],
  "500": [number, 500, "number"],
  "-2.5": [number, -2.5, "number"],
  "+1_000": [number, 1000, "number"],
  "-0": [number, 0, "number"],
  "60 * 60 + (2 ** 3) / 4": [number, 3602, "number"],
  "1e999": [number, undefined, "number"],
  "true": [boolean, true, "boolean"],
  "!true": [boolean, false, "boolean"],
  "null": [undefined, null, "any"],
  "undefined": [undefined, undefined, "any"],
  "[]": [undefined, [], "any"],
  '["a", "b"]': [array(text), ["a", "b"], "string[]"],
  '["a", 1]': [array(union(text, number)), ["a", 1], "(string | number)[]"],
  "[[1], [2]]": [array(array(number)), [[1], [2]], "number[][]"],
  "[1, ...x]": [undefined, undefined, "any"],
  "[, 1]": [undefined, undefined, "any"],
  '{ a: 1, "b c": [true, null], 3: { d: "e" } }': [
    object,
    { 3: { d: "e" }, a: 1, "b c": [true, null] },
    "Record<string, unknown>",
  ],
  "{ a: f() }": [object, undefined, "Record<string, unknown>"],
  "{ __proto__: null }": [object, undefined, "Record<string, unknown>"],
  '("am")': [text, "am", "string"],
  '"am" as const': [text, "am", "string"],
  '"am" as "am" | "pm"': [union(literal("am"), literal("pm")), "am", '"am" | "pm"'],
  "5 satisfies number": [number, 5, "number"],
  "<string> x": [text, undefined, "string"],
  "10n": [unsettable("bigint"), undefined, "bigint"],
  "/x/": [undefined, undefined, "any"],
  "new Date()": [unsettable("Date"), undefined, "Date"],
  "new Model()": [undefined, undefined, "any"],
  "await load()": [undefined, undefined, "any"],
};
for (const [init, [type, value, typeText]] of Object.entries(defaults)) {
  Deno.test(`readParameters() infers type and default of ${init}`, async () => {
    const parameter = await one(`let x = ${init};`);
    assertEquals([parameter.type, parameter.default, parameter.typeText], [type, value, typeText]);
    assertEquals([parameter.required, parameter.defaultText], [false, init]);
  });
}

Deno.test("readParameters() believes the annotation, not the default", async () => {
  const parameter = await one("let x: string | null = null;");
  assertEquals([parameter.type, parameter.default], [union(text, nothing), null]);
});

Deno.test("readParameters() finds what must be given", async () => {
  const parameters = await parametersOf(
    "declare const a: number;\ndeclare let b: string | undefined;\nlet c: number;\nlet d: number | undefined;\n" +
      "var e;\nexport const f = 1;\nexport declare const g: string;",
  );
  assertEquals(
    parameters.map(({ name, required, line }) => [name, required, line]),
    [["a", true, 2], ["b", true, 3], ["c", true, 4], ["d", false, 5], ["e", true, 6], ["f", false, 7], ["g", true, 8]],
  );
  assertEquals(parameters[3].type, number);
});

Deno.test("readParameters() takes several variables of one statement, each with its line", async () => {
  const parameters = await parametersOf("let a = 1, b: string,\n  c = [\n  1 ],\n  d;");
  assertEquals(parameters.map(({ name, line }) => [name, line]), [["a", 2], ["b", 2], ["c", 3], ["d", 5]]);
});

Deno.test("readParameters() knows aliases, interfaces and enums of the flow", async () => {
  const parameters = await parametersOf(
    'type Part = "am" | "pm"; export enum Level { Low, High = 5, Higher } enum Name { A = "a", B = `b` }\n' +
      "interface Options { a: 1 } type Loop = Loop[]; type Generic<T> = T; enum Computed { A = f() }\n" +
      "let part: Part = 'am', level = Level.Higher, name: Name = Name.B, all: Part[], options: Options, loop: Loop;\n" +
      "let generic: Generic<1>, computed: Computed = Computed.A, optional: Part | undefined;",
  );
  assertEquals(parameters.map(({ name, type, typeText, default: value }) => [name, type, typeText, value]), [
    ["part", union(literal("am"), literal("pm")), '"am" | "pm"', "am"],
    ["level", union(literal(0), literal(5), literal(6)), "0 | 5 | 6", 6],
    ["name", union(literal("a"), literal("b")), '"a" | "b"', "b"],
    ["all", array(union(literal("am"), literal("pm"))), "Part[]", undefined],
    ["options", object, "Record<string, unknown>", undefined],
    ["loop", undefined, "Loop", undefined],
    ["generic", undefined, "Generic<1>", undefined],
    ["computed", undefined, "Computed", undefined],
    ["optional", union(literal("am"), literal("pm")), "Part | undefined", undefined],
  ]);
});

Deno.test("readParameters() leaves out what a config cannot set, and warns of patterns", async () => {
  const flow = await flowOf(
    'import { x } from "x";\nfunction f() {}\ndeclare function g(): void;\nclass A {}\nconst h = () => 1, i = function () {};\n' +
      "const j = (class {}) as unknown;\nusing k = l();\nconst { m, n: [o] } = p, q = 1;\nenum R { s }\nfor (let t = 0;;) break;",
  );
  assertEquals(flow.parameters.map(({ name }) => name), ["q"]);
  assertEquals(flow.destructured?.map(({ name, line }) => `${name} ${line}`).sort(), ["m 9", "o 9"]);
  assertEquals(flow.header.warnings, [
    "A config cannot set destructured variables (/flows/x.ts:9); declare them one by one",
  ]);
});

Deno.test("readParameters() takes no comment that begins the line of another variable", async () => {
  const parameters = await parametersOf("/* of a */ let a = 1;\n// of b\nlet b = 2;");
  assertEquals(parameters.map(({ comment }) => comment), [undefined, "of b"]);
});

Deno.test("readParameters() takes the comment behind a variable, else those right above", async () => {
  const parameters = await parametersOf(
    "// of the cell\n\n// above a\n/* still above */\nlet a = 1;\nlet b = 2; // behind b\n\n// far\n\nlet c = 3;\n" +
      "/**\n * Documents d,\n * at length.\n */\nexport const d = 4\n// deno-lint-ignore prefer-const\nlet e = 5;\n" +
      "let f = 6, /* behind f */\n  // above g\n  g = 7,\n  h = [8]; /* x */ // behind h\nlet i = '//'; i;",
  );
  assertEquals(parameters.map(({ name, comment }) => [name, comment]), [
    ["a", "above a still above"],
    ["b", "behind b"],
    ["c", undefined],
    ["d", "Documents d, at length."],
    ["e", undefined],
    ["f", "behind f"],
    ["g", "above g"],
    ["h", "behind h"],
    ["i", undefined],
  ]);
});

Deno.test("readParameters() does not take the marker for a comment", async () => {
  assertEquals("comment" in await one("let x = 1;"), false);
});
