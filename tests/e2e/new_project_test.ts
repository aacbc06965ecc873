/** New projects as their users meet them: made from a folder or a URL, checked, run, moved, made read-only. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../lib/deps/assert.ts";
import { fromFileUrl, join } from "../../lib/deps/path.ts";
import { mod } from "./command_line.ts";
import { exists, Project, projectTest, type Said } from "./project.ts";
import { isRoot, sandboxed } from "./sandbox.ts";
import { denoDir, siteTest } from "./site.ts";

const repository = fromFileUrl(new URL("../../", import.meta.url));
const files = [
  ".gitignore",
  ".vscode/extensions.json",
  ".vscode/launch.json",
  ".vscode/settings.json",
  ".vscode/tasks.json",
  "README.md",
  "cnd_NAME.ts",
  "data/global_temperature.csv",
  "deno.json",
  "ductaflow_version.txt",
  "flows/warming.ts",
  "lib/line_chart.ts",
  "lib/straight_line.ts",
  "lib/straight_line_test.ts",
  "periods.csv",
];
/** The least squares of the years 1994 to 2023, reckoned by hand from the table. */
const warmingSince1994 = "0.23";

type Tell = (...args: string[]) => Promise<Said>;

/** The files below a folder, `runs/` and the lock file of Deno left out. */
function filesBelow(dir: string, below = ""): string[] {
  return [...Deno.readDirSync(join(dir, below))].flatMap(({ name, isDirectory }) => {
    const path = below + name;
    if (path === "runs" || path === "deno.lock") return [];
    return isDirectory ? filesBelow(dir, `${path}/`) : [path];
  }).sort();
}

async function succeed(tell: Tell, ...args: string[]): Promise<Said> {
  const said = await tell(...args);
  assertEquals(said.code, 0, `deno ${args.join(" ")}\n${said.stdout}${said.stderr}`);
  return said;
}

/** All tasks do what they say, and the second start finds all fresh. */
async function tryTasks(tell: Tell): Promise<void> {
  await succeed(tell, "task", "check");
  assertStringIncludes((await succeed(tell, "task", "test")).stdout, "3 passed");
  const first = await succeed(tell, "task", "start");
  assertMatch(first.stdout, new RegExp(`1994_2023  succeeded  ${warmingSince1994} ± 0\\.\\d\\d °C per decade`));
  assertStringIncludes(first.stderr, "6 ran");
  const second = await succeed(tell, "task", "start");
  assertEquals([second.stdout, second.stderr.includes("6 fresh")], [first.stdout, true]);
  const { stdout } = await succeed(tell, "task", "ductaflow", "run", "warming", "--set", "from=2000", "--json");
  const { status, checks, artifacts, config } = JSON.parse(stdout);
  assertEquals([status, checks.length, config], ["succeeded", 2, { from: 2000 }]);
  assertEquals(artifacts.map(({ name }: { name: string }) => name), ["warming.csv", "warming.svg"]);
}

projectTest("new from a local clone: tasks run, in a path with blanks and umlauts, without HOME", {
  "../package.json": `{ "name": "above", "type": "commonjs", "dependencies": { "left-pad": "1" } }`,
}, async (project) => {
  const env = { HOME: undefined, DENO_DIR: await denoDir() };
  const made = await project.deno(["run", "-A", mod, "new", "my_analysis"], env);
  assertEquals([made.code, made.stdout], [0, `${project.path("my_analysis")}\n`], made.stderr);
  assertStringIncludes(made.stderr, "Next\n  cd my_analysis\n  deno task start\n");
  const own = new Project(project.dir, "my_analysis");
  assertEquals(filesBelow(own.dir), files.map((name) => name.replace("NAME", "my_analysis")).sort());
  assert(Deno.statSync(own.path("runs")).isDirectory);
  await tryTasks((...args) => own.deno(args, env));
  const commit = await new Deno.Command("git", { args: ["rev-parse", "HEAD"], cwd: repository }).output();
  const version = Deno.readTextFileSync(own.path("ductaflow_version.txt"));
  assertMatch(version, /^ductaflow \d+\.\d+\.\d+\n/);
  assertStringIncludes(version, `from: ${mod}\ngit commit: ${new TextDecoder().decode(commit.stdout)}`);
  assert(!Deno.readTextFileSync(own.path("deno.json")).includes(`"/`), "The way to the toolkit is relative");
}, { folder: "Mein Projekt für Ümläute & co" });

siteTest(
  "new from a URL on an empty machine: made, checked and run with the URL alone",
  async (project, site, deno) => {
    const made = await deno("run", "-A", site.url("mod.ts"), "new", "my_analysis");
    assertEquals([made.code, made.stdout], [0, `${project.path("my_analysis")}\n`], made.stderr);
    const own = new Project(project.dir, "my_analysis");
    const env = { HOME: undefined, DENO_DIR: join(project.outside, "cache") };
    await tryTasks((...args) => own.deno(args, env));
    assertStringIncludes(Deno.readTextFileSync(own.path("ductaflow_version.txt")), `from: ${site.url("mod.ts")}\n`);
    assertEquals(site.asked.filter((path) => !/^\/(mod\.ts|lib\/)/.test(path)), []);
  },
);

siteTest("new --copy from a URL gives the same files as from a clone, and needs the URL no more", async (
  project,
  site,
  deno,
) => {
  await succeed(deno, "run", "-A", site.url("mod.ts"), "new", "from_url", "--copy");
  await site.close();
  await succeed(deno, "run", "-A", mod, "new", "from_clone", "--copy");
  const [url, clone] = ["from_url", "from_clone"].map((name) => project.path(name, "ductaflow"));
  const names = filesBelow(url);
  assertEquals(names, filesBelow(clone));
  for (const name of names) {
    const text = Deno.readTextFileSync(join(url, name));
    assertEquals(text, Deno.readTextFileSync(join(repository, name)), name);
    assertEquals(text, Deno.readTextFileSync(join(clone, name)), name);
  }
  // What only tests and examples in comments use is not copied.
  const left = filesBelow(join(repository, "lib")).map((name) => `lib/${name}`).filter((name) => !names.includes(name));
  assertEquals(left.filter((name) => !/\/assert\.(d\.)?ts$/.test(name)), []);
  const own = new Project(project.dir, "from_url");
  await tryTasks((...args) => own.deno(args, { HOME: undefined, DENO_DIR: join(project.outside, "cache") }));
});

projectTest(
  "new --copy: moved elsewhere, the project runs, and loads nothing from where it was made",
  {},
  async (project) => {
    await succeed((...args) => project.deno(args), "run", "-A", mod, "new", "my_analysis", "--copy");
    const moved = new Project(project.outside, "elsewhere");
    Deno.renameSync(project.path("my_analysis"), moved.path("moved"));
    const own = new Project(moved.dir, "moved");
    await tryTasks((...args) => own.deno(args));
    const { stdout } = await succeed((...args) => own.deno(args), "info", "--json", "cnd_my_analysis.ts");
    const modules: { specifier: string }[] = JSON.parse(stdout).modules;
    const strange = modules.map(({ specifier }) => specifier)
      .filter((url) => url.startsWith("file:") && !url.startsWith(`file://${own.dir}/`));
    assertEquals(strange, []);
    assert(modules.some(({ specifier }) => specifier === `file://${own.path("ductaflow/mod.ts")}`));
  },
);

projectTest("new refuses bad names and folders that hold something, and leaves them as they are", {
  "taken/notes.txt": "mine",
  "file": "mine",
  "repository/.git/HEAD": "ref: refs/heads/main\n",
}, async (project) => {
  const tell = async (...args: string[]) => {
    const { code, stdout, stderr } = await project.deno(["run", "-A", mod, "new", ...args]);
    return { code, stdout, stderr };
  };
  const taken = await tell("taken");
  assertEquals([taken.code, taken.stdout], [2, ""]);
  assertStringIncludes(taken.stderr, `cannot be made in "${project.path("taken")}": the folder holds "notes.txt"\n`);
  assertEquals([...Deno.readDirSync(project.path("taken"))].length, 1);
  assertStringIncludes((await tell("file")).stderr, "something by that name that is no folder");
  for (const name of ["my analysis", "-x", "a:b", "con", "ümlaut"]) {
    const { code, stderr } = await tell("--", name);
    assertEquals(code, 2, name);
    assertMatch(stderr, /The project name ".*" cannot be used: /);
  }
  assertEquals((await tell()).code, 2);
  assertEquals([...Deno.readDirSync(project.dir)].length, 4);
  assertEquals((await tell("repository")).code, 0);
  const again = await tell("repository", "--json");
  assertEquals([again.code, JSON.parse(again.stdout).error.code], [2, "not-empty"]);
  assertStringIncludes(again.stderr, "and 6 more");
});

projectTest("new formats as deno fmt does, whatever the length of the name", {}, async (project) => {
  for (const name of ["a", "n".repeat(100)]) {
    await succeed((...args) => project.deno(args), "run", "-A", mod, "new", name);
    const own = new Project(project.dir, name);
    await succeed((...args) => own.deno(args), "task", "check");
  }
});

projectTest("new that cannot write to the end leaves nothing behind", {}, async (project) => {
  // Linux takes paths of 4095 bytes: there is room for the folder, and for some files in it.
  const rest = 4095 - "/README.md".length - project.dir.length;
  const deep = `${project.dir}${`/${"d".repeat(99)}`.repeat(Math.floor(rest / 100) - 1)}`;
  const name = "p".repeat(4095 - "/README.md".length - deep.length - 1).slice(0, 100);
  const target = `${deep}/${name}`;
  const { code, stderr } = await project.deno(["run", "-A", mod, "new", target]);
  assertEquals([code, exists(project.path("d".repeat(99)))], [1, false]);
  assertStringIncludes(stderr, "File name too long");
}, { ignore: Deno.build.os !== "linux" });

const canMount = Deno.build.os === "linux" && (isRoot || Deno.env.get("CI") === "true");

Deno.test({
  name: "a project with the toolkit in it, all read-only but runs/: everything works",
  ignore: !canMount,
  fn: sandboxed(async (box) => {
    const outer = new Project(box.dir, "outer");
    await succeed((...args) => outer.deno(args), "run", "-A", mod, "new", "my_analysis", "--copy");
    const own = new Project(outer.dir, "my_analysis");
    // Deno writes its lock file the first time, which must not be on a read-only tree.
    await tryTasks((...args) => own.deno(args));
    await box.mount(own.dir, "--bind", own.dir);
    await box.mount(own.dir, "-o", "remount,ro,bind");
    await box.mount(own.path("runs"), "-t", "tmpfs", "-o", "size=64m", "tmpfs");
    await tryTasks((...args) => own.deno(args));
    const { code, stderr } = await own.deno(["task", "ductaflow", "new", "inside"]);
    assertEquals(code, 1);
    assertMatch(stderr, /the file system is read-only .*\nHint: Choose another folder\n/);
  }),
});
