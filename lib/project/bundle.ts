/**
 * Modules as one text, by Deno's own bundler. (It fetches esbuild from the npm registry the first time.)
 * @module
 */
import { DuctaflowError } from "../base/error.ts";
import { toolkitFolder } from "../base/toolkit.ts";
import { fromFileUrl, join, relative } from "../deps/path.ts";
import { findDenoDir } from "../step/child_environment.ts";
import { type Project, projectFlags } from "../step/project.ts";
import { runDeno } from "../step/run_deno.ts";

/** What is bundled and how. */
export interface BundleOptions {
  /** Absolute path of the folder that holds the module and may be written to. */
  folder: string;
  project: Project;
  flags?: string[];
}

const bundleName = "_bundle.js";

/** The module `name` in a folder and all that it imports, as the text of one module without imports. */
export async function bundle(name: string, { folder, project, flags = [] }: BundleOptions): Promise<string> {
  const lockFile = project.lockFile && join(folder, "deno.lock");
  // The lock file decides about versions; what only the script's own part needs is no business of it.
  if (lockFile) Deno.copyFileSync(project.lockFile!, lockFile);
  const args = [
    "bundle",
    "--quiet",
    ...projectFlags({ ...project, lockFile }),
    ...flags,
    `--output=${bundleName}`,
    name,
  ];
  const output = await runDeno(args, folder);
  if (!output.ok) throw explain(output.stderr.trim());
  const text = withPlainNames(Deno.readTextFileSync(join(folder, bundleName)), folder, await findDenoDir());
  return withRequire(text);
}

function explain(said: string): DuctaflowError {
  const text = said.replace(/^error: /, "");
  const isFetch = /esbuild/.test(text) && /Failed loading|sending request|download/i.test(text);
  return new DuctaflowError(`Cannot bundle the flow: ${text}`, {
    code: "cannot-bundle",
    hint: isFetch
      ? "Deno fetches its bundler from the npm registry once: run this where the registry can be reached"
      : "Check that every module the flow imports exists; what an import computes cannot be bundled",
  });
}

/** CommonJS packages ask for modules of Node by `require`, which the bundler passes on to one that an ES module has not. */
function withRequire(text: string): string {
  if (!text.includes("Dynamic require of ") || /\b(?:const|let|var|function|as)\s+require\b/.test(text)) return text;
  // The place is none: only modules of Node are left. No line is added, so that stack traces keep theirs.
  return `import { createRequire as $createRequire } from "node:module"; const require = $createRequire("file:///"); ${text}`;
}

/** Comments and keys that name modules by their way from the folder on this machine, in words that hold on any. */
function withPlainNames(text: string, folder: string, denoDir: string): string {
  const npm = `${relative(folder, join(denoDir, "npm")).replaceAll("\\", "/")}/`;
  const named = text.replaceAll(new RegExp(`${RegExp.escape(npm)}[^/\\s]+/`, "g"), "npm/");
  if (!toolkitFolder.startsWith("file:")) return named;
  const toolkit = `${relative(folder, fromFileUrl(toolkitFolder)).replaceAll("\\", "/")}/`;
  return named.replaceAll(new RegExp(`(// |")${RegExp.escape(toolkit)}lib/`, "g"), "$1ductaflow/");
}
