import { assertEquals, assertThrows } from "../../lib/deps/assert.ts";
import { isDuctaflowError } from "../../lib/base/error.ts";
import { parseFlow } from "../../lib/notebook/parse_flow.ts";
import { bindParameters, flowParameters, parseParameters } from "../../lib/workflow/parameters.ts";

const parameters = parseParameters({
  limit: { default: 500, min: 0, max: 1000 },
  period: { default: "am", enum: ["am", "pm"] },
  dry: false,
  day: { today: "Europe/Berlin" },
  list: [1, 2],
});
const noon = Date.parse("2026-11-22T23:30:00Z");
const bind = (given: object, text: string[] = []) => bindParameters("nightly", parameters, given, { at: noon, text });

Deno.test("bindParameters() gives defaults, and the day in its time zone", () => {
  assertEquals(bind({}), { limit: 500, period: "am", dry: false, day: "2026-11-23", list: [1, 2] });
});

Deno.test("bindParameters() takes overrides, text by the type of the default", () => {
  const text = { limit: "7", dry: "true", day: "2026-01-02", list: "[3]", period: "pm" };
  assertEquals(bind(text, Object.keys(text)), { limit: 7, period: "pm", dry: true, day: "2026-01-02", list: [3] });
  assertEquals(bind({ limit: 0 }).limit, 0);
});

Deno.test("bindParameters() refuses all that does not fit in one error, with the nearest name", () => {
  const error = assertThrows(() => bind({ limit: 1001, perod: "am", period: "noon", dry: "yes" }), Error);
  assertEquals(isDuctaflowError(error, "bad-config"), true);
  assertEquals(
    error.message,
    `"nightly" cannot be triggered with these parameters: there is no parameter "perod"; did you mean "period"?; ` +
      `"limit" is 1001; accepted is at least 0 and at most 1000; "period" is "noon"; accepted are "am", "pm"; ` +
      `"dry" is "yes"; accepted is a boolean`,
  );
  assertThrows(() => bind({ limit: "x" }, ["limit"]), Error, `"limit" is "x"; accepted is a number`);
});

Deno.test("parseParameters() refuses defaults outside of their own bounds, and keys that are none", () => {
  assertThrows(() => parseParameters({ a: { default: 5, max: 4 } }), Error, `"a" is 5`);
  assertThrows(() => parseParameters({ a: { default: 5, maximum: 9, mn: 1 } }), Error, `did you mean "min"`);
  assertThrows(() => parseParameters({ a: { today: "Mars/Base" } }), Error, "time zone");
});

Deno.test("flowParameters() adds to what a flow declares, and to nothing else", async () => {
  const flow = await parseFlow(`// %% tags=["parameters"]\nlet a = 1; // first\nlet b = "x";\n`, "file:///x.ts");
  assertEquals(flowParameters(flow, parseParameters({ a: { default: 2, max: 3 } })), [
    { name: "a", default: 2, description: "first", max: 3 },
    { name: "b", default: "x" },
  ]);
  assertThrows(() => flowParameters(flow, parseParameters({ c: 1 })), Error, `"c" is not declared by the flow`);
});
