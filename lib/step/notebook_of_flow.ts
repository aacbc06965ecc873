/**
 * The work behind `toNotebook` and `fromNotebook`.
 * @module
 */
import { DuctaflowError } from "../base/error.ts";
import { isJsonObject, type Json } from "../base/json.ts";
import { isAbsent } from "../base/maybe_file.ts";
import { resolve, toFileUrl } from "../deps/path.ts";
import { convertToNotebook, convertToText } from "../notebook/convert.ts";
import { flowLocation } from "../notebook/flow_location.ts";
import { parseFlow } from "../notebook/parse_flow.ts";
import { parseNotebook } from "../notebook/parse_notebook.ts";
import { readFlowSource } from "../notebook/read_flow.ts";
import { bindConfig } from "./bind_config.ts";
import { flowPath } from "./plan_step.ts";
import { withRunFolders } from "./references.ts";
import type { Notebook } from "../notebook/ipynb.ts";
import type { FromNotebookOptions, ToNotebookOptions } from "./notebooks.ts";

/** What a conversion gives, and what will surprise in it. */
export interface NotebookOfFlow {
  notebook: Notebook;
  /** The text that it was made of, and where that came from. */
  source: string;
  url: string;
  warnings: string[];
}

/** A flow as a notebook. `textKeys` are the keys of the config whose values are text. */
export async function notebookOfFlow(
  flow: string | URL,
  { config, path, previous, textKeys }: ToNotebookOptions & { textKeys?: string[] } = {},
): Promise<NotebookOfFlow> {
  const { source, url } = await readFlowSource(flowPath(flow));
  const bound = config && bindConfig(await parseFlow(source, url), config, { textKeys });
  const converted = await convertToNotebook(source, url, {
    previous,
    ...(path !== undefined && { notebookUrl: fileUrl(path) }),
    ...(bound && { bound: { values: withFolders(bound.values), globals: withFolders(bound.globals) } }),
  });
  return { ...converted, source, url, warnings: [...converted.warnings, ...bound?.warnings ?? []] };
}

/** Values by their names, as a flow gets them. */
function withFolders(values: { [name: string]: Json }): { [name: string]: Json } {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, withRunFolders(value)]));
}

/** A notebook as text. */
export async function textOfNotebook(
  notebook: Notebook | string | URL,
  { path, previous }: FromNotebookOptions = {},
): Promise<{ text: string; warnings: string[] }> {
  const read = readNotebook(notebook);
  const url = path === undefined ? (read.url ?? fileUrl("notebook.ipynb")).replace(/\.ipynb$/, ".ts") : fileUrl(path);
  const notebookUrl = flowOfRun(read.notebook) ?? read.url ?? url;
  return await convertToText(read.notebook, { url, notebookUrl, previous });
}

/** The flow that an executed notebook is of: its imports are as they are there. */
function flowOfRun({ metadata: { ductaflow } }: Notebook): string | undefined {
  if (!isJsonObject(ductaflow) || ductaflow.run === undefined) return undefined;
  return typeof ductaflow.flow === "string" && URL.canParse(ductaflow.flow) ? ductaflow.flow : undefined;
}

/** A notebook from wherever it is, and its URL if it has one. */
export function readNotebook(given: Notebook | string | URL): { notebook: Notebook; url?: string } {
  if (typeof given === "object" && !(given instanceof URL)) {
    return { notebook: parseNotebook(JSON.stringify(given), "The notebook") };
  }
  if (typeof given === "string" && given.trimStart().startsWith("{")) {
    return { notebook: parseNotebook(given, "The notebook") };
  }
  const url = fileUrl(given);
  try {
    return { notebook: parseNotebook(Deno.readTextFileSync(new URL(url)), flowLocation(url)), url };
  } catch (cause) {
    if (!isAbsent(cause)) throw cause;
    throw new DuctaflowError(`There is no notebook "${flowLocation(url)}"`, { code: "flow-not-found", cause });
  }
}

/** The URL of a path, which counts from the current folder. */
export function fileUrl(path: string | URL): string {
  if (path instanceof URL) return path.href;
  return /^file:/.test(path) ? path : toFileUrl(resolve(path)).href;
}
