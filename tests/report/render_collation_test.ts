import { assert, assertEquals, assertStringIncludes } from "../../lib/deps/assert.ts";
import { renderCollation, safeJson } from "../../lib/report/render_collation.ts";
import type { BulkSummary } from "../../lib/base/bulk_summary.ts";

const status = {
  "running": 0,
  "succeeded": 0,
  "warned": 0,
  "failed": 0,
  "timed-out": 0,
  "cancelled": 0,
  "interrupted": 0,
};
const empty: BulkSummary = {
  schema: 1,
  toolkit: "0.1.0",
  title: "Delays",
  madeAt: "2026-01-02T03:04:05.678Z",
  counts: { total: 0, cached: 0, status },
  durationMs: 0,
  steps: [],
  columns: { varying: [], common: {} },
  runs: [],
};

Deno.test("safeJson() gives JSON that neither ends its script nor begins a comment", () => {
  const value = { "</script>": "<!-- <script \u2028\u2029 \ud800" };
  const { html } = safeJson(value);
  assertEquals(/[<\u2028\u2029\ud800]/.test(html), false);
  assertEquals(JSON.parse(html), value);
});

Deno.test("renderCollation() says that there are no runs", async () => {
  const page = await renderCollation(empty);
  assertStringIncludes(page, "There are no runs to show");
  assertEquals(page.includes("<noscript>"), false);
});

Deno.test("renderCollation() loads nothing and runs no script but the one named by its hash", async () => {
  const page = await renderCollation(empty);
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? "";
  assert(policy.startsWith("default-src &#39;none&#39;"), policy);
  assertEquals(policy.match(/sha256-/g)?.length, 1);
  assertEquals(/\b(src|href)="(https?:)?\/\//.test(page), false);
});

Deno.test("renderCollation() tells what it leaves out", async () => {
  const picture = { name: "a.png", href: "a.png" };
  const columns = { varying: Array.from({ length: 41 }, (_, i) => `k${i}`), common: {} };
  const page = await renderCollation({ ...empty, columns }, [{ name: "a.png", pictures: [picture] }]);
  assertStringIncludes(page, "1 of 41 config columns that differ are not in the table");
  assertStringIncludes(page, "1 of 1 picture are linked");
});
