/**
 * The files that the toolkit consists of, to copy them into a project.
 * @module
 */
import { DuctaflowError } from "../base/error.ts";
import { toolkitFolder, toolkitModules } from "../base/toolkit.ts";
import { importFlags, remoteHosts } from "../step/project.ts";
import { runDeno } from "../step/run_deno.ts";

/** What `deno info` tells of a module, as far as it is used here. */
interface InfoModule {
  specifier: string;
  error?: string;
}

/**
 * What only child processes load, so that no import names it. What is missing here,
 * `tests/project/toolkit_files_test.ts` finds.
 */
const childSide = [
  ...["arrow", "ready", "run_op"].map((name) => `lib/ops/child/${name}.ts`),
  ...["demo", "duckdb", "files", "mysql", "postgres", "s3", "sqlite"].map((name) => `lib/resource/calls/${name}.ts`),
  ...["duckdb", "files", "mysql", "postgres", "s3", "sqlite"].map((name) => `lib/workflow/saved/calls/${name}.ts`),
];

/**
 * The texts of all modules that lie in the toolkit's folder, by their paths in it. Deno itself knows them, also those of
 * the web, which has no folders to look into.
 */
export async function readToolkit(): Promise<Map<string, string>> {
  const isOneFile = toolkitModules.main === toolkitModules.flow;
  const roots = (isOneFile ? [toolkitModules.main] : [...Object.values(toolkitModules), ...childSide])
    .map((name) => toolkitFolder + name);
  const urls = new Set((await Promise.all(roots.map(modulesOf))).flat().filter((url) => url.startsWith(toolkitFolder)));
  const paths = [...urls].map((url) => decodeURIComponent(url.slice(toolkitFolder.length)));
  const texts = await Promise.all([...urls].map(readText));
  return new Map(paths.map((path, i) => [path, texts[i]]));
}

async function modulesOf(url: string): Promise<string[]> {
  const settings = ["--no-config", "--no-lock", "--node-modules-dir=none", ...importFlags(remoteHosts([url]))];
  const { ok, stdout, stderr } = await runDeno(["info", "--json", ...settings, url]);
  const modules: InfoModule[] = ok ? JSON.parse(stdout).modules : [];
  const problem = ok ? modules.find(({ error }) => error !== undefined)?.error : stderr.trim();
  if (problem === undefined) return modules.map(({ specifier }) => specifier);
  throw new DuctaflowError(`The toolkit at ${url} cannot be copied, as it is not whole: ${problem}`, {
    code: "toolkit-unreadable",
    hint: "Without --copy the project uses it where it is",
  });
}

/** As text by an import, which takes the very bytes that Deno has in its cache, and needs no leave for the net. */
async function readText(url: string): Promise<string> {
  const { default: text } = await import(url, { with: { type: "text" } });
  return text;
}
