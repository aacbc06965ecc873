/** The tasks and debug configurations that a new project has for VS Code: each does what its label says. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../lib/deps/assert.ts";
import { mod } from "./command_line.ts";
import { exists, Project, projectTest } from "./project.ts";
import { until } from "./sandbox.ts";

interface Task {
  label: string;
  type: string;
  command: string;
  args: string[];
  options: { cwd: string };
  group?: { kind: string; isDefault: boolean };
}

interface Launch {
  name: string;
  cwd: string;
  runtimeExecutable: string;
  runtimeArgs: string[];
  attachSimplePort: number;
}

const flow = "flows/warming.ts";

/** A project in a path that a shell would split, and what VS Code puts in for its variables there. */
async function makeProject(project: Project): Promise<{ own: Project; fill: (text: string) => string }> {
  const made = await project.deno(["run", "-A", mod, "new", "my_analysis"]);
  assertEquals(made.code, 0, made.stderr);
  const own = new Project(project.dir, "my_analysis");
  const variables: Record<string, string> = {
    workspaceFolder: own.dir,
    relativeFile: flow,
    file: own.path(flow),
    fileBasenameNoExtension: "warming",
    "input:instance": "one",
  };
  const fill = (text: string) =>
    text.replace(/\$\{([^}]*)\}/g, (_, name) => {
      assert(Object.hasOwn(variables, name), `VS Code knows no \${${name}}`);
      return variables[name];
    });
  return { own, fill };
}

function read<T>(own: Project, name: string): T {
  return JSON.parse(Deno.readTextFileSync(own.path(".vscode", name)));
}

projectTest("the tasks of a new project do what their labels say", {}, async (project) => {
  const { own, fill } = await makeProject(project);
  const { version, tasks } = read<{ version: string; tasks: Task[] }>(own, "tasks.json");
  assertEquals(version, "2.0.0");
  const wanted: Record<string, (said: { stdout: string; stderr: string }) => void> = {
    "Run the conductor": ({ stderr }) => assertStringIncludes(stderr, "6 ran"),
    "Run this flow": ({ stdout }) => assertEquals(stdout, `${own.path("runs/warming/default")}\n`),
    "Run the tests": ({ stdout }) => assertStringIncludes(stdout, "3 passed"),
  };
  for (const { label, type, command, args, options } of tasks) {
    assertEquals([type, command, fill(options.cwd)], ["process", "deno", own.dir]);
    if (label === "Run this flow on every save") {
      // That it ends and begins again is tested where `run --watch` is.
      assertEquals(args, ["task", "ductaflow", "run", "--watch", "${relativeFile}"]);
      continue;
    }
    if (label === "Check formatting, lint and types") {
      // It takes long, and `new` is tested with it elsewhere.
      assertEquals(args, ["task", "check"]);
      continue;
    }
    const said = await own.deno(args.map(fill));
    assertEquals(said.code, 0, `${label}\n${said.stderr}`);
    wanted[label](said);
    delete wanted[label];
  }
  assertEquals(Object.keys(wanted), []);
  assertEquals(tasks.filter(({ group }) => group?.isDefault).map(({ group }) => group!.kind), ["build", "test"]);
  const { recommendations } = read<{ recommendations: string[] }>(own, "extensions.json");
  for (const id of recommendations) assertMatch(id, /^[\w-]+\.[\w-]+$/);
  assertEquals(read<Record<string, unknown>>(own, "settings.json")["deno.enable"], true);
}, { folder: "Mein Projekt & co" });

projectTest("the debug configurations of a new project wait for a debugger at the port that they name", {}, async (
  project,
) => {
  const { own, fill } = await makeProject(project);
  const ran = await own.deno(["task", "ductaflow", "run", "warming", "one", "--set", "from=1990"]);
  assertEquals(ran.code, 0, ran.stderr);
  const { configurations, inputs } = read<{ configurations: Launch[]; inputs: { id: string }[] }>(own, "launch.json");
  assertEquals([configurations.length, inputs.map(({ id }) => id)], [3, ["instance"]]);
  for (const { name, cwd, runtimeExecutable, runtimeArgs, attachSimplePort } of configurations) {
    assertEquals([runtimeExecutable, fill(cwd)], ["deno", own.dir]);
    const port = freePort();
    const isConductor = runtimeArgs.some((arg) => arg.startsWith("--inspect-wait="));
    // The port of everybody may be taken while tests run.
    const args = runtimeArgs.map(fill).map((arg) => arg.replace(`127.0.0.1:${attachSimplePort}`, `127.0.0.1:${port}`));
    if (!isConductor) args.push(`--inspect-port=${port}`);
    else assert(args.includes(`--inspect-wait=127.0.0.1:${port}`), name);
    const child = new Deno.Command(Deno.execPath(), {
      args,
      cwd: own.dir,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const said = new Response(child.stderr).text();
    try {
      const title = await until(`${name}: an inspector listens`, () => targetAt(port));
      assertStringIncludes(title, isConductor ? "cnd_my_analysis.ts" : "warming");
      if (name.includes("instance")) {
        const config = JSON.parse(Deno.readTextFileSync(own.path("runs/warming/one/config.json")));
        assertEquals([config, exists(own.path("runs/warming/default"))], [{ from: 1990 }, true]);
      }
    } finally {
      child.kill("SIGTERM");
      await child.status;
      await said;
    }
  }
}, { folder: "Mein Projekt & co" });

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** What waits for a debugger at a port, by its title and URL. */
async function targetAt(port: number): Promise<string | undefined> {
  try {
    const [{ title, url }] = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
    return `${title} ${url}`;
  } catch {
    return undefined;
  }
}
