import { assertEquals, assertNotEquals } from "../../lib/deps/assert.ts";
import { join } from "../../lib/deps/path.ts";
import { writeOnce } from "../../lib/base/create_once.ts";

/** Runs a test in a temporary folder, and gives what must be the only file in it. */
function oneFile(test: (path: string) => void): () => void {
  return () => {
    const dir = Deno.makeTempDirSync();
    try {
      test(join(dir, "module.ts"));
      assertEquals([...Deno.readDirSync(dir)].map(({ name }) => name), ["module.ts"]);
    } finally {
      Deno.removeSync(dir, { recursive: true });
    }
  };
}

Deno.test(
  "writeOnce() leaves a file that has the text as it is",
  oneFile((path) => {
    writeOnce(path, "export {};\n");
    assertEquals(Deno.readTextFileSync(path), "export {};\n");
    Deno.chmodSync(path, 0o600);
    const { ino } = Deno.statSync(path);
    writeOnce(path, "export {};\n");
    assertEquals([Deno.statSync(path).ino, Deno.statSync(path).mode! & 0o777], [ino, 0o600]);
  }),
);

Deno.test(
  "writeOnce() replaces a file that has another text, or was cut short",
  oneFile((path) => {
    Deno.writeTextFileSync(path, "exp");
    const { ino } = Deno.statSync(path);
    writeOnce(path, "export {};\n");
    assertEquals(Deno.readTextFileSync(path), "export {};\n");
    assertNotEquals(Deno.statSync(path).ino, ino);
  }),
);
