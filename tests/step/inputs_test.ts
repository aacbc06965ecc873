import { assertEquals, assertNotEquals } from "../../lib/deps/assert.ts";
import { sha256 } from "../../lib/base/hash.ts";
import { readInput } from "../../lib/step/inputs.ts";

/** Longer than a file must be left alone to be trusted by its times. */
const untilSettled = () => new Promise((resolve) => setTimeout(resolve, 1200));

Deno.test("readInput() sees a file change that keeps size and time, also after it was hashed once", async () => {
  const dir = await Deno.makeTempDir();
  const path = `${dir}/data.csv`;
  const past = new Date("2026-01-01T00:00:00Z");
  Deno.writeTextFileSync(path, "a,1\n");
  Deno.utimeSync(path, past, past);
  await untilSettled();
  const first = await readInput(path);
  assertEquals([first.record.hash, first.signature?.[0]], [await sha256("a,1\n"), 4]);
  assertEquals(await readInput(path), first);
  Deno.writeTextFileSync(path, "a,2\n");
  Deno.utimeSync(path, past, past);
  const second = await readInput(path);
  assertEquals([second.record.hash, second.signature], [await sha256("a,2\n"), undefined]);
  assertNotEquals(second.record.hash, first.record.hash);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("readInput() reads a large file once for all that ask at the same time", async () => {
  const dir = await Deno.makeTempDir();
  const path = `${dir}/large.bin`;
  // So large that its content is read in pieces, for which it is opened.
  Deno.writeFileSync(path, new Uint8Array());
  Deno.truncateSync(path, 64 * 1024 * 1024);
  await untilSettled();
  const { open } = Deno;
  let opened = 0;
  Deno.open = (...args) => (opened++, open(...args));
  try {
    const inputs = await Promise.all(Array.from({ length: 20 }, () => readInput(path)));
    assertEquals(new Set(inputs.map(({ record }) => record.hash)).size, 1);
    assertEquals(opened, 1);
  } finally {
    Deno.open = open;
    await Deno.remove(dir, { recursive: true });
  }
});
