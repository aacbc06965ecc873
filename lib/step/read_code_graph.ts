/**
 * The code graph of a flow read anew: `deno info --json` gives the modules, each is hashed, and what the flow must not or
 * cannot import is refused.
 * @module
 */
import { fromFileUrl } from "../deps/path.ts";
import { isDuctaflowError } from "../base/error.ts";
import { maybeSettled, maybeSignature } from "../base/file_signature.ts";
import { sha256 } from "../base/hash.ts";
import type { Flow } from "../notebook/flow.ts";
import { hashModule } from "./cached_source.ts";
import { type CodeGraph, hashLock, type LocalPart, sealGraph, specifiersOf } from "./code_graph.ts";
import { hashConfig } from "./config_settings.ts";
import { askDenoInfo, type Info, type InfoModule } from "./deno_info.ts";
import { originalName } from "./embedded_imports.ts";
import type { Project } from "./project.ts";
import { importError, maybePath, refuseBroken, refuseOutside } from "./refuse_imports.ts";

type HashedPart = Omit<LocalPart, "plain">;

/**
 * Asks Deno for the graph of a flow and hashes all of it. Imports that leave the project are refused, and static ones
 * that lead nowhere; a dynamic one that leads nowhere is for the flow to catch. Asked about is the copy that will run,
 * since the flow itself may be edited meanwhile, or be an older one in Deno's cache. What stands in the graph `before` is
 * not parsed again.
 */
export async function readCodeGraph(
  flow: Flow,
  copyUrl: string,
  project: Project,
  before?: CodeGraph,
): Promise<CodeGraph> {
  const info = await readImports(flow, copyUrl, project);
  const imported = info.modules.filter((module) => module.specifier !== copyUrl);
  const takenAt = Date.now();
  const local = imported.filter((module) => module.local !== undefined && module.error === undefined);
  const known = new Map((before?.parts ?? []).map(({ hash, plain }) => [hash, plain]));
  const parts = await Promise.all(local.map(async ({ specifier, local }) => {
    const part = await hashPart(originalName(specifier, copyUrl), local!, takenAt);
    return { ...part, plain: known.get(part.hash) ?? await hashPlain(part) };
  }));
  const { plainFlow } = await import("../notebook/plain_code.ts");
  parts.push({ ...await flowPart(flow, copyUrl, takenAt), plain: await sha256(await plainFlow(flow)) });
  const packages = packagesOf(info);
  return await sealGraph({
    parts: parts.sort((a, b) => a.specifier < b.specifier ? -1 : 1),
    packages,
    missing: imported.flatMap((module) => module.error === undefined ? [] : maybePath(module) ?? []),
    unfetched: imported.some(isUnfetched),
    lock: project.lockFile && await hashLock(project.lockFile, packages, specifiersOf(parts)),
    config: project.configFile && await hashConfig(project.configFile),
    deno: Deno.version.deno,
  });
}

/** All that a flow imports, from its instrumented copy. Refuses what leaves the project and what leads nowhere. */
export async function readImports(flow: Flow, copyUrl: string, project: Project): Promise<Info> {
  const { info, problem } = await askDenoInfo(copyUrl, project);
  if (!info) throw importError(flow.url, problem.replaceAll(copyUrl, flow.url));
  refuseBroken(flow.url, info, copyUrl);
  const ownFolder = fromFileUrl(new URL(".", copyUrl)).replace(/(.)[/\\]$/, "$1");
  refuseOutside(flow.url, info.modules.filter((module) => module.specifier !== copyUrl), project, ownFolder);
  return info;
}

/** The packages that the modules import, and those that these depend on. */
function packagesOf({ modules, npmPackages = {} }: Info): string[] {
  const found = new Set(modules.flatMap((module) => module.npmPackage ?? []));
  // A set goes on to what is added while it is gone through.
  for (const name of found) for (const needed of npmPackages[name]?.dependencies ?? []) found.add(needed);
  return [...found].sort();
}

/** The flow stands for its copy; one from the web has no other file here. */
async function flowPart(flow: Flow, copyUrl: string, takenAt: number): Promise<HashedPart> {
  if (!flow.url.startsWith("file:")) return await hashPart(flow.url, fromFileUrl(copyUrl), takenAt);
  const part = await hashPart(flow.url, fromFileUrl(flow.url), takenAt);
  return part.hash === flow.hash ? part : { ...part, hash: flow.hash, signature: undefined };
}

async function hashPart(specifier: string, path: string, takenAt: number): Promise<HashedPart> {
  const signature = maybeSignature(path);
  const hash = await hashModule(specifier, path);
  const linked = Deno.realPathSync(path) !== path;
  return { specifier, path, hash, signature: maybeSettled(signature, takenAt), ...(linked ? { linked } : {}) };
}

/** Code from the web does not change where it is; of anything but scripts nobody can tell what does not matter. */
async function hashPlain({ specifier, path, hash }: HashedPart): Promise<string> {
  if (!/^file:.*\.[cm]?[jt]sx?$/.test(specifier)) return hash;
  const { plainModule } = await import("../notebook/plain_code.ts");
  try {
    return await sha256(await plainModule(Deno.readTextFileSync(path), specifier));
  } catch (error) {
    // What only Deno can parse is compared as it is.
    if (isDuctaflowError(error, "flow-syntax")) return hash;
    throw error;
  }
}

/** Whether a module may come with the next try: not if its host is not allowed, or said (Deno keeps it) to have none. */
function isUnfetched({ specifier, error }: InfoModule): boolean {
  return error !== undefined && !specifier.startsWith("file:") &&
    !/^(Requires import access|Module not found)/.test(error);
}
