/**
 * The sources of a workflow, taken down as they are now: its entry, all local modules that this imports, and the flows
 * that a conductor names.
 * @module
 */
import { toolkitFolder, toolkitUrl } from "../../base/toolkit.ts";
import { isScript, relocate } from "./relocate.ts";
import { DuctaflowError } from "../../base/error.ts";
import { sha256 } from "../../base/hash.ts";
import { isBelow } from "../../base/is_below.ts";
import { canonicalJson, type Json, jsonText } from "../../base/json.ts";
import { maybeStat } from "../../base/maybe_file.ts";
import { basename, dirname, fromFileUrl, join, relative, resolve, toFileUrl } from "../../deps/path.ts";
import { hashLock } from "../../step/code_graph.ts";
import { hashConfig, readConfigFile } from "../../step/config_settings.ts";
import { findProject, type Project, projectFlags } from "../../step/project.ts";
import type { Info } from "../../step/deno_info.ts";
import { runDeno } from "../../step/run_deno.ts";

/** Sources as they will be frozen. */
export interface FrozenSources {
  /** The folder that they come from, absolute. */
  origin: string;
  /** The path of the entry below it. */
  entry: string;
  /** Texts or bytes by path below it. */
  files: Map<string, string | Uint8Array>;
  /** npm and JSR packages with exact versions. */
  packages: string[];
  /** SHA-256 over all of it. */
  hash: string;
}

/** What to freeze besides what is found. */
export interface FreezeOptions {
  /** Files or folders, from `cwd`. */
  include?: string[];
  /** Whether texts in the modules that name flows are followed, as in a conductor. */
  followNames: boolean;
  cwd: string;
}

/** Reads the sources of an entry. Nothing of them runs, nothing is written. */
export async function freezeSources(entry: string, options: FreezeOptions): Promise<FrozenSources> {
  const project = findProject(toFileUrl(entry).href);
  const origin = project.root ?? dirname(entry);
  const paths = new Set<string>();
  const packages = new Set<string>();
  const remote = new Set<string>();
  const texts = new Map<string, string>();
  const named = new Set(options.include?.flatMap((path) => filesAt(resolve(options.cwd, path))));
  const look = async (path: string) => {
    for (const found of await modulesOf(path, project, { packages, remote })) {
      if (isToolkit(found)) continue;
      if (!isBelow(found, origin)) throw outside(entry, found, origin);
      paths.add(found);
    }
  };
  await look(entry);
  // A set goes on to what is added while it is gone through.
  for (const path of paths) {
    if (!isScript(path) || texts.has(path)) continue;
    texts.set(path, Deno.readTextFileSync(path));
    if (!options.followNames) continue;
    const { literals } = await relocate(texts.get(path)!, toFileUrl(path).href, () => true);
    for (const flow of literals.flatMap((text) => namedFile(text, path, options.cwd) ?? [])) named.add(flow);
    // An example of the toolkit names what it imports from the toolkit.
    for (const flow of [...named].filter((flow) => isBelow(flow, origin) && !paths.has(flow) && !isToolkit(flow))) {
      paths.add(flow);
      if (isScript(flow)) await look(flow);
    }
  }
  for (const path of named) if (isBelow(path, origin) && !isToolkit(path)) paths.add(path);
  const files = await contents([...paths].sort(), origin, texts);
  const hash = await hashSources(files, project, { packages, remote });
  for (const [name, text] of await settingsFiles(project, origin)) files.set(name, text);
  return { origin, entry: relative(origin, entry), files, packages: [...packages].sort(), hash };
}

/** What is not frozen, since it does not change where it is. */
interface Foreign {
  packages: Set<string>;
  remote: Set<string>;
}

/** Local modules of a graph, the entry among them. */
async function modulesOf(entry: string, project: Project, { packages, remote }: Foreign): Promise<string[]> {
  const { ok, stdout, stderr } = await runDeno(["info", "--json", ...projectFlags(project), entry], project.root);
  if (!ok) throw broken(entry, stderr.trim());
  const info: Info = JSON.parse(stdout);
  const missing = info.modules.find(({ specifier, error }) => error !== undefined && specifier.startsWith("file:"));
  if (missing) throw broken(entry, missing.error!);
  for (const { npmPackage, specifier } of info.modules) {
    if (npmPackage) packages.add(npmPackage);
    else if (/^https?:/.test(specifier)) remote.add(specifier);
  }
  return info.modules.filter(({ specifier }) => specifier.startsWith("file:")).map(({ specifier }) =>
    fromFileUrl(specifier)
  );
}

/** A text that names a module of the project: a path from where it runs or from the module, or a bare step name. */
function namedFile(text: string, from: string, cwd: string): string | undefined {
  if (text.length > 300 || /[\n\0]/.test(text)) return undefined;
  const candidates = /^[\w-]+$/.test(text)
    ? [join(cwd, "flows", `${text}.ts`)]
    : /\.[cm]?[jt]sx?$/.test(text) && !/^\w+:/.test(text)
    ? [resolve(cwd, text), resolve(dirname(from), text)]
    : [];
  return candidates.find((path) => maybeStat(path)?.isFile);
}

function filesAt(path: string): string[] {
  const stat = maybeStat(path);
  if (!stat) {
    throw new DuctaflowError(`There is nothing at "${path}" to include`, {
      code: "flow-not-found",
      hint: "Paths in include count from the current folder",
    });
  }
  if (!stat.isDirectory) return [path];
  const entries = [...Deno.readDirSync(path)].filter(({ name }) => name !== ".git" && name !== ".ductaflow");
  return entries.flatMap(({ name }) => filesAt(join(path, name)));
}

async function contents(paths: string[], origin: string, texts: Map<string, string>): Promise<FrozenSources["files"]> {
  const files: FrozenSources["files"] = new Map();
  const frozen = new Set(paths.map((path) => toFileUrl(path).href));
  for (const path of paths) {
    const text = isScript(path) ? texts.get(path) ?? Deno.readTextFileSync(path) : undefined;
    const url = toFileUrl(path).href;
    files.set(
      relative(origin, path),
      text === undefined ? Deno.readFileSync(path) : (await relocate(text, url, (other) => frozen.has(other))).text,
    );
  }
  return files;
}

/** Configuration and lock file: without a configuration of its own, Deno would find one above the frozen sources. */
async function settingsFiles({ configFile, lockFile }: Project, origin: string): Promise<[string, string][]> {
  const config = configFile === undefined ? {} : await readConfigFile(configFile) ?? {};
  const { imports, scopes, importMap, compilerOptions, unstable } = config;
  const folder = configFile ? dirname(configFile) : origin;
  const map = typeof importMap === "string" ? await readConfigFile(join(folder, importMap)) ?? {} : {};
  const from = typeof importMap === "string" ? dirname(join(folder, importMap)) : folder;
  const kept = {
    imports: placed(imports ?? map.imports, from, origin),
    scopes: placed(scopes ?? map.scopes, from, origin),
    compilerOptions,
    unstable,
  };
  const files: [string, string][] = [["deno.json", jsonText(kept)]];
  if (lockFile) files.push([basename(lockFile), Deno.readTextFileSync(lockFile)]);
  return files;
}

/** Targets of an import map: those that lie outside of the frozen sources by whole URLs. */
function placed(map: Json | undefined, from: string, origin: string): Json | undefined {
  if (typeof map === "string") {
    if (!/^\.{0,2}\//.test(map)) return map;
    const path = resolve(from, map);
    const end = map.endsWith("/") ? "/" : "";
    if (isBelow(path, origin) && !isToolkit(path)) return `./${relative(origin, path)}${end}`;
    return toFileUrl(path).href + end;
  }
  if (typeof map !== "object" || map === null || Array.isArray(map)) return map;
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, placed(value, from, origin)!]));
}

/** The toolkit is not part of a workflow: a version says which one it was. */
function isToolkit(path: string): boolean {
  if (!toolkitUrl.startsWith("file:")) return false;
  return path === fromFileUrl(toolkitUrl) || isBelow(path, join(fromFileUrl(toolkitFolder), "lib"));
}

/** Of the lock file counts what it says about packages and modules of this workflow. */
async function hashSources(
  files: FrozenSources["files"],
  { configFile, lockFile }: Project,
  { packages, remote }: Foreign,
): Promise<string> {
  const hashes = await Promise.all([...files].map(async ([name, content]) => [name, await sha256(content)]));
  const names = [...packages].sort();
  const config = configFile === undefined ? null : await hashConfig(configFile) ?? null;
  const lock = lockFile === undefined ? null : await hashLock(lockFile, names, [...remote].sort()) ?? null;
  return await sha256(canonicalJson([hashes, names, config, lock] as Json));
}

function broken(entry: string, why: string): DuctaflowError {
  return new DuctaflowError(`"${entry}" cannot be published: ${why.replace(/^error: /, "").replace(/\.$/, "")}`, {
    code: "flow-import",
    hint: "deno check shows what does not load",
  });
}

function outside(entry: string, path: string, origin: string): DuctaflowError {
  return new DuctaflowError(`"${entry}" imports "${path}", outside the project "${origin}"`, {
    code: "import-outside",
    hint: "Move the file into the project: only what lies in it can be frozen",
  });
}
