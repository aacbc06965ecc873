/**
 * Imports that a flow is refused for: those that lead nowhere, and those that leave its project.
 * @module
 */
import { fromFileUrl } from "../deps/path.ts";
import { DuctaflowError } from "../base/error.ts";
import { isBelow } from "../base/is_below.ts";
import { toolkitFolder } from "../base/toolkit.ts";
import { isThere } from "./code_graph.ts";
import type { Info, InfoModule } from "./deno_info.ts";
import type { Project } from "./project.ts";

/** Refuses what the flow cannot start without. A dynamic import may fail, and may never be reached. */
export function refuseBroken(flowUrl: string, { modules, redirects = {} }: Info, copyUrl: string): void {
  const found = new Map(modules.map((module) => [module.specifier, module]));
  const resolved = (specifier = "") => redirects[specifier] ?? specifier;
  const needed = new Set([copyUrl]);
  // A set goes on to what is added while it is gone through.
  for (const url of needed) {
    for (const { specifier, code, isDynamic } of found.get(url)?.dependencies ?? []) {
      if (isDynamic || !code) continue;
      const target = resolved(code.specifier);
      const error = code.error ?? found.get(target)?.error ?? found.get(code.specifier ?? "")?.error;
      if (error !== undefined) {
        const [place, written] = url === copyUrl ? [flowUrl, asWritten(specifier, flowUrl)] : [url, specifier];
        throw importError(flowUrl, error, `${place}:${code.span.start.line + 1}`, written);
      }
      needed.add(target);
    }
  }
  const error = found.get(copyUrl)?.error;
  if (error !== undefined) throw importError(flowUrl, error);
}

/** Literal imports need no permission, so they are held to the project here: by name and by where a link leads. */
export function refuseOutside(flowUrl: string, modules: InfoModule[], project: Project, ownFolder: string): void {
  const toolkit = toolkitFolder.startsWith("file:") ? [fromFileUrl(toolkitFolder).replace(/(.)[/\\]$/, "$1")] : [];
  const roots = [...project.root === undefined ? [] : [project.root], ...toolkit, ownFolder].flatMap((
    root,
  ) => [root, Deno.realPathSync(root)]);
  for (const module of modules) {
    const local = maybePath(module);
    if (local === undefined || (module.error !== undefined && !isThere(local))) continue;
    const real = Deno.realPathSync(local);
    if (roots.some((root) => isBelow(local, root)) && roots.some((root) => isBelow(real, root))) continue;
    const where = real === local ? `"${local}"` : `"${local}", which leads to "${real}"`;
    throw new DuctaflowError(`${flowUrl} imports ${where}, outside ${projectPhrase(project)}`, {
      code: "import-outside",
      hint: project.root === undefined
        ? "A flow from the web imports from the web only; give it a read permission to read files at run time"
        : `Move the file below "${project.root}", or read it at run time with a read permission in the header`,
    });
  }
}

/** Where a module of this machine is, or would be. */
export function maybePath({ specifier, local }: InfoModule): string | undefined {
  if (!specifier.startsWith("file:")) return undefined;
  if (local !== undefined) return local;
  try {
    const path = fromFileUrl(specifier);
    return path.includes("\0") ? undefined : path;
  } catch (error) {
    // What cannot be decoded is no path: there will never be a file.
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** Relative imports of the flow are whole URLs in its copy. */
function asWritten(specifier: string, flowUrl: string): string {
  const folder = new URL(".", flowUrl).href;
  return specifier.startsWith(folder) ? `./${specifier.slice(folder.length)}` : specifier;
}

function projectPhrase({ root }: Project): string {
  return root === undefined ? "the web, where it came from" : `the project "${root}"`;
}

/** What says that a module cannot be loaded. */
export function importError(flowUrl: string, text: string, place = flowUrl, specifier?: string): DuctaflowError {
  const what = specifier ? `Cannot import "${specifier}" in ${place}: ` : `Cannot load ${place}: `;
  return new DuctaflowError(what + text.replace(/^error: /, "").replace(/\.$/, ""), {
    code: "flow-import",
    hint: specifier && !/^(\.|\/|npm:|jsr:|node:|file:|https?:)/.test(specifier)
      ? `Write "npm:${specifier}@version" or add it to the imports of deno.json`
      : "Check the specifier; packages are fetched once, from then on flows run from the cache",
  });
}
