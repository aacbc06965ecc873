/**
 * What a notebook says of itself as a whole: its kernel and what Jupytext keeps there.
 * @module
 */
import { isJsonObject, type JsonObject } from "../base/json.ts";

/** Deno's own kernel, as it describes itself. */
export function denoKernel(): JsonObject {
  return {
    kernelspec: { name: "deno", display_name: "Deno", language: "typescript" },
    language_info: {
      name: "typescript",
      version: Deno.version.typescript,
      file_extension: ".ts",
      mimetype: "text/x.typescript",
      pygments_lexer: "typescript",
      codemirror_mode: "typescript",
      nbconvert_exporter: "script",
    },
  };
}

/** Jupytext keeps notebook metadata in the header, under `jupyter`; without what would make the notebook invalid. */
export function jupyterHeader({ jupyter }: JsonObject): JsonObject {
  if (!isJsonObject(jupyter)) return {};
  const { orig_nbformat: _1, orig_nbformat_minor: _2, signature: _3, title, authors, ...rest } = jupyter;
  if (typeof title === "string") rest.title = title;
  if (Array.isArray(authors)) rest.authors = authors;
  return rest;
}

/** What Jupytext writes into a header unless told otherwise. */
const keptByDefault = ["jupytext", "kernelspec", "kernel_info", "orphan", "tocdepth"];

/**
 * The notebook metadata that belong under `jupyter` in the header of the text, by the notebook's own filter
 * (`"-all"`: none, `"all"`: every key, `"toc,-kernelspec"`: these more or less); undefined for no such section.
 */
export function headerMetadata(metadata: JsonObject, ending: string): JsonObject | undefined {
  const jupytext = isJsonObject(metadata.jupytext) ? metadata.jupytext : {};
  const { executable: _1, encoding: _2, text_representation, ...own } = jupytext;
  const filter = typeof own.notebook_metadata_filter === "string" ? own.notebook_metadata_filter : "";
  const words = filter.split(",").map((word) => word.trim()).filter((word) => word !== "");
  if (words.includes("-all")) return undefined;
  const kept = words.includes("all") ? Object.keys(metadata).filter((key) => key !== "language_info") : keptByDefault;
  const keys = new Set([...kept, ...words.filter((word) => !word.startsWith("-"))]);
  for (const word of words) if (word.startsWith("-")) keys.delete(word.slice(1));
  const version = isJsonObject(text_representation) ? text_representation.jupytext_version : undefined;
  const all: JsonObject = {
    ...metadata,
    jupytext: {
      ...own,
      text_representation: {
        extension: `.${ending}`,
        format_name: "percent",
        format_version: "1.3",
        ...(version !== undefined && { jupytext_version: version }),
      },
    },
  };
  return Object.fromEntries(
    Object.keys(all).filter((key) => keys.has(key) && key !== "ductaflow" && key !== "all").map((
      key,
    ) => [key, all[key]]),
  );
}
