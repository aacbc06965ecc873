/** The commands `to-ipynb` and `from-ipynb`, and pairs that they keep the same. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../lib/deps/assert.ts";
import { modUrl, type Project, projectTest, type Said } from "./project.ts";
import type { CodeCell, Notebook } from "../../mod.ts";

const flow = `// %% tags=["parameters"]\nlet n = 1;\n\n// %% A\nfirst();\nfunction first() {}\n\n// %% B\n2 + 2;\n`;

function call(project: Project, ...args: string[]): Promise<Said> {
  return project.deno(["run", "-A", "--quiet", new URL(modUrl).pathname, ...args]);
}

async function succeed(project: Project, ...args: string[]): Promise<Said> {
  const said = await call(project, ...args);
  assertEquals(said.code, 0, said.stderr);
  return said;
}

function readNotebook(project: Project, name: string): Notebook {
  return JSON.parse(Deno.readTextFileSync(project.path(name)));
}

/** Edits a notebook as Jupyter would: with its own indentation. */
function edit(project: Project, name: string, change: (notebook: Notebook) => void): void {
  const notebook = readNotebook(project, name);
  change(notebook);
  project.write({ [name]: JSON.stringify(notebook) });
}

projectTest("several files, a folder, stdin and stdout, and what was done as JSON", {
  "flows/a.ts": flow,
  "flows/b.js": flow.replace("let n", "let m"),
  "out/keep": "",
}, async (project) => {
  const { stdout, stderr } = await succeed(project, "to-ipynb", "a", "flows/b.js", "--json");
  assertMatch(stderr, /^flows\/a\.ipynb written\nflows\/b\.ipynb written\n$/);
  assertEquals(JSON.parse(stdout).map(({ to }: { to: string }) => to), ["flows/a.ipynb", "flows/b.ipynb"]);
  await succeed(project, "from-ipynb", "flows/a.ipynb", "flows/b.ipynb", "-o", "out");
  assertEquals(Deno.readTextFileSync(project.path("out/a.ts")), flow);
  const shown = await succeed(project, "to-ipynb", "flows/a.ts", "-o", "-");
  assertEquals(shown.stderr, "");
  assertEquals(shown.stdout, Deno.readTextFileSync(project.path("flows/a.ipynb")));
  const { stdout: piped } = await new Deno.Command("sh", {
    args: [
      "-c",
      `deno run -A -q "$1" to-ipynb - < flows/a.ts | deno run -A -q "$1" from-ipynb -`,
      "sh",
      new URL(modUrl).pathname,
    ],
    cwd: project.dir,
  }).output();
  assertEquals(new TextDecoder().decode(piped), flow);
});

projectTest("nothing is replaced without --force, and mistakes say what to type", {
  "flows/a.ts": flow,
  "a.ipynb": "mine",
}, async (project) => {
  const refused = async (...args: string[]) => {
    const { code, stderr, stdout } = await call(project, ...args);
    assertEquals([code, stdout], [2, ""]);
    return stderr;
  };
  assertStringIncludes(
    await refused("to-ipynb", "flows/a.ts", "-o", "a.ipynb"),
    `There is "a.ipynb" already\nHint: Add --sync`,
  );
  assertEquals(Deno.readTextFileSync(project.path("a.ipynb")), "mine");
  assertStringIncludes(await refused("to-ipynb", "a.ipynb"), `"a.ipynb" is a notebook\nHint: Use from-ipynb for it`);
  assertStringIncludes(
    await refused("from-ipynb", "flows/a.ts"),
    `"flows/a.ts" is no notebook\nHint: Use to-ipynb for it`,
  );
  assertStringIncludes(await refused("from-ipynb", "a.ipynb"), `"a.ipynb" is no notebook: it is not JSON`);
  assertStringIncludes(await refused("from-ipynb", "b.ipynb"), `There is no notebook "b.ipynb"`);
  assertStringIncludes(await refused("to-ipynb", "flows/b.ts"), `There is no flow "flows/b.ts"\nHint: In the folder`);
  assertStringIncludes(await refused("to-ipynb"), "No file is given");
  assertStringIncludes(await refused("to-ipynb", "--sync", "-"), "--sync needs files on both sides");
  assertStringIncludes(await refused("to-ipynb", "flows/a.ts", "--set", "n=x"), `n (line 2)`);
  assertStringIncludes(await refused("from-ipynb", "--sync", "c.ipynb"), `There is neither "c.ts" nor "c.ipynb"`);
  await succeed(project, "to-ipynb", "flows/a.ts", "-o", "a.ipynb", "--force");
  assertEquals(readNotebook(project, "a.ipynb").nbformat_minor, 5);
});

projectTest("a pair keeps outputs and ids when the text changes, and the text its spelling", {
  "flows/a.ts": flow.replace("// %% A", "//%%  A").replaceAll("\n", "\r\n"),
}, async (project) => {
  await succeed(project, "to-ipynb", "--sync", "flows/a.ts");
  edit(project, "flows/a.ipynb", ({ cells }) => {
    const cell = cells[2] as CodeCell;
    Object.assign(cell, { id: "mine", execution_count: 7, metadata: { ...cell.metadata, collapsed: true } });
    cell.outputs = [{ output_type: "stream", name: "stdout", text: "4" }];
  });
  const text = Deno.readTextFileSync(project.path("flows/a.ts"));
  assertMatch((await succeed(project, "to-ipynb", "--sync", "flows/a.ts")).stderr, /unchanged: both say the same/);

  // The cell moves to the front and is formatted anew.
  const moved = text.replace("\r\n// %% B\r\n2 + 2;\r\n", "");
  project.write({ "flows/a.ts": "// %% B\r\n2+2\r\n;\r\n" + moved });
  await succeed(project, "to-ipynb", "--sync", "flows/a.ts");
  const [first] = readNotebook(project, "flows/a.ipynb").cells as CodeCell[];
  assertEquals([first.id, first.execution_count, first.metadata.collapsed], ["mine", 7, true]);
  assertEquals(first.outputs.length, 1);

  edit(project, "flows/a.ipynb", ({ cells }) => {
    cells[1].source = "let n = 2;";
    cells.push({ id: "new", cell_type: "markdown", metadata: {}, source: "# end" });
  });
  const { stderr } = await succeed(project, "to-ipynb", "--sync", "flows/a.ts");
  assertMatch(stderr, /flows\/a\.ts updated: flows\/a\.ipynb was edited/);
  assertEquals(
    Deno.readTextFileSync(project.path("flows/a.ts")),
    "// %% B\r\n2+2\r\n;\r\n" + moved.replace("n = 1", "n = 2") + "\r\n// %% [markdown]\r\n// # end\r\n",
  );
  assertEquals((readNotebook(project, "flows/a.ipynb").cells[0] as CodeCell).id, "mine");
  const settled = readNotebook(project, "flows/a.ipynb");
  await succeed(project, "from-ipynb", "--sync", "flows/a.ipynb");
  assertEquals(readNotebook(project, "flows/a.ipynb"), settled);
});

projectTest(
  "a pair in which both were edited is left alone until somebody says who wins",
  { "a.ts": flow },
  async (project) => {
    await succeed(project, "to-ipynb", "--sync", "a.ts");
    const both = () => {
      project.write({ "a.ts": flow.replace("2 + 2", "3 + 3") });
      edit(project, "a.ipynb", ({ cells }) => cells[2].source = "4 + 4;");
    };
    both();
    const before = [Deno.readTextFileSync(project.path("a.ts")), Deno.readTextFileSync(project.path("a.ipynb"))];
    const { code, stderr } = await call(project, "to-ipynb", "--sync", "a.ts");
    assertEquals(code, 2);
    assertMatch(
      stderr,
      /Both "a\.ts" and "a\.ipynb" were edited .* Nothing was written\nHint: To keep the flow: to-ipynb --sync --force a\.ts;/,
    );
    assertEquals([Deno.readTextFileSync(project.path("a.ts")), Deno.readTextFileSync(project.path("a.ipynb"))], before);
    await succeed(project, "to-ipynb", "--sync", "--force", "a.ts");
    assertEquals(readNotebook(project, "a.ipynb").cells[2].source, ["3 + 3;"] as unknown as string);
    both();
    await succeed(project, "from-ipynb", "--sync", "--force", "a.ipynb");
    assertStringIncludes(Deno.readTextFileSync(project.path("a.ts")), "4 + 4;");
  },
);

projectTest("a pair that was never synced goes by the newer file, and a link and its mode stay", {
  "real/a.ts": flow,
}, async (project) => {
  Deno.symlinkSync(project.path("real/a.ts"), project.path("a.ts"));
  Deno.chmodSync(project.path("real/a.ts"), 0o755);
  await succeed(project, "to-ipynb", "a.ts");
  edit(project, "a.ipynb", ({ cells, metadata }) => {
    delete metadata.ductaflow;
    cells[2].source = "newer;";
  });
  Deno.utimeSync(project.path("a.ts"), 1_000_000, 1_000_000);
  const { stderr } = await succeed(project, "to-ipynb", "--sync", "a.ts");
  assertMatch(stderr, /a\.ts updated: they were never paired before, and a\.ipynb is newer/);
  assertStringIncludes(Deno.readTextFileSync(project.path("real/a.ts")), "newer;");
  assert(Deno.lstatSync(project.path("a.ts")).isSymlink);
  if (Deno.build.os !== "windows") assertEquals(Deno.statSync(project.path("real/a.ts")).mode! & 0o777, 0o755);
});

projectTest("the notebook of a run becomes a flow again, whose imports are where they were", {
  "flows/a.ts": `// %% tags=["parameters"]\nlet n = 1;\n\n// %%\nimport { x } from "./lib/x.ts";\nx + n;\n`,
  "flows/lib/x.ts": "export const x = 1;\n",
}, async (project) => {
  const run = await project.run("flows/a.ts", "one", { n: 5 });
  await succeed(project, "from-ipynb", run.notebookPath, "-o", "copies/a.ts");
  assertEquals(
    Deno.readTextFileSync(project.path("copies/a.ts")).replace(/^[^]*?(?=\/\/ %%)/, ""),
    `// %% tags=["parameters"]\nlet n = 1;\n\n// %%\nimport { x } from "../flows/lib/x.ts";\nx + n;\n`,
  );
});

projectTest("to-ipynb names secrets, and refuses the slips of the pen that run refuses", {
  "flows/a.ts": `// %% tags=["parameters"]\nlet token = "none";\nlet period = "am";\n// %%\ntoken.length;\n`,
}, async (project) => {
  const convert = (...args: string[]) => project.deno(["run", "-A", modUrl, "to-ipynb", "a", "-o", "-", ...args]);
  const { code, stdout, stderr } = await convert("--secret", "token=MY_TOKEN", "--set", "period=pm");
  assertEquals(code, 0, stderr);
  const sources = JSON.parse(stdout).cells.map(({ source }: { source: string[] }) => source.join(""));
  assertEquals(sources[1], `let token = Deno.env.get("MY_TOKEN")!;\nlet period = "pm";`);
  const slip = await convert("--set", "perido=pm");
  assertEquals([slip.code, slip.stdout], [2, ""]);
  assertStringIncludes(
    slip.stderr,
    `Error: The flow has no parameter "perido", which --set gives\nHint: Did you mean "period"?`,
  );
});
