/**
 * Text of a cell made safe for a file of many cells: what would start a cell there, or be read differently by Jupytext,
 * is spelled in another way that means the same.
 * @module
 */
import { isCommentedCommand } from "./jupytext_lines.ts";
import { linesOf } from "./lines.ts";
import { isMarkerLine } from "./marker.ts";
import { nodesOf } from "./module_references.ts";
import { parseModule } from "./parse_module.ts";
import type { File, Node } from "../deps/babel.ts";
import type { Splice } from "./edits.ts";

/** A text that is safe, and what was changed in it, as clauses. */
export interface SafeSource {
  source: string;
  changes: string[];
}

/** What Python takes for the end of a line and TypeScript does not, at least not in texts. */
// deno-lint-ignore no-control-regex
const strangeLineEnd = /[\v\f\x1c-\x1e\x85\u2028\u2029]/;

/** A Markdown text in which no line looks like a marker: a backslash shows nothing and changes that. */
export function safeMarkdown(source: string): SafeSource {
  const changes: string[] = [];
  const lines = source.split("\n").map((line) => {
    if (!isMarkerLine(`// ${line}`)) return line;
    changes.push(`its line "${line.trim()}" would start a cell and got a backslash`);
    return line.replace(/%%|<|\[/, "\\$&");
  });
  const text = lines.join("\n");
  if (!strangeLineEnd.test(text)) return { source: text, changes };
  changes.push("its line and page separators became blanks");
  return { source: text.replace(new RegExp(strangeLineEnd, "g"), " "), changes };
}

/** Code in which nothing looks like a marker, an IPython command or the end of a line that it is not. */
export async function safeCode(source: string, ending: string): Promise<SafeSource> {
  const suspects = suspectsIn(source);
  if (suspects.length === 0) return { source, changes: [] };
  let file: File;
  try {
    file = await parseModule(source, `file:///cell.${ending === "js" ? "js" : "ts"}`);
  } catch {
    // Nobody knows what is a comment and what is not; the check of what is written tells whether that matters.
    return { source, changes: [] };
  }
  const changes: string[] = [];
  const splices: Splice[] = [];
  for (const { at, length, what } of suspects) {
    const text = respelled(source.slice(at, at + length), contextAt(file, at));
    if (text === undefined) continue;
    splices.push({ start: at, end: at + length, text });
    changes.push(`${what} and is now written differently`);
  }
  return { source: spliced(source, splices), changes: [...new Set(changes)] };
}

interface Suspect {
  at: number;
  length: number;
  what: string;
}

function suspectsIn(source: string): Suspect[] {
  const lines = linesOf(source);
  const suspects: Suspect[] = lines.starts.flatMap((start, i) => {
    const line = source.slice(start, lines.starts[i + 1] ?? source.length).trimEnd();
    const isMarker = isMarkerLine(line);
    if (!isMarker && !isCommentedCommand(line)) return [];
    const what = `its line "${line.trim()}" would ${isMarker ? "start a cell" : "be a command to Jupytext"}`;
    return [{ at: start + line.indexOf("//"), length: 2, what }];
  });
  for (const { index } of source.matchAll(new RegExp(strangeLineEnd, "g"))) {
    const code = source.charCodeAt(index).toString(16).toUpperCase().padStart(4, "0");
    suspects.push({ at: index, length: 1, what: `its character U+${code} would end a line in Jupytext` });
  }
  return suspects.toSorted((a, b) => a.at - b.at);
}

type Context = "comment" | "template" | "string" | "code";

/** What stands at a place. The text of a tagged template counts as code: its tag sees how it is spelled. */
function contextAt(file: File, at: number): Context {
  if (file.comments?.some(({ start, end }) => start! <= at && at < end!)) return "comment";
  let context: Context = "code";
  const tagged = new Set<Node>();
  for (const node of nodesOf(file.program)) {
    if (node.type === "TaggedTemplateExpression") node.quasi.quasis.forEach((part) => tagged.add(part));
    if (node.start! > at || node.end! <= at) continue;
    if (node.type === "TemplateElement" && !tagged.has(node)) context = "template";
    if (node.type === "StringLiteral" || node.type === "DirectiveLiteral") context = "string";
  }
  return context;
}

/** Another spelling of `//` or of one character that means the same there, if there is one. */
function respelled(text: string, context: Context): string | undefined {
  if (text === "//") return context === "comment" ? "///" : context === "code" ? undefined : "/\\/";
  if (context === "comment") return " ";
  if (context === "code") return undefined;
  return `\\u${text.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function spliced(source: string, splices: Splice[]): string {
  let [text, done] = ["", 0];
  for (const { start, end, text: put } of splices) {
    text += source.slice(done, start) + put;
    done = end;
  }
  return text + source.slice(done);
}
