/** What a published workflow gives to the one that follows it, and what it does not keep. */
import { assertEquals, assertStringIncludes } from "../../lib/deps/assert.ts";
import { after, getFlow, getRun, publishFlow, triggerFlow } from "../../mod.ts";
import { exists, modUrl, type Project, projectTest } from "./project.ts";

const files = {
  "cars.ts": `export const load = () => [{ name: "light", kg: 900 }, { name: "heavy", kg: 2000 }];
export const heaviest = (cars: { name: string; kg: number }[]) => cars.toSorted((a, b) => b.kg - a.kg)[0].name;
`,
  "publish.ts": `import { ops, publishFlow } from ${JSON.stringify(modUrl)};
import type * as Cars from "./cars.ts";
const { load, heaviest } = ops<typeof Cars>(import.meta.resolve("./cars.ts"));
const cars = load().ephemeral();
const rows = cars.rows().named("rows");
await publishFlow("cars", { artifacts: [heaviest(cars).named("heaviest car"), rows], params: { day: { today: "UTC" } } });
`,
  "report.ts": `// %% tags=["parameters"]
let day = "never";
let car = "none";
let rows = 0;
// %%
console.log(day, car, rows);
`,
};

async function publish(project: Project) {
  const { code, stderr } = await project.deno(["run", "-A", "--check", "publish.ts"]);
  assertEquals(code, 0, stderr);
}

projectTest("artifacts, metrics and parameters of a published graph are passed on", files, async (project) => {
  const place = { runsDir: project.runsDir };
  await publish(project);
  const pass = { day: "day", car: { artifact: "heaviest car" }, rows: { metric: "rows" } };
  const report = { flow: project.path("report.ts"), ...place };
  await publishFlow("report", { ...report, schedule: after("cars", { pass }) });
  const run = await triggerFlow("cars", { ...place, params: { day: "2026-01-02" } });
  assertEquals(run.status, "succeeded", run.statusText);
  const next = await (await getFlow("report", place)).latest();
  assertEquals(next?.params, { day: "2026-01-02", car: "heavy", rows: 2 }, next?.statusText);
  assertEquals(next?.upstream, { workflow: "cars", run: run.id });
  // The table was not to be kept, what was made of it is.
  const { artifacts } = await getRun("cars.load", run.id, place);
  assertEquals(artifacts.filter(({ dropped }) => dropped).map(({ path }) => exists(path)), [false]);

  const refused: [object, string, string][] = [
    [{ dai: "day" }, `The schedule passes "dai", but "report" has no such parameter`, `Did you mean "day"?`],
    [{ day: "dya" }, `The schedule passes "dya", but "cars" has no such parameter`, `Did you mean "day"?`],
  ];
  for (const [pass, message, hint] of refused) {
    const error = await publishFlow("report", { ...report, schedule: after("cars", { pass: { ...pass } }) })
      .catch((error) => error);
    assertEquals([error.code, error.message, error.hint], ["bad-schedule", message, hint]);
  }
  await publishFlow("report", { ...report, schedule: after("cars", { pass: { car: { artifact: "lightest car" } } }) });
  await triggerFlow("cars", place);
  const failed = await (await getFlow("report", place)).latest();
  assertEquals(failed?.status, "failed");
  assertStringIncludes(failed!.statusText!, `its parameter "car" is the artifact "lightest car" of cars/`);
});
