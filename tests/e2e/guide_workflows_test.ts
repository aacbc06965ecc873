/** docs/guide-workflows.md, docs/porting.md and docs/deploy.md, followed to the letter. */
import { assert, assertEquals } from "../../lib/deps/assert.ts";
import { flowUrl, modUrl, type Project, projectTest } from "./project.ts";

const doc = (name: string) => Deno.readTextFileSync(new URL(`../../docs/${name}`, import.meta.url));

/** Fenced blocks: language, file, text. */
function blocksOf(markdown: string): { language: string; file: string; text: string }[] {
  return [...markdown.matchAll(/^```(\w+) ?(.*)\n([^]*?)^```$/gm)]
    .map(([, language, file, text]) => ({ language, file, text }));
}

/** Runs a line as a shell does, with `deno` by its name, in an environment as bare as that of cron. */
async function shell(project: Project, line: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const folder = Deno.execPath().replace(/\/[^/]*$/, "");
  const env = { HOME: Deno.env.get("HOME") ?? "/", PATH: `${folder}:/usr/bin:/bin`, NO_COLOR: "1" };
  const command = new Deno.Command("sh", { args: ["-c", line], cwd: project.dir, env, clearEnv: true, stdin: "null" });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

for (const name of ["guide-workflows.md", "porting.md"]) {
  projectTest(`docs/${name} does and shows what it says`, {}, (project) => followGuide(project, name));
}

async function followGuide(project: Project, name: string): Promise<void> {
  // What the guide calls mod.ts, and what its flow imports.
  project.write({
    "mod.ts": `export * from ${JSON.stringify(modUrl)};\nif (import.meta.main) await (await import(${
      JSON.stringify(new URL("lib/cli/main.ts", modUrl).href)
    })).main();\n`,
    "flows/mod_flow.ts": `export * from ${JSON.stringify(flowUrl)};\n`,
  });
  let printed = "";
  for (const { language, file, text } of blocksOf(doc(name))) {
    if (file !== "") project.write({ [file]: text });
    if (language === "text") assert(printed.endsWith(text), `It shows:\n${text}\nbut this was printed:\n${printed}`);
    if (language !== "sh") continue;
    printed = "";
    for (const line of text.trimEnd().split("\n")) {
      const { code, stdout, stderr } = await shell(project, line);
      assert(code === 0 || line.includes(" trigger "), `${line}\n${stderr}`);
      printed += stdout;
    }
  }
  const modules = blocksOf(doc(name)).map(({ file }) => file).filter((file) => file.endsWith(".ts"));
  const checked = await project.deno(["check", "--quiet", ...modules]);
  assertEquals(checked.code, 0, checked.stderr);
}

projectTest("docs/deploy.md has a line for cron that runs what is due", {}, async (project) => {
  project.write({ "flows/tick.ts": `// %% tags=["parameters"]\nlet n = 1;\n// %%\nconsole.log(n);\n` });
  const mod = modUrl.replace("file://", "");
  const published = await project.deno(["run", "-A", mod, "publish", "tick", "--schedule", "1s"]);
  assertEquals(published.code, 0, published.stderr);
  const [{ text }] = blocksOf(doc("deploy.md")).filter(({ language }) => language === "crontab");
  const line = text.trim().replace(/^(\S+ ){5}/, "").replace("/srv/project", project.dir)
    .replace("/usr/local/bin/deno", Deno.execPath()).replace("/opt/ductaflow/mod.ts", mod);
  assert(!line.includes("/srv/") && !line.includes("/opt/ductaflow"), line);
  // The tick after the publishing has come by then, or comes with the second try.
  let runs: { status: string }[] = [];
  for (const end = Date.now() + 20_000; runs.length === 0 && Date.now() < end;) {
    assertEquals((await shell(project, line)).code, 0);
    runs = JSON.parse((await project.deno(["run", "-A", mod, "runs", "tick", "--json"])).stdout);
  }
  assertEquals(runs[0]?.status, "succeeded");
  assert(Deno.readTextFileSync(project.path("runs/scheduler.log")).includes("Succeeded"));
});

const hasSystemd = await new Deno.Command("systemd-analyze", { args: ["--version"], stdout: "null", stderr: "null" })
  .output().then(({ success }) => success, () => false);
const requiresSystemd = Deno.env.get("DUCTAFLOW_REQUIRE_SYSTEMD") === "1";
if (!hasSystemd && !requiresSystemd) console.warn("Skipping the test of the systemd unit: there is no systemd-analyze");

projectTest("docs/deploy.md has a unit that systemd takes", {}, async (project) => {
  const [{ text }] = blocksOf(doc("deploy.md")).filter(({ language }) => language === "ini");
  const unit = text.replaceAll("/srv/project", project.dir).replace("/usr/local/bin/deno", Deno.execPath())
    .replace("User=ductaflow", "User=daemon");
  project.write({ "ductaflow.service": unit });
  const { success, stderr } = await new Deno.Command("systemd-analyze", {
    args: ["verify", "--man=no", project.path("ductaflow.service")],
  }).output();
  const said = new TextDecoder().decode(stderr).split("\n").filter((line) => line.includes("ductaflow.service"));
  assertEquals([success, said], [true, []]);
}, { ignore: !hasSystemd && !requiresSystemd });
