import { assertEquals, assertThrows } from "../../lib/deps/assert.ts";
import { syncFile, writeFileAtomic, writeFileDurably } from "../../lib/base/atomic_file.ts";

function inFolder(test: (dir: string) => void): () => void {
  return () => {
    const dir = Deno.makeTempDirSync();
    try {
      test(dir);
    } finally {
      Deno.removeSync(dir, { recursive: true });
    }
  };
}

function namesIn(dir: string): string[] {
  return [...Deno.readDirSync(dir)].map((entry) => entry.name).sort();
}

Deno.test(
  "writeFileAtomic() makes a file, replaces it, and leaves nothing else behind",
  inFolder((dir) => {
    writeFileAtomic(`${dir}/a`, "one, and longer");
    writeFileAtomic(`${dir}/a`, "twö");
    writeFileAtomic(`${dir}/b`, new Uint8Array([0, 255]), { sync: false });
    assertEquals(Deno.readTextFileSync(`${dir}/a`), "twö");
    assertEquals([...Deno.readFileSync(`${dir}/b`)], [0, 255]);
    assertEquals(namesIn(dir), ["a", "b"]);
  }),
);

Deno.test(
  "writeFileAtomic() leaves a reader that has the old file open with the old content",
  inFolder((dir) => {
    writeFileAtomic(`${dir}/a`, "old");
    using reader = Deno.openSync(`${dir}/a`);
    writeFileAtomic(`${dir}/a`, "new");
    const buffer = new Uint8Array(3);
    reader.readSync(buffer);
    assertEquals(new TextDecoder().decode(buffer), "old");
  }),
);

Deno.test(
  "writeFileAtomic() replaces a symlink instead of writing where it points",
  inFolder((dir) => {
    Deno.writeTextFileSync(`${dir}/outside`, "untouched");
    Deno.symlinkSync(`${dir}/outside`, `${dir}/a`);
    writeFileAtomic(`${dir}/a`, "new");
    assertEquals(Deno.readTextFileSync(`${dir}/outside`), "untouched");
    assertEquals(Deno.lstatSync(`${dir}/a`).isSymlink, false);
  }),
);

Deno.test(
  "writeFileAtomic() keeps the old file and no temporary one when it cannot finish",
  inFolder((dir) => {
    Deno.mkdirSync(`${dir}/a`);
    Deno.writeTextFileSync(`${dir}/a/inside`, "kept");
    assertThrows(() => writeFileAtomic(`${dir}/a`, "new"));
    assertEquals(namesIn(dir), ["a"]);
    assertEquals(Deno.readTextFileSync(`${dir}/a/inside`), "kept");
  }),
);

Deno.test(
  "writeFileAtomic() fails with the first error when the folder is gone",
  inFolder((dir) => {
    assertThrows(() => writeFileAtomic(`${dir}/none/a`, "x"), Deno.errors.NotFound);
  }),
);

Deno.test(
  "writeFileDurably() and syncFile() work on plain files",
  inFolder((dir) => {
    writeFileDurably(`${dir}/a`, "x".repeat(300_000));
    syncFile(`${dir}/a`);
    assertEquals(Deno.statSync(`${dir}/a`).size, 300_000);
  }),
);
