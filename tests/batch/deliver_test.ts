import { Ajv2020 } from "npm:ajv@8.17.1/dist/2020.js";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../lib/deps/assert.ts";
import schema from "../../docs/delivery.schema.json" with { type: "json" };
import { DuctaflowError } from "../../lib/base/error.ts";
import { deliver, type DeliverOptions, type Delivery } from "../../lib/batch/deliver.ts";
import { listDeliveries } from "../../lib/batch/delivery/delivery_log.ts";
import { newBeside, oldBeside } from "../../lib/batch/delivery/swap_folder.ts";
import { getRun } from "../../lib/step/get_run.ts";
import type { Run } from "../../lib/step/run.ts";
import { type Desk, onDesk } from "./recorded_run.ts";

/** Delivers below the project, whatever the current folder is. */
function send(desk: Desk, runs: Run | Run[], template: string, options: DeliverOptions = {}): Promise<Delivery[]> {
  return deliver(runs, `${desk.dir}/${template}`, options);
}

async function refusal(
  desk: Desk,
  runs: Run | Run[],
  template: string,
  options: DeliverOptions = {},
): Promise<DuctaflowError> {
  const error = await assertRejects(() => send(desk, runs, template, options), DuctaflowError);
  assertEquals(error.code, "delivery-refused");
  return error;
}

const two = { "out.csv": "a\n1\n", "plots/map.svg": "<svg/>" };

Deno.test(
  "deliver() copies all outputs to the folder that row, config and run name, in this order",
  onDesk(async (desk) => {
    const run = await desk.run({
      config: { client: "config", project: { name: "p" }, instance: "shadow" },
      files: two,
    });
    const [delivery] = await send(desk, run, "out/{client}/{project.name}/{instance}_{step}_{date}_{status}_{id}", {
      rows: [{ client: "row" }],
    });
    const target = `out/row/p/shadow_model_2026-01-02_succeeded_${run.record.id}`;
    assertEquals(desk.tree("out"), {
      [`${target.slice(4)}/delivery.json`]: "(manifest)",
      [`${target.slice(4)}/out.csv`]: "a\n1\n",
      [`${target.slice(4)}/plots/map.svg`]: "<svg/>",
    });
    assertEquals([delivery.target, delivery.status, delivery.bytes], [desk.path(target), "new", 10]);
    assertEquals(delivery.run, { step: "model", instance: "am", id: run.record.id });
    assertEquals(delivery.files.map(({ name, hash }) => [name, hash]), run.artifacts.map((a) => [a.name, a.hash]));
  }),
);

Deno.test(
  "deliver() takes values that are computed from the run",
  onDesk(async (desk) => {
    const run = await desk.run();
    await send(desk, run, "out/{short}", { values: (run) => ({ short: run.instance.slice(0, 1) }) });
    assertEquals(Object.keys(desk.tree("out")), ["a/delivery.json", "a/out.csv"]);
  }),
);

Deno.test(
  "deliver() writes a manifest that its schema accepts, and lists what was delivered when",
  onDesk(async (desk) => {
    const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);
    const [am, pm] = [await desk.run({ files: two }), await desk.run({ instance: "pm", status: "warned" })];
    await send(desk, [am, pm], "out/{instance}");
    const manifests = ["am", "pm"].map((name) => JSON.parse(desk.read("out", name, "delivery.json")));
    for (const manifest of manifests) assert(validate(manifest), JSON.stringify(validate.errors));
    assert(!validate({ ...manifests[0], schema: 2 }));
    assert(!validate({ ...manifests[0], files: [{ name: "a", size: 1 }] }));
    assertEquals(manifests[0].files.map((file: { name: string }) => file.name), ["out.csv", "plots/map.svg"]);
    const listed = await listDeliveries({ runsDir: desk.runsDir });
    assertEquals(listed.map(({ instance, id, target, files, bytes }) => [instance, id, target, files, bytes]), [
      ["am", am.record.id, desk.path("out/am"), 2, 10],
      ["pm", pm.record.id, desk.path("out/pm"), 1, 4],
    ]);
    assertEquals(listed.map((one) => one.deliveredAt), manifests.map((manifest) => manifest.deliveredAt));
    assertEquals((await listDeliveries({ runsDir: desk.runsDir, instance: "pm" })).length, 1);
  }),
);

Deno.test("docs/delivery.schema.json has the keys of the interfaces in manifest.ts", () => {
  const source = Deno.readTextFileSync(new URL("../../lib/batch/delivery/manifest.ts", import.meta.url));
  const keysOf = (name: string) => {
    const body = new RegExp(`^export interface ${name} \\{\\n([\\s\\S]*?)\\n\\}$`, "m").exec(source)![1];
    const members = [...body.matchAll(/^ {2}(\w+)(\??):/gm)];
    return [members.map(([, key]) => key), members.filter(([, , optional]) => !optional).map(([, key]) => key)];
  };
  const { DeliveredFile } = schema.$defs;
  assertEquals(keysOf("DeliveryManifest"), [Object.keys(schema.properties), schema.required]);
  assertEquals(keysOf("DeliveredFile"), [Object.keys(DeliveredFile.properties), DeliveredFile.required]);
});

Deno.test(
  "deliver() takes only what is included and not excluded, and the toolkit's own files when asked",
  onDesk(async (desk) => {
    const files = { "a.csv": "1", "b.csv": "2", "c.txt": "3", "plots/d.csv": "4" };
    const run = await desk.run({ files });
    const names = async (options: DeliverOptions) => {
      const [{ files }] = await send(desk, run, "out", { ...options, dryRun: true });
      return files.map((file) => file.name);
    };
    assertEquals(await names({ include: "*.csv", exclude: ["b*"] }), ["a.csv"]);
    assertEquals(await names({ include: ["c.txt", "plots/**"] }), ["c.txt", "plots/d.csv"]);
    assertEquals(await names({ include: "**/*.csv" }), ["a.csv", "b.csv", "plots/d.csv"]);
    assertEquals(await names({ exclude: "**", report: true, notebook: true, record: true, config: true }), [
      "config.json",
      "flow.ipynb",
      "report.html",
      "run.json",
    ]);
    const missed = await refusal(desk, run, "out", { include: ["d.csv", "*.parquet"] });
    assertStringIncludes(missed.message, `No output matches "*.parquet": there are "a.csv", "b.csv"`);
    assertStringIncludes(missed.hint!, `Did you mean "**/d.csv"?`);
    assertStringIncludes((await refusal(desk, run, "out", { exclude: "**" })).message, "None of its outputs");
  }),
);

Deno.test(
  "deliver() lets a glob match nothing in one of the runs, but not in all, and no run have nothing",
  onDesk(async (desk) => {
    const runs = [await desk.run({ files: two }), await desk.run({ instance: "pm" })];
    await send(desk, runs, "out/{instance}", { include: ["plots/*", "*.csv"] });
    assertEquals(Object.keys(desk.tree("out/pm")), ["delivery.json", "out.csv"]);
    assertStringIncludes(
      (await refusal(desk, runs, "other/{instance}", { include: "plots/*" })).message,
      "model/pm: None of its outputs",
    );
    const empty = await desk.run({ instance: "empty", files: {} });
    assertStringIncludes((await refusal(desk, empty, "other")).message, "model/empty: It left no outputs");
    assertEquals(desk.tree("other"), {});
  }),
);

Deno.test(
  "deliver() again changes nothing, not even a time or the log",
  onDesk(async (desk) => {
    const runs = [await desk.run({ files: two }), await desk.run({ instance: "pm" })];
    await send(desk, runs, "out/{instance}", { report: true });
    const before = [...desk.stamps("out"), desk.read("runs/.ductaflow/deliveries.ndjson")];
    const again = await send(desk, runs, "out/{instance}", { report: true });
    assertEquals(again.map(({ status }) => status), ["unchanged", "unchanged"]);
    assertEquals([...desk.stamps("out"), desk.read("runs/.ductaflow/deliveries.ndjson")], before);
  }),
);

Deno.test(
  "deliver() replaces an earlier delivery of the instance as a whole",
  onDesk(async (desk) => {
    await send(desk, await desk.run({ files: { ...two, "old.txt": "old" } }), "out/{instance}");
    const [delivery] = await send(desk, await desk.run({ files: { "out.csv": "a\n2\n" } }), "out/{instance}");
    assertEquals(delivery.status, "updated");
    assertEquals(desk.tree("out"), { "am/delivery.json": "(manifest)", "am/out.csv": "a\n2\n" });
    assertEquals((await listDeliveries({ runsDir: desk.runsDir })).length, 2);
  }),
);

Deno.test(
  "deliver() says what a new run of the same content is, in the manifest",
  onDesk(async (desk) => {
    await send(desk, await desk.run(), "out");
    const run = await desk.run();
    const [{ status }] = await send(desk, run, "out");
    assertEquals([status, JSON.parse(desk.read("out/delivery.json")).id], ["updated", run.record.id]);
  }),
);

Deno.test(
  "deliver() brings back what was removed from a delivery",
  onDesk(async (desk) => {
    const run = await desk.run({ files: two });
    await send(desk, run, "out");
    Deno.removeSync(desk.path("out/plots"), { recursive: true });
    assertEquals((await send(desk, run, "out"))[0].status, "updated");
    assertEquals(desk.read("out/plots/map.svg"), "<svg/>");
  }),
);

/** What may stand in a target, and what the refusal says of it. */
const occupied: [what: string, occupy: (desk: Desk) => void, says: string, forGood?: true][] = [
  ["a folder of somebody else", (desk) => desk.write({ "out/mine.txt": "x" }), "was not delivered by ductaflow"],
  ["a damaged manifest", (desk) => desk.write({ "out/delivery.json": "{" }), "was not delivered by ductaflow"],
  ["a manifest of another program", (desk) => desk.write({ "out/delivery.json": "{}" }), "was not delivered"],
  ["a newer manifest", (desk) => desk.write({ "out/delivery.json": `{"schema":2}` }), "by a newer version"],
  ["a file", (desk) => desk.write({ out: "x" }), "is a file", true],
  [
    "a link",
    (desk) => {
      Deno.mkdirSync(desk.path("elsewhere"));
      Deno.symlinkSync(desk.path("elsewhere"), desk.path("out"));
    },
    "is a symbolic link",
    true,
  ],
];

for (const [what, occupy, says, forGood] of occupied) {
  Deno.test(
    `deliver() does not touch ${what} in the place of the target${forGood ? "" : ", unless it may overwrite it"}`,
    onDesk(async (desk) => {
      const run = await desk.run();
      occupy(desk);
      const before = desk.stamps();
      assertStringIncludes((await refusal(desk, run, "out")).message, says);
      if (forGood) await refusal(desk, run, "out", { overwrite: true });
      assertEquals(desk.stamps(), before);
      if (forGood) return;
      assertEquals((await send(desk, run, "out", { overwrite: true }))[0].status, "updated");
      assertEquals(desk.tree("out"), { "delivery.json": "(manifest)", "out.csv": "a\n1\n" });
    }),
  );
}

Deno.test(
  "deliver() into an empty folder takes it as new",
  onDesk(async (desk) => {
    Deno.mkdirSync(desk.path("out"));
    assertEquals((await send(desk, await desk.run(), "out"))[0].status, "new");
  }),
);

Deno.test(
  "deliver() does not replace another instance's delivery",
  onDesk(async (desk) => {
    await send(desk, await desk.run(), "out");
    const other = await desk.run({ instance: "pm", files: { "out.csv": "other" } });
    assertStringIncludes((await refusal(desk, other, "out")).message, "holds the delivery of model/am");
    assertEquals(desk.read("out/out.csv"), "a\n1\n");
  }),
);

Deno.test(
  "deliver() loses no file that somebody added or edited in a delivery",
  onDesk(async (desk) => {
    await send(desk, await desk.run({ files: two }), "out");
    desk.write({ "out/plots/note.txt": "mine", "out/.DS_Store": "junk" });
    const next = await desk.run({ files: { "out.csv": "new" } });
    const added = await refusal(desk, next, "out");
    assertStringIncludes(added.message, `has files that were not delivered: "plots/note.txt"`);
    assertStringIncludes(added.hint!, "overwrite: true (--overwrite)");
    Deno.removeSync(desk.path("out/plots/note.txt"));
    desk.write({ "out/out.csv": "b\n1\n" });
    assertStringIncludes((await refusal(desk, next, "out")).message, `were edited after the delivery: "out.csv"`);
    await send(desk, next, "out", { overwrite: true });
    assertEquals(desk.tree("out"), { "delivery.json": "(manifest)", "out.csv": "new" });
  }),
);

Deno.test(
  "deliver() of the same run leaves a file alone that somebody added",
  onDesk(async (desk) => {
    const run = await desk.run();
    await send(desk, run, "out");
    desk.write({ "out/note.txt": "mine" });
    assertEquals((await send(desk, run, "out"))[0].status, "unchanged");
    assertEquals(desk.read("out/note.txt"), "mine");
  }),
);

Deno.test(
  "deliver() refuses an output that changed after its run, unless forced, and marks it then",
  onDesk(async (desk) => {
    const run = await desk.run({ files: two });
    // Same size, so that only the hash tells.
    desk.write({ "runs/model/am/out.csv": "a\n9\n" });
    const error = await refusal(desk, run, "out");
    assertStringIncludes(error.message, `model/am: "out.csv" is not what the run recorded`);
    assertStringIncludes(error.hint!, "--force");
    assertEquals(desk.tree("out"), {});
    const [{ files }] = await send(desk, run, "out", { force: true });
    assertEquals(files.map(({ name, changed }) => [name, changed]), [["out.csv", true], ["plots/map.svg", undefined]]);
    assertEquals(JSON.parse(desk.read("out/delivery.json")).files[0].changed, true);
    assertEquals(desk.read("out/out.csv"), "a\n9\n");
  }),
);

Deno.test(
  "deliver() skips links that lead out or nowhere, and delivers the files that links within the run lead to",
  onDesk(async (desk) => {
    desk.write({ "secret.txt": "secret" });
    const links = {
      out: "../../../secret.txt",
      dir: "plots",
      gone: "nowhere",
      in: "plots/map.svg",
      abs: "/etc/passwd",
    };
    const run = await desk.run({ files: two, links });
    const [{ skipped }] = await send(desk, run, "out");
    assertEquals(desk.tree("out"), {
      "delivery.json": "(manifest)",
      "in": "<svg/>",
      "out.csv": "a\n1\n",
      "plots/map.svg": "<svg/>",
    });
    assertEquals(Object.fromEntries(skipped.map(({ name, reason }) => [name, reason])), {
      abs: "a link that leads out of the run folder",
      dir: "a link that leads to no file",
      gone: "a link that leads nowhere",
      out: "a link that leads out of the run folder",
    });
  }),
);

Deno.test(
  "deliver() skips values that were not kept, and not what is missing otherwise",
  onDesk(async (desk) => {
    const run = await desk.run({ files: two });
    const path = desk.path("runs/model/am/run.json");
    const record = JSON.parse(Deno.readTextFileSync(path));
    for (const artifact of record.artifacts) if (artifact.name === "out.csv") artifact.dropped = true;
    Deno.writeTextFileSync(path, JSON.stringify(record));
    Deno.removeSync(desk.path("runs/model/am/out.csv"));
    const again = (await getRun("model", "am", { runsDir: desk.runsDir }))!;
    const [{ skipped, files }] = await send(desk, again, "out");
    assertEquals(skipped, [{ name: "out.csv", reason: "a value that was not kept" }]);
    assertEquals(files.map(({ name }) => name), ["plots/map.svg"]);
    Deno.removeSync(desk.path("runs/model/am/plots/map.svg"));
    const error = await assertRejects(() => send(desk, run, "other"), DuctaflowError);
    assertStringIncludes(error.message, `"plots/map.svg" is missing`);
  }),
);

/** Links that are put into a run folder after the record was made. */
const planted: [what: string, plant: (desk: Desk) => void, says: string][] = [
  ["a file", (desk) => {
    Deno.removeSync(desk.path("runs/model/am/out.csv"));
    Deno.symlinkSync(desk.path("secret.txt"), desk.path("runs/model/am/out.csv"));
  }, `"out.csv" is reached through a link`],
  ["a file, by one to the same content", (desk) => {
    desk.write({ "secret.txt": "a\n1\n" });
    Deno.removeSync(desk.path("runs/model/am/out.csv"));
    Deno.symlinkSync(desk.path("secret.txt"), desk.path("runs/model/am/out.csv"));
  }, `"out.csv" is reached through a link`],
  ["a folder", (desk) => {
    desk.write({ "elsewhere/map.svg": "<svg/>" });
    Deno.removeSync(desk.path("runs/model/am/plots"), { recursive: true });
    Deno.symlinkSync(desk.path("elsewhere"), desk.path("runs/model/am/plots"));
  }, `"plots/map.svg" is reached through a link`],
  ["another link", (desk) => {
    Deno.removeSync(desk.path("runs/model/am/link"));
    Deno.symlinkSync(desk.path("secret.txt"), desk.path("runs/model/am/link"));
  }, `"link" leads elsewhere than when the run recorded it`],
  ["a file, by a folder", (desk) => {
    Deno.removeSync(desk.path("runs/model/am/out.csv"));
    Deno.mkdirSync(desk.path("runs/model/am/out.csv"));
  }, `"out.csv" is not a file any more`],
];

for (const [what, plant, says] of planted) {
  Deno.test(
    `deliver() refuses a run in which a link or folder took the place of ${what}, even when forced`,
    onDesk(async (desk) => {
      desk.write({ "secret.txt": "secret" });
      const run = await desk.run({ files: two, links: { link: "out.csv" } });
      plant(desk);
      assertStringIncludes((await refusal(desk, run, "out")).message, says);
      await refusal(desk, run, "out", { force: true });
      assertEquals(desk.tree("out"), {});
    }),
  );
}

Deno.test(
  "deliver() refuses a record whose outputs lie outside of the run folder",
  onDesk(async (desk) => {
    desk.write({ "secret.txt": "secret" });
    for (const name of ["../../../secret.txt", "/etc/passwd", "", "a//b", "./out.csv"]) {
      const run = await desk.run();
      run.record.artifacts[0].name = name;
      assertStringIncludes((await refusal(desk, run, "out")).message, "no name of a file below the run folder");
    }
  }),
);

Deno.test(
  "deliver() refuses an output that would take the manifest's place",
  onDesk(async (desk) => {
    const run = await desk.run({ files: { "Delivery.json": "{}", "a.txt": "a" } });
    assertStringIncludes((await refusal(desk, run, "out")).message, "the place of the manifest");
    await send(desk, run, "out", { exclude: "Delivery.json" });
  }),
);

Deno.test(
  "deliver() reports all problems of all runs together and then has copied nothing",
  onDesk(async (desk) => {
    const config = { client: "Acme", zone: "L2" };
    const runs = [
      await desk.run({ instance: "good", config }),
      await desk.run({ instance: "twin", config }),
      await desk.run({ instance: "shout", config: { ...config, client: "ACME" } }),
      await desk.run({ instance: "bad", config, status: "failed" }),
      await desk.run({ instance: "placeless", config: { client: "../.." } }),
      await desk.run({ instance: "lost", config: { client: "Bee", zone: "L4" } }),
      await desk.run({ instance: "again", config: { client: "Cee", zone: "L4" } }),
    ];
    Deno.removeSync(desk.path("runs/model/lost/out.csv"));
    await desk.run({ instance: "again", config });
    const before = desk.stamps();
    const { message } = await refusal(desk, runs, "out/{client}/{zone}");
    const expected = [
      `Nothing was delivered, for 9 reasons`,
      `model/bad: It did not succeed: Ended failed`,
      `model/placeless: The template cannot be filled: "{client}" is "../..": it contains "/"`,
      `model/placeless: The template cannot be filled: "{zone}" is not known`,
      `model/lost: "out.csv" is missing`,
      `model/again: It has run again since`,
      `model/good and model/twin both go to "${desk.path("out/Acme/L2")}"`,
      `model/good and model/shout both go to "${desk.path("out/ACME/L2")}", which many systems take for`,
      `model/good and model/bad both go to`,
    ];
    for (const text of expected) assertStringIncludes(message, text);
    assertEquals(desk.stamps(), before);
  }),
);

Deno.test(
  "deliver() delivers failed runs when told, and never one that is running",
  onDesk(async (desk) => {
    const failed = await desk.run({ status: "failed" });
    assertStringIncludes((await refusal(desk, failed, "out")).hint!, "allowFailed: true");
    await send(desk, failed, "out", { allowFailed: true });
    assertEquals(JSON.parse(desk.read("out/delivery.json")).status, "failed");
    const running = await desk.run({ instance: "pm" });
    const going = { ...running, record: { ...running.record, status: "running" as const } };
    assertStringIncludes((await refusal(desk, going, "pm", { allowFailed: true })).message, "still running");
  }),
);

Deno.test(
  "deliver() follows no link below the folder that its template names",
  onDesk(async (desk) => {
    const run = await desk.run();
    for (const folder of ["share/inner", "elsewhere", "out"]) Deno.mkdirSync(desk.path(folder), { recursive: true });
    Deno.symlinkSync(desk.path("elsewhere"), desk.path("out/model"));
    const before = desk.stamps();
    for (const options of [{}, { overwrite: true }, { dryRun: true }]) {
      const { message, hint } = await refusal(desk, run, "out/{step}/{instance}", options);
      assertStringIncludes(message, `is reached through a link that leads out of "${desk.path("out")}"`);
      assertStringIncludes(message, `: "${desk.path("out/model")}"`);
      assertStringIncludes(hint!, "Remove the link");
    }
    await refusal(desk, run, "{step}/../out/{step}/{instance}");
    assertEquals(desk.stamps(), before);
    // The template's own words may lead through one, and so may links that stay inside.
    Deno.symlinkSync(desk.path("share"), desk.path("link"));
    Deno.symlinkSync("inner", desk.path("share/model"));
    assertEquals((await send(desk, run, "link/{step}/{instance}"))[0].status, "new");
    assertEquals(desk.read("share/inner/am/out.csv"), "a\n1\n");
    assertEquals((await send(desk, run, "out/model/{instance}"))[0].status, "new");
    assertEquals(desk.read("elsewhere/am/out.csv"), "a\n1\n");
  }),
);

Deno.test(
  "deliver() sees a link that was put there after its look around",
  onDesk(async (desk) => {
    const run = await desk.run();
    Deno.mkdirSync(desk.path("elsewhere"));
    Deno.mkdirSync(desk.path("out"));
    const error = await refusal(desk, [run, await desk.run({ instance: "pm" })], "out/{instance}/{step}", {
      values: ({ instance }: Run) => {
        if (instance === "pm") Deno.symlinkSync(desk.path("elsewhere"), desk.path("out/am"));
        return {};
      },
    });
    assertStringIncludes(error.message, "is reached through a link that leads out of");
    assertEquals([...Deno.readDirSync(desk.path("elsewhere"))], []);
  }),
);

Deno.test(
  "deliver() puts no delivery among the runs, around the project, or inside another delivery",
  onDesk(async (desk) => {
    const [am, pm] = [await desk.run(), await desk.run({ instance: "pm" })];
    Deno.symlinkSync(desk.path("runs"), desk.path("link"));
    const overwrite = { overwrite: true };
    assertStringIncludes((await refusal(desk, am, "runs/out", overwrite)).message, "lies among the runs");
    assertStringIncludes((await refusal(desk, am, "link/out", overwrite)).message, "lies among the runs");
    assertStringIncludes((await refusal(desk, am, ".", overwrite)).message, "a folder around this project");
    assertStringIncludes((await refusal(desk, am, "../..", overwrite)).message, "a folder around this project");
    await send(desk, am, "out");
    assertStringIncludes((await refusal(desk, pm, "out/{instance}")).message, "lies in another delivery");
  }),
);

Deno.test(
  "deliver() with dryRun tells what it would do and touches nothing",
  onDesk(async (desk) => {
    const runs = [await desk.run(), await desk.run({ instance: "pm", files: two })];
    await send(desk, runs[0], "out/{instance}");
    const before = desk.stamps();
    const planned = await send(desk, runs, "out/{instance}", { dryRun: true });
    assertEquals(planned.map(({ status, bytes, files }) => [status, bytes, files.length]), [
      ["unchanged", 4, 1],
      ["new", 10, 2],
    ]);
    const next = await desk.run({ files: { "out.csv": "other" } });
    const stamps = desk.stamps();
    assertEquals((await send(desk, next, "out/{instance}", { dryRun: true }))[0].status, "updated");
    await refusal(desk, next, "out/{nothing}", { dryRun: true });
    assertEquals(desk.stamps(), stamps);
    assertEquals(desk.stamps("out"), before.filter((stamp) => stamp.startsWith("out/")));
  }),
);

/** What a crash may leave, made by hand; `before` is the earlier delivery. */
const crashes: [what: string, crash: (target: string) => void][] = [
  ["while copying", (target) => {
    Deno.mkdirSync(newBeside(target));
    Deno.writeTextFileSync(`${newBeside(target)}/out.csv`, "ha");
  }],
  ["between the two renames", (target) => {
    Deno.renameSync(target, oldBeside(target));
    Deno.mkdirSync(newBeside(target));
    Deno.writeTextFileSync(`${newBeside(target)}/delivery.json`, "{}");
  }],
  ["before the old folder was removed", (target) => {
    Deno.mkdirSync(oldBeside(target));
    Deno.writeTextFileSync(`${oldBeside(target)}/out.csv`, "older");
  }],
];

for (const [what, crash] of crashes) {
  Deno.test(
    `deliver() after a crash ${what} finds the old delivery or makes the new one, and leaves nothing behind`,
    onDesk(async (desk) => {
      const run = await desk.run();
      await send(desk, run, "out/am");
      const whole = desk.stamps("out").filter((stamp) => stamp.includes("out.csv"));
      crash(desk.path("out/am"));
      assertEquals((await send(desk, run, "out/am", { dryRun: true }))[0].status, "unchanged");
      assertEquals((await send(desk, run, "out/am"))[0].status, "unchanged");
      assertEquals(desk.stamps("out").filter((stamp) => stamp.includes("out.csv")), whole);
      crash(desk.path("out/am"));
      assertEquals((await send(desk, await desk.run({ files: two }), "out/am"))[0].status, "updated");
      assertEquals(desk.tree("out"), {
        "am/delivery.json": "(manifest)",
        "am/out.csv": "a\n1\n",
        "am/plots/map.svg": "<svg/>",
      });
    }),
  );
}

Deno.test(
  "deliver() adds to the log what a crash kept out of it, once, and bears a line that was cut short",
  onDesk(async (desk) => {
    const runs = [await desk.run(), await desk.run({ instance: "pm" })];
    await send(desk, runs, "out/{instance}");
    const log = desk.read("runs/.ductaflow/deliveries.ndjson");
    desk.write({ "runs/.ductaflow/deliveries.ndjson": log.slice(0, log.length - 20) });
    assertEquals((await listDeliveries({ runsDir: desk.runsDir })).map(({ instance }) => instance), ["am"]);
    for (let i = 0; i < 2; i++) await send(desk, runs, "out/{instance}");
    const listed = await listDeliveries({ runsDir: desk.runsDir });
    assertEquals(listed.map(({ instance }) => instance), ["am", "pm"]);
    assertEquals(listed[1], JSON.parse(log.split("\n")[1]));
  }),
);

Deno.test(
  "deliver() of two at once to one place makes one delivery",
  onDesk(async (desk) => {
    const run = await desk.run({ files: two });
    const all = await Promise.all([1, 2, 3].map(() => send(desk, run, "out/x")));
    assertEquals(all.map(([{ status }]) => status).sort(), ["new", "unchanged", "unchanged"]);
    assertEquals((await listDeliveries({ runsDir: desk.runsDir })).length, 1);
  }),
);

Deno.test(
  "deliver() with a signal that is raised stops with its reason and leaves nothing half-made",
  onDesk(async (desk) => {
    const runs = [await desk.run(), await desk.run({ instance: "pm" })];
    const reason = new Error("enough");
    const error = await assertRejects(() => send(desk, runs, "out/{instance}", { signal: AbortSignal.abort(reason) }));
    assertEquals(error, reason);
    assertEquals(desk.tree("out"), {});
  }),
);

Deno.test(
  "deliver() refuses wrong options before anything else",
  onDesk(async (desk) => {
    const run = await desk.run();
    await assertRejects(() => deliver(run, ""), TypeError, "The template");
    await assertRejects(() => deliver([{}] as Run[], "out"), TypeError, "Item 0");
    await assertRejects(() => deliver(run, "out", { rows: [] }), RangeError, "0 rows for 1 runs");
    await assertRejects(() => deliver(run, "out", { rows: [{}], values: () => ({}) }), TypeError, "exclude each other");
    await assertRejects(() => deliver(run, "out/{"), DuctaflowError, "not closed");
    assertEquals(await deliver([], "out"), []);
  }),
);

Deno.test(
  "deliver() takes the run of now by getRun",
  onDesk(async (desk) => {
    await desk.run();
    const run = await getRun("model", "am", { runsDir: desk.runsDir });
    assertEquals((await send(desk, run, "out"))[0].status, "new");
  }),
);
