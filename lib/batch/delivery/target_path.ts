/**
 * Where a delivery goes: the template's path, with values that can be nothing but parts of names.
 * @module
 */
import { isBelow } from "../../base/is_below.ts";
import { isDeviceName } from "../../base/names.ts";
import { dirname, fromFileUrl, resolve } from "../../deps/path.ts";
import { type Filled, fillTemplate, type Lookup, parseTemplate, type TemplatePart } from "../template.ts";

/** The path of a target as its template gives it, still to be filled. */
export type TargetTemplate = TemplatePart[];

/** Bytes, so that our temporary names beside the folder fit as well. */
const longest = 200;
const encoder = new TextEncoder();

/** Reads the template of target paths: a path with placeholders, or a `file:` URL of one. */
export function parseTargetTemplate(template: string): TargetTemplate {
  return parseTemplate(template.startsWith("file:") ? fromFileUrl(template) : template);
}

/** The absolute path of a target, or why there is none. */
export interface RenderedTarget extends Filled {
  /** The absolute path of the folder that the words before the first placeholder lead to. */
  root: string;
}

/**
 * The absolute path of a target. Before the first placeholder the template may lead anywhere; from there on it only
 * leads further down.
 */
export function renderTarget(template: TargetTemplate, lookup: Lookup): RenderedTarget {
  const { text, problems } = fillTemplate(template, lookup, segmentProblem);
  if (problems.length > 0) return { text: "", problems, root: "" };
  const fixed = text.split("/").slice(0, fixedSegments(template));
  const filled = text.split("/").slice(fixed.length).filter((segment) => segment !== "");
  for (const segment of filled) {
    const problem = segmentProblem(segment);
    if (problem !== undefined) problems.push(`the folder name "${segment}" cannot be used: ${problem}`);
  }
  const root = fixed.length === 0 ? resolve() : resolve(`${fixed.join("/")}/`);
  return { text: resolve([...fixed, ...filled].join("/")), problems: [...new Set(problems)], root };
}

/** How many names of the path stand before the one with the first placeholder. */
function fixedSegments(template: TargetTemplate): number {
  const first = template.findIndex((part) => "placeholder" in part);
  const before = template.slice(0, first < 0 ? undefined : first).map((part) => "text" in part ? part.text : "");
  return before.join("").split("/").length - (first < 0 ? 0 : 1);
}

/** Why a text cannot be the name of a folder on every system, or a part of one; undefined when it can. */
export function segmentProblem(text: string): string | undefined {
  if (text === "") return "it is empty";
  const [odd] = /[/\\<>:"|?*]|[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\uFEFF]/u.exec(text) ?? [];
  if (odd !== undefined) return `it contains ${nameOf(odd)}`;
  if (/^[.\p{Z}]/u.test(text)) return "it starts with a dot or a blank";
  if (/[.\p{Z}]$/u.test(text)) return "it ends with a dot or a blank, which some systems drop";
  if (isDeviceName(text)) return "Windows reserves it for a device";
  const bytes = encoder.encode(text).length;
  if (bytes > longest) return `it takes ${bytes} bytes and ${longest} is the limit`;
  return undefined;
}

function nameOf(char: string): string {
  const code = char.codePointAt(0)!;
  return code > 0x20 && code < 0x7f ? `"${char}"` : `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

/**
 * One text for all spellings of a folder: links in the folders above it followed, case and Unicode form levelled, since
 * many systems do not tell them apart.
 */
export function targetKey(path: string): string {
  return realTarget(path).normalize("NFC").toUpperCase();
}

/** The path with the links in the folders above it followed, as far as they exist. */
export function realTarget(path: string): string {
  const above = dirname(path);
  if (above === path) return path;
  const name = path.slice(above.length).replace(/^\//, "");
  return `${maybeReal(above)?.replace(/\/$/, "") ?? realTarget(above)}/${name}`;
}

/**
 * Whether links in the folders between `root` and a target lead out of the root. The root itself may be reached through
 * links, as whoever wrote the template chose it; below it, somebody else may have put them.
 */
export function leavesRoot(target: string, root: string): boolean {
  return target !== root && !isBelow(realTarget(target), maybeReal(root) ?? realTarget(root));
}

function maybeReal(path: string): string | undefined {
  try {
    return Deno.realPathSync(path);
  } catch {
    // Nothing there, or closed to us: the path as it is typed is all there is to compare.
    return undefined;
  }
}
