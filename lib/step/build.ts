/**
 * A flow made ready to run: read, instrumented, its imports cached. Kept in `runs/.ductaflow/build/` by content, so that
 * an unchanged flow is neither parsed nor asked for its imports again.
 * @module
 */
import { onDemand } from "../base/on_demand.ts";
import { basename, join, toFileUrl } from "../deps/path.ts";
import { writeFileAtomic } from "../base/atomic_file.ts";
import { embedded } from "../base/embedded.ts";
import { sha256 } from "../base/hash.ts";
import { exists, maybeText } from "../base/maybe_file.ts";
import { version } from "../base/version.ts";
import type { Flow } from "../notebook/flow.ts";
import { readFlowSource } from "../notebook/read_flow.ts";
import type { HostOrders } from "./host/main.ts";
import { readHost } from "./host/read_host.ts";
import { type CodeGraph, stillValid, withSettings } from "./code_graph.ts";
import { hashPlacing } from "./config_settings.ts";
import { findProject, type Project, projectOfFlow } from "./project.ts";
import { isWritten } from "./user_place.ts";

/** All that is needed to start a flow, and to tell whether its code changed. */
export interface Build {
  flow: Flow;
  project: Project;
  graph: CodeGraph;
  /** Absolute path of the module to run. */
  main: string;
  /** Absolute path of the build's own folder. */
  folder: string;
  /** URL of the instrumented copy. */
  copyUrl: string;
  edits: [line: number, column: number, inserted: number][];
  /** Highlighted HTML of the code cells by source. */
  highlighted: Map<string, string>;
  /** For a published conductor, which is no flow: what is loaded before it, and what that is told. */
  conductor?: { preload: string; orders: NonNullable<HostOrders["conductor"]> };
}

/** What the build folder holds besides the code. */
export interface StoredBuild {
  flow: Flow;
  edits: Build["edits"];
  highlighted: [string, string][];
  /** SHA-256 of the settings by which the flow's bare specifiers were looked up, if there are such. */
  placing?: string;
  /** The generated modules with the SHA-256 of their text. */
  code: [name: string, hash: string][];
}

const mainName = "_ductaflow_main.ts";
const folders = new Map<string, { source: string; folder: string }>();
const loaded = new Map<string, Build>();
const underway = new Map<string, Promise<Build>>();

/** Makes or finds the build of a flow. Concurrent calls for one flow share the work. */
export async function buildFlow(flow: string | URL, buildDir: string, cwd = Deno.cwd()): Promise<Build> {
  const { source, url } = await readFlowSource(flow, cwd);
  const folder = await folderFor(url, source, buildDir);
  const known = loaded.get(folder);
  if (known && !underway.has(folder)) {
    const graph = await stillValid(known.graph, known.project);
    if (graph && exists(known.main)) return known;
  }
  const work = underway.get(folder) ?? make({ url, source, folder }).finally(() => underway.delete(folder));
  underway.set(folder, work);
  return remember(folder, await work);
}

/** The folder of a build by all that goes into it; asked again for the same text, it need not be hashed. */
async function folderFor(url: string, source: string, buildDir: string): Promise<string> {
  const place = `${buildDir}\n${url}`;
  const known = folders.get(place);
  if (known?.source === source) return known.folder;
  const key = (await sha256([version, url, await readHost(), embedded?.hash ?? "", source].join("\n"))).slice(0, 16);
  const folder = join(buildDir, `${basename(new URL(url).pathname).replace(/[^\w.-]/g, "_")}-${key}`);
  folders.set(place, { source, folder });
  return folder;
}

function remember(folder: string, build: Build): Build {
  loaded.set(folder, build);
  return build;
}

async function make({ url, source, folder }: { url: string; source: string; folder: string }): Promise<Build> {
  const known = maybeStored(folder);
  // What the toolkit writes imports by whole URLs.
  const placing = isWritten(url) ? undefined : await hashPlacing(findProject(url));
  const isKept = known && known.placing === placing && await isWhole(known, folder);
  const stored = isKept
    ? known
    : await (await onDemand<typeof import("./make_build.ts")>("lib/step/make_build.ts")).makeBuild({
      url,
      source,
      folder,
      mainName,
    }, placing);
  const project = projectOfFlow(stored.flow);
  const file = basename(new URL(url).pathname);
  const build = {
    flow: stored.flow,
    project,
    folder,
    main: join(folder, mainName),
    copyUrl: new URL(encodeURIComponent(decodeURIComponent(file)), toFolderUrl(folder)).href,
    edits: stored.edits,
    highlighted: new Map(stored.highlighted),
  };
  const graphFile = join(folder, "graph.json");
  const kept = maybeJson<CodeGraph>(graphFile);
  const whole = kept && isWholeGraph(kept) ? kept : undefined;
  const graph = whole && await stillValid(whole, project);
  if (graph) return { ...build, graph };
  const [{ readCodeGraph }, { cacheImports }, { refuseSettings }] = await Promise.all([
    onDemand<typeof import("./read_code_graph.ts")>("lib/step/read_code_graph.ts"),
    onDemand<typeof import("./make_build.ts")>("lib/step/make_build.ts"),
    onDemand<typeof import("./refuse_settings.ts")>("lib/step/refuse_settings.ts"),
  ]);
  await refuseSettings(project);
  const [fresh] = await Promise.all([
    readCodeGraph(stored.flow, build.copyUrl, project, whole),
    cacheImports(url, build.main, project),
  ]);
  // The first caching may have made or extended the lock file.
  const lockedProject = projectOfFlow(stored.flow);
  const final = await withSettings(fresh, lockedProject);
  if (!final.unfetched) writeFileAtomic(graphFile, JSON.stringify(final));
  return { ...build, project: lockedProject, graph: final };
}

/** The flow of an earlier build, to tell what a run made of it; undefined when the build is gone. */
export function maybeBuiltFlow(folder: string): { flow: Flow; highlighted: Map<string, string> } | undefined {
  const stored = maybeStored(folder);
  return stored && { flow: stored.flow, highlighted: new Map(stored.highlighted) };
}

function maybeStored(folder: string): StoredBuild | undefined {
  const stored = maybeJson<StoredBuild>(join(folder, "build.json"));
  const lists = [stored?.flow?.cells, stored?.edits, stored?.highlighted, stored?.code];
  return lists.every(Array.isArray) ? stored : undefined;
}

/** Whether the code that would run is the code that was written: it may have been cut short when the power failed. */
async function isWhole({ code }: StoredBuild, folder: string): Promise<boolean> {
  for (const [name, hash] of code) {
    const path = join(folder, name);
    if (!exists(path) || await sha256(Deno.readFileSync(path)) !== hash) return false;
  }
  return true;
}

/** Whether all is there, also what earlier versions did not keep. */
function isWholeGraph({ parts, plain }: CodeGraph): boolean {
  return Array.isArray(parts) && typeof plain === "string";
}

/** A JSON file, or undefined when it is absent or cut short: what stands there can be made again. */
function maybeJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(maybeText(path) ?? "");
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function toFolderUrl(folder: string): URL {
  return new URL(`${toFileUrl(folder).href}/`);
}
