import { assertEquals, assertThrows } from "../../lib/deps/assert.ts";
import { stageFile, syncPath, writeFileAtomic } from "../../lib/base/atomic_file.ts";

function inFolder(test: (dir: string) => void | Promise<void>): () => Promise<void> {
  return async () => {
    const dir = Deno.makeTempDirSync();
    try {
      await test(dir);
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
    writeFileAtomic(`${dir}/b`, new Uint8Array([0, 255]));
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
  "syncPath() works on plain files and folders",
  inFolder(async (dir) => {
    writeFileAtomic(`${dir}/a`, "x".repeat(300_000));
    await syncPath(`${dir}/a`);
    await syncPath(dir);
    assertEquals(Deno.statSync(`${dir}/a`).size, 300_000);
  }),
);

Deno.test(
  "stageFile() leaves the file alone until it is committed, and nothing when it is discarded",
  inFolder(async (dir) => {
    Deno.writeTextFileSync(`${dir}/a`, "old");
    const staged = stageFile(`${dir}/a`, "new");
    await staged.sync();
    assertEquals(Deno.readTextFileSync(`${dir}/a`), "old");
    staged.commit();
    staged.discard();
    assertEquals(Deno.readTextFileSync(`${dir}/a`), "new");
    stageFile(`${dir}/a`, "newer").discard();
    assertEquals(Deno.readTextFileSync(`${dir}/a`), "new");
    assertEquals(namesIn(dir), ["a"]);
  }),
);
