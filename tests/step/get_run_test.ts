import { assertEquals, assertRejects } from "../../lib/deps/assert.ts";
import { DuctaflowError } from "../../lib/base/error.ts";
import { getRun, stepNames } from "../../lib/step/get_run.ts";

Deno.test("getRun() tells of an unknown instance what the step has, or which steps there are", async () => {
  const runsDir = Deno.makeTempDirSync();
  try {
    const hint = async (step: string) => {
      return (await assertRejects(() => getRun(step, "evening", { runsDir }), DuctaflowError)).hint;
    };
    assertEquals(await hint("model"), "Steps here: none yet");
    Deno.mkdirSync(`${runsDir}/model/am`, { recursive: true });
    assertEquals(await hint("model"), `The step has 1 instance, "am"`);
    Deno.mkdirSync(`${runsDir}/model/pm`);
    assertEquals(await hint("model"), `The step has 2 instances, such as "am"`);
    assertEquals(await hint("report"), "Steps here: model");
  } finally {
    Deno.removeSync(runsDir, { recursive: true });
  }
});

Deno.test("stepNames() lists the folders that hold runs, not that of a collated page", async () => {
  const runsDir = await Deno.makeTempDir();
  try {
    Deno.mkdirSync(`${runsDir}/model/am`, { recursive: true });
    Deno.mkdirSync(`${runsDir}/collated`);
    Deno.writeTextFileSync(`${runsDir}/collated/index.html`, "");
    assertEquals(stepNames({ runsDir }), ["model"]);
  } finally {
    await Deno.remove(runsDir, { recursive: true });
  }
});
