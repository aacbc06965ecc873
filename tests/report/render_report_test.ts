import { assert, assertEquals, assertNotMatch, assertStringIncludes } from "../../lib/deps/assert.ts";
import { renderReport } from "../../lib/report/render_report.ts";
import { failedRecord, sampleNotebook, samplePreviews, sampleRecord } from "./sample_run.ts";

import type { RunRecord, RunStatus } from "../../lib/base/record.ts";
import type { Notebook } from "../../lib/notebook/ipynb.ts";

Deno.test("renderReport() puts the policy first in the head and allows only the report's own scripts", async () => {
  const html = await renderReport(sampleRecord(), sampleNotebook());
  const policy = /<head>\s*<meta http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)![1];
  assertStringIncludes(policy, "default-src &#39;none&#39;");
  assertNotMatch(policy, /https?:|\*|script-src[^;]*unsafe|'self'/);
  const script = /<script>([^]*?)<\/script>\s*<\/body>/.exec(html)![1];
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(script));
  assertStringIncludes(policy, `sha256-${new Uint8Array(digest).toBase64()}`);
});

Deno.test("renderReport() is self-contained and small", async () => {
  const html = await renderReport(sampleRecord({ artifacts: [] }), sampleNotebook([]));
  assertNotMatch(html, /<(?:link|script|img|iframe)[^>]*(?:src|href)="(?!data:)/);
  const own = /<style>([^]*?)<\/style>/.exec(html)![1].length + /<script>([^]*?)<\/script>/.exec(html)![1].length;
  assert(own < 25_000, `${own} characters of style and script`);
});

Deno.test("renderReport() shows title, status, times, metrics, checks and config", async () => {
  const html = await renderReport(sampleRecord(), sampleNotebook(), {
    config: { period: "am", model: { kind: "ols" } },
  });
  for (
    const text of [
      "<h1>Delay model</h1>",
      "Succeeded with warnings",
      "Tue 24 Nov 2026, 14:03:09 UTC",
      "took 2.4 s",
      "2 attempts",
      '<dd title="18234">18,234</dd>',
      '<dd title="12.34567">12.35 <small>min</small></dd>',
      "2.1 % of flights are late by over 3 h",
      "<caption>model</caption>",
      '<span class="tag">default</span>',
    ]
  ) assertStringIncludes(html, text);
});

Deno.test("renderReport() shows the message of a check only when the check does not hold", async () => {
  const record = sampleRecord();
  record.checks[0].message = "there are no flights";
  assertNotMatch(await renderReport(record, sampleNotebook()), /there are no flights/);
  record.checks[0].ok = false;
  assertStringIncludes(await renderReport(record, sampleNotebook()), "there are no flights");
});

Deno.test("renderReport() leaves out the cells that the toolkit added and the title that is repeated", async () => {
  const html = await renderReport(sampleRecord(), sampleNotebook());
  assertEquals(html.match(/id="cell-\d"/g), ['id="cell-1"', 'id="cell-2"', 'id="cell-3"', 'id="cell-4"']);
  assertNotMatch(html, /<h2>Delay model<\/h2>/);
});

Deno.test("renderReport() numbers code by the lines of the flow, and folds the parameters cell", async () => {
  const html = await renderReport(sampleRecord(), sampleNotebook());
  assertStringIncludes(html, '<code style="counter-reset:line 13"><span class="l">');
  assertStringIncludes(html, "Code, lines 14–16");
  assertEquals(html.match(/<details class="source"( open)?>/g), [
    '<details class="source">',
    '<details class="source" open>',
    '<details class="source" open>',
  ]);
  const closed = await renderReport(sampleRecord(), sampleNotebook(), { showCode: false });
  assertNotMatch(closed, /<details class="source" open>/);
});

Deno.test("renderReport() puts the error on top, with a link to the failing cell, which is open and marked", async () => {
  const html = await renderReport(failedRecord(), sampleNotebook(), { showCode: false });
  const panel = /<section class="panel bad" id="error">([^]*?)<\/section>/.exec(html)![1];
  for (const text of ["Cell 3 “Load”, line 15", "os error 2", "Run the step", "the disk is empty", 'href="#cell-3"']) {
    assertStringIncludes(panel, text);
  }
  assert(html.indexOf('id="error"') < html.indexOf('id="results"'));
  assertStringIncludes(
    html,
    '<details class="source" open><summary><span class="lines">Code, lines 14–16</span><span class="tag bad">failed here',
  );
  assertEquals(html.match(/<span class="l bad">/g)?.length, 1);
  assertStringIncludes(html, '<div class="cell code not-run" id="cell-4">');
});

Deno.test("renderReport() shows artifacts with previews and links that stay in the run folder", async () => {
  const record = sampleRecord();
  record.artifacts[1].name = "../../secret.txt";
  const html = await renderReport(record, sampleNotebook(), { previews: samplePreviews() });
  assertStringIncludes(html, '<a href="./tables/by%20hour.csv">tables/by hour.csv</a>');
  assertStringIncludes(html, "first 2 of 1,234 rows · 2 columns");
  assertStringIncludes(html, "<strong>../../secret.txt</strong>");
  assertStringIncludes(html, 'alt="plot.png"');
});

Deno.test("renderReport() folds a long list of files, and says what was not kept", async () => {
  const { artifacts: [one], output } = sampleRecord();
  const artifacts = Array.from({ length: 60 }, (_, i) => ({ ...one, name: `part-${i}.csv` }));
  const record = sampleRecord({ artifacts, output: { ...output, droppedDisplays: 3 } });
  const html = await renderReport(record, sampleNotebook());
  assertEquals(html.match(/href="\.\/part-\d+\.csv"/g)?.length, 60);
  const [open, folded] = html.split("<summary>40 more</summary>");
  assert(open.includes("part-19.csv") && !open.includes("part-20.csv") && folded.includes("part-20.csv"));
  assertStringIncludes(html, "3 rich outputs not kept");
});

Deno.test("renderReport() says how it ran: permissions, inputs, environment", async () => {
  const html = await renderReport(sampleRecord(), sampleNotebook());
  for (
    const text of [
      "Refused accesses",
      "permissions:\n  env: [HOME]",
      '<a href="../../flights/am/report.html">flights / am</a>',
      "Network access to api.example.com",
      "npm:arquero@7.2.1",
      "4e73e88a0b1c2d3e4f5061728394a5b6c7d8e9f0 (main)",
      "deno run --no-prompt --allow-read=/work/runs flow.ts",
      "20261124T140309Z-7f3a",
    ]
  ) assertStringIncludes(html, text);
});

Deno.test("renderReport() has a look for every status", async () => {
  const all: RunStatus[] = ["running", "succeeded", "warned", "failed", "timed-out", "cancelled", "interrupted"];
  for (const status of all) {
    const html = await renderReport(sampleRecord({ status }), sampleNotebook());
    assertNotMatch(html, /<strong class="badge idle"><span aria-hidden="true">\?/, status);
  }
});

Deno.test("case 8: renderReport() makes a page of a record and a notebook that are nearly empty or broken", async () => {
  const empty = await renderReport({} as RunRecord, {} as Notebook);
  assertStringIncludes(empty, "</html>");
  const record = sampleRecord() as unknown as Record<string, unknown>;
  const broken = (value: unknown) => Object.fromEntries(Object.keys(record).map((key) => [key, value]));
  for (const value of [null, 3, "x", [], [null], {}, [{}], ["x"]]) {
    const notebook = { cells: [null, {}, { cell_type: "code" }, { cell_type: "markdown" }, value] };
    const html = await renderReport(broken(value) as never, notebook as never, { previews: { x: {} as never } });
    assertStringIncludes(html, "</html>", JSON.stringify(value));
  }
});

Deno.test("renderReport() loads neither highlighter nor Markdown when it needs neither", async () => {
  const code = `
    import { renderReport } from ${JSON.stringify(import.meta.resolve("../../lib/report/render_report.ts"))};
    import { sampleNotebook, sampleRecord } from ${JSON.stringify(import.meta.resolve("./sample_run.ts"))};
    const notebook = sampleNotebook([]);
    notebook.cells = notebook.cells.filter((cell) => cell.cell_type === "code");
    const highlighted = new Map(notebook.cells.map((cell) => [cell.source, cell.source]));
    await renderReport(sampleRecord(), notebook, { highlighted, config: { a: 1 } });
    console.log("rendered");`;
  const blocked = ["highlight", "markdown"].map((name) => {
    const url = import.meta.resolve(`../../lib/deps/${name}.ts`);
    return [url, "data:application/typescript,throw new Error('loaded')"];
  });
  const dir = await Deno.makeTempDir({ prefix: "report_lazy_" });
  try {
    await Deno.writeTextFile(`${dir}/main.ts`, code);
    await Deno.writeTextFile(`${dir}/map.json`, JSON.stringify({ imports: Object.fromEntries(blocked) }));
    const { stdout, stderr } = await new Deno.Command("deno", {
      args: ["run", "--no-check", "--no-lock", `--import-map=${dir}/map.json`, `${dir}/main.ts`],
    }).output();
    assertEquals(new TextDecoder().decode(stdout), "rendered\n", new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
