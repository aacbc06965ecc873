/** The guide to scripts, followed to the letter: its files are written, its commands run, what they print is what it shows. */
import { assertEquals, assertStringIncludes } from "../../lib/deps/assert.ts";
import { modUrl, projectTest } from "./project.ts";

const guide = Deno.readTextFileSync(new URL("../../docs/guide-scripts.md", import.meta.url));
const shownFolder = "/home/you/project";

interface Block {
  language: string;
  /** The file that it is, or `web` for a command that needs more than this machine. */
  about: string;
  text: string;
}

const blocks: Block[] = [...guide.matchAll(/^```(\w+) ?(.*)\n([^]*?)^```$/gm)]
  .map(([, language, about, text]) => ({ language, about, text }));

Deno.test("docs/guide-scripts.md has commands, files and outputs to follow", () => {
  const count = (wanted: string) =>
    blocks.filter(({ language, about }) => `${language} ${about}`.startsWith(wanted)).length;
  assertEquals([count("ts flows/"), count("sh"), count("sh web"), count("text")], [2, 5, 2, 3]);
});

projectTest("docs/guide-scripts.md does and shows what it says", {
  "mod.ts": `export * from ${JSON.stringify(modUrl)};
import { main } from ${JSON.stringify(new URL("lib/cli/main.ts", modUrl).href)};
if (import.meta.main) await main();
`,
}, async (project) => {
  for (const { language, about, text } of blocks) if (language === "ts") project.write({ [about]: text });
  for (const [i, { language, about, text }] of blocks.entries()) {
    if (language !== "sh" || about === "web") continue;
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: ["-ec", text],
      cwd: project.dir,
      env: { NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assertEquals(code, 0, `${text}${err}`);
    assertEquals(blocks[i + 1].language, "text");
    assertEquals(out.replaceAll(project.dir, shownFolder), blocks[i + 1].text, text);
    // What the guide types is what each command said to type.
    const next = /^Next: deno run (.*)$/m.exec(err)?.[1];
    if (next?.includes("standalone")) assertStringIncludes(text, `deno run ${next.replace("handed_on/", "")}`);
    else if (next !== undefined) assertStringIncludes(text, `deno run ${next}`);
  }
}, { ignore: Deno.build.os === "windows" });
