/**
 * The code graph of a flow: the flow and all that it imports, from `deno info --json`, with the hash of every part.
 * @module
 */
import { dirname, fromFileUrl, join } from "../deps/path.ts";
import { DuctaflowError, isDuctaflowError, messageOf } from "../base/error.ts";
import { type FileSignature, maybeSettled, maybeSignature, sameSignature } from "../base/file_signature.ts";
import { sha256, sha256File } from "../base/hash.ts";
import { isBelow } from "../base/is_below.ts";
import { canonicalJson, type Json } from "../base/json.ts";
import { maybeText } from "../base/maybe_file.ts";
import type { CodeRecord } from "../base/record.ts";
import type { Flow } from "../notebook/flow.ts";
import { type Project, projectFlags } from "./project.ts";
import { runDeno } from "./run_deno.ts";

/** A file on this machine that the flow's code comes from. */
interface LocalPart {
  specifier: string;
  path: string;
  hash: string;
  /** SHA-256 of it without comments and formatting, where that can be told. */
  plain: string;
  /** Absent when it changed too shortly before it was hashed to be trusted. */
  signature?: FileSignature;
  /** Whether the path is, or leads through, a link inside the project. */
  linked?: boolean;
}

type HashedPart = Omit<LocalPart, "plain">;

/** The graph as it is kept with the build. */
export interface CodeGraph {
  parts: LocalPart[];
  packages: string[];
  /** Files that dynamic imports ask for and that could not be loaded: once one is there, the graph is another. */
  missing?: string[];
  /** Whether code from the web, which dynamic imports ask for, could not be fetched: a later process tries again. */
  unfetched?: boolean;
  lock?: string;
  config?: string;
  deno: string;
  hash: string;
  /** As `hash`, of code without comments and formatting. */
  plain: string;
}

interface InfoModule {
  kind?: string;
  specifier: string;
  local?: string;
  error?: string;
  /** The name in `npmPackages`. */
  npmPackage?: string;
  dependencies?: {
    specifier: string;
    code?: { specifier?: string; error?: string; span: { start: { line: number } } };
    isDynamic?: boolean;
  }[];
}

/** What `deno info --json` says, as far as it is needed. */
export interface Info {
  modules: InfoModule[];
  redirects?: Record<string, string>;
  /** All that the lock file knows, imported here or not. */
  npmPackages?: Record<string, { dependencies?: string[] }>;
}

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
  const output = await runDeno(["info", "--json", ...projectFlags(project), copyUrl], project.root);
  if (!output.ok) throw importError(flow.url, output.stderr.trim().replaceAll(copyUrl, flow.url));
  const info: Info = JSON.parse(output.stdout);
  const imported = info.modules.filter((module) => module.specifier !== copyUrl);
  refuseBroken(flow.url, info, copyUrl);
  refuseOutside(flow.url, imported, project);
  const takenAt = Date.now();
  const local = imported.filter((module) => module.local !== undefined && module.error === undefined);
  const known = new Map((before?.parts ?? []).map(({ hash, plain }) => [hash, plain]));
  const parts = await Promise.all(local.map(async ({ specifier, local }) => {
    const part = await hashPart(specifier, local!, takenAt);
    return { ...part, plain: known.get(part.hash) ?? await hashPlain(part) };
  }));
  const { plainFlow } = await import("../notebook/plain_code.ts");
  parts.push({ ...await flowPart(flow, copyUrl, takenAt), plain: await sha256(await plainFlow(flow)) });
  const packages = packagesOf(info);
  return await seal({
    parts: parts.sort((a, b) => a.specifier < b.specifier ? -1 : 1),
    packages,
    missing: imported.flatMap((module) => module.error === undefined ? [] : maybePath(module) ?? []),
    unfetched: imported.some(isUnfetched),
    lock: project.lockFile && await hashLock(project.lockFile, packages, parts),
    config: project.configFile && await hashConfig(project.configFile),
    deno: Deno.version.deno,
  });
}

/**
 * The graph, if it is the same as ever: undefined when a module changed (its imports may have too), or the settings did
 * (the same specifiers may lead elsewhere), so that the graph must be read again.
 */
export async function stillValid(graph: CodeGraph, project: Project): Promise<CodeGraph | undefined> {
  if (graph.deno !== Deno.version.deno || graph.missing?.some(isThere)) return undefined;
  for (const part of graph.parts) {
    const signature = maybeSignature(part.path);
    if (!signature) return undefined;
    if (part.signature && sameSignature(signature, part.signature)) continue;
    const now = Date.now();
    if (await sha256File(part.path) !== part.hash) return undefined;
    part.signature = maybeSettled(signature, now);
  }
  return await withSettings(graph, project) === graph ? graph : undefined;
}

/** The graph with what lock file and configuration file say now. */
export async function withSettings(graph: CodeGraph, project: Project): Promise<CodeGraph> {
  const lock = project.lockFile && await hashLock(project.lockFile, graph.packages, graph.parts);
  const config = project.configFile && await hashConfig(project.configFile);
  return lock === graph.lock && config === graph.config ? graph : await seal({ ...graph, lock, config });
}

/**
 * Imported modules that are reached through links. Deno 2.9.6 now and then asks for permission to read such a module when
 * what imports it is imported dynamically, though literal imports need none.
 */
export function linkedModules({ parts }: CodeGraph): string[] {
  return parts.filter(({ linked, specifier }) => linked && specifier.startsWith("file:")).map(({ path }) => path);
}

/** The graph as the record tells it. */
export function codeRecord(graph: CodeGraph): CodeRecord {
  const { hash, plain, packages, lock, config, deno } = graph;
  const modules = graph.parts.map(({ specifier, hash, plain }) => ({ specifier, hash, plain }));
  return { hash, plain, modules, packages, lock, config, deno };
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
  const hash = await sha256File(path);
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

async function seal(graph: Omit<CodeGraph, "hash" | "plain">): Promise<CodeGraph> {
  const { packages, lock = null, config = null, deno } = graph;
  const hashOf = (kind: "hash" | "plain") => {
    const modules = graph.parts.map((part) => [part.specifier, part[kind]]);
    return sha256(canonicalJson({ modules, packages, lock, config, deno }));
  };
  const [hash, plain] = await Promise.all([hashOf("hash"), hashOf("plain")]);
  return { ...graph, hash, plain };
}

/** What the lock file says about the packages and remote modules of this graph: other entries change nothing here. */
async function hashLock(path: string, packages: string[], parts: LocalPart[]): Promise<string | undefined> {
  const text = maybeText(path);
  if (text === undefined) return undefined;
  const lock = JSON.parse(text) as {
    npm?: Record<string, Json>;
    remote?: Record<string, Json>;
  };
  const npm = packages.map((name) => [name, (lock.npm?.[name] as { integrity?: string })?.integrity ?? null]);
  const remote = parts.filter((part) => lock.remote?.[part.specifier]).map((part) => lock.remote![part.specifier]);
  return npm.length + remote.length > 0 ? await sha256(canonicalJson([npm, remote])) : undefined;
}

/** The parts of a configuration file that change what code means. */
export async function hashConfig(path: string): Promise<string | undefined> {
  const config = await readConfigFile(path);
  const { imports = null, scopes = null, compilerOptions = null, importMap = null, links = null, workspace = null } =
    config ?? {};
  const map = typeof importMap === "string" ? maybeText(join(dirname(path), importMap)) ?? null : null;
  const parts = [imports, scopes, compilerOptions, importMap, map, links, workspace];
  return parts.some((part) => part !== null) ? await sha256(canonicalJson(parts)) : undefined;
}

/** A configuration file; undefined for none. Deno takes an empty file for an empty object. */
export async function readConfigFile(path: string): Promise<Record<string, Json> | undefined> {
  const text = maybeText(path);
  if (text === undefined || text.trim() === "") return undefined;
  const { parseJsonc } = await import("../deps/jsonc.ts");
  try {
    return (parseJsonc(text) ?? undefined) as Record<string, Json> | undefined;
  } catch (cause) {
    throw new DuctaflowError(`The configuration file "${path}" cannot be read: ${messageOf(cause)}`, {
      code: "flow-import",
      hint: "Correct it: deno check shows the line",
      cause,
    });
  }
}

/** Refuses what the flow cannot start without. A dynamic import may fail, and may never be reached. */
function refuseBroken(flowUrl: string, { modules, redirects = {} }: Info, copyUrl: string): void {
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
function refuseOutside(flowUrl: string, modules: InfoModule[], project: Project): void {
  const toolkit = import.meta.url.startsWith("file:") ? [dirname(dirname(dirname(fromFileUrl(import.meta.url))))] : [];
  const roots = [...project.root === undefined ? [] : [project.root], ...toolkit].flatMap((
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

/** Whether a module may come with the next try: not if its host is not allowed, or said (Deno keeps it) to have none. */
function isUnfetched({ specifier, error }: InfoModule): boolean {
  return error !== undefined && !specifier.startsWith("file:") &&
    !/^(Requires import access|Module not found)/.test(error);
}

/** Whether a path leads to anything, also by links. */
function isThere(path: string): boolean {
  return maybeSignature(path) !== undefined;
}

/** Where a module of this machine is, or would be. */
function maybePath({ specifier, local }: InfoModule): string | undefined {
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

function importError(flowUrl: string, text: string, place = flowUrl, specifier?: string): DuctaflowError {
  const what = specifier ? `Cannot import "${specifier}" in ${place}: ` : `Cannot load ${place}: `;
  return new DuctaflowError(what + text.replace(/^error: /, "").replace(/\.$/, ""), {
    code: "flow-import",
    hint: specifier && !/^(\.|\/|npm:|jsr:|node:|file:|https?:)/.test(specifier)
      ? `Write "npm:${specifier}@version" or add it to the imports of deno.json`
      : "Check the specifier; packages are fetched once, from then on flows run from the cache",
  });
}
