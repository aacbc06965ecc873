import { assertEquals } from "../../lib/deps/assert.ts";
import { makeSync } from "../../lib/base/durable.ts";

/** A disk whose syncs take as long as told; which way each went. */
function disk(takes: (call: number) => number) {
  let time = 0;
  const ways: string[] = [];
  const file = {
    sync() {
      ways.push("beside");
      return Promise.resolve();
    },
    syncSync() {
      ways.push("here");
      time += takes(ways.length);
    },
  };
  return { file, ways, now: () => time };
}

Deno.test("makeSync() waits for a quick disk itself", async () => {
  const { file, ways, now } = disk(() => 0.03);
  const sync = makeSync(now);
  for (let i = 0; i < 5; i++) await sync(file);
  assertEquals(ways, Array(5).fill("here"));
});

Deno.test("makeSync() hands a slow disk to other threads, and tries it again later", async () => {
  const { file, ways, now } = disk((call) => call === 1 ? 8 : 0.03);
  const sync = makeSync(now);
  for (let i = 0; i < 203; i++) await sync(file);
  assertEquals(ways, ["here", ...Array(200).fill("beside"), "here", "here"]);
});

Deno.test("makeSync() lets an error of the disk go up", async () => {
  const sync = makeSync();
  let told = "";
  const broken = {
    sync: () => Promise.reject(new Error("beside")),
    syncSync() {
      throw new Error("input/output error");
    },
  };
  await sync(broken).catch((error) => told = error.message);
  assertEquals(told, "input/output error");
});
