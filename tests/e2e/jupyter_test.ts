/**
 * Converted flows and the example conductor in a real Jupyter with Deno's own kernel: the same files come out as of the
 * step run, and what is shown is the same.
 */
import { assert, assertEquals } from "../../lib/deps/assert.ts";
import { join } from "../../lib/deps/path.ts";
import { serializeNotebook } from "../../lib/notebook/serialize_notebook.ts";
import { toNotebook } from "../../mod.ts";
import { Jupyter, skipsJupyterTests } from "../jupyter.ts";
import { flowUrl, modUrl, type Project, projectTest } from "./project.ts";
import type { Config, MimeBundle } from "../../mod.ts";

const ignore = skipsJupyterTests();
const root = new URL("../../", import.meta.url);
const ours = ["config.json", "flow.ipynb", "report.html", "run.json"];

/** One flow each, with a config that sets something. */
const table: Record<string, { text: string; ending?: string; config?: Config }> = {
  parameters: {
    text: `// %% tags=["parameters"]
let period: "am" | "pm" = "am";
const late = 15, double = late * 2; // follows from it
declare const airport: string;
let config: Record<string, unknown> = {};
// %%
Deno.writeTextFileSync("out.json", JSON.stringify({ period, late, double, airport, config, extra }));
declare const extra: unknown;
`,
    config: { period: "pm", late: 20, airport: "LHR", extra: { a: [1, null] } },
  },
  text: {
    text:
      `// %% tags=["parameters"]\r\nlet word = "Größe";\r\n// %% ÄÖÜ 😀\r\nconst t = \`a\r\n// %% no cell\r\n\${word}\`;\r\n` +
      `Deno.writeTextFileSync("out.txt", t + "\\u2028日本");\r\n`,
    config: { word: '\u2028 ü "q" \' ` ${x} \\' },
  },
  syntax: {
    text: `// %% tags=["parameters"]
let n = 1;
// %% Decorators, enums, using
function noted<T extends new (...args: never[]) => object>(target: T, context: ClassDecoratorContext) {
  notes.push(String(context.name));
  return target;
}
const notes: string[] = [];
@noted
class Thing {
  @logged m() { return n; }
}
function logged<T>(method: T, _: ClassMethodDecoratorContext): T { notes.push("m"); return method; }
enum Size { S = 1, M = n + 1 }
{
  using file = { [Symbol.dispose]() { notes.push("closed"); } };
  void file;
}
// %% Imports
import data from "./data.json" with { type: "json" };
import { double, type Half } from "../lib/double.ts";
const later = await import("../lib/double.ts");
const half: Half = await Promise.resolve(0.5);
// %% Write
export const all = { notes, size: Size.M, name: Size[1], data, four: double(2), six: later.double(3), half };
Deno.writeTextFileSync("out.json", JSON.stringify([all, new Thing().m()]));
`,
    config: { n: 7 },
  },
  meta: {
    text: `// %% tags=["parameters"]
let name = "data.json";
// %%
const text = Deno.readTextFileSync(new URL(name, import.meta.url));
const { url, filename, dirname, main } = import.meta;
Deno.writeTextFileSync("out.json", JSON.stringify([text, url, filename, dirname, main, import.meta.resolve("./x.ts")]));
`,
    config: { name: "./data.json" },
  },
  identity: {
    text: `// %% tags=["parameters"]
import { run, table } from "${flowUrl}";
// %%
table([{ a: 1 }]);
Deno.writeTextFileSync("out.json", JSON.stringify([run.step, run.instance]));
`,
  },
  script: {
    ending: "js",
    text: `// %% tags=["parameters"]\nlet n = 1;\n// %%\nDeno.writeTextFileSync("out.txt", String(n + 1));\n`,
    config: { n: 41 },
  },
};

/** Writes the notebook of an instance into a run folder of its own, unless said otherwise below `kernel/`. */
async function writeNotebook(
  project: Project,
  flow: string,
  instance: string,
  config: Config,
  runs = "kernel",
): Promise<string> {
  const step = flow.replace(/^.*\/|\.\w+$/g, "");
  const path = project.path(runs, step, instance, `${step}.ipynb`);
  const notebook = await toNotebook(project.path(flow), { config, path });
  project.write({
    [`${runs}/.ductaflow/place`]: "",
    [path.slice(project.dir.length + 1)]: serializeNotebook(notebook),
  });
  return path;
}

/** All files that a run left, by name. */
function outputsOf(dir: string): Record<string, string> {
  const names = [...Deno.readDirSync(dir)].map(({ name }) => name).filter((name) => !ours.includes(name));
  const own = names.filter((name) => !name.endsWith(".ipynb")).toSorted();
  return Object.fromEntries(own.map((name) => [name, Deno.readFileSync(join(dir, name)).toBase64()]));
}

const files = Object.fromEntries(
  Object.entries(table).map(([name, { text, ending = "ts" }]) => [
    `flows/${name}.${ending}`,
    text.replace("// %%", "// ---\n// permissions:\n//   read: [data.json]\n// ---\n// %%"),
  ]),
);

projectTest("flows give the same files in a real Jupyter as in their run", {
  ...files,
  "flows/data.json": `{ "ü": [1] }`,
  "lib/double.ts": "export type Half = number;\nexport const double = (n: number) => 2 * n;\n",
}, async (project) => {
  const jupyter = await Jupyter.install(project.path("home"));
  for (const [name, { ending = "ts", config = {} }] of Object.entries(table)) {
    const flow = `flows/${name}.${ending}`;
    const run = await project.run(flow, "one", config);
    const path = await writeNotebook(project, flow, "one", config);
    await jupyter.execute(path);
    const expected = outputsOf(run.dir);
    assertEquals(outputsOf(join(path, "..")), expected, name);
    assertEquals(Object.keys(expected).length, 1, name);
  }
}, { ignore, folder: "pro ject % ü" });

/** The example flows, importing what a flow imports from the repository. */
function exampleFlows(folder = "flows"): Record<string, string> {
  return Object.assign(
    {},
    ...[...Deno.readDirSync(new URL(folder, root))].map(({ name, isDirectory }) => {
      const path = `${folder}/${name}`;
      if (isDirectory) return exampleFlows(path);
      return { [path]: Deno.readTextFileSync(new URL(path, root)).replaceAll("../lib/flow.ts", flowUrl) };
    }),
  );
}

projectTest("the example flows, one reading the other's run, and the example conductor do what they do outside", {
  ...exampleFlows(),
  "scenarios.csv": Deno.readTextFileSync(new URL("scenarios.csv", root)).split("\n").slice(0, 2).join("\n"),
  "conductor.ts": Deno.readTextFileSync(new URL("conductor.ts", root)).replaceAll("./mod.ts", modUrl),
}, async (project) => {
  const jupyter = await Jupyter.install(project.path("home"));
  const slice = { region: "west", period: "morning", minMiles: 0, maxMiles: 1500 };
  const prepared = await project.run("flows/prepare_flights.ts", "west", slice);
  const modelled = await project.run("flows/delay_model.ts", "west", { source: "west", lateMinutes: 20 });
  const notebooks = [
    await writeNotebook(project, "flows/prepare_flights.ts", "west", slice),
    await writeNotebook(project, "flows/delay_model.ts", "west", { source: "west", lateMinutes: 20 }),
  ];
  await jupyter.execute(...notebooks);
  for (const [i, run] of [prepared, modelled].entries()) {
    assertEquals(outputsOf(join(notebooks[i], "..")), outputsOf(run.dir));
  }

  const sourceInstances = { $run: { step: "delay_model", instance: "west" } };
  const index = await project.run("flows/flights_index.ts", "all", { sourceInstances: [sourceInstances] });
  const indexed = await writeNotebook(project, "flows/flights_index.ts", "kernel", {
    sourceInstances: [sourceInstances],
  }, "runs");
  await jupyter.execute(indexed);
  assertEquals(outputsOf(join(indexed, "..")), outputsOf(index.dir));

  const conductor = project.path("conductor.ipynb");
  const warnings: string[] = [];
  const notebook = await toNotebook(project.path("conductor.ts"), { onWarning: (text) => warnings.push(text) });
  assertEquals(warnings, []);
  Deno.writeTextFileSync(conductor, serializeNotebook(notebook));
  await jupyter.execute(conductor);
  assert(Deno.statSync(project.path("runs/collated/index.html")).isFile);
  const record = JSON.parse(Deno.readTextFileSync(project.path("runs/flights_index/all/run.json")));
  // One slice is too few for its check.
  assertEquals(record.status, "warned");
}, { ignore });

const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg==";
/** Ways to show something, and what a console prints for it. */
const shown: [code: string, printed?: string][] = [
  [`display(html("<b>h</b>"));`, "[text/html]"],
  [`display(md("**m**"));`, "**m**"],
  [`await Deno.jupyter.display(Deno.jupyter.html\`<i>\${1 + 1}</i>\`);`, "[text/html]"],
  [`await Deno.jupyter.display(Deno.jupyter.md\`# a\`);`, "# a"],
  [`await Deno.jupyter.display({ "text/plain": "raw" }, { raw: true });`, "raw"],
  [`Deno.jupyter.svg\`<svg xmlns="http://www.w3.org/2000/svg"/>\`;`],
  [`Deno.jupyter.image(Uint8Array.fromBase64("${png}"));`],
  [`({ [Deno.jupyter.$display]: () => ({ "text/html": "own" }) });`],
  [`({ [Symbol.for("Jupyter.display")]: () => Promise.resolve({ "text/markdown": "later" }) });`],
  [`display({ [Symbol.for("Jupyter.display")]: () => Promise.resolve({ "text/markdown": "printed" }) });`, "printed"],
  [`svg("<svg/>")`],
];

projectTest("what is shown is the same in a run, in a kernel and on the console", {
  "flows/shows.ts": `// %% tags=["parameters"]
import { display, html, md, svg } from "${flowUrl}";
${shown.map(([code]) => `// %%\n${code}\n`).join("")}`,
}, async (project) => {
  const run = await project.run("flows/shows.ts");
  const bundles = JSON.parse(Deno.readTextFileSync(run.notebookPath)).cells
    .filter((cell: { cell_type: string }) => cell.cell_type === "code").slice(1)
    .map((cell: { outputs: { data: MimeBundle }[] }) => cell.outputs.map(({ data }) => joined(data)));
  assertEquals(bundles.map((list: unknown[]) => list.length), shown.map(() => 1));

  const jupyter = await Jupyter.install(project.path("home"));
  const { cells } = await toNotebook(project.path("flows/shows.ts"));
  const code = cells.map(({ source }) => source);
  const [, ...inKernel] = await jupyter.show(project.path("flows"), code, [0, ...shown.map(() => 1)]);
  assertEquals(inKernel, bundles);

  const { code: exit, stdout, stderr } = await project.deno(["run", "--allow-read", "flows/shows.ts"]);
  assertEquals([exit, stderr], [0, ""]);
  const printed = shown.flatMap(([, text]) => text === undefined ? [] : [text]);
  assertEquals(stdout.trimEnd().split("\n").toSorted(), printed.toSorted());
}, { ignore });

function joined(data: MimeBundle): MimeBundle {
  return Object.fromEntries(
    Object.entries(data).map(([mime, value]) => [mime, Array.isArray(value) ? value.join("") : value]),
  );
}
