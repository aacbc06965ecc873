import { assert, assertEquals } from "../../lib/deps/assert.ts";
import { isSettled, maybeSignature, sameSignature } from "../../lib/base/file_signature.ts";

async function inFolder(test: (dir: string) => void | Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await test(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("maybeSignature() stays the same while nothing happens, and changes with size, time and file", () =>
  inFolder((dir) => {
    Deno.writeTextFileSync(`${dir}/a`, "one");
    const before = maybeSignature(`${dir}/a`)!;
    assert(sameSignature(before, maybeSignature(`${dir}/a`)!));
    Deno.writeTextFileSync(`${dir}/a`, "longer");
    assert(!sameSignature(before, maybeSignature(`${dir}/a`)!));
    const now = maybeSignature(`${dir}/a`)!;
    Deno.utimeSync(`${dir}/a`, 1, 1);
    assert(!sameSignature(now, maybeSignature(`${dir}/a`)!));
    const old = maybeSignature(`${dir}/a`)!;
    Deno.writeTextFileSync(`${dir}/b`, "longer");
    Deno.renameSync(`${dir}/b`, `${dir}/a`);
    Deno.utimeSync(`${dir}/a`, 1, 1);
    assert(!sameSignature(old, maybeSignature(`${dir}/a`)!), "another inode");
  }));

Deno.test("maybeSignature() is undefined for nothing, also below a file", () =>
  inFolder((dir) => {
    Deno.writeTextFileSync(`${dir}/a`, "");
    assertEquals([maybeSignature(`${dir}/none`), maybeSignature(`${dir}/a/b`)], [undefined, undefined]);
  }));

Deno.test("isSettled() does not trust a file that changed in the second before", () => {
  const signature = [1, 10_000, 10_000, 1] as const;
  assertEquals([isSettled(signature, 10_900), isSettled(signature, 11_200)], [false, true]);
  assertEquals(isSettled([1, 10_000, 12_000, 1], 12_500), false);
});
