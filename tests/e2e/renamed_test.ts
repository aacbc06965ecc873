/** Names that change: histories, bounds and types go on. */
import { assertEquals, assertRejects, assertThrows } from "../../lib/deps/assert.ts";
import { getFlow, ops, runWorkflow, triggerFlow } from "../../mod.ts";
import { toFileUrl } from "../../lib/deps/path.ts";
import { modUrl, type Project, projectTest } from "./project.ts";

interface Before {
  total: (n: number) => number;
  count: (n: number) => number;
}

const module = `export const total = (n: number) => n;
export const sum = total;
export const count = (n: number) => n;
`;

let workflows = 0;

function operators<M>(project: Project, text = module, file = "ops.ts") {
  project.write({ [file]: text });
  return ops<M>(toFileUrl(project.path(file)).href, { workflow: `renames ${++workflows}`, runsDir: project.runsDir });
}

projectTest(
  "the history of an artifact goes on under its new name, and so do bounds and types",
  {},
  async (project) => {
    const place = { runsDir: project.runsDir };
    const { total } = operators<Before>(project);
    await runWorkflow("sums", [total(10)], { ...place, run: "one" });
    await runWorkflow("sums", [total(20).named("the total")], { ...place, run: "two" });
    const now = operators<Before>(project);
    const renamed = now.total(40).named("the sum", { renamedFrom: ["the total", "total"] });
    renamed.bound({ vs: { lastRuns: 2 }, maxChangePct: 50, name: "as ever" });
    const run = await runWorkflow("sums", [renamed], { ...place, run: "three" });
    assertEquals(run.steps.map(({ name, status }) => [name, status]), [["the sum", "succeeded"], [
      "the_sum.bound-within_50_of_mean_of_last_2",
      "warned",
    ]]);
    const [check] = run.steps[1].run!.record.checks;
    assertEquals(check.message, "It is 40; before, the mean of the last 2 was 15");
    const versions = await renamed.history({ workflow: "sums" });
    assertEquals(versions.map(({ run, scalar }) => [run, scalar]), [["three", 40], ["two", 20], ["one", 10]]);
    const other = operators<{ total: () => string }>(project, `export const total = () => "much";`, "text.ts");
    const text = other.total().named("the amount", { renamedFrom: "the sum" });
    const changed = await runWorkflow("sums", [text], { ...place, run: "four" });
    assertEquals((changed.steps[0].error as { code?: string }).code, "type-changed");
  },
);

projectTest("a former name that another call has is refused", {}, async (project) => {
  const { total, count } = operators<Before>(project);
  const renamed = total(1).named("sum", { renamedFrom: "count" });
  const work = () => runWorkflow("refused", [renamed, count(1)], { runsDir: project.runsDir });
  await assertRejects(work, Error, `"sum" is renamed from "count", which another call of the workflow is named`);
  assertThrows(() => total(2).named("x", { renamedFrom: "" }), TypeError, `The name of an artifact is ""`);
});

projectTest("the history of a published workflow goes on under a new name of a metric", {}, async (project) => {
  const script = (name: string) =>
    `import { ops, publishFlow } from ${JSON.stringify(modUrl)};
const { total } = ops<typeof import("./metrics.ts")>(import.meta.resolve("./metrics.ts"));
await publishFlow("measured", { artifacts: [total(7).${name}] });
`;
  project.write({
    "metrics.ts": `import { defineMetric } from ${JSON.stringify(modUrl.replace("mod.ts", "lib/flow.ts"))};
export const total = defineMetric((n: number) => n);
`,
  });
  const place = { runsDir: project.runsDir };
  for (const name of [`named("total")`, `named("sum", { renamedFrom: "total" })`]) {
    project.write({ "publish.ts": script(name) });
    const { code, stderr } = await project.deno(["run", "-A", "--check", "publish.ts"]);
    assertEquals(code, 0, stderr);
    const run = await triggerFlow("measured", place);
    assertEquals(run.status, "succeeded", run.statusText);
  }
  const history = await (await getFlow("measured", place)).history("sum");
  assertEquals(history.map(({ version, value }) => [version, value]), [[1, 7], [2, 7]]);
});
