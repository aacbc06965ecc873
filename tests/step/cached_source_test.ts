import { assertEquals, assertNotEquals } from "../../lib/deps/assert.ts";
import { sha256 } from "../../lib/base/hash.ts";
import { downloadedBytes, hashModule } from "../../lib/step/cached_source.ts";

const code = "export const seven = 7;\n// denoCacheMetadata= is a comment of this module\nexport default seven;\n";
const noted = (time: number) =>
  `${code}\n// denoCacheMetadata={"headers":{"date":"a"},"url":"http://x/","time":${time}}`;

Deno.test("hashModule() leaves out when code from the web was downloaded", async () => {
  const path = await Deno.makeTempFile();
  try {
    const hashes: string[] = [];
    for (const time of [1, 2]) {
      Deno.writeTextFileSync(path, noted(time));
      hashes.push(await hashModule("https://example.com/seven.ts", path));
    }
    assertEquals(hashes, Array(2).fill(await sha256(code)));
    // A file of the project's own may hold what it likes.
    assertNotEquals(await hashModule("file:///seven.ts", path), hashes[0]);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("downloadedBytes() takes nothing from what has no note", () => {
  for (const text of [code, "", "\n", "// denoCacheMetadata", "one line"]) {
    assertEquals(new TextDecoder().decode(downloadedBytes(new TextEncoder().encode(text))), text);
  }
  assertEquals(downloadedBytes(new Uint8Array([0, 0xff, 0x0a, 0xfe])), new Uint8Array([0, 0xff, 0x0a, 0xfe]));
});
