import { assertEquals } from "../../lib/deps/assert.ts";
import { configSchema } from "../../lib/cli/json_schema.ts";
import { parseFlow } from "../../lib/notebook/parse_flow.ts";

Deno.test("configSchema() describes each parameter with type, default, comment, and which must be given", async () => {
  const flow = await parseFlow(
    `// ---
// title: Delay
// description: How late
// ---
// %% tags=["parameters"]
let period: "am" | "pm" = "am"; // part of the day
let maxDistance = 500;
declare const airport: string;
let bands: number[] = [1, 2];
let limit: number | null = null;
let level: 1 | null = 1;
let model = { seed: 1 };
let kind: "linear" = "linear";
let anything: unknown = Math.PI;
let since: Date = new Date(0);
let config: Record<string, unknown> = {};
`,
    "file:///x/delay.ts",
  );
  assertEquals(configSchema(flow), {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Delay",
    description: "How late",
    type: "object",
    properties: {
      period: { enum: ["am", "pm"], description: "part of the day", default: "am" },
      maxDistance: { type: "number", default: 500 },
      airport: { type: "string" },
      bands: { type: "array", items: { type: "number" }, default: [1, 2] },
      limit: { anyOf: [{ type: "number" }, { type: "null" }], default: null },
      level: { enum: [1, null], default: 1 },
      model: { type: "object", default: { seed: 1 } },
      kind: { const: "linear", default: "linear" },
      anything: {},
      since: { not: {} },
    },
    required: ["airport"],
    additionalProperties: true,
  });
});
