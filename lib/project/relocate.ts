/**
 * A flow and all modules that it imports, as copies in one folder which mean the same as the originals: the bundler
 * would make every `import.meta.url` the place of the bundle.
 * @module
 */
import { dirname, fromFileUrl, join, relative, toFileUrl } from "../deps/path.ts";
import { embedded } from "../base/embedded.ts";
import { toolkitFolder, toolkitUrl } from "../base/toolkit.ts";
import type { Flow } from "../notebook/flow.ts";
import { flowLocation } from "../notebook/flow_location.ts";
import { instrument } from "../notebook/instrument.ts";
import { applySplices } from "../notebook/edits.ts";
import { linesOf } from "../notebook/lines.ts";
import { moduleSplices, type PartialModule, type PlacedImports } from "../notebook/module_references.ts";
import { parseModule } from "../notebook/parse_module.ts";
import { downloadedBytes } from "../step/cached_source.ts";
import type { Info, InfoModule } from "../step/deno_info.ts";
import { readImports } from "../step/read_code_graph.ts";
import { placedImports } from "../step/placed_imports.ts";
import type { Project } from "../step/project.ts";

/** Copies to be bundled. */
export interface Relocated {
  /** The URL of the copy of the flow. */
  main: string;
  /** What will not come along, as sentences. */
  warnings: string[];
}

/** What the copies depend on. */
export interface RelocateOptions {
  project: Project;
  /** The folder for the copies. */
  folder: string;
  /** How a script names the place of a module: from its own place, or as a URL. */
  placeOf(url: string): string;
}

const staysBehind = "which stays a file of its own: the script needs it where it is now";
const startsWorker = /\bnew\s+(Shared)?Worker\s*\(/;
const endings: Record<string, string> = {
  TypeScript: ".ts",
  Mts: ".mts",
  TSX: ".tsx",
  JavaScript: ".js",
  Mjs: ".mjs",
  JSX: ".jsx",
};

/** Writes the copies. */
export async function relocate(flow: Flow, options: RelocateOptions): Promise<Relocated> {
  const { project, placeOf } = options;
  const flowModule = writeFlowModule(options.folder);
  const { source } = await instrument(
    flow,
    new Map<string, string | PartialModule>([...await placedImports(flow.url, project), ...flowModule]),
  );
  const main = copyUrlOf(flow.url, "", options);
  write(main, source);
  const info = await readImports(flow, main, project);
  const copies = new Map<string, string>();
  for (const module of info.modules) {
    const ending = endings[module.mediaType ?? ""];
    if (module.kind !== "esm" || !module.local || !ending || flowModule.has(module.specifier)) continue;
    copies.set(module.specifier, module.specifier === main ? main : copyUrlOf(module.specifier, ending, options));
  }
  const warnings: string[] = [];
  for (const module of info.modules) {
    const { specifier } = module;
    const copy = copies.get(specifier);
    if (copy === undefined) continue;
    const isFlow = specifier === main;
    const text = isFlow ? source : readText(module);
    const placed = importsOf(module, info, new Map<string, string | PartialModule>([...copies, ...flowModule]));
    const self = isFlow ? undefined : `__ductaflow__.module(${JSON.stringify(placeOf(specifier))})`;
    const splices = moduleSplices(await parseModule(text, copy), specifier, placed, self);
    write(copy, applySplices(linesOf(text), splices).source);
    const name = flowLocation(isFlow ? flow.url : specifier);
    if (startsWorker.test(text)) warnings.push(`${name} starts a worker, ${staysBehind}`);
    // The flow's own computed imports were found when it was instrumented.
    const isComputed = isFlow
      ? source.includes("__ductaflow__.at(")
      : splices.some(({ text }) => text.endsWith(".at("));
    if (isComputed) warnings.push(`${name} imports a module that it computes, ${staysBehind}`);
  }
  return { main, warnings };
}

/** Where the toolkit is one file, a flow needs only what `lib/flow.ts` has. */
function writeFlowModule(folder: string): Map<string, PartialModule> {
  if (!embedded) return new Map();
  const url = toFileUrl(join(folder, "ductaflow_flow.js")).href;
  write(url, embedded.flow);
  return new Map([[toolkitUrl, { url, names: embedded.flowNames }]]);
}

/** What the specifiers of a module mean, copies where there are such. */
function importsOf(
  module: InfoModule,
  { redirects = {} }: Info,
  copies: Map<string, string | PartialModule>,
): PlacedImports {
  const placed = new Map<string, string | PartialModule>();
  for (const { specifier, code, assertionType } of module.dependencies ?? []) {
    if (code?.specifier === undefined) continue;
    const target = redirects[code.specifier] ?? code.specifier;
    const copy = assertionType === undefined ? copies.get(target) : undefined;
    placed.set(specifier, copy ?? (/^(npm|node):/.test(code.specifier) ? code.specifier : target));
  }
  return placed;
}

/** Below the folder as the module lies below the project, so that errors and comments have names that are known. */
function copyUrlOf(url: string, ending: string, { project, folder }: RelocateOptions): string {
  if (url.startsWith(toolkitFolder)) return toFileUrl(join(folder, "ductaflow", url.slice(toolkitFolder.length))).href;
  const below = url.startsWith("file:") && project.root !== undefined
    ? relative(project.root, fromFileUrl(url))
    : `../${url}`;
  const parts = below.startsWith("..") ? ["elsewhere", ...url.replace(/[?#]/g, "_").split(/[:/]+/)] : [below];
  const path = join(folder, ...parts.map(decode));
  return toFileUrl(path.toLowerCase().endsWith(ending) ? path : path + ending).href;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function readText({ local }: InfoModule): string {
  // Deno keeps the headers of what it fetched in a comment at the end.
  return new TextDecoder().decode(downloadedBytes(Deno.readFileSync(local!)));
}

function write(url: string, text: string): void {
  const path = fromFileUrl(url);
  Deno.mkdirSync(dirname(path), { recursive: true });
  Deno.writeTextFileSync(path, text);
}
