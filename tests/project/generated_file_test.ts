import { assertEquals, assertRejects } from "../../lib/deps/assert.ts";
import { DuctaflowError } from "../../lib/base/error.ts";
import { hashMark, writeGenerated } from "../../lib/project/generated_file.ts";

function inFolder(test: (path: (name: string) => string) => Promise<void>) {
  return async () => {
    const dir = Deno.makeTempDirSync();
    try {
      await test((name) => `${dir}/${name}`);
    } finally {
      Deno.removeSync(dir, { recursive: true });
    }
  };
}

const text = (body: string) => `// ${hashMark}\n${body}\n`;

Deno.test(
  "writeGenerated() replaces what it wrote, and nothing that was edited",
  inFolder(async (path) => {
    const file = { path: path("a.js"), text: text("one") };
    assertEquals(await writeGenerated([file]), { files: [file.path], kept: [] });
    assertEquals((await writeGenerated([{ ...file, text: text("two") }])).files, [file.path]);
    const made = Deno.readTextFileSync(file.path);
    assertEquals(made.replace(/[0-9a-f]{16}/, "{hash}"), text("two"));
    Deno.writeTextFileSync(file.path, made.replace("two", "mine"));
    const error = await assertRejects(() => writeGenerated([file]), DuctaflowError);
    assertEquals(error.code, "file-exists");
    await writeGenerated([file], true);
    assertEquals(Deno.readTextFileSync(file.path).endsWith("\none\n"), true);
  }),
);

Deno.test(
  "writeGenerated() writes none of its files when one is in the way, and names all that are",
  inFolder(async (path) => {
    for (const name of ["a", "b"]) Deno.writeTextFileSync(path(name), "mine");
    const files = ["new", "a", "b"].map((name) => ({ path: path(name), text: text(name) }));
    const { message } = await assertRejects(() => writeGenerated(files), DuctaflowError);
    assertEquals(message, `"${path("a")}" and "${path("b")}" are there already`);
    assertEquals([...Deno.readDirSync(path("."))].map(({ name }) => name).sort(), ["a", "b"]);
  }),
);

Deno.test(
  "writeGenerated() keeps a file that is to be kept, also by force, and one that is the same",
  inFolder(async (path) => {
    Deno.writeTextFileSync(path("config"), "mine");
    const kept = await writeGenerated([{ path: path("config"), text: "new", keep: true }], true);
    assertEquals(kept, { files: [], kept: [path("config")] });
    assertEquals(await writeGenerated([{ path: path("config"), text: "mine" }]), { files: [], kept: [path("config")] });
    assertEquals(Deno.readTextFileSync(path("config")), "mine");
  }),
);

Deno.test({
  name: "writeGenerated() makes a script that can be run by its name",
  ignore: Deno.build.os === "windows",
  fn: inFolder(async (path) => {
    await writeGenerated([{ path: path("run.sh"), text: "#!/bin/sh\n", executable: true }]);
    assertEquals(Deno.statSync(path("run.sh")).mode! & 0o777, 0o755);
  }),
});
