/**
 * What in a module depends on where the module lies: relative imports and `import.meta`.
 * @module
 */
import type { File, Node } from "../deps/babel.ts";
import type { Splice } from "./edits.ts";

/** What bare specifiers mean at a place. */
export type BareImports = ReadonlyMap<string, string>;

/** The changes after which a module means the same from any other place as it did at `url`. */
export function moduleSplices(file: File, url: string, bare: BareImports = new Map()): Splice[] {
  const splices: Splice[] = [];
  for (const node of nodesOf(file.program)) {
    switch (node.type) {
      case "ImportDeclaration":
      case "ExportAllDeclaration":
      case "ExportNamedDeclaration":
        if (node.source) splices.push(...specifierSplices(node.source, url, bare));
        break;
      case "TSImportType":
        splices.push(...specifierSplices(node.argument, url, bare));
        break;
      case "ImportExpression":
        splices.push(...dynamicImportSplices(node.source, url, bare));
        break;
      case "MetaProperty":
        if (node.meta.name === "import") splices.push(metaSplice(node.start!));
        break;
    }
  }
  return splices;
}

/** Replaces only the word `import`: the rest may stand on another line (and the parser ends that word too late). */
function metaSplice(start: number): Splice {
  return { start, end: start + "import".length, text: "__ductaflow__" };
}

function dynamicImportSplices(specifier: Node, url: string, bare: BareImports): Splice[] {
  if (literalText(specifier) !== undefined) return specifierSplices(specifier, url, bare);
  const [start, end] = [specifier.start!, specifier.end!];
  return [{ start, end: start, text: "__ductaflow__.at(" }, { start: end, end, text: ")" }];
}

function specifierSplices(node: Node, url: string, bare: BareImports): Splice[] {
  const specifier = literalText(node);
  if (specifier === undefined) return [];
  const meant = /^\.{0,2}\//.test(specifier) ? new URL(specifier, url).href : bare.get(specifier);
  return meant === undefined ? [] : [replacement(node, JSON.stringify(meant))];
}

/** The text of a literal that stands on one line. */
function literalText(node: Node): string | undefined {
  if (node.loc?.start.line !== node.loc?.end.line) return undefined;
  if (node.type === "StringLiteral") return node.value;
  if (node.type === "TemplateLiteral" && node.expressions.length === 0) return node.quasis[0].value.cooked ?? undefined;
  return node.type === "TSLiteralType" ? literalText(node.literal) : undefined;
}

function replacement(node: Node, text: string): Splice {
  return { start: node.start!, end: node.end!, text };
}

/** A node and all below it, in no special order. Without recursion: expressions may be thousands of levels deep. */
export function* nodesOf(root: Node): Generator<Node> {
  const open: Node[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    yield node;
    for (const value of Object.values(node)) {
      for (const item of Array.isArray(value) ? value : [value]) if (isNode(item)) open.push(item);
    }
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}
