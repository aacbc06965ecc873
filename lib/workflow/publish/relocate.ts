/**
 * A module made to mean the same from the folder of the frozen sources: what it says of its own place (`import.meta.url`)
 * is still where it was written, imports that leave the frozen files name them by whole URLs. No line moves.
 * @module
 */
import { isDuctaflowError } from "../../base/error.ts";
import { fromFileUrl } from "../../deps/path.ts";
import type { Node } from "../../deps/babel.ts";
import { applySplices, type Splice } from "../../notebook/edits.ts";
import { linesOf } from "../../notebook/lines.ts";
import { nodesOf } from "../../notebook/module_references.ts";
import { parseModule } from "../../notebook/parse_module.ts";

/** The module at `url`, and the texts in it that may name other files. */
export interface Relocated {
  text: string;
  /** Texts in quotes, with which a conductor may name its flows. */
  literals: string[];
}

/** Whether a file is a module that can be parsed. */
export function isScript(path: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(path);
}

/** Relocates a module; `isFrozen` tells whether the file at a URL is among the frozen ones. */
export async function relocate(source: string, url: string, isFrozen: (url: string) => boolean): Promise<Relocated> {
  let file;
  try {
    file = await parseModule(source, url);
  } catch (error) {
    // What only Deno can parse stays as it is.
    if (isDuctaflowError(error, "flow-syntax")) return { text: source, literals: [] };
    throw error;
  }
  const splices: Splice[] = [];
  const literals: string[] = [];
  for (const node of nodesOf(file.program)) {
    const specifier = specifierOf(node);
    if (specifier) {
      const meant = /^\.{0,2}\//.test(specifier.value) ? new URL(specifier.value, url).href : undefined;
      if (meant !== undefined && !isFrozen(meant)) splices.push(replace(specifier, JSON.stringify(meant)));
    } else if (node.type === "StringLiteral") literals.push(node.value);
    const text = metaText(node, url);
    if (text !== undefined) splices.push(replace(node, text));
  }
  return { text: applySplices(linesOf(source), splices).source, literals };
}

type StringNode = Extract<Node, { type: "StringLiteral" }>;

function specifierOf(node: Node): StringNode | undefined {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
      return node.source;
    case "ExportNamedDeclaration":
      return node.source ?? undefined;
    case "ImportExpression":
      return node.source.type === "StringLiteral" ? node.source : undefined;
    case "TSImportType": {
      const argument = node.argument as Node;
      return argument.type === "TSLiteralType" && argument.literal.type === "StringLiteral"
        ? argument.literal
        : undefined;
    }
    default:
      return undefined;
  }
}

/** What stands for `import.meta.url` and its kin; `import.meta.resolve` still finds the frozen files. */
function metaText(node: Node, url: string): string | undefined {
  if (node.type !== "MemberExpression" || node.object.type !== "MetaProperty" || node.computed) return undefined;
  if (node.loc?.start.line !== node.loc?.end.line || node.property.type !== "Identifier") return undefined;
  const path = () => fromFileUrl(url);
  switch (node.property.name) {
    case "url":
      return JSON.stringify(url);
    case "filename":
      return JSON.stringify(path());
    case "dirname":
      return JSON.stringify(path().replace(/[\\/][^\\/]*$/, ""));
    default:
      return undefined;
  }
}

function replace({ start, end }: Node, text: string): Splice {
  return { start: start!, end: end!, text };
}
