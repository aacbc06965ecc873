/**
 * Code as coloured HTML. highlight.js is loaded only for a text that was not seen before, so a second report of the same
 * flow does without it.
 * @module
 */
import { escapeHtml, showControls } from "./escape.ts";

/** The languages that can be coloured; any other text is only escaped. */
export type CodeLanguage = "typescript" | "json" | "sql" | "markdown" | "xml";

const cache = new Map<string, string>();
const cacheLimit = 4_000_000;
const sourceLimit = 200_000;
const languages = new Set<string>(["typescript", "json", "sql", "markdown", "xml"] satisfies CodeLanguage[]);
let cacheSize = 0;

/**
 * The code as HTML with `hljs-…` classes, in which every line is complete by itself: what is open at the end of a line is
 * closed there and opened again on the next. Remembered by text, so asking again costs nothing.
 */
export async function highlightCode(source: string, language: string): Promise<string> {
  const key = `${language}\n${source}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const result = await colour(source, language);
  // A crude bound is enough: the texts of a few thousand cells fit.
  if (cacheSize > cacheLimit) {
    cache.clear();
    cacheSize = 0;
  }
  cache.set(key, result);
  cacheSize += key.length + result.length;
  return result;
}

async function colour(source: string, language: string): Promise<string> {
  if (!languages.has(language) || source.length > sourceLimit || source.trim() === "") return escapeHtml(source);
  const { highlighter } = await import("../deps/highlight.ts");
  const html = highlighter.highlight(source, { language, ignoreIllegals: true }).value;
  return completeLines(showControls(html.replaceAll("\r\n", "\n")));
}

/** Closes the spans that are open at the end of each line and opens them again on the next. */
function completeLines(html: string): string {
  const open: string[] = [];
  return html.split("\n").map((line) => {
    const before = open.join("");
    for (const [tag] of line.matchAll(/<span[^>]*>|<\/span>/g)) {
      if (tag === "</span>") open.pop();
      else open.push(tag);
    }
    return before + line + "</span>".repeat(open.length);
  }).join("\n");
}
