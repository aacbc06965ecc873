import { assertEquals } from "../../lib/deps/assert.ts";
import { fromFileUrl } from "../../lib/deps/path.ts";
import { childModule, childModuleFile, maybeChildText } from "../../lib/base/child_module.ts";
import { childModules } from "../../build/child_modules.ts";

const path = "lib/ops/child/ready.ts";
const embedded = {
  hash: "",
  flow: "",
  flowNames: [],
  standaloneHost: "",
  children: { [path]: "export const n = 1;\n" },
};

Deno.test("childModule() names the file that the module is in a checkout, and it is run as that", async () => {
  assertEquals(childModule(path), new URL(`../../${path}`, import.meta.url).href);
  assertEquals(maybeChildText(childModule(path)), undefined);
  assertEquals(await childModuleFile(childModule(path), "/nowhere"), childModule(path));
});

Deno.test("childModuleFile() writes the text that the one file has, once, and leaves all other modules alone", async () => {
  const dir = Deno.makeTempDirSync();
  try {
    const url = await childModuleFile(childModule(path), `${dir}/modules`, embedded);
    assertEquals((await import(url)).n, 1);
    const { ino } = Deno.statSync(fromFileUrl(url));
    assertEquals(await childModuleFile(childModule(path), `${dir}/modules`, embedded), url);
    assertEquals(Deno.statSync(fromFileUrl(url)).ino, ino);
    for (const other of ["file:///home/you/lib/ops/child/ready.ts", childModule("lib/ops/child/other.ts")]) {
      assertEquals(await childModuleFile(other, `${dir}/modules`, embedded), other);
    }
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});

Deno.test("childModules() finds every module that childModule() is called with, also by a pattern", () => {
  const found = childModules(fromFileUrl(new URL("../../", import.meta.url)));
  for (const path of ["lib/ops/child/ready.ts", "lib/ops/child/run_op.ts", "lib/resource/calls/sqlite.ts"]) {
    assertEquals(found.includes(path), true, path);
  }
  assertEquals(
    found.filter((path) => path.startsWith("lib/resource/calls/")).length,
    [
      ...Deno.readDirSync(new URL("../../lib/resource/calls/", import.meta.url)),
    ].length,
  );
});
