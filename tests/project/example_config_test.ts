import { assertEquals, assertThrows } from "../../lib/deps/assert.ts";
import { DuctaflowError } from "../../lib/base/error.ts";
import { parseFlow } from "../../lib/notebook/parse_flow.ts";
import { configText } from "../../lib/project/example_config.ts";

const flow = await parseFlow(
  `// %% tags=["parameters"]
let n = 1;
let model = { seed: 1 };
declare const airport: string;
declare const anything: unknown;
let now = new Date();
let config = {};
`,
  "file:///flow.ts",
);

Deno.test("configText() holds the defaults, and null where somebody must write a value", () => {
  assertEquals(JSON.parse(configText(flow)), { n: 1, model: { seed: 1 }, airport: null });
});

Deno.test("configText() holds a given config, once it fits", () => {
  assertEquals(JSON.parse(configText(flow, { airport: "BER", anything: 1 })), { airport: "BER", anything: 1 });
  const { message } = assertThrows(() => configText(flow, { n: "x", anything: 1 }), DuctaflowError);
  assertEquals(message.split("\n").length, 3);
});
