/**
 * The same flow and config leave the same files, to the byte, whatever way they are run. A way more is one entry in
 * `ways`, a case more one in `cases`.
 */
import { assert, assertEquals } from "../../lib/deps/assert.ts";
import { join } from "../../lib/deps/path.ts";
import {
  compileFlow,
  createFlowRunner,
  createFlowRunScript,
  createStandaloneScript,
  isDuctaflowError,
} from "../../mod.ts";
import { Jupyter, skipsJupyterTests } from "../jupyter.ts";
import { conductorFlags, modUrl, Project } from "./project.ts";

/** One flow with the files around it, and the config it is given. */
interface Case {
  /** The path of the flow, or of the one that is served. */
  flow: string;
  files: Record<string, string>;
  config?: Record<string, unknown>;
  /** Values as a command line has them; each way gives them over the config. */
  set?: string[];
  /** The flow comes from a server that has these files. */
  remote?: boolean;
}

/** One way of running: returns the folder that the outputs are in. */
type Way = (project: Project, options: WayOptions) => Promise<string>;

interface WayOptions {
  /** A path below the project, or a URL. */
  flow: string;
  name: string;
  config: Record<string, unknown>;
  set: string[];
  /** `host:port` of the server of a remote flow. */
  host?: string;
}

const parametersCell = `// %% tags=["parameters"]\n`;

const cases: Record<string, Case> = {
  "non-ASCII text and names": {
    flow: "flows/größe/sizes.ts",
    files: {
      "flows/größe/sizes.ts": `${parametersCell}let städte = ["Köln"];
let label = "π ≈ 3";
// %% Übersicht 🚆
const größe = städte.map((name) => name.normalize("NFD").length);
Deno.writeTextFileSync("größe ✓.txt", JSON.stringify({ städte, label, größe, emoji: "👩‍🚀\\u{1F680}" }));
`,
    },
    config: { städte: ["Zürich", "Łódź", "東京"] },
    set: ["label=naïve – “quoted”"],
  },
  "CRLF": {
    flow: "flows/crlf.ts",
    files: {
      "flows/crlf.ts":
        `${parametersCell}let n = 1;\nconst text = \`one\ntwo\`;\n// %% Work\nDeno.writeTextFileSync("out.txt", text + n);\n`
          .replaceAll("\n", "\r\n"),
    },
    config: { n: 3 },
  },
  "template literals that hold cell markers": {
    flow: "flows/literal.ts",
    files: {
      "flows/literal.ts": `${parametersCell}let who = "you";
// %% Work
const text = \`
// %% tags=["parameters"]
let who = "\${who}";
/* // %% no cell */
\`;
// %% More
Deno.writeTextFileSync("out.txt", text + String.raw\`\\n\${who}\`);
`,
    },
    config: { who: "// %% me" },
  },
  "decorators, using, enums and namespaces": {
    flow: "flows/syntax.ts",
    files: {
      "flows/syntax.ts": `${parametersCell}enum Mode { Slow = 1, Fast = Slow << 2 }
let mode: "Slow" | "Fast" = "Slow";
// %% Work
const log: string[] = [];
function traced<T extends abstract new (...args: never[]) => unknown>(type: T, context: ClassDecoratorContext) {
  log.push(\`\${context.kind} \${context.name}\`);
  return type;
}
function bound(_method: unknown, { name }: ClassMethodDecoratorContext) {
  log.push(\`method \${String(name)}\`);
}
namespace Shapes { export const sides = 4; }
@traced
class Thing {
  accessor size = Shapes.sides;
  static #count = 0;
  @bound
  grow() { return this.size += ++Thing.#count; }
}
{
  using first = { [Symbol.dispose]: () => void log.push("disposed") };
  await using second = { [Symbol.asyncDispose]: () => Promise.resolve(void log.push("disposed later")) };
  log.push(String(new Thing().grow()), String(first !== null && second !== null));
}
Deno.writeTextFileSync("out.json", JSON.stringify({ log, mode: Mode[mode], back: Mode[Mode.Fast], name: Thing.name }));
`,
    },
    config: { mode: "Fast" },
  },
  "imports of modules, JSON and text": {
    flow: "flows/deep/imports.ts",
    files: {
      "flows/deep/imports.ts": `// ---
// permissions:
//   read: [., ../../lib]
// ---
${parametersCell}let factor = 2;
// %% Work
import { place, scaled } from "../../lib/scale.ts";
import table from "./table.json" with { type: "json" };
import words from "./words.txt" with { type: "text" };
import { parse } from "npm:deno-std@1.3.1/yaml/mod.js";
// %% More
const { lazy } = await import("./lazy.js");
const beside = Deno.readTextFileSync(new URL("./words.txt", import.meta.url));
Deno.writeTextFileSync("out.json", JSON.stringify({
  scaled: scaled(table.values, factor), words, yaml: parse("a: [1, no]"), lazy, beside, place, main: import.meta.main,
}));
`,
      "flows/deep/table.json": `{ "values": [1, 2.5] }`,
      "flows/deep/words.txt": "ein Wort\n",
      "flows/deep/lazy.js": "export const lazy = await Promise.resolve(import.meta.url.split('/').slice(-3));\n",
      "lib/scale.ts": `export const scaled = (values: number[], factor: number) => values.map((v) => v * factor);
export const place = [import.meta.url.split("/").slice(-2), Deno.readTextFileSync(new URL("./note.txt", import.meta.url)), import.meta.main];
`,
      "lib/note.txt": "noted",
    },
    config: { factor: 3 },
  },
  "top-level await, globals from the config, sections": {
    flow: "flows/await.ts",
    files: {
      "flows/await.ts": `${parametersCell}let model = { seed: 1, name: "tree" };
let code = "";
declare const airport: string;
let config: Record<string, unknown> = {};
// %% Work
import { check, display, html, input, md, metric, progress, run, table } from ${
        JSON.stringify(import.meta.resolve("../../lib/flow.ts"))
      };
declare const extra: number;
await new Promise((resolve) => setTimeout(resolve, 1));
metric("seed", model.seed);
check("seeded", model.seed > 0, { severity: "error" });
display(md("**shown**"));
display(html("<b>shown</b>"));
progress(1, 2);
Deno.jupyter.display({ [Symbol.for("Jupyter.display")]: () => ({ "text/plain": "shown" }) });
for await (const part of [Promise.resolve("a"), "b"]) code += part;
Deno.writeTextFileSync("out.json", JSON.stringify({ model, code, airport, extra, step: run.step, config, input: typeof input }));
Deno.mkdirSync("nested/folder", { recursive: true });
Deno.writeFileSync("nested/folder/bytes.bin", Uint8Array.from({ length: 256 }, (_, i) => i));
table([{ a: 1 }])
`,
    },
    config: { airport: "BER", extra: 7 },
    set: ["model.seed=3", "code=001"],
  },
  "a flow in JavaScript": {
    flow: "flows/plain.js",
    files: {
      "flows/plain.js": `#!/usr/bin/env -S deno run\n${parametersCell}let n = 1;
let list = [1];
// %% Work
const re = /[/]\`/g, text = "a/\`b";
Deno.writeTextFileSync("out.txt", text.replace(re, String(n)) + list.join());
`,
    },
    set: ["n=5", "list=2,3"],
  },
  "a flow from a URL": {
    flow: "web/remote.ts",
    remote: true,
    files: {
      "web/remote.ts": `${parametersCell}let n = 1;
// %% Work
import { seven } from "./lib/seven.ts";
Deno.writeTextFileSync("out.json", JSON.stringify([n, seven, new URL("x", import.meta.url).pathname]));
`,
      "web/lib/seven.ts": "export const seven: [number, string] = [7, new URL('y', import.meta.url).pathname];\n",
    },
    config: { n: 2 },
  },
};

const settings = (set: string[]) => set.flatMap((text) => ["--set", text]);
const whereFlow = ({ flow }: WayOptions, project: Project) => /^https?:/.test(flow) ? flow : project.path(flow);
const flowFlags = ({ host }: WayOptions) => host === undefined ? [] : [`--allow-import=${host}`, `--allow-net=${host}`];

const ways: Record<string, Way> = {
  async runStepFlow(project, options) {
    const { config, set, name } = options;
    const values = Object.fromEntries(set.map((text) => [text.split("=")[0], text.slice(text.indexOf("=") + 1)]));
    const nested = withPaths(config, values);
    const step = { textConfig: Object.keys(values), runsDir: "api" };
    const said = await project.conduct(
      `import { runStepFlow } from ${JSON.stringify(modUrl)};
const run = await runStepFlow(${JSON.stringify(options.flow)}, "one", ${JSON.stringify(nested)}, ${
        JSON.stringify(step)
      });
console.log(run.dir);`,
      {
        flags: [
          ...conductorFlags.filter((flag) => !flag.includes("write")),
          "--allow-write=api",
          ...flowFlags(options),
        ],
      },
    );
    assertEquals(said.code, 0, `${name}: ${said.stderr}`);
    return said.stdout.trim();
  },

  async "command run"(project, options) {
    const args = ["run", options.flow, "one", "--config", "given.json", "--runs", "cli", ...settings(options.set)];
    const said = await project.deno(["run", "-A", modUrl, ...args]);
    assertEquals(said.code, 0, said.stderr);
    return said.stdout.trim();
  },

  async "run script"(project, options) {
    const { files } = await createFlowRunScript(whereFlow(options, project), options.config, {
      dir: project.path("scripts"),
    });
    const said = await project.deno(["run", "-A", files[0], "one", "--runs", "scripted", ...settings(options.set)]);
    assertEquals(said.code, 0, said.stderr);
    return said.stdout.trim();
  },

  async "standalone script"(project, options) {
    const dir = project.path("standalone");
    const { files, warnings } = await createStandaloneScript(whereFlow(options, project), options.config, { dir });
    assertEquals(warnings, []);
    // Nothing is there to be loaded: no cache, no network.
    const flags = ["--no-remote", "--no-npm", "--cached-only", "--no-prompt", "--allow-read", "--allow-write=alone"];
    const args = [...flags, "--ignore-env", files[0], "--out", "alone", ...settings(options.set)];
    const said = await project.deno(["run", ...args], { DENO_DIR: join(project.outside, "empty") });
    assertEquals(said.code, 0, said.stderr);
    return project.path("alone");
  },

  async runner(project, options) {
    const dir = project.path("runners");
    await createFlowRunner(whereFlow(options, project), options.config, { dir });
    const [script] = [...Deno.readDirSync(dir)].filter(({ name }) => name.endsWith(".sh"));
    const command = new Deno.Command(join(dir, script.name), {
      args: ["--out", "once", ...settings(options.set)],
      cwd: project.dir,
      stdin: "null",
    });
    const { code, stderr } = await command.output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    return project.path("once");
  },
};

let cannotCompile = false;

/** An executable, run in a folder that its outputs go to; undefined where Deno cannot fetch the runtime for it. */
async function executable(project: Project, options: WayOptions): Promise<string | undefined> {
  if (cannotCompile) return undefined;
  const dir = project.path("compiled");
  try {
    const { files } = await compileFlow(whereFlow(options, project), options.config, { dir });
    const command = new Deno.Command(files[0], {
      args: ["--out", "binary", ...settings(options.set)],
      cwd: project.dir,
      stdin: "null",
    });
    const { code, stderr } = await command.output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    return project.path("binary");
  } catch (error) {
    // Nothing else may be the reason.
    if (!isDuctaflowError(error, "cannot-compile") || !/error sending request for url .*denort/s.test(error.message)) {
      throw error;
    }
    cannotCompile = true;
    console.warn("skipped: the executable, as Deno cannot fetch the runtime that deno compile needs");
    return undefined;
  }
}

/** A notebook in a folder of its own beside that of the command line, executed by real Jupyter with Deno's kernel. */
async function executedNotebook(project: Project, options: WayOptions, jupyter: Jupyter): Promise<string> {
  const step = options.flow.split("/").at(-1)!.replace(/\.[jt]s$/, "");
  const dir = project.path("cli", step, "noted");
  Deno.mkdirSync(dir, { recursive: true });
  const notebook = join(dir, "one.ipynb");
  const args = ["to-ipynb", options.flow, "--config", "given.json", ...settings(options.set), "--output", notebook];
  const said = await project.deno(["run", "-A", modUrl, ...args]);
  assertEquals(said.code, 0, said.stderr);
  await jupyter.execute(notebook);
  Deno.removeSync(notebook);
  return dir;
}

/** The config with texts at their paths, as `--set` puts them there. */
function withPaths(config: Record<string, unknown>, values: Record<string, string>): Record<string, unknown> {
  const all = structuredClone(config);
  for (const [key, value] of Object.entries(values)) {
    const [first, second] = key.split(".");
    if (second === undefined) all[first] = value;
    else all[first] = { ...all[first] as object, [second]: value };
  }
  return all;
}

/** The outputs below a folder: path and content, without the files that the toolkit itself leaves in a run folder. */
function outputsIn(dir: string, below = ""): Record<string, string> {
  const own = new Set(["config.json", "flow.ipynb", "report.html", "run.json"]);
  const files = [...Deno.readDirSync(join(dir, below))].filter(({ name }) => below !== "" || !own.has(name));
  return Object.assign(
    {},
    ...files.map(({ name, isDirectory }) => {
      const path = below === "" ? name : `${below}/${name}`;
      return isDirectory ? outputsIn(dir, path) : { [path]: Deno.readFileSync(join(dir, path)).toHex() };
    }),
  );
}

async function withCase(
  { flow, files, remote }: Case,
  test: (project: Project, flow: string, host?: string) => Promise<void>,
) {
  const outside = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "ductaflow-test-" }));
  const project = new Project(outside, "a próject");
  const server = remote
    ? Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
      const text = files[new URL(request.url).pathname.slice(1)];
      const headers = { "content-type": "application/typescript" };
      return new Response(text ?? "Not here", { status: text === undefined ? 404 : 200, headers });
    })
    : undefined;
  try {
    project.write({
      "deno.json": "{}",
      // One in a folder above must not matter.
      "../package.json": `{ "name": "above", "type": "commonjs", "dependencies": { "left-pad": "1" } }`,
      ...(remote ? {} : files),
    });
    const host = server && `127.0.0.1:${server.addr.port}`;
    await test(project, host ? `http://${host}/${flow}` : flow, host);
  } finally {
    await server?.shutdown();
    Deno.removeSync(outside, { recursive: true });
  }
}

const withJupyter = !skipsJupyterTests();

for (const [name, theCase] of Object.entries(cases)) {
  Deno.test({
    name: `the same files by every way of running: ${name}`,
    // The runner is a shell script, or a batch file there.
    ignore: Deno.build.os === "windows",
    fn: () =>
      withCase(theCase, async (project, flow, host) => {
        const { config = {}, set = [] } = theCase;
        project.write({ "given.json": JSON.stringify(config) });
        const options = { flow, name, config, set, ...(host === undefined ? {} : { host }) };
        const outputs: Record<string, Record<string, string>> = {};
        for (const [way, run] of Object.entries(ways)) outputs[way] = outputsIn(await run(project, options));
        const binary = await executable(project, options);
        if (binary !== undefined) outputs.executable = outputsIn(binary);
        if (withJupyter) {
          const jupyter = await Jupyter.install(project.path("../jupyter"));
          outputs["executed notebook"] = outputsIn(await executedNotebook(project, options, jupyter));
        }
        const expected = outputs.runStepFlow;
        assert(Object.keys(expected).length > 0, "The flow left nothing");
        for (const [way, found] of Object.entries(outputs)) assertEquals(found, expected, way);
      }),
  });
}
