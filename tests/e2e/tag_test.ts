/** Tags of cells, and reports without code. */
import { assert, assertEquals, assertStringIncludes } from "../../lib/deps/assert.ts";
import { runInstances } from "../../mod.ts";
import type { Run } from "../../mod.ts";
import { modUrl, projectTest } from "./project.ts";

const tagged = `// %% tags=["parameters"]
let n = 1;
// %% Open
console.log("shown code");
// %% Left out tags=["skip"]
import { nowhere } from "./nowhere.ts";
console.log("never", nowhere);
throw new Error("never reached");
// %% Also left out tags=["skip-execution"]
const twice = n * 3;
n = 100;
// %% Folded code tags=["hide-input"]
console.log("folded code", n);
// %% Folded output tags=["hide-output"]
console.log("folded output");
// %% No code tags=["remove-input"]
console.log("without its code");
// %% No output tags=["remove-output"]
console.log("never in the report");
// %% Last
typeof twice
`;

function report(run: Run): string {
  return Deno.readTextFileSync(run.reportPath);
}

/** The HTML of a cell, found by its title. */
function cellOf(html: string, title: string): string {
  const [, rest] = html.split(`<h3>${title}</h3>`);
  return rest.split(/<div class="cell|<\/section>/)[0];
}

projectTest("cells tagged skip do not run and are shown as skipped; nothing of them is imported", {
  "tagged.ts": tagged,
}, async (project) => {
  const run = await project.run("tagged.ts");
  assertEquals(run.status, "succeeded");
  assertEquals(
    run.record.cells.map(({ title, status }) => `${title}: ${status}`).filter((text) => /eft out/.test(text)),
    [
      "Left out: skipped",
      "Also left out: skipped",
    ],
  );
  const notebook = JSON.parse(Deno.readTextFileSync(run.notebookPath));
  const [first, second] = notebook.cells.filter(({ metadata }: { metadata: { title?: string } }) =>
    /eft out/.test(metadata.title ?? "")
  );
  assertStringIncludes(first.source.join(""), "never reached");
  assertEquals([first.outputs, first.execution_count, second.metadata.tags], [[], null, ["skip-execution"]]);
  const html = report(run);
  assertStringIncludes(cellOf(html, "Left out"), `<span class="tag">skipped</span>`);
  assertStringIncludes(cellOf(html, "Folded code"), "folded code 1");
  assertStringIncludes(cellOf(html, "Last"), "undefined");
  assertEquals((await project.run("tagged.ts")).cached, true);
});

projectTest("an error below a skipped cell names its own line and column", {
  "late.ts": tagged.replace("typeof twice", "  null!.length"),
}, async (project) => {
  const { run } = await project.runFailing("late.ts");
  const { line, column, cell } = run.record.error!;
  assertEquals([line, column, cell], [21, 9, 8]);
});

projectTest("tags fold or remove code and outputs in the report, and only there", {
  "tagged.ts": tagged,
}, async (project) => {
  const run = await project.run("tagged.ts");
  const html = report(run);
  assertStringIncludes(cellOf(html, "Open"), `<details class="source" open>`);
  assertStringIncludes(cellOf(html, "Folded code"), `<details class="source">`);
  assertStringIncludes(cellOf(html, "Folded output"), `<details class="fold"><summary>Output</summary>`);
  assert(!cellOf(html, "No code").includes("<details"));
  assertStringIncludes(cellOf(html, "No code"), "without its code");
  assert(!cellOf(html, "No output").includes(`class="outputs"`));
  assertStringIncludes(Deno.readTextFileSync(run.notebookPath), `never in the report\\n`);
});

projectTest("a parameters cell that is to be skipped is refused", {
  "none.ts": `// %% tags=["parameters", "skip"]\nlet n = 1;\n// %%\nn\n`,
}, async (project) => {
  const { code, message } = await project.refusal("none.ts");
  assertEquals(code, "flow-parameters");
  assertStringIncludes(message, "none.ts:1) is tagged to be skipped");
});

projectTest("a report without code has outputs and no code, whether the run is new, reused or one of a batch", {
  "tagged.ts": tagged,
  "fails.ts": `// %% tags=["parameters"]\nlet n = 1;\n// %% Fail\nconst codeWord = 7;\nthrow new Error("It failed");\n`,
}, async (project) => {
  const hasCode = (run: Run) => /class="source"|hide-code"|folded code&quot;/.test(report(run));
  const fresh = await project.run("tagged.ts", "one", {}, { reportCode: false });
  assertEquals([fresh.cached, hasCode(fresh)], [false, false]);
  for (const text of ["folded code 1", "without its code"]) assertStringIncludes(report(fresh), text);
  const record = Deno.readTextFileSync(`${fresh.dir}/run.json`);
  const turns: [boolean | undefined, boolean][] = [[undefined, false], [true, true], [undefined, true], [false, false]];
  for (const [reportCode, expected] of turns) {
    const again = await project.run("tagged.ts", "one", {}, { reportCode });
    assertEquals([again.cached, hasCode(again)], [true, expected], String(reportCode));
  }
  assertEquals(Deno.readTextFileSync(`${fresh.dir}/run.json`), record);
  assertStringIncludes(Deno.readTextFileSync(fresh.notebookPath), "shown code");

  const options = { instance: "{n}", runsDir: project.runsDir };
  const batch = await runInstances(project.path("tagged.ts"), [{ n: 1 }, { n: 2 }], options);
  const reports = await runInstances(project.path("tagged.ts"), [{ n: 1 }, { n: 2 }], {
    ...options,
    reportCode: false,
  });
  assertEquals([batch.runs.map(hasCode), reports.cached.length], [[false, false], 2]);

  const { run } = await project.runFailing("fails.ts", "one", {}, { reportCode: false });
  assert(!report(run).includes("codeWord"));
  assertStringIncludes(report(run), "It failed");
});

projectTest("run --no-code leaves the code out of the report", { "flows/tagged.ts": tagged }, async (project) => {
  const command = ["run", "-A", modUrl, "run", "tagged", "one"];
  const { code, stderr } = await project.deno([...command, "--no-code"]);
  assertEquals(code, 0, stderr);
  assert(!Deno.readTextFileSync(project.path("runs/tagged/one/report.html")).includes(`class="source"`));
});
