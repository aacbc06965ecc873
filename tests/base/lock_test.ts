import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../lib/deps/assert.ts";
import { DuctaflowError } from "../../lib/base/error.ts";
import { acquireLock, describeHolder, isLocked, type LockHolder, removeHeldLock } from "../../lib/base/lock.ts";

async function inFolder(test: (path: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await test(`${dir}/locks/a.lock`);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("acquireLock() makes the file, says who holds it, and lets go", () =>
  inFolder(async (path) => {
    assertEquals(isLocked(path), false);
    const lock = await acquireLock(path, "step/a");
    assertEquals(isLocked(path), true);
    const holder: LockHolder = JSON.parse(Deno.readTextFileSync(path));
    assertEquals([holder.pid, holder.name], [Deno.pid, "step/a"]);
    lock.release();
    assertEquals(isLocked(path), false);
  }));

Deno.test("acquireLock() waits for its turn and tells whom it waits for, once", () =>
  inFolder(async (path) => {
    const first = await acquireLock(path, "step/a");
    const told: (LockHolder | undefined)[] = [];
    const second = acquireLock(path, "step/b", { onWait: (holder) => told.push(holder) });
    const early = await Promise.race([
      second.then(() => "taken"),
      new Promise((done) => setTimeout(done, 60, "waits")),
    ]);
    assertEquals(early, "waits");
    first.release();
    const held = await second;
    assertEquals(told.map((holder) => holder?.name), ["step/a"]);
    assertEquals(held.before?.name, "step/a");
    held.release();
  }));

Deno.test("acquireLock() gives up at once when told not to wait", () =>
  inFolder(async (path) => {
    const first = await acquireLock(path, "step/a");
    const error = await assertRejects(() => acquireLock(path, "step/a", { wait: false }), DuctaflowError);
    assertEquals(error.code, "locked");
    assertStringIncludes(error.message, `step/a is being run by process ${Deno.pid}`);
    first.release();
  }));

Deno.test("acquireLock() stops waiting when the signal says so, and leaves the lock alone", () =>
  inFolder(async (path) => {
    const first = await acquireLock(path, "step/a");
    const controller = new AbortController();
    const waiting = acquireLock(path, "step/a", { signal: controller.signal, onWait: () => controller.abort() });
    await assertRejects(() => waiting, DOMException);
    first.release();
    (await acquireLock(path, "step/a", { wait: false })).release();
  }));

Deno.test("acquireLock() takes a lock file whose text is garbage", () =>
  inFolder(async (path) => {
    (await acquireLock(path, "step/a")).release();
    Deno.writeTextFileSync(path, '{"pid": 1, "since');
    const lock = await acquireLock(path, "step/a", { wait: false });
    assertEquals(lock.before, undefined);
    lock.release();
  }));

Deno.test("describeHolder() names process, host and time", () => {
  const holder = { pid: 7, host: "ada", since: "2026-11-22T12:03:04.123Z", name: "a" };
  assertEquals(describeHolder(holder), "process 7 on ada since 2026-11-22 12:03:04 UTC");
  assert(describeHolder(undefined).includes("another process"));
});

Deno.test("acquireLock() holds a file that is there, when the one it waited for was removed by its holder", () =>
  inFolder(async (path) => {
    const first = await acquireLock(path, "step/a");
    const second = acquireLock(path, "step/b");
    removeHeldLock(path);
    const third = await acquireLock(path, "step/c");
    first.release();
    const early = await Promise.race([
      second.then(() => "taken"),
      new Promise((done) => setTimeout(done, 60, "waits")),
    ]);
    assertEquals(early, "waits");
    third.release();
    const held = await second;
    assertEquals([held.before?.name, isLocked(path)], ["step/c", true]);
    held.release();
  }));
