/** Steps that read what other steps left: what a change reaches runs again, found by what was read, without a declaration. */
import { assertEquals } from "../../lib/deps/assert.ts";
import type { Batch } from "../../mod.ts";
import { countedFlow, executedSince, executionsFolder, planned, runBatch } from "./batch_project.ts";
import { flowUrl, modUrl, type Project, projectTest, resultOf } from "./project.ts";

const useInput = `import { input } from ${JSON.stringify(flowUrl)};\n`;

/** Three steps: the first counts the letters of a row's own input, so that different inputs can come out the same. */
const chain = {
  ...executionsFolder,
  "flows/one.ts": countedFlow(
    `const text = Deno.readTextFileSync("../../../data/" + name + ".txt");
Deno.writeTextFileSync("n.txt", String(text.length * factor));`,
    { permissions: ["read: [../data]"], parameters: "let name = '';\nlet factor = 1;", as: `"one-" + name` },
  ),
  "flows/two.ts": countedFlow(
    `${useInput}Deno.writeTextFileSync("n.txt", Deno.readTextFileSync(input("one", name, "n.txt")) + "!");`,
    { parameters: "let name = '';", as: `"two-" + name` },
  ),
  "flows/three.ts": countedFlow(
    `${useInput}Deno.writeTextFileSync("n.txt", Deno.readTextFileSync(input("two", name, "n.txt")) + "?");`,
    { parameters: "let name = '';", as: `"three-" + name` },
  ),
  ...Object.fromEntries([..."abcd"].map((name) => [`data/${name}.txt`, name])),
};

interface ChainRow {
  name: string;
  factor: number;
}

/** Runs the three steps over all rows; gives what the last one wrote. */
async function runChain(project: Project, rows: ChainRow[]): Promise<string[]> {
  const config = ({ name }: ChainRow) => ({ name });
  const first = await runBatch(project, "flows/one.ts", rows);
  first.throwIfFailed();
  for (const flow of ["flows/two.ts", "flows/three.ts"]) {
    (await runBatch(project, flow, rows, { config })).throwIfFailed();
  }
  return rows.map(({ name }) => Deno.readTextFileSync(project.path("runs/three", name, "n.txt")));
}

projectTest("three steps over many rows: only the chains that a change reaches run again", chain, async (project) => {
  const rows = [..."abcd"].map((name) => ({ name, factor: 1 }));
  const everything = ["one", "three", "two"].flatMap((step) => [..."abcd"].map((name) => `${step}-${name}`));
  assertEquals(await runChain(project, rows), ["1!?", "1!?", "1!?", "1!?"]);
  assertEquals(executedSince(project), everything);
  assertEquals(await runChain(project, rows), ["1!?", "1!?", "1!?", "1!?"]);
  assertEquals(executedSince(project), []);

  project.write({ "data/b.txt": "bbb" });
  assertEquals(await runChain(project, rows), ["1!?", "3!?", "1!?", "1!?"]);
  assertEquals(executedSince(project), ["one-b", "three-b", "two-b"]);

  // Another input of which the first step makes the same: there it ends.
  project.write({ "data/b.txt": "BBB" });
  assertEquals(await runChain(project, rows), ["1!?", "3!?", "1!?", "1!?"]);
  assertEquals(executedSince(project), ["one-b"]);

  const changed = rows.map((row) => "ad".includes(row.name) ? { ...row, factor: 5 } : row);
  assertEquals(await runChain(project, changed), ["5!?", "3!?", "1!?", "5!?"]);
  assertEquals(executedSince(project), ["one-a", "one-d", "three-a", "three-d", "two-a", "two-d"]);

  // What was done by hand in the middle is taken back, and what comes of it is as it was.
  Deno.writeTextFileSync(project.path("runs/two/c/n.txt"), "forged");
  assertEquals(await planned(project, "flows/three.ts", rows, { config: ({ name }) => ({ name }) }), ["c"]);
  assertEquals(await runChain(project, changed), ["5!?", "3!?", "1!?", "5!?"]);
  assertEquals(executedSince(project), ["two-c"]);
});

projectTest(
  "a step over many rows of which one upstream failed: that one fails, says so, and is made good",
  chain,
  async (project) => {
    const rows = [..."abcd"].map((name) => ({ name, factor: 1 }));
    const config = ({ name }: ChainRow) => ({ name });
    Deno.removeSync(project.path("data/c.txt"));
    const run = async () => {
      const batches: Batch[] = [await runBatch(project, "flows/one.ts", rows)];
      for (const flow of ["flows/two.ts", "flows/three.ts"]) {
        batches.push(
          await runBatch(project, flow, rows, { config }),
        );
      }
      return batches.map(({ failed }) => failed.map(({ instance }) => instance));
    };
    assertEquals(await run(), [["c"], ["c"], ["c"]]);
    executedSince(project);
    assertEquals(await run(), [["c"], ["c"], ["c"]]);
    assertEquals(executedSince(project), ["one-c", "three-c", "two-c"]);
    project.write({ "data/c.txt": "cc" });
    assertEquals(await run(), [[], [], []]);
    assertEquals(executedSince(project), ["one-c", "three-c", "two-c"]);
    assertEquals(Deno.readTextFileSync(project.path("runs/three/c/n.txt")), "2!?");
  },
);

/** The loop of the issue, as it stands there. */
const plainLoop = `import { getAllInstances, runStepFlow } from ${JSON.stringify(modUrl)};
for (const period of ["am", "pm"]) for (const zone of ["L2", "L4", "SCRAM"]) {
  await runStepFlow("generate_vector_inputs", \`\${zone}_\${period}\`, { period, zone });
  await runStepFlow("generate_stock_view", \`view_\${zone}_\${period}\`, { vectorInstance: \`\${zone}_\${period}\` });
}
await runStepFlow("generate_bulk_index", "combined_outputs", { sourceInstances: await getAllInstances("generate_stock_view") });
`;

const loopFiles = {
  ...executionsFolder,
  "flows/generate_vector_inputs.ts": countedFlow(
    `const text = Deno.readTextFileSync("../../../data/" + zone + ".txt");
Deno.writeTextFileSync("vectors.json", JSON.stringify({ period, zone, text }));`,
    {
      permissions: ["read: [../data]"],
      parameters: 'let period: "am" | "pm" = "am";\ndeclare const zone: string;',
      as: `"vectors-" + zone + "_" + period`,
    },
  ),
  "flows/generate_stock_view.ts": countedFlow(
    `${useInput}const { text, zone } = JSON.parse(
  Deno.readTextFileSync(input("generate_vector_inputs", vectorInstance, "vectors.json")));
Deno.writeTextFileSync("view.txt", "view of " + zone + ": " + text);`,
    { parameters: "declare const vectorInstance: string;", as: `"view-" + vectorInstance` },
  ),
  "flows/generate_bulk_index.ts": countedFlow(
    `const views = sourceInstances.map(({ dir }) => Deno.readTextFileSync(dir + "/view.txt"));
Deno.writeTextFileSync("result.json", JSON.stringify({ sourceInstances, views }));`,
    {
      parameters: "declare const sourceInstances: { step: string; instance: string; dir: string }[];",
      as: `"index"`,
    },
  ),
  ...Object.fromEntries(["L2", "L4", "SCRAM"].map((zone) => [`data/${zone}.txt`, `stock of ${zone}`])),
};

interface Index {
  sourceInstances: { step: string; instance: string; dir: string }[];
  views: string[];
}

projectTest(
  "the plain loop works as written, and runs only what a changed input reaches",
  loopFiles,
  async (project) => {
    const loop = async () => {
      const { code, stdout, stderr } = await project.conduct(plainLoop);
      assertEquals([code, stdout, stderr], [0, "", ""]);
      return executedSince(project);
    };
    const index = () => resultOf<Index>({ dir: project.path("runs/generate_bulk_index/combined_outputs") } as never);
    const zones = ["L2", "L4", "SCRAM"];
    const names = zones.flatMap((zone) => [`${zone}_am`, `${zone}_pm`]);
    const everything = ["index", ...names.map((name) => `vectors-${name}`), ...names.map((name) => `view-${name}`)];
    assertEquals(await loop(), everything.sort());
    // A run in the config has come to the flow as its reference, in order; its folder is told from the flow's own.
    const references = names.map((name) => {
      const instance = `view_${name}`;
      return { step: "generate_stock_view", instance, dir: `../../generate_stock_view/${instance}` };
    });
    assertEquals(index().sourceInstances, references);
    const views = zones.flatMap((zone) => Array<string>(2).fill(`view of ${zone}: stock of ${zone}`));
    assertEquals(index().views, views);

    assertEquals(await loop(), []);

    project.write({ "data/L4.txt": "more stock" });
    assertEquals(await loop(), ["index", "vectors-L4_am", "vectors-L4_pm", "view-L4_am", "view-L4_pm"]);
    assertEquals(index().views, views.map((view) => view.replace("stock of L4", "more stock")));
    assertEquals(await loop(), []);
  },
);

projectTest("runs as the values of a column arrive in the flow as references", {
  ...loopFiles,
  "flows/show.ts": countedFlow(`Deno.writeTextFileSync("result.json", JSON.stringify(source));`, {
    parameters: "let name = '';\nlet source: unknown = null;",
    as: "name",
  }),
}, async (project) => {
  const rows = ["L2", "SCRAM"].map((zone) => ({ zone, period: "pm" }));
  const sources = await runBatch(project, "flows/generate_vector_inputs.ts", rows, { instance: "{zone}_{period}" });
  executedSince(project);
  const table = sources.succeeded.map((source) => ({ name: `show_${source.instance}`, source }));
  const runTable = () => runBatch(project, "flows/show.ts", table, { instance: "{name}" });
  const shown = await runTable();
  shown.throwIfFailed();
  const expected = ["L2_pm", "SCRAM_pm"].map((instance) => {
    return { step: "generate_vector_inputs", instance, dir: `../../generate_vector_inputs/${instance}` };
  });
  assertEquals(shown.succeeded.map((run) => resultOf(run)), expected);
  assertEquals(executedSince(project), ["show_L2_pm", "show_SCRAM_pm"]);
  assertEquals((await runTable()).cached.length, 2);
  assertEquals(executedSince(project), []);
  // The same by a function of the row.
  const config = ({ name, source }: (typeof table)[number]) => ({ name, source });
  assertEquals((await runBatch(project, "flows/show.ts", table, { config })).cached.length, 2);
});
