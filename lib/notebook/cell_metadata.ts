/**
 * Metadata of a cell, as a marker line has it and as a notebook may hold it.
 * @module
 */
import { isJsonObject, type Json, type JsonObject, setOwn } from "../base/json.ts";
import type { CellMetadata } from "./ipynb.ts";

/** What a marker line says besides the type. */
export interface MarkedCell {
  title?: string;
  metadata: { [key: string]: Json };
  tags: string[];
}

/** The metadata on a marker line, as Jupytext keeps it, without what would make the notebook invalid. */
export function validMetadata({ title, metadata, tags }: MarkedCell): CellMetadata {
  const result: CellMetadata = {};
  const valid = validTags(tags);
  for (const [key, value] of Object.entries(metadata)) {
    if (key === "tags" && valid.length > 0) result.tags = valid;
    else if (allowed(key, value)) setOwn(result, key, value);
  }
  if (valid.length > 0) result.tags = valid;
  if (title !== undefined) result.title = title;
  return result;
}

/** The tags that metadata hold, be it one that is no list. */
export function readTags(tags: unknown): string[] {
  const list = Array.isArray(tags) ? tags : [tags];
  return list.filter((tag) => typeof tag === "string");
}

/** What nbformat's schema says about the cell metadata that it knows. `trusted` is never stored in files. */
function allowed(key: string, value: Json): boolean {
  switch (key) {
    case "tags":
    case "trusted":
      return false;
    case "collapsed":
      return typeof value === "boolean";
    case "scrolled":
      return typeof value === "boolean" || value === "auto";
    case "name":
      return typeof value === "string" && /./.test(value);
    case "format":
      return typeof value === "string";
    case "jupyter":
      return isJsonObject(value);
    case "execution":
      return isJsonObject(value) && Object.values(value).every((item) => typeof item === "string");
    default:
      return true;
  }
}

/** Tags as nbformat wants them: unique and without commas (one with commas is several). */
function validTags(tags: string[]): string[] {
  if (tags.length === 0) return tags;
  const parts = tags.flatMap((tag) => tag.split(",")).map((tag) => tag.trim().toWellFormed());
  return [...new Set(parts)].filter((tag) => tag !== "");
}

/** What notebooks know of a cell and its text does not: Jupytext's list, our own, and what papermill and editors add. */
const notInText = new Set([
  "autoscroll",
  "collapsed",
  "scrolled",
  "trusted",
  "execution",
  "ExecuteTime",
  "skipline",
  "noskipline",
  "cell_marker",
  "lines_to_next_cell",
  "lines_to_end_of_cell_marker",
  "ductaflow",
  "papermill",
  "vscode",
]);

/** A cell's metadata as its marker line shall have them, and those that only the notebook keeps. */
export function splitMetadata(metadata: CellMetadata): { text: JsonObject; notebook: CellMetadata } {
  const parts: { text: JsonObject; notebook: CellMetadata } = { text: {}, notebook: {} };
  for (const [key, value] of Object.entries(metadata)) {
    if (value !== undefined) setOwn(notInText.has(key) ? parts.notebook : parts.text, key, value as Json);
  }
  return parts;
}

/** Whether a cell counts in a file with this ending, by its `active` metadata or tag, as Jupytext decides it. */
export function isActive(ending: string, { active, tags, run_control: control }: JsonObject): boolean {
  if (isJsonObject(control) && control.frozen === true) return ending === "ipynb";
  const tag = readTags(tags).find((tag) => tag.startsWith("active-"));
  if (tag !== undefined) return tag.split("-").includes(ending);
  return typeof active === "string" ? active.split(/[.,]/).includes(ending) : true;
}
