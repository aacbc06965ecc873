/**
 * The code graph of a flow as it is kept: the flow and all that it imports, with the hash of every part, and whether
 * that is still so.
 * @module
 */
import { type FileSignature, maybeSettled, maybeSignature, sameSignature } from "../base/file_signature.ts";
import { originUrlOf } from "../base/frozen_source.ts";
import { sha256 } from "../base/hash.ts";
import { canonicalJson, type Json } from "../base/json.ts";
import { maybeText } from "../base/maybe_file.ts";
import type { CodeRecord } from "../base/record.ts";
import { hashModule } from "./cached_source.ts";
import { hashConfig } from "./config_settings.ts";
import type { Project } from "./project.ts";

/** A file on this machine that the flow's code comes from. */
export interface LocalPart {
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
    if (await hashModule(part.specifier, part.path) !== part.hash) return undefined;
    part.signature = maybeSettled(signature, now);
  }
  return await withSettings(graph, project) === graph ? graph : undefined;
}

/** The graph with what lock file and configuration file say now. */
export async function withSettings(graph: CodeGraph, project: Project): Promise<CodeGraph> {
  const lock = project.lockFile && await hashLock(project.lockFile, graph.packages, specifiersOf(graph.parts));
  const config = project.configFile && await hashConfig(project.configFile);
  return lock === graph.lock && config === graph.config ? graph : await sealGraph({ ...graph, lock, config });
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

/** A graph with the hashes of the whole. */
export async function sealGraph(graph: Omit<CodeGraph, "hash" | "plain">): Promise<CodeGraph> {
  const { packages, lock = null, config = null, deno } = graph;
  const hashOf = (kind: "hash" | "plain") => {
    // The same file is the same code, frozen in whatever version.
    const modules = graph.parts.map((part) => [originUrlOf(part.specifier), part[kind]]);
    return sha256(canonicalJson({ modules, packages, lock, config, deno }));
  };
  const [hash, plain] = await Promise.all([hashOf("hash"), hashOf("plain")]);
  return { ...graph, hash, plain };
}

/** The specifiers of parts. */
export function specifiersOf(parts: { specifier: string }[]): string[] {
  return parts.map(({ specifier }) => specifier);
}

/** What the lock file says about the packages and remote modules of this graph: other entries change nothing here. */
export async function hashLock(path: string, packages: string[], modules: string[]): Promise<string | undefined> {
  const text = maybeText(path);
  if (text === undefined) return undefined;
  const lock = JSON.parse(text) as {
    npm?: Record<string, Json>;
    remote?: Record<string, Json>;
  };
  const npm = packages.map((name) => [name, (lock.npm?.[name] as { integrity?: string })?.integrity ?? null]);
  const remote = modules.filter((specifier) => lock.remote?.[specifier]).map((specifier) => lock.remote![specifier]);
  return npm.length + remote.length > 0 ? await sha256(canonicalJson([npm, remote])) : undefined;
}

/** Whether a path leads to anything, also by links. */
export function isThere(path: string): boolean {
  return maybeSignature(path) !== undefined;
}
