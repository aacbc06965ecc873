import { assertEquals, assertRejects } from "../../lib/deps/assert.ts";
import { sha256, sha256File } from "../../lib/base/hash.ts";

const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

async function hashOfFile(content: Uint8Array): Promise<string> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, content);
    return await sha256File(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("sha256() gives the known hashes of texts and bytes", async () => {
  assertEquals(await sha256(""), empty);
  assertEquals(await sha256("abc"), abc);
  assertEquals(await sha256(new Uint8Array([97, 98, 99])), abc);
  assertEquals(await sha256("é"), await sha256(new Uint8Array([0xc3, 0xa9])));
});

Deno.test("sha256() hashes a view of a larger buffer by the view alone", async () => {
  assertEquals(await sha256(new TextEncoder().encode("xabcx").subarray(1, 4)), abc);
});

Deno.test("sha256File() gives the hash of the file's bytes", async () => {
  assertEquals(await hashOfFile(new Uint8Array()), empty);
  assertEquals(await hashOfFile(new TextEncoder().encode("abc")), abc);
});

Deno.test("sha256File() hashes large files in pieces to the same result", async () => {
  const bytes = new Uint8Array(16 * 1024 * 1024 + 12_345).map((_, i) => i * 31);
  assertEquals(await hashOfFile(bytes), await sha256(bytes));
});

Deno.test("sha256File() fails for a file that is not there", async () => {
  await assertRejects(() => sha256File("/none/at/all"), Deno.errors.NotFound);
});
