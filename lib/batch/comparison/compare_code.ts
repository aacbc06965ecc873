/**
 * The code of two runs: flow, imports, packages, and the flow's text where it is still known.
 * @module
 */
import { sha256 } from "../../base/hash.ts";
import { entriesOf, maybeText } from "../../base/maybe_file.ts";
import { fromFileUrl, join } from "../../deps/path.ts";
import { maybeBuiltFlow } from "../../step/build.ts";
import { pathsOfRun } from "../../step/history.ts";
import type { Run } from "../../step/run.ts";
import { compareMaps, compareValues, type Difference, isDifferent } from "./difference.ts";
import { diffTexts, type TextDiff } from "./text_diff.ts";

/** The code of two runs side by side. */
export interface CodeComparison {
  /** The URL of the flow. */
  flow: Difference<string>;
  /** The flow and all that it imports, by specifier, with the SHA-256 of their bytes. */
  modules: Difference<string>[];
  /** Packages by name, with their versions. */
  packages: Difference<string>[];
  /** SHA-256 of what lock file and configuration file say. */
  settings: Difference<string>[];
  /** The lines of the flow that differ, when it changed and both texts are known. */
  source?: TextDiff;
}

/** Compares the code of two runs. */
export async function compareCode(before: Run, after: Run): Promise<CodeComparison> {
  const [old, now] = [before.record.code, after.record.code];
  const source = before.record.flow.hash === after.record.flow.hash ? undefined : await compareSources(before, after);
  return {
    flow: compareValues("flow", before.record.flow.url, after.record.flow.url),
    modules: compareMaps(modulesOf(before), modulesOf(after)),
    packages: compareMaps(packagesOf(old.packages), packagesOf(now.packages)),
    settings: [
      compareValues("lock file", old.lock, now.lock),
      compareValues("import map or compiler options", old.config, now.config),
    ],
    ...(source && source.hunks.length > 0 ? { source } : {}),
  };
}

/** Whether any of it differs. */
export function isCodeDifferent({ flow, modules, packages, settings }: CodeComparison): boolean {
  return [flow, ...modules, ...packages, ...settings].some(isDifferent);
}

function modulesOf({ record }: Run): Map<string, string> {
  return new Map(record.code.modules.map(({ specifier, hash }) => [specifier, hash]));
}

/** `chalk@5.0.0` by its name; a package that is there in several versions has them all. */
function packagesOf(packages: string[]): Map<string, string> {
  const versions = new Map<string, string[]>();
  for (const text of packages) {
    const at = text.indexOf("@", 1);
    const [name, version] = at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
    versions.set(name, [...versions.get(name) ?? [], version]);
  }
  return new Map([...versions].map(([name, list]) => [name, list.join(", ")]));
}

/** Both texts as they were, or both as the notebooks have them: one of each would differ in the markers alone. */
async function compareSources(before: Run, after: Run): Promise<TextDiff | undefined> {
  let texts = [await maybeSource(before), await maybeSource(after)];
  if (texts.includes(undefined)) texts = [maybeNotebookSource(before), maybeNotebookSource(after)];
  const [old, now] = texts;
  return old === undefined || now === undefined ? undefined : await diffTexts(old, now);
}

/** The flow's text as it ran: from the flow file, if that is still the same, or from a build. */
async function maybeSource(run: Run): Promise<string | undefined> {
  const { url, hash } = run.record.flow;
  const text = url.startsWith("file:") ? maybeText(fromFileUrl(url)) : undefined;
  if (text !== undefined && await sha256(text) === hash) return text;
  const { buildDir } = pathsOfRun(run);
  const start = `${new URL(url).pathname.split("/").at(-1)!.replace(/[^\w.-]/g, "_")}-`;
  for (const { name, isDirectory } of entriesOf(buildDir)) {
    const flow = isDirectory && name.startsWith(start) ? maybeBuiltFlow(join(buildDir, name))?.flow : undefined;
    if (flow?.hash === hash && flow.url === url) return flow.source;
  }
  return undefined;
}

/** The cells of the executed notebook as a flow; what stood around them is lost. */
function maybeNotebookSource({ notebookPath }: Run): string | undefined {
  const cells = maybeCells(maybeText(notebookPath));
  return cells?.map(({ title, type, source }) => {
    const marker = ["// %%", title, type === "code" ? undefined : `[${type}]`].filter(Boolean).join(" ");
    return `${marker}\n${source}\n`;
  }).join("\n");
}

interface FlowCell {
  title?: string;
  type: string;
  source: string;
}

/** The cells of the flow in a notebook's text, without those that were added; undefined when it is none. */
function maybeCells(text = ""): FlowCell[] | undefined {
  let notebook;
  try {
    notebook = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(notebook?.cells)) return undefined;
  return notebook.cells.filter((cell: { metadata?: { ductaflow?: { cell?: unknown } } } | null) =>
    typeof cell?.metadata?.ductaflow?.cell === "number"
  ).map((cell: { cell_type: unknown; source: unknown; metadata: { title?: unknown } }): FlowCell => {
    const { title } = cell.metadata;
    const source = Array.isArray(cell.source) ? cell.source.join("") : String(cell.source ?? "");
    return { type: String(cell.cell_type), source, ...(typeof title === "string" ? { title } : {}) };
  });
}
