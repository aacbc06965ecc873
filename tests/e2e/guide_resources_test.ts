/** The guide to resources, followed to the letter. */
import { assertEquals, assertStringIncludes } from "../../lib/deps/assert.ts";

const guide = Deno.readTextFileSync(new URL("../../docs/guide-resources.md", import.meta.url));
const modUrl = new URL("../../mod.ts", import.meta.url).href;
const blocks = [...guide.matchAll(/^```(\w+) ?(.*)\n([^]*?)^```$/gm)].map(([, language, name, text]) => ({
  language,
  name,
  text,
}));

async function run(dir: string, name: string, env: Record<string, string> = {}): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("deno", {
    args: ["run", "--allow-read", "--allow-write=runs", "--allow-run=deno", "--allow-env", name],
    cwd: dir,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("docs/guide-resources.md does and shows what it says", async () => {
  const dir = await Deno.makeTempDir();
  try {
    Deno.writeTextFileSync(`${dir}/mod.ts`, `export * from ${JSON.stringify(modUrl)};\n`);
    const samples = blocks.filter(({ language }) => language === "ts");
    assertEquals(samples.map(({ name }) => name), ["read.ts", "save.ts"]);
    for (const { name, text } of samples) {
      Deno.writeTextFileSync(`${dir}/${name}`, text);
      const shown = blocks[blocks.findIndex((block) => block.name === name) + 1];
      assertEquals(await run(dir, name), shown.text);
    }
    Deno.writeTextFileSync(`${dir}/resources.yaml`, blocks.find(({ name }) => name === "resources.yaml")!.text);
    Deno.writeTextFileSync(
      `${dir}/load.ts`,
      `import { loadResources, resource } from "./mod.ts";
console.log((await loadResources()).join(" "), (await resource("results").list()).map(({ name }) => name).join(" "));`,
    );
    const said = await run(dir, "load.ts", { WAREHOUSE_URL: "mysql://reader:secret@db.example.com/all" });
    assertStringIncludes(said, "sales warehouse lake results ductaflow_saves heavy_cars");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
