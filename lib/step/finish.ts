/**
 * Puts a run that has ended on disk: outputs looked at, notebook and report written, the record last of all.
 * @module
 */
import { join } from "../deps/path.ts";
import { type StagedFile, stageFile, syncPath } from "../base/atomic_file.ts";
import { messageOf } from "../base/error.ts";
import { jsonText } from "../base/json.ts";
import { entriesOf } from "../base/maybe_file.ts";
import type { ArtifactRecord, Config, RunRecord } from "../base/record.ts";
import type { ExecutedCell } from "../notebook/executed_notebook.ts";
import type { Flow } from "../notebook/flow.ts";
import type { Notebook } from "../notebook/ipynb.ts";
import { escapeHtml } from "../report/escape.ts";
import type { Preview } from "../report/preview.ts";
import { collectArtifacts } from "./artifacts.ts";
import { boundValues } from "./bind_config.ts";
import { type InstancePaths, ownedFiles } from "./instance_paths.ts";

const linkType = "inode/symlink";

let renderers: ReturnType<typeof loadRenderers> | undefined;

/** What only a run that is executed needs, so that a conductor whose runs are all fresh does not load it. */
async function loadRenderers() {
  const [serialize, executed, config, report, previews] = await Promise.all([
    import("../notebook/serialize_notebook.ts"),
    import("../notebook/executed_notebook.ts"),
    import("../report/config_table.ts"),
    import("../report/render_report.ts"),
    import("./previews.ts"),
  ]);
  const { serializeNotebook } = serialize;
  const { executedNotebook } = executed;
  const { configMarkdown } = config;
  const { renderReport } = report;
  const { previewArtifacts } = previews;
  return { serializeNotebook, executedNotebook, configMarkdown, renderReport, previewArtifacts };
}

/** What is written of a run besides its record. */
export interface RunDocuments {
  flow: Flow;
  config: Config;
  cells: ExecutedCell[];
  highlighted: Map<string, string>;
  /** False leaves the code out of the report. */
  reportCode?: boolean;
  /**
   * Takes secrets out of what the flow's files show in the report; `"hide"` shows nothing of them, where there are secrets
   * that are not known here.
   */
  redact?: ((value: unknown) => unknown) | "hide";
}

/** Lists the outputs of a run. Links that lead out of the run folder are removed. */
export async function gatherArtifacts(paths: InstancePaths, warnings: string[]): Promise<ArtifactRecord[]> {
  const artifacts = await collectArtifacts(paths.dir, { onWarning: (warning) => warnings.push(warning) });
  return artifacts.filter(({ name, type }) => {
    if (type !== linkType || !leadsOut(join(paths.dir, name), paths.dir)) return true;
    Deno.removeSync(join(paths.dir, name));
    warnings.push(`The link "${name}" led out of the run folder and was removed`);
    return false;
  });
}

/**
 * Writes notebook and report, and then the record, each whole and only when all contents are on disk. The names follow
 * a moment later: until then a power cut leaves the record that says running, never a green one that lacks something.
 */
export async function writeRun(paths: InstancePaths, record: RunRecord, documents: RunDocuments): Promise<void> {
  removeUnowned(paths);
  const { serializeNotebook } = await (renderers ??= loadRenderers());
  const notebook = await makeNotebook(record, documents);
  const report = await makeReport(paths, record, notebook, documents);
  const outputs = record.artifacts.filter(({ type }) => type !== linkType).map(({ name }) => join(paths.dir, name));
  // All contents are durable before the first of them is seen, and the record is seen last: file systems with a journal
  // keep the order of renames in one folder.
  const contents: [string, string][] = [
    [paths.notebook, serializeNotebook(notebook)],
    [paths.report, report],
    [paths.record, jsonText(record)],
  ];
  await commitAll(contents, [paths.config, ...outputs]);
  // Nobody waits for it, nor hears when the disk has no more to say: what can be lost is told above.
  syncPath(paths.dir).catch(() => {});
}

/** Writes files, makes all durable at once, which costs hardly more than one, and then puts the new ones in place. */
async function commitAll(contents: [path: string, content: string][], others: string[]): Promise<void> {
  const staged: StagedFile[] = [];
  try {
    for (const [path, content] of contents) staged.push(stageFile(path, content));
    await Promise.all([...staged.map((file) => file.sync()), ...others.map(syncPath)]);
    for (const file of staged) file.commit();
  } finally {
    for (const file of staged) file.discard();
  }
}

async function makeNotebook(record: RunRecord, documents: RunDocuments): Promise<Notebook> {
  const { executedNotebook, configMarkdown } = await (renderers ??= loadRenderers());
  const { flow, config, cells } = documents;
  const { step, instance, id, status, startedAt, endedAt, durationMs, parameters } = record;
  const failed = record.error && cells.find((cell) => cell.record.index === record.error!.cell);
  const shown = cells.map((cell) => cell === failed ? withError(cell, record) : cell);
  return executedNotebook(flow, {
    config,
    injected: boundValues(flow, config, parameters),
    configMarkdown: configMarkdown(config, parameters),
    parameters,
    cells: shown,
    metadata: { step, instance, id, status, startedAt, endedAt, durationMs },
  });
}

/** The error stands in the cell where it happened, as in any notebook. */
function withError(cell: ExecutedCell, record: RunRecord): ExecutedCell {
  const { name: ename, message: evalue, stack } = record.error!;
  const traceback = (stack ?? `${ename}: ${evalue}`).split("\n");
  return { ...cell, outputs: [...cell.outputs, { output_type: "error", ename, evalue, traceback }] };
}

/** A fault in rendering must not take a run with it: then the report says so. */
async function makeReport(
  paths: InstancePaths,
  record: RunRecord,
  notebook: Notebook,
  { config, highlighted, redact, reportCode }: RunDocuments,
): Promise<string> {
  try {
    const { renderReport } = await (renderers ??= loadRenderers());
    const shown = redact === "hide" ? {} : await previews(paths, record);
    const clean = typeof redact === "function" ? redact(shown) as typeof shown : shown;
    return await renderReport(record, notebook, { config, highlighted, previews: clean, code: reportCode });
  } catch (error) {
    record.warnings.push(`The report could not be made: ${messageOf(error)}`);
    const [title, text] = [`${record.step} ${record.instance}`, messageOf(error)].map(escapeHtml);
    const head = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>`;
    return `${head}<h1>${title}</h1><p>${
      escapeHtml(record.statusText)
    }</p><p>The report could not be made: ${text}</p>`;
  }
}

async function previews(paths: InstancePaths, record: RunRecord): Promise<Record<string, Preview>> {
  if (record.artifacts.length === 0) return {};
  const { previewArtifacts } = await (renderers ??= loadRenderers());
  return await previewArtifacts(paths.dir, record.artifacts);
}

/** A flow cannot write the toolkit's files, but it may leave folders of these names where a grant was wide. */
function removeUnowned(paths: InstancePaths): void {
  const owned: readonly string[] = ownedFiles;
  for (const { name, isFile } of entriesOf(paths.dir)) {
    if (!isFile && owned.includes(name)) Deno.removeSync(join(paths.dir, name), { recursive: true });
  }
}

function leadsOut(path: string, dir: string): boolean {
  try {
    return !Deno.realPathSync(path).startsWith(`${Deno.realPathSync(dir)}/`);
  } catch {
    // It leads nowhere, which is not inside either.
    return true;
  }
}
