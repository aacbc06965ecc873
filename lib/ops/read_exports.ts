/**
 * The exports of a module, from its syntax tree.
 * @module
 */
import { DuctaflowError } from "../base/error.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { flowLocation } from "../notebook/flow_location.ts";
import { linesOf, positionAt } from "../notebook/lines.ts";
import { maybeLiteral, unwrapped } from "../notebook/literal.ts";
import { parseModule } from "../notebook/parse_module.ts";
import type { Node, Statement } from "../deps/babel.ts";

/** What a module exports. */
export interface ReadExports {
  operators: Record<string, ReadOperator>;
  /** What it exports of other modules, by the exported name. */
  elsewhere: Record<string, { from: string; name: string }>;
  /** Modules of which it exports everything. */
  stars: string[];
  /** All names that are known. */
  names: string[];
}

/** One exported function. */
export interface ReadOperator {
  kind: "op" | "metric" | "check";
  line: number;
  source: string;
  /** What its JSDoc says of it, without tags. */
  description?: string;
  options: JsonObject;
  optionsLine?: number;
}

const definers: Record<string, ReadOperator["kind"]> = { defineOp: "op", defineMetric: "metric", defineCheck: "check" };

/** Reads what a module exports. Types are left out. */
export async function readExports(source: string, url: string): Promise<ReadExports> {
  const file = await parseModule(source, url);
  const lines = linesOf(source);
  const found: ReadExports = { operators: {}, elsewhere: {}, stars: [], names: [] };
  const imported = new Map<string, { from: string; name: string }>();
  const declared = new Map<string, { node: Node; whole: Node }>();
  for (const statement of file.program.body) noteNames(statement, imported, declared);
  for (const statement of file.program.body) noteExports(statement);
  found.names = [...Object.keys(found.operators), ...Object.keys(found.elsewhere)];
  return found;

  function noteExports(statement: Statement): void {
    if (statement.type === "ExportAllDeclaration" && statement.exportKind !== "type") {
      found.stars.push(statement.source.value);
    }
    if (statement.type === "ExportDefaultDeclaration") addOperator("default", statement.declaration, statement);
    if (statement.type !== "ExportNamedDeclaration" || statement.exportKind === "type") return;
    const { declaration, specifiers, source } = statement;
    if (declaration) {
      const names = new Map<string, { node: Node; whole: Node }>();
      noteNames(declaration, new Map(), names);
      for (const [name, { node }] of names) addOperator(name, node, statement);
    }
    for (const specifier of specifiers) {
      if (specifier.type !== "ExportSpecifier" || specifier.exportKind === "type") continue;
      const exported = specifier.exported.type === "Identifier" ? specifier.exported.name : specifier.exported.value;
      const local = specifier.local.name;
      const other = source ? { from: source.value, name: local } : imported.get(local);
      const here = declared.get(local);
      if (other) found.elsewhere[exported] = other;
      else if (here) addOperator(exported, here.node, here.whole);
    }
  }

  /** The text of the JSDoc comment right above a declaration. */
  function maybeDescriptionOf({ start }: Node): string | undefined {
    const above = file.comments?.findLast(({ end }) => end! <= start!);
    if (above?.type !== "CommentBlock" || !above.value.startsWith("*")) return undefined;
    return source.slice(above.end!, start!).trim() === "" ? jsDocText(above.value) : undefined;
  }

  function addOperator(name: string, node: Node, whole: Node): void {
    const { line } = positionAt(lines, whole.start!);
    const description = maybeDescriptionOf(whole);
    const base = {
      line,
      source: source.slice(whole.start!, whole.end!),
      ...(description === undefined ? {} : { description }),
      options: {} as JsonObject,
    };
    const call = asCall(node);
    const definer = call?.callee.type === "Identifier" ? imported.get(call.callee.name)?.name : undefined;
    const kind = definer !== undefined && Object.hasOwn(definers, definer) ? definers[definer] : undefined;
    if (!call || !kind) {
      found.operators[name] = { kind: "op", ...base };
      return;
    }
    const given = call.arguments[1];
    if (!given) {
      found.operators[name] = { kind, ...base };
      return;
    }
    const place = positionAt(lines, given.start!);
    const options: Json | undefined = maybeLiteral(given);
    if (typeof options !== "object" || options === null || Array.isArray(options)) {
      throw new DuctaflowError(
        `The options of "${name}" cannot be read without running the module (${
          flowLocation(url, place.line, place.column)
        })`,
        {
          code: "bad-operator",
          hint: `Write them out: { timeout: "2m", retries: 2 }; names and computed values are not followed`,
        },
      );
    }
    found.operators[name] = { kind, ...base, options, optionsLine: place.line };
  }
}

/** The words of a JSDoc comment up to its first tag, as one line; undefined without any. */
function jsDocText(comment: string): string | undefined {
  const lines = comment.slice(1).split("\n").map((line) => line.replace(/^\s*\* ?/, "").trim());
  const end = lines.findIndex((line) => line.startsWith("@"));
  const text = lines.slice(0, end < 0 ? undefined : end).join(" ").replace(/\s+/g, " ").trim();
  return text === "" ? undefined : text;
}

function noteNames(
  statement: Node,
  imported: Map<string, { from: string; name: string }>,
  declared: Map<string, { node: Node; whole: Node }>,
): void {
  if (statement.type === "ImportDeclaration" && statement.importKind !== "type") {
    for (const specifier of statement.specifiers) {
      const name = specifier.type === "ImportSpecifier"
        ? specifier.imported.type === "Identifier" ? specifier.imported.name : specifier.imported.value
        : specifier.type === "ImportDefaultSpecifier"
        ? "default"
        : "*";
      imported.set(specifier.local.name, { from: statement.source.value, name });
    }
  } else if (statement.type === "FunctionDeclaration" && statement.id) {
    declared.set(statement.id.name, { node: statement, whole: statement });
  } else if (statement.type === "VariableDeclaration" && !statement.declare) {
    for (const { id, init } of statement.declarations) {
      if (id.type === "Identifier" && init) declared.set(id.name, { node: init, whole: statement });
    }
  }
}

function asCall(node: Node): Extract<Node, { type: "CallExpression" }> | undefined {
  if (node.type === "CallExpression") return node;
  const inner = unwrapped(node);
  return inner && asCall(inner);
}
