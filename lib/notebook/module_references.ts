/**
 * What in a module depends on where the module lies: relative imports and `import.meta`.
 * @module
 */
import type { File, Node } from "../deps/babel.ts";
import type { Splice } from "./edits.ts";

/** What specifiers mean at a place, if that is not what their text says. */
export type PlacedImports = ReadonlyMap<string, string | PartialModule>;

/** A module that stands for another where no other names are imported. */
export interface PartialModule {
  url: string;
  names: readonly string[];
}

/**
 * The changes after which a module means the same from any other place as it did at `url`.
 * @param self the expression whose `meta` and `at` stand for `import.meta` and resolve computed imports
 */
export function moduleSplices(
  file: File,
  url: string,
  placed: PlacedImports = new Map(),
  self = "__ductaflow__",
): Splice[] {
  const meant = (specifier: string, names?: string[]) => {
    const other = placed.get(specifier);
    const own = isPlaced(specifier) ? new URL(specifier, url).href : undefined;
    if (typeof other !== "object") return other ?? own;
    return names?.every((name) => other.names.includes(name)) ? other.url : own;
  };
  return [...importSplices(file, meant), ...[...nodesOf(file.program)].flatMap((node) => placeSplices(node, self))];
}

/** The changes by which imports get other specifiers, wherever `meant` gives one for a specifier and the names taken. */
export function importSplices(
  file: File,
  meant: (specifier: string, names?: string[]) => string | undefined,
): Splice[] {
  return [...nodesOf(file.program)].flatMap((node) => {
    const literal = specifierOf(node);
    const specifier = literal && literalText(literal);
    const other = specifier === undefined ? undefined : meant(specifier, importedNames(node));
    return other === undefined ? [] : [replacement(literal!, JSON.stringify(other))];
  });
}

/** Whether what a specifier means depends on where it is written. */
export function isPlaced(specifier: string): boolean {
  return /^\.{0,2}\//.test(specifier);
}

/** Where an import, an export or a type names a module. */
function specifierOf(node: Node): Node | undefined {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration":
    case "ImportExpression":
      return node.source ?? undefined;
    case "TSImportType":
      return node.argument;
  }
}

function placeSplices(node: Node, self: string): Splice[] {
  if (node.type === "MetaProperty" && node.meta.name === "import") return [metaSplice(node.start!, self)];
  if (node.type !== "ImportExpression" || literalText(node.source) !== undefined) return [];
  const [start, end] = [node.source.start!, node.source.end!];
  return [{ start, end: start, text: `${self}.at(` }, { start: end, end, text: ")" }];
}

/** Replaces only the word `import`: the rest may stand on another line (and the parser ends that word too late). */
function metaSplice(start: number, self: string): Splice {
  return { start, end: start + "import".length, text: self };
}

function isValue(node: Node): boolean {
  return !("importKind" in node && node.importKind === "type");
}

/** The names that a statement takes from another module; undefined when that cannot be told or is all of them. */
function importedNames(node: Node): string[] | undefined {
  if (node.type !== "ImportDeclaration") return undefined;
  // Types are gone when it runs.
  const values = node.importKind === "type" ? [] : node.specifiers.filter(isValue);
  const names = values.map((specifier) => {
    if (specifier.type !== "ImportSpecifier") return undefined;
    return specifier.imported.type === "Identifier" ? specifier.imported.name : specifier.imported.value;
  });
  return names.every((name) => name !== undefined) ? names : undefined;
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
