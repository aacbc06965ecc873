import { assertEquals, assertStringIncludes, assertThrows } from "../../lib/deps/assert.ts";
import { DuctaflowError } from "../../lib/base/error.ts";
import { parseFlow } from "../../lib/notebook/parse_flow.ts";
import { bindConfig, type BindOptions, boundValues, meantParameter } from "../../lib/step/bind_config.ts";

const flow = await parseFlow(
  `// %% tags=["parameters"]
let period: "am" | "pm" = "am";
let limit = 500;
declare const airport: string;
let sizes: number[] = [1];
let model: { seed: number } = { seed: 1 };
// %% Work
period + unknownToTheParser;
`,
  "file:///flows/delay.ts",
);

function refusal(config: unknown, options?: BindOptions): DuctaflowError {
  return assertThrows(() => bindConfig(flow, config, options), DuctaflowError);
}

/** The problems, one a line, without the dash. */
function problems(config: unknown, options?: BindOptions): string[] {
  return refusal(config, options).message.split("\n").slice(1).map((line) => line.replace(/^\s*- /, ""));
}

Deno.test("bindConfig() gives declared parameters their values and tells defaults from config", () => {
  const { values, globals, parameters, warnings } = bindConfig(flow, { airport: "JFK", limit: 3 });
  assertEquals(values, { airport: "JFK", limit: 3 });
  assertEquals([globals, warnings], [{}, []]);
  assertEquals(parameters.map(({ name, value, source, line }) => [name, value, source, line]), [
    ["period", "am", "default", 2],
    ["limit", 3, "config", 3],
    ["airport", "JFK", "config", 4],
    ["sizes", [1], "default", 5],
    ["model", { seed: 1 }, "default", 6],
  ]);
});

Deno.test("bindConfig() finds parameters one level down, and passes on what no parameter takes", () => {
  const { values, globals, config } = bindConfig(flow, { place: { airport: "JFK" }, other: [1] });
  assertEquals(values, { airport: "JFK" });
  assertEquals(globals, { place: { airport: "JFK" }, other: [1] });
  assertEquals(config, { place: { airport: "JFK" }, other: [1] });
});

Deno.test("bindConfig() reports all problems together, each with name, line, value and accepted type", () => {
  const error = refusal({ period: "noon", limit: null, sizes: "1", model: 3 });
  assertEquals(error.code, "bad-config");
  assertStringIncludes(error.message, "delay.ts: 5 problems");
  assertEquals(problems({ period: "noon", limit: null, sizes: "1", model: 3 }), [
    `period (line 2): found the text "noon", accepted is "am" | "pm"`,
    `limit (line 3): found null, accepted is number; leave the key out for the flow's default`,
    `airport (line 4): missing, accepted is string`,
    `sizes (line 5): found the text "1", accepted is number[]`,
    `model (line 6): found 3, accepted is { seed: number }`,
  ]);
});

Deno.test("bindConfig() speaks of the default only where there is one", () => {
  assertEquals(problems({ airport: null }), ["airport (line 4): found null, accepted is string"]);
});

Deno.test("bindConfig() takes no text for a number unless values are text", () => {
  assertEquals(problems({ airport: "JFK", limit: "5" }).length, 1);
  const text = { airport: "001", limit: "5", sizes: "1,2", period: "pm", other: "7" };
  const { values, globals } = bindConfig(flow, text, { text: true });
  assertEquals(values, { airport: "001", limit: 5, sizes: [1, 2], period: "pm" });
  assertEquals(globals, { other: "7" });
  assertEquals(bindConfig(flow, { airport: "1", limit: "5" }, { textKeys: ["limit"] }).values, {
    airport: "1",
    limit: 5,
  });
  assertEquals(problems({ airport: 1, limit: "5" }, { textKeys: ["limit"] }), [
    "airport (line 4): found 1, accepted is string",
  ]);
});

Deno.test("bindConfig() names both paths of a declared name that is given twice, and only warns of others", () => {
  assertEquals(problems({ airport: "a", one: { limit: 1 }, two: { limit: 2 } }), [
    `limit (line 3): the config gives it twice, as "one.limit" and "two.limit"; keep one`,
  ]);
  const { globals, warnings } = bindConfig(flow, { airport: "a", one: { x: 1 }, two: { x: 2 } });
  assertEquals(Object.keys(globals), ["one", "two"]);
  assertEquals(warnings, [`"x" is no variable because the config has it twice: "one.x" and "two.x"`]);
});

Deno.test("bindConfig() names what was meant: a mistyped key, a missing parameter", () => {
  assertEquals(problems({ airprt: "JFK" }), [
    `airport (line 4): missing, accepted is string; the config has "airprt"`,
  ]);
  assertEquals(bindConfig(flow, { airport: "a", limt: 1 }).warnings, [
    `The flow declares no "limt"; did you mean "limit"?`,
  ]);
  // A name that the flow uses is meant as it is written.
  assertEquals(bindConfig(flow, { airport: "a", unknownToTheParser: 1 }).warnings, []);
});

Deno.test("bindConfig() leaves globals that exist, and its own, alone", () => {
  const config = { airport: "a", Deno: 1, fetch: 2, toString: 3, __ductaflow__: 4, free: 5 };
  const { globals, warnings } = bindConfig(flow, config);
  assertEquals(globals, { free: 5 });
  assertEquals(warnings.length, 4);
});

Deno.test("bindConfig() tells once of a value that JSON cannot hold", () => {
  assertEquals(problems({ airport: "a", limit: NaN }), [
    "limit (line 3): found the number NaN, which JSON cannot hold, accepted is number",
  ]);
  assertEquals(problems({ airport: () => 1 }), [
    "airport (line 4): found a function, which JSON cannot hold, accepted is string",
  ]);
  assertEquals(problems({ airport: "a", part: { limit: 1n } }), [
    "part.limit (line 3): found the BigInt 1n, which JSON cannot hold, accepted is number",
  ]);
  assertEquals(problems({ airport: () => 1, limit: 3n, free: 1n, sizes: [1, undefined] }), [
    "airport (line 4): found a function, which JSON cannot hold, accepted is string",
    "limit (line 3): found the BigInt 3n, which JSON cannot hold, accepted is number",
    "free: found the BigInt 1n, which JSON cannot hold",
    "sizes[1]: found undefined, which JSON cannot hold",
  ]);
});

Deno.test("bindConfig() takes no config for an empty one, and nothing but an object", () => {
  assertEquals(problems(undefined), ["airport (line 4): missing, accepted is string"]);
  assertEquals(problems(null), ["airport (line 4): missing, accepted is string"]);
  for (const config of [[1], "text", 7, true]) {
    assertStringIncludes(problems(config)[0], "accepted is an object");
  }
  assertEquals(problems(new Map())[0], "the config is an instance of Map, accepted is an object");
});

Deno.test("bindConfig() gives a parameter named config the whole config, unless a key has that name", async () => {
  const whole = await parseFlow(
    `// %% tags=["parameters"]\nlet config: Record<string, unknown> = {};\n`,
    "file:///f.ts",
  );
  assertEquals(bindConfig(whole, { a: 1 }).values, { config: { a: 1 } });
  assertEquals(bindConfig(whole, { a: 1, config: { b: 2 } }).values, { config: { b: 2 } });
});

Deno.test("bindConfig() does not change what it was given", () => {
  const config = { airport: "a", limit: "5", deep: { list: [1] } };
  const before = structuredClone(config);
  bindConfig(flow, config, { text: true });
  assertEquals(config, before);
});

const grouped = await parseFlow(
  `// %% tags=["parameters"]
let model = { seed: 1, rate: 0.5, name: "a", fast: false, sizes: [1], open: null };
declare const other: { seed: number };
`,
  "file:///flows/grouped.ts",
);
const other = { seed: 2 };

Deno.test("bindConfig() converts the text of a member by the default, and keeps the other members", () => {
  const texts = { seed: "3", name: "007", fast: "true", sizes: "2,3" };
  const textKeys = Object.keys(texts).map((key) => `model.${key}`);
  const { values, config } = bindConfig(grouped, { other, model: texts }, { textKeys });
  const model = { seed: 3, rate: 0.5, name: "007", fast: true, sizes: [2, 3], open: null };
  assertEquals(values, { other, model });
  assertEquals(config, { other, model });
  assertEquals(grouped.parameters[0].default, { ...model, seed: 1, name: "a", fast: false, sizes: [1] });
});

Deno.test("bindConfig() replaces an object that the config gives as one, in whole or beside texts", () => {
  assertEquals(bindConfig(grouped, { other, model: { rate: 1 } }).values.model, { rate: 1 });
  const mixed = bindConfig(grouped, { other, model: { rate: 1, seed: "3" } }, { textKeys: ["model.seed"] });
  assertEquals(mixed.values.model, { rate: 1, seed: 3 });
});

Deno.test("bindConfig() refuses the text of a member that does not fit, or whose type nothing tells", () => {
  const config = { other: { seed: "1" }, model: { seed: "x", open: "1", sede: "2" } };
  const textKeys = ["other.seed", "model.seed", "model.open", "model.sede"];
  const error = assertThrows(() => bindConfig(grouped, config, { textKeys }), DuctaflowError);
  const unknown = (name: string) => `of which the default of ${name} tells no type; give the whole of ${name} as JSON`;
  assertEquals(error.message.split("\n  - ").slice(1), [
    `model.seed (line 2): found the text "x", accepted is number`,
    `model.open (line 2): found the text "1", ${unknown("model")}`,
    `model.sede (line 2): found the text "2", ${unknown("model")}`,
    `other.seed (line 3): found the text "1", ${unknown("other")}`,
  ]);
});

Deno.test("boundValues() tells of a bound config what bindConfig() told", () => {
  for (const given of [{ airport: "a", grp: { deep: 4, limit: 5 } }, { airport: "a", Deno: 1 }]) {
    const { config, parameters, values, globals } = bindConfig(flow, given);
    assertEquals(boundValues(flow, config, parameters), { values, globals });
  }
});

Deno.test("boundValues() gives the whole config to a parameter of that name", async () => {
  const whole = await parseFlow(`// %% tags=["parameters"]\nlet config = {};\n`, "file:///f.ts");
  const { config, parameters, values, globals } = bindConfig(whole, { grp: { deep: 4 } });
  assertEquals(boundValues(whole, config, parameters), { values, globals });
  assertEquals(values, { config });
});

Deno.test("meantParameter() knows a slip of the pen from a name of the flow's own and from a member", () => {
  const paths = [
    "limt",
    "place.limt",
    "limit",
    "place.limit",
    "limit.seed",
    "unknownToTheParser",
    "model.sed",
    "other",
  ];
  assertEquals(paths.map((path) => meantParameter(flow, path.split("."))), [
    "limit",
    "limit",
    ...Array(6).fill(undefined),
  ]);
});

Deno.test("bindConfig() refuses references to runs whose names are no names, also those given as text", () => {
  const ref = (step: unknown, instance?: unknown) => ({ $run: { step, instance } });
  const config = {
    airport: "JFK",
    up: ref("../../etc", "am"),
    all: [ref("a", 5), ref("a", "b")],
    place: { x: { $run: 5 } },
  };
  assertEquals(problems(config), [
    `up: the step of its $run is "../../etc", which is no name: it starts with a dot`,
    `all[0]: the instance of its $run is 5, which is no name: it is not text`,
    `place.x: its $run is 5, accepted is an object with step and instance`,
  ]);
  const text = { airport: "JFK", model: '{ "$run": { "step": "a" } }' };
  assertEquals(problems(text, { text: true }), [`model (line 6): its $run has no instance`]);
});

Deno.test("bindConfig() refuses to set what no config can: destructured variables and types that JSON has no values of", async () => {
  const odd = await parseFlow(
    `// %% tags=["parameters"]
let since: Date = new Date(0);
let until: string | Date = "never", count = 1n;
const { a, b: [c = 1, ...d], ...e } = load();
`,
    "file:///flows/odd.ts",
  );
  assertEquals(bindConfig(odd, { until: "now" }).values, { until: "now" });
  const config = { since: new Date(0), until: 3, count: "2", a: 1, b: 2, c: 3, nested: { d: 4, e: 5 } };
  const { message } = assertThrows(() => bindConfig(odd, config), DuctaflowError);
  assertEquals(message.split("\n  - ").slice(1).sort(), [
    "a (line 4): a config cannot set what is destructured; declare it by itself",
    "c (line 4): a config cannot set what is destructured; declare it by itself",
    `count (line 3): found the text "2", accepted is bigint, which no config can hold; declare what JSON has`,
    "d (line 4): a config cannot set what is destructured; declare it by itself",
    "e (line 4): a config cannot set what is destructured; declare it by itself",
    `since (line 2): found the text "1970-01-01T00:00:00.000Z", accepted is Date, which no config can hold; declare what JSON has`,
    "until (line 3): found 3, accepted is string | Date",
  ]);
});
