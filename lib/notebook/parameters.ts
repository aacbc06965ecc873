/**
 * The parameters that a flow declares.
 * @module
 */
import { flowLocation } from "./flow_location.ts";
import { lineText, positionAt } from "./lines.ts";
import { isMarkerLine } from "./marker.ts";
import { maybeLiteral, unwrapped } from "./literal.ts";
import { declaredTypes, inferType, readType, typeText } from "./parameter_type.ts";
import type { Comment, File, Node, Statement, TSType, VariableDeclaration, VariableDeclarator } from "../deps/babel.ts";
import type { Flow, Parameter } from "./flow.ts";
import type { Span } from "./cells.ts";
import type { Lines } from "./lines.ts";
import type { DeclaredTypes } from "./parameter_type.ts";

/** A declaration of one variable, with the statement it is part of. */
export interface DeclaredVariable {
  name: string;
  declaration: VariableDeclaration;
  declarator: VariableDeclarator;
}

/**
 * The variables of a cell that a config may set: `let`, `const`, `var` and `declare const` of plain names, exported or
 * not, unless they hold a function or a class. `onPattern` is told of each destructuring, which cannot be set.
 */
export function parameterVariables(file: File, cell: Span, onPattern?: (pattern: Node) => void): DeclaredVariable[] {
  return statementsWithin(file, cell).flatMap((statement) => {
    const declaration = declarationOf(statement);
    if (!declaration || !["let", "const", "var"].includes(declaration.kind)) return [];
    return declaration.declarations.flatMap((declarator) => {
      if (declarator.id.type !== "Identifier") onPattern?.(declarator.id);
      else if (!declarator.init || !isFunction(declarator.init)) {
        return [{ name: declarator.id.name, declaration, declarator }];
      }
      return [];
    });
  });
}

/** The statements that start within a stretch of the source. */
export function statementsWithin(file: File, { start, end }: Span): Statement[] {
  return file.program.body.filter((statement) => statement.start! >= start && statement.start! < end);
}

function declarationOf(statement: Statement): VariableDeclaration | undefined {
  const inner = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
  return inner?.type === "VariableDeclaration" ? inner : undefined;
}

function isFunction(node: Node): boolean {
  const inner = unwrapped(node);
  if (inner) return isFunction(inner);
  return ["ArrowFunctionExpression", "FunctionExpression", "ClassExpression"].includes(node.type);
}

/** Reads what the parameters cell declares: names, types, defaults, comments. */
export function readParameters(
  lines: Lines,
  file: File,
  cell: Span,
  url: string,
): { parameters: Parameter[]; destructured?: Flow["destructured"]; warnings: string[] } {
  const warnings: string[] = [];
  const destructured: { name: string; line: number }[] = [];
  const known = declaredTypes(file);
  const variables = parameterVariables(file, cell, (pattern) => {
    const { line } = positionAt(lines, pattern.start!);
    const place = flowLocation(url, line);
    for (const name of boundNames(pattern)) destructured.push({ name, line });
    warnings.push(`A config cannot set destructured variables (${place}); declare them one by one`);
  });
  const parameters = variables.map((variable) => readParameter(variable, lines, known, file.comments ?? []));
  return { parameters, ...(destructured.length > 0 ? { destructured } : {}), warnings };
}

/** The names that a pattern such as `{ a, b: [c = 1, ...d] }` declares. */
function* boundNames(pattern: Node): Generator<string> {
  const open: (Node | null)[] = [pattern];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node?.type === "Identifier") yield node.name;
    else if (node?.type === "ObjectPattern") open.push(...node.properties);
    else if (node?.type === "ArrayPattern") open.push(...node.elements);
    else if (node?.type === "ObjectProperty") open.push(node.value);
    else if (node?.type === "RestElement") open.push(node.argument);
    else if (node?.type === "AssignmentPattern") open.push(node.left);
  }
}

function readParameter(
  { name, declaration, declarator }: DeclaredVariable,
  lines: Lines,
  known: DeclaredTypes,
  comments: Comment[],
): Parameter {
  const annotation = annotationOf(declarator);
  const { type, optional } = annotation ? readType(annotation, known) : { type: undefined, optional: false };
  const slice = (node: Node) => lines.text.slice(node.start!, node.end!);
  const parameter: Parameter = {
    name,
    type,
    typeText: "any",
    required: declaration.declare ? true : !declarator.init && !optional,
    line: positionAt(lines, declarator.start!).line,
  };
  if (declarator.init) {
    if (!annotation) parameter.type = inferDefault(declarator.init, known);
    parameter.default = maybeLiteral(declarator.init, known.names);
    parameter.defaultText = slice(declarator.init);
  }
  parameter.typeText = annotation && !isOwnName(annotation, known)
    ? slice(annotation).replace(/^\|\s*/, "").replace(/\s+/g, " ")
    : typeText(parameter.type);
  parameter.comment = commentOf(lines, comments, declaration, declarator);
  for (const key of ["type", "default", "comment"] as const) if (parameter[key] === undefined) delete parameter[key];
  return parameter;
}

/** Whether a type is only a name for what else the flow says: then its members tell people more. */
function isOwnName(node: TSType, known: DeclaredTypes): boolean {
  if (node.type !== "TSTypeReference" || node.typeName.type !== "Identifier") return false;
  const { name } = node.typeName;
  return readType(node, known).type !== undefined && (known.types.has(name) || known.enums.has(name));
}

/** `null` alone says nothing about what else may come. */
function inferDefault(init: Node, known: DeclaredTypes) {
  const type = inferType(init, known);
  return type?.kind === "null" ? undefined : type;
}

function annotationOf({ id }: VariableDeclarator): TSType | undefined {
  const annotation = id.type === "Identifier" ? id.typeAnnotation : undefined;
  return annotation?.type === "TSTypeAnnotation" ? annotation.typeAnnotation : undefined;
}

/** The comment behind a declaration on its line, or the comments right above it. */
function commentOf(
  lines: Lines,
  comments: Comment[],
  declaration: VariableDeclaration,
  declarator: VariableDeclarator,
): string | undefined {
  const endLine = positionAt(lines, declarator.end!).line;
  const behind = comments.find(({ start, end }) =>
    start! >= declarator.end! && positionAt(lines, start!).line === endLine && isLineEnd(lines, end!)
  );
  if (behind) return commentText([behind]);
  const isFirst = declaration.declarations[0] === declarator;
  let above = positionAt(lines, isFirst ? declaration.start! : declarator.start!).line - 1;
  const found: Comment[] = [];
  for (const comment of comments.filter(({ end }) => end! <= declarator.start!).reverse()) {
    const [from, to] = [comment.start!, comment.end!].map((offset) => positionAt(lines, offset));
    const alone = lines.text.slice(lines.starts[from.line - 1], comment.start!).trim() === "" &&
      isLineEnd(lines, comment.end!);
    if (to.line !== above || !alone || isMarkerLine(lineText(lines, from.line))) break;
    found.unshift(comment);
    above = from.line - 1;
  }
  return commentText(found);
}

function isLineEnd(lines: Lines, offset: number): boolean {
  return /^[^\S\r\n]*(?:$|[\r\n])/.test(lines.text.slice(offset));
}

/** Comments as text on one line, without orders to tools. */
function commentText(comments: Comment[]): string | undefined {
  const text = comments
    .flatMap(({ value, type }) => type === "CommentBlock" ? value.split(/\r\n?|\n/) : [value])
    .map((line) => line.replace(/^\s*[*/]*\s?/, "").trim())
    .filter((line) => line !== "" && !/^(deno-lint-ignore|deno-fmt-ignore|deno-coverage|eslint-|@ts-)/.test(line))
    .join(" ");
  return text || undefined;
}
