/** The command `collate` as a process of its own. */
import { assert, assertEquals, assertStringIncludes } from "../../lib/deps/assert.ts";
import { call } from "./command_line.ts";
import { exists } from "./project.ts";
import { type Sandbox, sandboxed } from "./sandbox.ts";

/** Two steps; of the first, one of three instances fails. */
async function makeRuns(box: Sandbox): Promise<void> {
  box.flow("model", `// %%\nDeno.writeTextFileSync("n.txt", String(n));\nif (n === 3) throw new Error("three");\n`);
  box.flow("other", `// %%\nn;\n`);
  await box.conduct(`
    for (const n of [1, 2, 3]) await outcome(runStepFlow("model", "n" + n, { n }));
    await runStepFlow("other", "one");
  `);
}

// deno-lint-ignore no-explicit-any
function summary(box: Sandbox, dir: string): any {
  return JSON.parse(Deno.readTextFileSync(box.path(dir, "bulk_summary.json")));
}

// deno-lint-ignore no-explicit-any
const names = ({ runs }: any) => runs.map((run: any) => `${run.step}/${run.instance}`);

Deno.test(
  "collate puts all runs of a step onto one page, those that failed too",
  sandboxed(async (box) => {
    await makeRuns(box);
    const { code, out, err } = await call(box, "collate", "model");
    assertEquals([code, out], [0, `${box.path("runs/collated/index.html")}\n`], err);
    assertEquals(err, "3 runs on one page: 2 succeeded, 1 failed\nruns/collated/index.html\n");
    assertEquals(names(summary(box, "runs/collated")), ["model/n1", "model/n2", "model/n3"]);
    assertStringIncludes(Deno.readTextFileSync(box.path("runs/collated/index.html")), "n3");
  }),
);

Deno.test(
  "collate takes steps and single runs, a folder, a title, and gives JSON",
  sandboxed(async (box) => {
    await makeRuns(box);
    const args = ["model/n2", "other", "model", "--succeeded", "--dir", "runs/page", "--title", "Two steps", "--json"];
    const { code, out, err } = await call(box, "collate", ...args);
    assertEquals(code, 0, err);
    const { indexPath, counts } = JSON.parse(out);
    assertEquals([indexPath, counts.total, counts.status.succeeded], [box.path("runs/page/index.html"), 3, 3]);
    // Each run once, where it is first named.
    assertEquals(names(summary(box, "runs/page")), ["model/n2", "other/one", "model/n1"]);
    assert(Deno.readTextFileSync(indexPath).includes("<title>Two steps"), "The title is the page's");
  }),
);

Deno.test(
  "collate refuses what is not there, with the nearest name",
  sandboxed(async (box) => {
    await makeRuns(box);
    const refuse = async (...args: string[]) => {
      const { code, out, err } = await call(box, "collate", ...args);
      assertEquals([code, out, exists(box.path("runs/collated"))], [2, "", false]);
      return err;
    };
    assertStringIncludes(await refuse("modle"), `"model"`);
    assertStringIncludes(await refuse("model/n9"), `"model/n9"`);
    assertStringIncludes(await refuse(), "No step is given");
    assertStringIncludes(await refuse("model", "--thumbnails", "a.png", "--no-thumbnails"), "exclude each other");
  }),
);
