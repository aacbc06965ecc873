/** The guide to running one flow, followed to the letter: its files are written, its commands run, in order. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../lib/deps/assert.ts";
import { modUrl, type Project, projectTest } from "./project.ts";

const guide = Deno.readTextFileSync(new URL("../../docs/guide-running.md", import.meta.url));
const shownFolder = "/home/you/project";

interface Block {
  language: string;
  /** The file that it is, or `watch` for a command that does not end. */
  about: string;
  text: string;
}

const blocks: Block[] = [...guide.matchAll(/^```(\w+) ?(.*)\n([^]*?)^```$/gm)]
  .map(([, language, about, text]) => ({ language, about, text }));

/** Runs a command as a shell does. */
async function shell(project: Project, command: string): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", command],
    cwd: project.dir,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) =>
    new TextDecoder().decode(bytes).replaceAll(project.dir, shownFolder)
  );
  return { code, out, err };
}

Deno.test("docs/guide-running.md has commands, files and outputs to follow", () => {
  const count = (language: string) => blocks.filter((block) => block.language === language).length;
  assertEquals([count("ts"), count("yaml"), count("sh"), count("text")], [1, 2, 8, 6]);
});

projectTest("docs/guide-running.md does and shows what it says", {
  "mod.ts": `import { main } from ${JSON.stringify(new URL("lib/cli/main.ts", modUrl).href)};\nawait main();\n`,
}, async (project) => {
  for (const { language, about, text } of blocks) {
    if (about !== "" && language !== "sh") project.write({ [about]: text });
  }
  for (const [i, { language, about, text }] of blocks.entries()) {
    if (language !== "sh" || about === "watch") continue;
    const { code, out, err } = await shell(project, text);
    assertEquals(code, 0, `${text}${err}`);
    const next = blocks[i + 1];
    if (next?.language === "text") assertEquals(out, next.text, text);
  }
  const schema = JSON.parse(Deno.readTextFileSync(project.path("greet.schema.json")));
  assertEquals(schema.properties.times, { type: "number", description: "how often", default: 1 });
  const report = (instance: string) => Deno.readTextFileSync(project.path(`runs/greet/${instance}/report.html`));
  assert(!report("ada").includes(`class="source"`));
  assertStringIncludes(report("token"), "Hello [secret GREET_TOKEN] (none)");
  const typed = await shell(project, "deno run -A mod.ts run greet --set times=two");
  assertEquals(typed.code, 2);
  assertMatch(typed.err, /times \(line 6\): found the text "two", accepted is number/);
  const derived = await shell(project, "deno run -A mod.ts run greet -f base.yaml -p code=001 -p letter.pages=3");
  assertEquals(derived.out, `${shownFolder}/runs/greet/base_001_3\n`);
});

projectTest("the last of the defaults, files, texts and values wins, in the order that the guide tells", {
  "flows/order.ts":
    `// %% tags=["parameters"]\nlet a = 0;\nlet b = 0;\nlet c = 0;\nlet d = 0;\nlet e = 0;\nlet f = 0;\n`,
  "one.json": `{ "b": 1, "c": 1, "d": 1, "e": 1, "f": 1 }`,
  "two.yml": "c: 2\nd: 2\ne: 2\nf: 2\n",
}, async (project) => {
  const base64 = btoa("e: 4\nf: 4");
  // However they are mixed on the command line.
  const args = ["-p", "f=5", "-b", base64, "-f", "one.json", "-y", "{d: 3, e: 3, f: 3}", "--config", "two.yml"];
  const { code, stderr } = await project.deno(["run", "-A", modUrl, "run", "order", "x", ...args]);
  assertEquals(code, 0, stderr);
  const record = JSON.parse(Deno.readTextFileSync(project.path("runs/order/x/run.json")));
  assertEquals(record.parameters.map(({ value }: { value: number }) => value), [0, 1, 2, 3, 4, 5]);
});
