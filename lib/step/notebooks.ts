/**
 * Notebooks from flows and flows from notebooks, for programs. What does the work is loaded on the first call.
 * @module
 */
import { onDemand } from "../base/on_demand.ts";
import type { Config } from "../base/record.ts";
import type { Notebook } from "../notebook/ipynb.ts";

/** How a flow becomes a notebook. */
export interface ToNotebookOptions {
  /**
   * A config: it is bound as for a run, and the notebook gets the parameters cell once more with its values.
   */
  config?: Config;
  /** Where the notebook will be stored: imports are written for that folder. Beside the flow unless given. */
  path?: string | URL;
  /** The notebook as it was before the flow was edited: its outputs and cell ids stay. */
  previous?: Notebook;
  /** Is told, in sentences, what in the notebook will surprise. */
  onWarning?: (warning: string) => void;
}

/** How a notebook becomes the text of a flow. */
export interface FromNotebookOptions {
  /** Where the text will be stored: imports are written for that folder. Beside the notebook unless given. */
  path?: string | URL;
  /** The text as it was before the notebook was edited: what did not change keeps its spelling. */
  previous?: string;
  /** Is told, in sentences, what had to be written differently. */
  onWarning?: (warning: string) => void;
}

/**
 * A flow or a conductor as a Jupyter notebook (nbformat 4.5) for Deno's own kernel. Cells, titles, tags and the header
 * become what Jupytext makes of them. Nothing of the flow runs. With a config, the values it sets are in the notebook.
 *
 * @param flow a path, a `file:` or `http(s):` URL, or the name of a flow in `flows/`
 * @throws {DuctaflowError} `flow-not-found`, `flow-header`; with a config also `flow-parameters` and `bad-config`
 *
 * @example
 * ```ts
 * import { toNotebook } from "./notebooks.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * const notebook = await toNotebook(new URL("../../flows/delay_model.ts", import.meta.url));
 * assertEquals(notebook.cells[2].metadata.tags, ["parameters"]);
 * ```
 */
export async function toNotebook(flow: string | URL, options: ToNotebookOptions = {}): Promise<Notebook> {
  const { notebookOfFlow } = await onDemand<typeof import("./notebook_of_flow.ts")>("lib/step/notebook_of_flow.ts");
  const { notebook, warnings } = await notebookOfFlow(flow, options);
  for (const warning of warnings) options.onWarning?.(warning);
  return notebook;
}

/**
 * A notebook as the text of a flow or a conductor, in Jupytext's percent format: what Jupytext reads is the same
 * notebook. Cells that a run added are left out. (Asynchronous, because what does the work is loaded only when needed.)
 *
 * @param notebook a notebook, the text of one, its path or its `file:` URL
 * @throws {DuctaflowError} `bad-notebook`, or `notebook-unsafe` when a cell cannot stand in a file of many
 *
 * @example
 * ```ts
 * import { fromNotebook, toNotebook } from "./notebooks.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * const flow = new URL("../../flows/delay_model.ts", import.meta.url);
 * assertEquals(await fromNotebook(await toNotebook(flow)), await Deno.readTextFile(flow));
 * ```
 */
export async function fromNotebook(
  notebook: Notebook | string | URL,
  options: FromNotebookOptions = {},
): Promise<string> {
  const { textOfNotebook } = await onDemand<typeof import("./notebook_of_flow.ts")>("lib/step/notebook_of_flow.ts");
  const { text, warnings } = await textOfNotebook(notebook, options);
  for (const warning of warnings) options.onWarning?.(warning);
  return text;
}
