/**
 * What a flow imports of a toolkit that is one file: the modules are written beside the copy of the flow, and the copy
 * imports them from there. In records and hashes they have the names that they have in a checkout.
 * @module
 */
import { maybeChildText } from "../base/child_module.ts";
import { embedded, type EmbeddedModules } from "../base/embedded.ts";
import { toolkitFolder, toolkitUrl } from "../base/toolkit.ts";
import { join, toFileUrl } from "../deps/path.ts";
import type { PartialModule } from "../notebook/module_references.ts";

/** The modules beside a copy. */
export interface EmbeddedImports {
  /** Names in the folder, and texts. */
  files: [name: string, text: string][];
  /** What the specifiers of the flow mean. */
  placed: [specifier: string, target: string | PartialModule][];
}

const prefix = "_ductaflow_from_";
const flowPath = "lib/flow.ts";

/**
 * What has to be in the folder of a flow's copy. A flow that imports the one file gets the small module for flows, so that
 * it need not load (nor fetch the types of) all of it.
 */
export function embeddedImports(
  source: string,
  folder: string,
  modules: EmbeddedModules | undefined = embedded,
): EmbeddedImports {
  if (!modules) return { files: [], placed: [] };
  const urlOf = (path: string) => toFileUrl(join(folder, fileName(path))).href;
  const files: EmbeddedImports["files"] = [[fileName(flowPath), modules.flow]];
  const placed: EmbeddedImports["placed"] = [[toolkitUrl, { url: urlOf(flowPath), names: modules.flowNames }]];
  for (const path of Object.keys(modules.children)) {
    const specifier = toolkitFolder + path;
    if (!source.includes(specifier)) continue;
    files.push([fileName(path), maybeChildText(specifier, modules)!]);
    placed.push([specifier, urlOf(path)]);
  }
  return { files, placed };
}

/** How a module in the folder of a copy is called: the folder's own name differs with every edit of the flow. */
export function originalName(specifier: string, copyUrl: string): string {
  const start = new URL(prefix, copyUrl).href;
  if (!specifier.startsWith(start)) return specifier;
  return toolkitFolder + decodeURIComponent(specifier.slice(start.length)).replace(/\.js$/, "").replaceAll("+", "/");
}

function fileName(path: string): string {
  return `${prefix}${path.replaceAll("/", "+")}.js`;
}
