/**
 * A text as a notebook that runs where it lies, and back: the conversions with all that a move to another folder, a
 * kernel and an earlier notebook ask for.
 * @module
 */
import { isDuctaflowError } from "../base/error.ts";
import { isJsonObject } from "../base/json.ts";
import { boundCell, maybeWithoutMeta, metaCell, restoreMeta } from "./kernel_cells.ts";
import { lateDeclarations } from "./late_declarations.ts";
import { fingerprintOf, mergeNotebook } from "./merge_notebook.ts";
import { movedText } from "./moved_text.ts";
import { notebookToText } from "./notebook_to_text.ts";
import { parseFlow } from "./parse_flow.ts";
import { textToNotebook } from "./text_to_notebook.ts";
import type { InjectedValues } from "./injected_parameters.ts";
import type { Notebook, NotebookCell } from "./ipynb.ts";

/** How a text becomes a notebook. */
export interface ToNotebookParts {
  /** The URL that the notebook will have; imports are relative to its folder. The text's own folder unless given. */
  notebookUrl?: string;
  /** The notebook as it is now: its outputs and ids stay. */
  previous?: Notebook;
  /** What a config sets, in a cell of its own behind the parameters. */
  bound?: InjectedValues;
}

/** Makes a notebook of a text. */
export async function convertToNotebook(
  source: string,
  url: string,
  { notebookUrl = url, previous, bound }: ToNotebookParts = {},
): Promise<{ notebook: Notebook; warnings: string[] }> {
  const plain = await textToNotebook(source, url);
  const moved = await movedText(source, url, notebookUrl);
  const withoutMeta = await orUnparsed(() => maybeWithoutMeta(moved.text, url));
  const text = withoutMeta ?? moved.text;
  const { notebook } = text === source ? plain : await textToNotebook(text, url);
  const cells: NotebookCell[] = [];
  for (const cell of notebook.cells) {
    cells.push(cell);
    const isParameters = cell.cell_type === "code" && cell.metadata.tags?.includes("parameters");
    if (bound && isParameters) cells.push(await boundCell(await parseFlow(text, url), bound));
  }
  if (withoutMeta !== undefined) cells.splice(plain.hasHeaderCell ? 1 : 0, 0, metaCell(url, notebookUrl));
  const fresh = { ...notebook, cells };
  const merged = previous ? mergeNotebook(fresh, previous) : fresh;
  const late = await orUnparsed(() => lateDeclarations(source, url)) ?? [];
  return {
    notebook: withState(merged, await fingerprintOf(plain.notebook)),
    warnings: [...plain.warnings, ...moved.warnings, ...late],
  };
}

/** How a notebook becomes text. */
export interface ToTextParts {
  /** The URL that the text will have. */
  url: string;
  /** The URL of the notebook. */
  notebookUrl?: string;
  /** The text as it is now: what did not change keeps its spelling. */
  previous?: string;
}

/** Makes the text of a flow or a conductor of a notebook. */
export async function convertToText(
  notebook: Notebook,
  { url, notebookUrl = url, previous }: ToTextParts,
): Promise<{ text: string; warnings: string[] }> {
  const before = previous === undefined ? undefined : (await movedText(previous, url, notebookUrl)).text;
  const { text, warnings } = await notebookToText(restoreMeta(notebook), { url, previous: before });
  const moved = await movedText(text, notebookUrl, url);
  return { text: moved.text, warnings: [...warnings, ...moved.warnings] };
}

/** What tells the text of a notebook from another one; the same for the text itself. */
export async function contentOf(notebook: Notebook, url: string, notebookUrl: string): Promise<string> {
  if (new URL(".", url).href === new URL(".", notebookUrl).href) return await fingerprintOf(restoreMeta(notebook));
  const { text } = await convertToText(notebook, { url, notebookUrl });
  return await contentOfText(text, url);
}

/** What tells a text from another one. */
export async function contentOfText(text: string, url: string): Promise<string> {
  return await fingerprintOf((await textToNotebook(text, url)).notebook);
}

/** What notebook and text held when they were the same the last time; undefined when they never were. */
export function pairedContent({ metadata: { ductaflow } }: Notebook): string | undefined {
  return isJsonObject(ductaflow) && typeof ductaflow.paired === "string" ? ductaflow.paired : undefined;
}

function withState(notebook: Notebook, paired: string): Notebook {
  const { ductaflow } = notebook.metadata;
  return {
    ...notebook,
    metadata: { ...notebook.metadata, ductaflow: { ...isJsonObject(ductaflow) && ductaflow, paired } },
  };
}

/** A text that does not parse is taken as it is: its reader says why. */
async function orUnparsed<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isDuctaflowError(error, "flow-syntax")) return undefined;
    throw error;
  }
}
