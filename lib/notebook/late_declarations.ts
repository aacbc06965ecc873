/**
 * What a module may do and a notebook may not: use what a later cell declares.
 * @module
 */
import { splitCells } from "./cells.ts";
import { flowLocation } from "./flow_location.ts";
import { linesOf, positionAt } from "./lines.ts";
import { nodesOf } from "./module_references.ts";
import { parseModule } from "./parse_module.ts";
import type { File, Node, Statement } from "../deps/babel.ts";

/** One sentence a name that a cell uses though only a later one declares or imports it. */
export async function lateDeclarations(source: string, url: string): Promise<string[]> {
  const lines = linesOf(source);
  const file = await parseModule(source, url);
  const starts = splitCells(lines, file, 0, url).cells.map(({ markerLine }) =>
    markerLine === undefined ? 0 : lines.starts[markerLine - 1]
  );
  const cellAt = (offset: number) => starts.findLastIndex((start) => start <= offset);
  const hoisted = hoistedNames(file);
  const others = noReferences(file);
  const uses = new Map<string, Node>();
  for (const node of nodesOf(file.program)) {
    if (node.type !== "Identifier" && node.type !== "JSXIdentifier") continue;
    const declared = hoisted.get(node.name);
    if (declared === undefined || others.has(node) || cellAt(node.start!) >= cellAt(declared)) continue;
    const first = uses.get(node.name);
    if (!first || node.start! < first.start!) uses.set(node.name, node);
  }
  return [...uses].map(([name, node]) => {
    const [used, declared] = [node.start!, hoisted.get(name)!].map((offset) => positionAt(lines, offset).line);
    return `"${name}" is used on ${flowLocation(url, used)} and declared in a later cell (line ${declared}): ` +
      `a notebook, which runs cell by cell, does not know it there yet`;
  });
}

/** Imports and functions: they are known from the start of a module. */
function hoistedNames(file: File): Map<string, number> {
  const names = new Map<string, number>();
  for (const statement of file.program.body as Statement[]) {
    const inner = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (inner?.type === "FunctionDeclaration" && inner.id) names.set(inner.id.name, inner.start!);
    if (inner?.type !== "ImportDeclaration" || inner.importKind === "type") continue;
    for (const specifier of inner.specifiers) {
      const isType = specifier.type === "ImportSpecifier" && specifier.importKind === "type";
      const name = specifier.local.name;
      if (!isType && !names.has(name)) names.set(name, inner.start!);
    }
  }
  return names;
}

/** Identifiers that are members, keys or declared names, as far as their neighbours tell: no uses of a variable. */
function noReferences(file: File): Set<unknown> {
  const found = new Set<unknown>();
  for (const node of nodesOf(file.program)) {
    const own = node as unknown as Record<string, unknown>;
    if (own.computed === false) found.add(own.property);
    if (own.shorthand !== true && own.computed !== true) found.add(own.key);
    for (const place of ["local", "imported", "exported", "id", "label"]) found.add(own[place]);
    if (Array.isArray(own.params)) own.params.forEach((param) => found.add(param));
  }
  return found;
}
