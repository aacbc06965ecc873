/**
 * A flow and its notebook kept the same: what was edited goes over to the other.
 * @module
 */
import { DuctaflowError } from "../base/error.ts";
import { exists, maybeText } from "../base/maybe_file.ts";
import { shortPath } from "../base/short_path.ts";
import { contentOf, contentOfText, convertToNotebook, convertToText, pairedContent } from "../notebook/convert.ts";
import { parseNotebook } from "../notebook/parse_notebook.ts";
import { serializeNotebook } from "../notebook/serialize_notebook.ts";
import { fileUrl } from "../step/notebook_of_flow.ts";
import type { Notebook } from "../notebook/ipynb.ts";
import type { Effects } from "./effects.ts";
import { type Conversion, writeConverted } from "./notebook_file.ts";

type Side = "flow" | "notebook";

interface Pair {
  flow: string;
  notebook: string;
}

interface Contents {
  text?: string;
  notebook?: Notebook;
  notebookText?: string;
}

/**
 * Brings a pair together. A content that both had when they were last the same tells which one was edited; without it,
 * the newer file counts. When both were edited, nothing is written, unless `favoured` says who wins.
 * @throws {DuctaflowError} `pair-conflict`
 */
export async function syncPair(pair: Pair, favoured: Side | undefined, effects: Effects): Promise<Conversion> {
  const contents = readPair(pair);
  const { source, because } = await sourceOf(pair, contents, favoured);
  const urls = { url: fileUrl(pair.flow), notebookUrl: fileUrl(pair.notebook) };
  const warnings: string[] = [];
  let text = contents.text;
  if (source === "notebook") {
    const made = await convertToText(contents.notebook!, { ...urls, previous: text });
    warnings.push(...made.warnings);
    text = made.text;
  }
  // The notebook is made of the text in any case: so both say the same, and the notebook knows it.
  const made = await convertToNotebook(text!, urls.url, { notebookUrl: urls.notebookUrl, previous: contents.notebook });
  if (source !== "notebook") warnings.push(...made.warnings);
  const notebookText = serializeNotebook(made.notebook);
  if (text !== contents.text) writeConverted(pair.flow, text!, effects);
  if (notebookText !== contents.notebookText) writeConverted(pair.notebook, notebookText, effects);
  const isNew = source === "notebook" ? contents.text === undefined : contents.notebook === undefined;
  const [from, to] = source === "notebook" ? [pair.notebook, pair.flow] : [pair.flow, pair.notebook];
  const action = source === undefined ? "unchanged" : isNew ? "written" : "updated";
  return { from, to, action, because, warnings };
}

function readPair({ flow, notebook }: Pair): Contents {
  const notebookText = maybeText(notebook);
  return {
    text: maybeText(flow),
    ...(notebookText !== undefined && { notebookText, notebook: parseNotebook(notebookText, shortPath(notebook)) }),
  };
}

/** Which of both counts; neither when they say the same. */
async function sourceOf(
  pair: Pair,
  { text, notebook }: Contents,
  favoured: Side | undefined,
): Promise<{ source?: Side; because?: string }> {
  if (text === undefined && notebook === undefined) throw noPair(pair);
  if (notebook === undefined) return { source: "flow", because: "there was no notebook yet" };
  if (text === undefined) return { source: "notebook", because: "there was no flow yet" };
  const [url, notebookUrl] = [fileUrl(pair.flow), fileUrl(pair.notebook)];
  const now = { flow: await contentOfText(text, url), notebook: await contentOf(notebook, url, notebookUrl) };
  const paired = pairedContent(notebook);
  if (now.flow === now.notebook) return { because: "both say the same" };
  if (now.notebook === paired) return { source: "flow", because: `${shortPath(pair.flow)} was edited` };
  if (now.flow === paired) return { source: "notebook", because: `${shortPath(pair.notebook)} was edited` };
  const newer = newerOf(pair);
  if (favoured) return { source: favoured, because: `both were edited, and --force lets the ${favoured} win` };
  if (paired !== undefined) throw conflict(pair, newer);
  return { source: newer, because: `they were never paired before, and ${shortPath(pair[newer])} is newer` };
}

function newerOf(pair: Pair): Side {
  const [flow, notebook] = [pair.flow, pair.notebook].map((path) => Number(Deno.statSync(path).mtime));
  return flow >= notebook ? "flow" : "notebook";
}

function noPair({ flow, notebook }: Pair): DuctaflowError {
  const paths = `"${shortPath(flow)}" nor "${shortPath(notebook)}"`;
  return new DuctaflowError(`There is neither ${paths}`, { code: "flow-not-found" });
}

function conflict(pair: Pair, newer: Side): DuctaflowError {
  const [flow, notebook] = [shortPath(pair.flow), shortPath(pair.notebook)];
  return new DuctaflowError(
    `Both "${flow}" and "${notebook}" were edited since they were the same; the ${newer} is newer. Nothing was written`,
    {
      code: "pair-conflict",
      hint:
        `To keep the flow: to-ipynb --sync --force ${flow}; to keep the notebook: from-ipynb --sync --force ${notebook}`,
    },
  );
}

/** The flow that a notebook belongs to: one that is there, with any ending that Jupytext knows. */
export function flowBeside(notebook: string): string {
  const stem = notebook.replace(/\.ipynb$/, "");
  return [".ts", ".js"].map((ending) => stem + ending).find(exists) ?? `${stem}.ts`;
}
