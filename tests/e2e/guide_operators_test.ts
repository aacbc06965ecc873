/** The guide to operators, followed to the letter: its module is written, its cells run as one conductor. */
import { assert, assertEquals } from "../../lib/deps/assert.ts";
import { modUrl, projectTest } from "./project.ts";

const guide = Deno.readTextFileSync(new URL("../../docs/guide-operators.md", import.meta.url));
const blocks = [...guide.matchAll(/^```(\w+) ?(.*)\n([^]*?)^```$/gm)].map(([, language, file, text]) => {
  return { language, file, text: text.replaceAll(`"./mod.ts"`, JSON.stringify(modUrl)) };
});
const cells = blocks.filter(({ language, file }) => language === "ts" && file === "");
const mark = "\u001e\n";

projectTest("the code of docs/guide-operators.md does what the guide shows", {}, async (project) => {
  for (const { file, text } of blocks) if (file !== "") project.write({ [file]: text });
  const script = cells.map(({ text }) => `console.log("\\u001e");\n${text}`).join("");
  const flags = ["--check", "--allow-read", "--allow-write=runs", "--allow-run=deno"];
  const { code, stdout, stderr } = await project.conduct(script, { flags });
  assertEquals(code, 0, stderr);
  const shown = blocks.filter(({ language }) => language === "text").map(({ text }) => text);
  const printed = stdout.replace(/cars-[0-9a-f]{12}/g, "cars-KEY").split(mark).slice(1);
  assert(shown.length >= 6);
  assertEquals(printed, shown);
});
