/** The guide to notebooks, followed to the letter: its files are written, its commands run, what they say is what it shows. */
import { assert, assertEquals } from "../../lib/deps/assert.ts";
import { Jupyter, skipsJupyterTests } from "../jupyter.ts";
import { modUrl, type Project, projectTest } from "./project.ts";

const guide = Deno.readTextFileSync(new URL("../../docs/guide-notebooks.md", import.meta.url));
const withoutJupyter = skipsJupyterTests();

interface Block {
  language: string;
  about: string;
  text: string;
}

const blocks: Block[] = [...guide.matchAll(/^```(\w+) ?(.*)\n([^]*?)^```$/gm)]
  .map(([, language, about, text]) => ({ language, about, text }));

projectTest("docs/guide-notebooks.md does and shows what it says", {}, async (project) => {
  for (const { language, about, text } of blocks) if (language === "ts") project.write({ [about]: text });
  for (const [i, { language, about, text }] of blocks.entries()) {
    if (language !== "sh") continue;
    if (about === "jupyter") await runInJupyter(project);
    else {
      const said = await shell(project, text);
      const next = blocks[i + 1];
      if (next?.language === "text") assertEquals(said, next.text, text);
    }
  }
  assertEquals(JSON.parse(Deno.readTextFileSync(project.path("runs/trip/near/time.json"))), {
    miles: 30,
    speed: 60,
    time: 0.5,
  });
  const text = Deno.readTextFileSync(project.path("flows/trip.ts"));
  const [, , , first] = blocks[0].text.split("\n");
  assert(text.startsWith(`// ---\n// title: Trip\n// ---\n${first}`), text);
  assert(text.includes("// # Hours behind the wheel\n"), text);
});

/** Runs the lines of a block one after the other, and gives what the commands for notebooks said to people. */
async function shell(project: Project, lines: string): Promise<string> {
  let said = "";
  for (const line of lines.trimEnd().split("\n")) {
    const script = line.replace("deno run -A mod.ts", `deno run -A --quiet '${new URL(modUrl).pathname}'`);
    const command = new Deno.Command("sh", {
      args: ["-c", script],
      cwd: project.dir,
      env: { NO_COLOR: "1" },
      stdin: "null",
    });
    const { stderr } = await command.output();
    if (line.includes("ipynb")) said += new TextDecoder().decode(stderr);
    // Two edits in one tick of the file system's clock would be equally new.
    if (line.startsWith("sed")) Deno.utimeSync(project.path(line.split(" ").at(-1)!), ++clock, clock);
  }
  return said;
}

let clock = 1_800_000_000;

async function runInJupyter(project: Project): Promise<void> {
  if (withoutJupyter) return;
  const jupyter = await Jupyter.install(project.path("home"));
  await jupyter.execute(project.path("runs/trip/far/trip.ipynb"));
  const made = JSON.parse(Deno.readTextFileSync(project.path("runs/trip/far/time.json")));
  assertEquals(made, { miles: 300, speed: 60, time: 5 });
}
