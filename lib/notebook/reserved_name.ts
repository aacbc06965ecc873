/**
 * The one name that a flow must leave alone: instrumented code calls it.
 * @module
 */
import { DuctaflowError } from "../base/error.ts";
import { flowLocation } from "./flow_location.ts";
import { type Lines, positionAt } from "./lines.ts";
import { nodesOf } from "./module_references.ts";
import type { File, Node } from "../deps/babel.ts";

const reserved = "__ductaflow__";
/** Where a node holds the names that it declares. */
const namePlaces = ["id", "params", "param", "local"];

/** Refuses a flow that declares the reserved name anywhere: a variable, a parameter, a function, an import. */
export function checkReservedName(lines: Lines, file: File, url: string): void {
  if (!lines.text.includes(reserved)) return;
  for (const node of nodesOf(file.program)) {
    if (node.type === "ExportSpecifier") continue;
    for (const place of namePlaces) {
      const found = maybeReserved((node as unknown as Record<string, unknown>)[place]);
      if (found === undefined) continue;
      throw new DuctaflowError(
        `The flow declares ${reserved} (${flowLocation(url, positionAt(lines, found.start!).line)})`,
        { code: "flow-syntax", hint: "Give it another name: under this one, runs tell how far they are" },
      );
    }
  }
}

/** The reserved name in what declares names: an identifier, a pattern, a list of them. */
function maybeReserved(place: unknown): Node | undefined {
  for (const root of Array.isArray(place) ? place : [place]) {
    if (typeof root !== "object" || root === null) continue;
    for (const node of nodesOf(root as Node)) {
      if (node.type === "Identifier" && node.name === reserved) return node;
    }
  }
}
