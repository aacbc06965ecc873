import { Ajv2020 } from "npm:ajv@8.17.1/dist/2020.js";
import { assert, assertEquals } from "../../lib/deps/assert.ts";
import { type BulkSummary, bulkSummaryText } from "../../lib/base/bulk_summary.ts";
import schema from "../../docs/bulk-summary.schema.json" with { type: "json" };
import runSchema from "../../docs/run.schema.json" with { type: "json" };
import { differences, type Schema } from "./schema_differences.ts";

const source = Deno.readTextFileSync(new URL("../../lib/base/bulk_summary.ts", import.meta.url));
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);
const hash = "0123456789abcdef".repeat(4);
const time = "2026-01-02T03:04:05.678Z";

/** A summary with every field that there is. */
const full: BulkSummary = {
  schema: 1,
  toolkit: "0.1.0",
  title: "Delays",
  madeAt: time,
  counts: {
    total: 1,
    cached: 1,
    status: {
      "running": 0,
      "succeeded": 0,
      "warned": 1,
      "failed": 0,
      "timed-out": 0,
      "cancelled": 0,
      "interrupted": 0,
    },
  },
  durationMs: 1.5,
  steps: ["delay"],
  columns: { varying: ["a.b"], common: { c: [1, null], d: {} } },
  runs: [{
    step: "delay",
    instance: "am",
    id: "x",
    status: "warned",
    statusText: "Succeeded",
    cached: true,
    startedAt: time,
    endedAt: time,
    durationMs: 1.5,
    config: { a: { b: 1 } },
    defaults: { e: null },
    metrics: { m: { value: -1, unit: "min" }, n: { value: 2 } },
    checks: [{ name: "c", ok: false, severity: "warning", message: "m" }],
    artifacts: [{ name: "a/b.csv", type: "text/csv", size: 1, hash }],
    report: "../runs/delay/am/report.html",
    note: "Its folder is gone",
  }],
};

Deno.test("docs/bulk-summary.schema.json accepts a summary with every field, and a run of which little is known", () => {
  assert(validate(full), JSON.stringify(validate.errors));
  const { step, instance, status, cached, config, defaults, metrics, checks, artifacts } = full.runs[0];
  const least = { step, instance, status, cached, config, defaults, metrics, checks, artifacts };
  assert(validate({ ...full, runs: [least] }), JSON.stringify(validate.errors));
});

Deno.test("docs/bulk-summary.schema.json refuses summaries that lack a field or have another one", () => {
  const { columns: _, ...rest } = full;
  assert(!validate(rest));
  assert(!validate({ ...full, extra: 1 }));
  assert(!validate({ ...full, schema: 2 }));
  assert(!validate({ ...full, runs: [{ ...full.runs[0], status: "green" }] }));
  assert(!validate({ ...full, runs: [{ ...full.runs[0], metrics: { m: 1 } }] }));
  assert(!validate({ ...full, counts: { ...full.counts, status: { green: 1 } } }));
});

Deno.test("docs/bulk-summary.schema.json has the keys of the interfaces in lib/base/bulk_summary.ts", () => {
  const bodies = [...source.matchAll(/^export interface (\w+) \{\n([\s\S]*?)\n\}$/gm)];
  assertEquals(bodies.length, 7);
  const definitions = schema.$defs as Record<string, Schema>;
  const problems = bodies.flatMap(([, name, body]) =>
    differences(name, name === "BulkSummary" ? schema as Schema : definitions[name], body)
  );
  assertEquals(problems, []);
  assertEquals(schema.$defs.RunStatus.enum, runSchema.$defs.RunStatus.enum);
});

Deno.test("bulkSummaryText() is the summary as JSON, one line a run", () => {
  const two = { ...full, runs: [full.runs[0], { ...full.runs[0], instance: "pm" }] };
  const text = bulkSummaryText(two);
  assertEquals(JSON.parse(text), two);
  assertEquals(text.split("\n").filter((line) => line.includes('"instance":')).length, 2);
  assertEquals(JSON.parse(bulkSummaryText({ ...full, runs: [] })), { ...full, runs: [] });
});
