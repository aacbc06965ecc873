/**
 * The syntax tree of a flow.
 * @module
 */
import { DuctaflowError, messageOf } from "../base/error.ts";
import { flowLocation } from "./flow_location.ts";
import { lineText, positionAt } from "./lines.ts";
import { isMarkerLine, parseMarker } from "./marker.ts";
import { linesOf } from "./lines.ts";
import type { File, ParserOptions } from "../deps/babel.ts";
import type { Lines } from "./lines.ts";

type Plugins = NonNullable<ParserOptions["plugins"]>;

/**
 * Parses a module as Deno would: TypeScript unless the URL ends in `.js` or `.mjs`, JSX in `.tsx` and `.jsx`. Offsets
 * in the tree are offsets in `source`, also behind a byte order mark or a shebang line. Parentheses are nodes.
 * @throws {DuctaflowError} `flow-syntax`, naming line, column and cell
 */
export async function parseModule(source: string, url: string): Promise<File> {
  const { parse } = await import("../deps/babel.ts");
  // Deno takes a shebang line behind a byte order mark, the parser does not: to it, the line becomes a comment.
  const text = source.replace(/^(\uFEFF?)#!/, "$1//");
  const read = (decorators: Plugins[number]) => parse(text, optionsFor(url, decorators));
  try {
    return read("decorators");
  } catch (error) {
    if ((error as { reasonCode?: string }).reasonCode !== "UnsupportedParameterDecorator") throw explain(error);
  }
  try {
    return read("decorators-legacy");
  } catch (error) {
    throw explain(error);
  }

  function explain(error: unknown) {
    return syntaxError(error, source, url);
  }
}

function optionsFor(url: string, decorators: Plugins[number]): ParserOptions {
  const ending = /\.(\w+)$/.exec(new URL(url).pathname)?.[1].toLowerCase() ?? "ts";
  const plugins: Plugins = [
    decorators,
    "decoratorAutoAccessors",
    "explicitResourceManagement",
    "sourcePhaseImports",
    "deferredImportEvaluation",
  ];
  if (!["js", "mjs", "jsx"].includes(ending)) plugins.push("typescript");
  if (ending === "tsx" || ending === "jsx") plugins.push("jsx");
  return {
    sourceType: "module",
    plugins,
    attachComment: false,
    createParenthesizedExpressions: true,
    createImportExpressions: true,
  };
}

function syntaxError(error: unknown, source: string, url: string): unknown {
  if (error instanceof RangeError) {
    const message = `The flow "${flowLocation(url)}" is nested too deeply to be parsed`;
    const hint = "Move data of this size into a file that the flow reads, or split the expression";
    return new DuctaflowError(message, { code: "flow-syntax", hint, cause: error });
  }
  const offset = (error as { loc?: { index?: number } }).loc?.index;
  if (!(error instanceof SyntaxError) || offset === undefined) return error;
  const lines = linesOf(source);
  const { line, column } = positionAt(lines, offset);
  const what = messageOf(error).replace(/\s*\(\d+:\d+\)$/, "").replace(/\.$/, "");
  const cell = cellAt(lines, line);
  const place = `${flowLocation(url, line, column)}${cell && `, in cell ${cell}`}`;
  return new DuctaflowError(`The flow has a syntax error (${place}): ${what}\n${excerpt(lines, line, column)}`, {
    code: "flow-syntax",
    hint: `Look there and right before it, where a bracket, quote or comma may be missing or one too many; ` +
      `"deno check ${flowLocation(url)}" tells it in Deno's words`,
    cause: error,
  });
}

/** The number (from 1) and title of the cell that a line is in, told from the lines alone since nothing parsed. */
function cellAt(lines: Lines, line: number): string {
  let count = 0;
  let marker = "";
  for (let i = 1; i <= line; i++) {
    const text = lineText(lines, i);
    if (isMarkerLine(text)) [count, marker] = [count + 1, text];
  }
  if (count === 0) return "";
  const title = parseMarker(marker)?.title;
  return title ? `${count} "${title}"` : String(count);
}

/** The line with a caret below the place; of a long line the part around it. */
function excerpt(lines: Lines, line: number, column: number): string {
  const from = column > 100 ? column - 60 : 0;
  const text = lineText(lines, line).slice(from, from + 120);
  const indent = text.slice(0, column - 1 - from).replace(/[^\t]/g, " ");
  return `  ${text}\n  ${indent}^`;
}
