/**
 * Makes `dist/ductaflow.js`: the whole toolkit as one module, for machines that reach no package registry.
 *
 *   deno task build
 *
 * Beside it come its types, and `flow.js` for flows that want to start without the rest.
 * @module
 */
import { fromFileUrl, join, resolve } from "../lib/deps/path.ts";
import { sha256 } from "../lib/base/hash.ts";
import type { EmbeddedModules } from "../lib/base/embedded.ts";
import * as flowExports from "../lib/flow.ts";
import { version } from "../lib/base/version.ts";
import { bundle } from "../lib/project/bundle.ts";
import { childModules } from "./child_modules.ts";
import { declarations } from "./declarations.ts";
import { licenseTexts } from "./licenses.ts";
import { onDemandTable } from "./on_demand_table.ts";

const checkout = fromFileUrl(new URL("../", import.meta.url));
const source = (path: string) => new URL(`../${path}`, import.meta.url).href;
const project = { root: checkout, lockFile: join(checkout, "deno.lock"), importHosts: [] };

/** What is native, or large and seldom wanted: fetched on first use, as everything is in a checkout. */
const external = ["npm:@duckdb/*", "npm:vega-datasets@*"].map((name) => `--external=${name}`);

const minify = ["--minify", "--keep-names"];
/** Reports show the text of its functions. */
const shown = "lib/ops/child/ready.ts";

/** Writes the files into a folder and returns their sizes in bytes. */
export async function build(dist: string): Promise<{ [file: string]: number }> {
  Deno.mkdirSync(dist, { recursive: true });
  const folder = Deno.realPathSync(Deno.makeTempDirSync({ dir: dist, prefix: ".build-" }));
  try {
    const flow = await bundleText(folder, `export * from ${JSON.stringify(source("lib/flow.ts"))};`);
    const hostEntry = `export { runStandalone } from ${JSON.stringify(source("lib/project/standalone/host.ts"))};`;
    const host = await bundleText(folder, hostEntry, minify);
    const children: EmbeddedModules["children"] = {};
    for (const path of childModules(checkout)) {
      // As the entry itself: only that may ask whether it is the main module.
      const flags = [...path === shown ? [] : minify, ...external];
      children[path] = await bundle(source(path), { folder, project, flags });
    }
    const texts = { flow, flowNames: Object.keys(flowExports), standaloneHost: host, children };
    const toolkit = await bundleToolkit(folder, { hash: await sha256(JSON.stringify(texts)), ...texts });
    const licenses = await licenseTexts(source("mod.ts"), project.lockFile);
    const files = {
      "ductaflow.js": header("the whole toolkit in one file", "ductaflow") + toolkit + licenses,
      "flow.js": header("what flows import", "flow") + flow,
      "ductaflow.d.ts": declarations([source("mod.ts"), source("lib/flow.ts")].map(fromFileUrl)),
      "flow.d.ts": declarations([fromFileUrl(source("lib/flow.ts"))]),
    };
    for (const [name, text] of Object.entries(files)) Deno.writeTextFileSync(join(dist, name), text);
    return Object.fromEntries(Object.entries(files).map(([name, text]) => [name, text.length]));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function header(what: string, name: string): string {
  return `// @ts-self-types="./${name}.d.ts"\n// ductaflow ${version}: ${what}, made by "deno task build"\n`;
}

async function bundleText(folder: string, entry: string, flags: string[] = []): Promise<string> {
  Deno.writeTextFileSync(join(folder, "entry.ts"), entry);
  return await bundle("entry.ts", { folder, project, flags });
}

/** `mod.ts` with what flows import, and with the texts that are files elsewhere. */
async function bundleToolkit(folder: string, embedded: EmbeddedModules): Promise<string> {
  Deno.writeTextFileSync(join(folder, "embedded.ts"), `export const embedded = ${JSON.stringify(embedded)};\n`);
  Deno.writeTextFileSync(join(folder, "on_demand.js"), onDemandTable(checkout, source));
  const imports = {
    [source("lib/base/embedded.ts")]: "./embedded.ts",
    [source("lib/base/on_demand.ts")]: "./on_demand.js",
  };
  Deno.writeTextFileSync(join(folder, "imports.json"), JSON.stringify({ imports }));
  const entry = `export * from ${JSON.stringify(source("mod.ts"))};
export * from ${JSON.stringify(source("lib/flow.ts"))};
if (import.meta.main) {
  const { main } = await import(${JSON.stringify(source("lib/cli/main.ts"))});
  await main();
}
`;
  return await bundleText(folder, entry, [...minify, "--import-map=imports.json"]);
}

if (import.meta.main) {
  const dist = resolve(Deno.args[0] ?? join(checkout, "dist"));
  for (const [name, size] of Object.entries(await build(dist))) {
    console.log(`${join(dist, name)}  ${(size / 1000).toFixed(0)} kB`);
  }
}
