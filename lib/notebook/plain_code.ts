/**
 * Code without comments and formatting, to tell changes that matter from those that do not.
 * @module
 */
import type { Flow } from "./flow.ts";
import { parseModule } from "./parse_module.ts";
import type { File, Statement } from "../deps/babel.ts";

/** Where a node stands in the text, and how it is written there. */
const formatting = new Set(["start", "end", "loc", "extra", "range", "comments", "tokens", "errors", "interpreter"]);

/**
 * The syntax tree of a module as text: equal for two modules that differ in comments, blanks, line breaks, quotes,
 * parentheses without meaning and the like.
 * @throws {DuctaflowError} `flow-syntax`
 */
export async function plainModule(source: string, url: string): Promise<string> {
  const file = await parseModule(source, url);
  return treeText([pragmas(file), file.program.directives, file.program.body]);
}

/**
 * The same for a flow, by cells: moving code to another cell matters, since cells show their last expression; titles
 * and Markdown do not.
 */
export async function plainFlow({ source, url, cells }: Flow): Promise<string> {
  const file = await parseModule(source, url);
  let next = 0;
  const statements = Map.groupBy(file.program.body, nextCell);
  const code = cells.filter((cell) => statements.has(cell.index)).map((cell) => {
    return [cell.tags, statements.get(cell.index)];
  });
  return treeText([pragmas(file), file.program.directives, statements.get(undefined) ?? [], code]);

  /** The cell of a statement, asked for one after the other. */
  function nextCell({ loc }: Statement): number | undefined {
    const line = loc?.start.line ?? 0;
    while (next < cells.length && (cells[next].markerLine ?? cells[next].line) <= line) next++;
    return cells[next - 1]?.index;
  }
}

/** Comments that say how JSX is to be read. */
function pragmas({ comments }: File): string[] {
  return (comments ?? []).map(({ value }) => value.trim()).filter((text) => /@jsx/.test(text));
}

function treeText(tree: unknown): string {
  return JSON.stringify(tree, (key, value) => {
    if (formatting.has(key)) return undefined;
    return value?.type === "ParenthesizedExpression" ? unwrapped(value) : value;
  });
}

function unwrapped(node: { type: string; expression?: unknown }): unknown {
  return node.type === "ParenthesizedExpression" ? unwrapped(node.expression as typeof node) : node;
}
