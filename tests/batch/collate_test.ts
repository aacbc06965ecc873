import { Ajv2020 } from "npm:ajv@8.17.1/dist/2020.js";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../lib/deps/assert.ts";
import { join, toFileUrl } from "../../lib/deps/path.ts";
import { collate, type CollateOptions, DuctaflowError, getRun, type Run } from "../../mod.ts";
import { onePixel } from "../report/sample_run.ts";
import { fabricate, type Fabricated, writeRuns } from "./fabricated_runs.ts";
import schema from "../../docs/bulk-summary.schema.json" with { type: "json" };

import type { BulkSummary } from "../../lib/base/bulk_summary.ts";

const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);
const png = Uint8Array.fromBase64(onePixel);

interface Folder {
  dir: string;
  runsDir: string;
  write(runs: Fabricated[]): Promise<Run[]>;
  collate(runs: Run[], options?: Partial<CollateOptions>): Promise<{ summary: BulkSummary; page: string; dir: string }>;
}

function collateTest(name: string, fn: (folder: Folder) => Promise<void>): void {
  Deno.test(name, async () => {
    const dir = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "ductaflow-test-" }));
    const runsDir = join(dir, "runs");
    try {
      await fn({
        dir,
        runsDir,
        write: (runs) => writeRuns(runsDir, runs),
        async collate(runs, options = {}) {
          const made = await collate(runs, { dir: join(dir, "out"), title: "Delays", ...options });
          const summary: BulkSummary = JSON.parse(Deno.readTextFileSync(made.summaryPath));
          assert(validate(summary) as boolean, JSON.stringify(validate.errors));
          return { summary, page: Deno.readTextFileSync(made.indexPath), dir: made.dir };
        },
      });
    } finally {
      Deno.removeSync(dir, { recursive: true });
    }
  });
}

/** What the page's script reads from one of its two blocks. */
function block(page: string, id: "data" | "pictures") {
  return JSON.parse(page.match(new RegExp(`<script type="application/json" id="${id}">([^<]*)</script>`))![1]);
}

collateTest("collate() writes the page and the summary, in the order of the runs", async ({ write, collate, dir }) => {
  const runs = (await write(fabricate(20))).toReversed();
  const { summary, page } = await collate(runs);
  assertEquals(summary.runs.map(({ instance }) => instance), runs.map(({ instance }) => instance));
  assertEquals(block(page, "data").rows.map((row: { instance: string }) => row.instance), runs.map((r) => r.instance));
  assertEquals([...Deno.readDirSync(join(dir, "out"))].map(({ name }) => name).sort(), [
    "bulk_summary.json",
    "index.html",
  ]);
});

collateTest("collate() keeps of each run what tells it from the others", async ({ write, collate }) => {
  const [made] = fabricate(1);
  const { summary } = await collate(await write([made]));
  const { artifacts, ...run } = summary.runs[0];
  assertEquals(run, {
    step: made.step,
    instance: made.instance,
    id: "run-0",
    status: made.changes.status!,
    statusText: made.changes.statusText!,
    cached: false,
    startedAt: made.changes.startedAt!,
    endedAt: made.changes.endedAt!,
    durationMs: made.changes.durationMs!,
    config: made.config,
    defaults: {},
    metrics: Object.fromEntries(made.changes.metrics!.map(({ name, ...metric }) => [name, metric])),
    checks: made.changes.checks!,
    report: `../runs/${made.step}/${made.instance}/report.html`,
  });
  assertEquals(
    artifacts.map(({ name, type }) => [name, type]),
    Object.keys(made.files).map((name) => {
      return [name, name.endsWith(".svg") ? "image/svg+xml" : "text/plain"];
    }),
  );
});

collateTest("collate() adds up the runs by status", async ({ write, collate }) => {
  const made = fabricate(60);
  const runs = (await write(made)).map((run, i) => i < 7 ? { ...run, cached: true } : run);
  const { summary } = await collate(runs);
  assertEquals([summary.counts.total, summary.counts.cached], [60, 7]);
  for (const [status, count] of Object.entries(summary.counts.status)) {
    assertEquals(count, made.filter(({ changes }) => changes.status === status).length, status);
  }
  assertEquals(summary.durationMs, made.reduce((sum, { changes }) => sum + changes.durationMs!, 0));
  assertEquals(summary.columns, {
    varying: ["zone", "period", "year", "model.trees"],
    common: { "model.seed": 7, source: "flights", maxMiles: 500 },
  });
});

collateTest("collate() links to reports from any folder, with every sign encoded", async ({ write, collate, dir }) => {
  const runs = await write(fabricate(1));
  const deep = join(dir, "a b", "c#d", "out");
  const { summary } = await collate(runs, { dir: toFileUrl(deep) });
  assertEquals(summary.runs[0].report, `../../../runs/delay_model/${runs[0].instance}/report.html`);
  const odd = join(dir, "run%s #1?");
  Deno.renameSync(join(dir, "runs"), odd);
  const moved = await getRun("delay_model", runs[0].instance, { runsDir: odd });
  const { summary: again, dir: out } = await collate([moved]);
  assert(Deno.statSync(new URL(again.runs[0].report!, `${toFileUrl(out)}/`)).isFile);
});

collateTest("collate() lists runs whose folder, record or report is gone", async ({ write, collate }) => {
  const runs = await write(fabricate(4));
  Deno.removeSync(runs[0].dir, { recursive: true });
  Deno.writeTextFileSync(join(runs[1].dir, "run.json"), `{"schema": 1`);
  Deno.removeSync(runs[2].reportPath);
  const { summary, page } = await collate(runs);
  assertEquals(summary.runs.map(({ note, report }) => [note, report !== undefined]), [
    ["Its folder is gone", false],
    ["Its record is missing or damaged", true],
    [undefined, false],
    [undefined, true],
  ]);
  assertEquals(summary.runs[0].status, runs[0].status);
  assertEquals(block(page, "data").rows.map(({ note }: { note?: string }) => note), [
    "Its folder is gone",
    "Its record is missing or damaged",
    "No report",
    undefined,
  ]);
});

collateTest("collate() lists a run of which nothing is left but its name", async ({ write, collate }) => {
  const [run] = await write(fabricate(1));
  Deno.removeSync(run.dir, { recursive: true });
  const lost = Object.defineProperty({ ...run }, "record", {
    get: () => {
      throw new Deno.errors.NotFound();
    },
  });
  const { summary } = await collate([lost as Run]);
  const { step, instance, status } = run;
  const known = { step, instance, status, cached: false, note: "Its folder is gone" };
  assertEquals(summary.runs[0], {
    ...known,
    config: {},
    defaults: {},
    metrics: {},
    checks: [],
    artifacts: [],
  });
});

collateTest("collate() says interrupted of a run whose record says running", async ({ write, collate }) => {
  const [made] = fabricate(1);
  made.changes = { ...made.changes, status: "running", statusText: "Running", endedAt: undefined };
  const [run] = await write([made]);
  assertEquals(run.status, "interrupted");
  const { summary } = await collate([run]);
  assertEquals(summary.runs[0].status, "interrupted");
  assertEquals(summary.counts.status.interrupted, 1);
});

collateTest("collate() does not make runs keep their records in memory", async ({ write, collate }) => {
  const [run] = await write(fabricate(1));
  const watched = Object.defineProperty({ ...run }, "record", {
    get: () => {
      throw new Error("It was asked for its record");
    },
  });
  assertEquals((await collate([watched as Run])).summary.runs[0].id, "run-0");
});

collateTest("collate() takes instances of one name in several steps", async ({ write, collate }) => {
  const runs = await write([...fabricate(2, "prepare"), ...fabricate(2, "model")]);
  const { summary, page } = await collate(runs, { title: undefined });
  assertEquals([summary.steps, summary.title], [["prepare", "model"], "Runs of prepare, model"]);
  assertEquals(new Set(summary.runs.map(({ report }) => report)).size, 4);
  assertEquals(block(page, "data").columns[0].texts, ["prepare", "prepare", "model", "model"]);
});

collateTest("collate() of no runs is a page that says so", async ({ collate }) => {
  const { summary, page } = await collate([]);
  assertEquals([summary.runs, summary.counts.total], [[], 0]);
  assertStringIncludes(page, "There are no runs to show");
});

collateTest(
  "collate() reads the config as given, or from the record when the file is gone",
  async ({ write, collate }) => {
    const [made] = fabricate(1);
    const parameter = { type: "string", line: 1 };
    made.changes.parameters = [
      { ...parameter, name: "zone", value: "L2", source: "config" },
      { ...parameter, name: "rest", value: "x", source: "default" },
    ];
    const [run] = await write([made]);
    Deno.removeSync(join(run.dir, "config.json"));
    const { config, defaults, note } = (await collate([run])).summary.runs[0];
    assertEquals([config, defaults], [{ zone: "L2" }, { rest: "x" }]);
    assertEquals(note, "Its config.json is missing or damaged");
  },
);

collateTest(
  "collate() shows pictures that at least half of the runs with pictures have",
  async ({ write, collate }) => {
    const made = fabricate(4).map((run, i): Fabricated => ({
      ...run,
      files: { "a.png": png, "b.svg": "<svg></svg>", "c.png": png, [`own_${i}.png`]: png, "note.txt": "x" },
    }));
    delete made[0].files["a.png"];
    for (const i of [0, 1, 2]) delete made[i].files["c.png"];
    const { page } = await collate(await write(made));
    assertEquals(block(page, "data").thumbnails, ["a.png", "b.svg"]);
    const pictures = block(page, "pictures");
    assertEquals(pictures[0][0], null);
    assertEquals(pictures[1][0].src, `data:image/png;base64,${onePixel}`);
    assertEquals(pictures[1][0].href, `../runs/delay_model/${made[1].instance}/a.png`);
    assertStringIncludes(pictures[1][1].src, "data:image/svg+xml;base64,");
  },
);

collateTest("collate() finds pictures by name, list or pattern, and none on request", async ({ write, collate }) => {
  const files = { "plots/a.png": png, "plots/b.png": png, "c [1].png": png, "a.png": "no picture" };
  const runs = await write(fabricate(2).map((run, i) => ({ ...run, files: { ...files, [`own_${i}.png`]: png } })));
  const names = async (thumbnails: CollateOptions["thumbnails"]) => {
    const { page } = await collate(runs, { thumbnails });
    const [first = []] = Object.values<{ name: string }[]>(block(page, "pictures"));
    return first.map(({ name }) => name);
  };
  assertEquals(await names("plots/*.png"), ["plots/a.png", "plots/b.png"]);
  assertEquals(await names(["c [1].png", "plots/b.png"]), ["c [1].png", "plots/b.png"]);
  assertEquals(await names("own_*.png"), ["own_0.png"]);
  assertEquals(await names("missing.png"), []);
  assertEquals(await names(false), []);
});

collateTest("collate() links pictures beyond the budget, and says how many", async ({ write, collate }) => {
  const runs = await write(fabricate(5).map((run) => ({ ...run, files: { "a.png": png } })));
  const length = `data:image/png;base64,${onePixel}`.length;
  const { page } = await collate(runs, { thumbnailBudget: 2 * length });
  const shown = Object.values<{ src?: string }[]>(block(page, "pictures")).map(([{ src }]) => src !== undefined);
  assertEquals(shown, [true, true, false, false, false]);
  assertStringIncludes(page, "3 of 5 pictures are linked");
});

collateTest(
  "collate() opens no picture that became a link, nor one outside of the run",
  async ({ write, collate, dir }) => {
    const runs = await write(fabricate(1).map((run) => ({ ...run, files: { "a.png": png, "../b.png": png } })));
    Deno.removeSync(join(runs[0].dir, "a.png"));
    Deno.writeFileSync(join(dir, "secret.png"), png);
    Deno.symlinkSync(join(dir, "secret.png"), join(runs[0].dir, "a.png"));
    const { page } = await collate(runs, { thumbnails: ["a.png", "../b.png", "**"] });
    assertEquals(block(page, "pictures"), {});
  },
);

Deno.test("collate() refuses options that mean nothing, before it reads or writes", async () => {
  const refused: [unknown, object, typeof Error, string][] = [
    ["runs", { dir: "x" }, TypeError, "a list of runs"],
    [[], { dir: " " }, TypeError, "dir"],
    [[], { dir: "/no/such", title: 3 }, TypeError, "title"],
    [[], { dir: "/no/such", thumbnails: [1] }, TypeError, "thumbnails"],
    [[], { dir: "/no/such", thumbnailBudget: -1 }, RangeError, "thumbnailBudget"],
  ];
  for (const [runs, options, kind, message] of refused) {
    await assertRejects(() => collate(runs as Run[], options as CollateOptions), kind, message);
  }
});

collateTest("collate() says on the page which pictures no run has that were asked for", async ({ write, collate }) => {
  const runs = await write(fabricate(3));
  const { page } = await collate(runs, { thumbnails: ["curve.svg", "crve.svg", "plots/*.png"] });
  const notes = [...page.matchAll(/<p class="warning">(.*)<\/p>/g)].map(([, text]) => text.replaceAll("&quot;", '"'));
  assertEquals(notes, ['No run has a picture "crve.svg"', 'No run has a picture "plots/*.png"']);
  assertEquals((await collate(runs)).page.includes('class="warning"'), false);
});

/** All files below a folder with their texts. */
function textsIn(dir: string, below = ""): [string, string][] {
  return [...Deno.readDirSync(join(dir, below))].flatMap(({ name, isDirectory }) => {
    const path = join(below, name);
    return isDirectory ? textsIn(dir, path) : [[path, Deno.readTextFileSync(join(dir, path))] as [string, string]];
  }).sort();
}

collateTest("collate() replaces no page and no summary of somebody else, unless told to", async (folder) => {
  const runs = await folder.write(fabricate(2));
  const site = join(folder.dir, "site");
  Deno.mkdirSync(site);
  const foreign = {
    "index.html": "<!doctype html><h1>Mine</h1>",
    "bulk_summary.json": `{"mine": true}`,
  };
  for (const [name, text] of Object.entries(foreign)) {
    Deno.writeTextFileSync(join(site, name), text);
    const before = textsIn(site);
    const error = await assertRejects(() => folder.collate(runs, { dir: site }), DuctaflowError);
    assertEquals(
      [error.code, error.message],
      ["collation-refused", `The collation is not written to "${site}": its ${name} is none of a collation`],
    );
    assertStringIncludes(error.hint!, "overwrite: true");
    assertEquals(textsIn(site), before);
    await folder.collate(runs, { dir: site, overwrite: true });
    assertEquals((await folder.collate(runs, { dir: site })).summary.counts.total, 2);
  }
});

collateTest("collate() goes over what an interrupted one left, and over empty files", async (folder) => {
  const runs = await folder.write(fabricate(2));
  const { dir } = await folder.collate(runs);
  Deno.removeSync(join(dir, "index.html"));
  await folder.collate(runs);
  for (const name of ["index.html", "bulk_summary.json"]) Deno.writeTextFileSync(join(dir, name), "");
  assertEquals((await folder.collate(runs)).summary.counts.total, 2);
});

collateTest("collate() writes nothing into the folder of a run, nor where a file is", async (folder) => {
  const runs = await folder.write(fabricate(2));
  const before = textsIn(folder.runsDir);
  for (const dir of [runs[0].dir, join(runs[1].dir, "deep", "er")]) {
    for (const overwrite of [false, true]) {
      const error = await assertRejects(() => folder.collate(runs, { dir, overwrite }), DuctaflowError);
      assertEquals(error.code, "collation-refused");
      assertStringIncludes(error.message, "is the folder of a run");
    }
  }
  for (const dir of [join(runs[0].dir, "report.html"), join(runs[0].dir, "report.html", "below")]) {
    const error = await assertRejects(() => folder.collate(runs, { dir }), DuctaflowError);
    assertStringIncludes(error.message, 'report.html" is a file');
  }
  assertEquals(textsIn(folder.runsDir), before);
});
