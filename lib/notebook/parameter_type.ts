/**
 * Types of parameters, as declared or as told by their defaults.
 * @module
 */
import { maybeLiteral, unwrapped } from "./literal.ts";
import type { File, Node, Statement, TSEnumDeclaration, TSType, TSTypeReference } from "../deps/babel.ts";
import type { Json } from "../base/json.ts";
import type { ParameterType } from "./flow.ts";
import type { KnownNames } from "./literal.ts";

/** The types and enums that a flow declares at its top level. */
export interface DeclaredTypes {
  /** Aliases without type parameters, and interfaces. */
  types: Map<string, TSType | "object">;
  /** The values of the members of each enum; undefined members are computed. */
  enums: Map<string, (string | number | undefined)[]>;
  /** `Enum.Member` with its value. */
  names: KnownNames;
}

/** A type as it is read: `optional` when it holds `undefined`, so that no value is needed. */
export interface ReadType {
  type?: ParameterType;
  optional: boolean;
}

/** Classes of which JSON has no values. */
const classes = ["Date", "Map", "Set", "ReadonlyMap", "ReadonlySet", "RegExp", "URL", "Uint8Array", "Float64Array"];

/** Collects the aliases, interfaces and enums of a module. */
export function declaredTypes(file: File): DeclaredTypes {
  const known: DeclaredTypes = { types: new Map(), enums: new Map(), names: new Map() };
  for (const outer of file.program.body) {
    const statement = (outer.type === "ExportNamedDeclaration" && outer.declaration || outer) as Statement;
    if (statement.type === "TSTypeAliasDeclaration" && !statement.typeParameters) {
      known.types.set(statement.id.name, statement.typeAnnotation);
    } else if (statement.type === "TSInterfaceDeclaration") known.types.set(statement.id.name, "object");
    else if (statement.type === "TSEnumDeclaration") addEnum(statement, known);
  }
  return known;
}

function addEnum(node: TSEnumDeclaration, known: DeclaredTypes): void {
  const values: (string | number | undefined)[] = [];
  let next: number | undefined = 0;
  for (const member of node.members) {
    const value: Json | undefined = member.initializer ? maybeLiteral(member.initializer, known.names) : next;
    next = typeof value === "number" ? value + 1 : undefined;
    const plain = typeof value === "string" || typeof value === "number" ? value : undefined;
    values.push(plain);
    const name = member.id.type === "Identifier" ? member.id.name : member.id.value;
    if (plain !== undefined) known.names.set(`${node.id.name}.${name}`, plain);
  }
  known.enums.set(node.id.name, values);
}

/** Reads a type annotation; no type when it accepts anything, or something that JSON cannot say. */
export function readType(node: TSType, known: DeclaredTypes, open: string[] = []): ReadType {
  switch (node.type) {
    case "TSUndefinedKeyword":
    case "TSVoidKeyword":
      return { optional: true };
    case "TSParenthesizedType":
      return readType(node.typeAnnotation, known, open);
    case "TSUnionType":
      return readUnion(node.types, known, open);
    case "TSArrayType":
      return array(readType(node.elementType, known, open));
    case "TSTupleType": {
      const items = node.elementTypes.map((item) => item.type === "TSNamedTupleMember" ? item.elementType : item);
      return array(readUnion(items, known, open));
    }
    case "TSTypeOperator":
      return node.operator === "readonly" ? readType(node.typeAnnotation, known, open) : { optional: false };
    case "TSTypeReference":
      return readReference(node, known, open);
    default:
      return { type: simpleType(node), optional: false };
  }
}

function simpleType(node: TSType): ParameterType | undefined {
  switch (node.type) {
    case "TSStringKeyword":
      return { kind: "string" };
    case "TSNumberKeyword":
      return { kind: "number" };
    case "TSBooleanKeyword":
      return { kind: "boolean" };
    case "TSNullKeyword":
      return { kind: "null" };
    case "TSBigIntKeyword":
      return { kind: "unsettable", name: "bigint" };
    case "TSObjectKeyword":
    case "TSTypeLiteral":
    case "TSMappedType":
      return { kind: "object" };
    case "TSLiteralType": {
      const value = maybeLiteral(node.literal);
      // A pattern such as `${number}px`: its form is not checked.
      if (value === undefined && node.literal.type === "TemplateLiteral") return { kind: "string" };
      return value === undefined || typeof value === "object" ? undefined : { kind: "literal", value };
    }
    default:
      return undefined;
  }
}

function readUnion(nodes: TSType[], known: DeclaredTypes, open: string[]): ReadType {
  const members = nodes.map((node) => readType(node, known, open));
  const optional = members.some((member) => member.optional);
  const types: ParameterType[] = [];
  for (const { type, optional } of members) {
    if (type) types.push(type);
    // One member that accepts anything makes the union accept anything; bare `undefined` accepts nothing of JSON.
    else if (!optional) return { optional: members.some((member) => member.optional) };
  }
  return { type: unionOf(types), optional };
}

function readReference(node: TSTypeReference, known: DeclaredTypes, open: string[]): ReadType {
  if (node.typeName.type !== "Identifier") return { optional: false };
  const { name } = node.typeName;
  const [argument] = node.typeParameters?.params ?? [];
  const declared = known.types.get(name);
  if (declared === "object") return { type: { kind: "object" }, optional: false };
  if (declared) return open.includes(name) ? { optional: false } : readType(declared, known, [...open, name]);
  const members = known.enums.get(name);
  if (members) return { type: enumType(members), optional: false };
  if (argument && (name === "Array" || name === "ReadonlyArray")) return array(readType(argument, known, open));
  if (argument && (name === "Readonly" || name === "Partial")) return readType(argument, known, open);
  if (classes.includes(name)) return { type: { kind: "unsettable", name }, optional: false };
  return { type: name === "Record" ? { kind: "object" } : undefined, optional: false };
}

function enumType(members: (string | number | undefined)[]): ParameterType | undefined {
  const types = members.flatMap((value): ParameterType[] => value === undefined ? [] : [{ kind: "literal", value }]);
  return types.length === members.length ? unionOf(types) : undefined;
}

function array(item: ReadType): ReadType {
  return { type: item.type && { kind: "array", of: item.type }, optional: false };
}

/** A union without nested unions and repetitions; undefined without members. */
function unionOf(types: ParameterType[]): ParameterType | undefined {
  const members = new Map<string, ParameterType>();
  for (const type of types.flatMap((type) => type.kind === "union" ? type.of : [type])) {
    members.set(JSON.stringify(type), type);
  }
  return members.size > 1 ? { kind: "union", of: [...members.values()] } : members.values().next().value;
}

/** The type that a default value shows, widened as for a variable: `"am"` is a string. */
export function inferType(node: Node, known: DeclaredTypes): ParameterType | undefined {
  switch (node.type) {
    case "TemplateLiteral":
      return { kind: "string" };
    case "NumericLiteral":
      return { kind: "number" };
    case "BigIntLiteral":
      return { kind: "unsettable", name: "bigint" };
    case "NewExpression":
      return node.callee.type === "Identifier" && classes.includes(node.callee.name)
        ? { kind: "unsettable", name: node.callee.name }
        : undefined;
    case "ObjectExpression":
      return { kind: "object" };
    case "ArrayExpression": {
      const items = node.elements.map((item) => item ? inferType(item, known) : undefined);
      const type = items.every((item) => item !== undefined) ? unionOf(items) : undefined;
      return type && { kind: "array", of: type };
    }
    case "MemberExpression":
      return node.object.type === "Identifier" && maybeLiteral(node, known.names) !== undefined
        ? enumType(known.enums.get(node.object.name) ?? [])
        : undefined;
    case "TSAsExpression":
    case "TSTypeAssertion":
      return isConst(node.typeAnnotation)
        ? inferType(node.expression, known)
        : readType(node.typeAnnotation, known).type;
  }
  const inner = unwrapped(node);
  if (inner) return inferType(inner, known);
  const value = maybeLiteral(node, known.names);
  if (node.type === "NullLiteral") return { kind: "null" };
  const kind = typeof value;
  return kind === "string" || kind === "number" || kind === "boolean" ? { kind } : undefined;
}

function isConst(node: TSType): boolean {
  return node.type === "TSTypeReference" && node.typeName.type === "Identifier" && node.typeName.name === "const";
}

/** A type as TypeScript writes it. */
export function typeText(type: ParameterType | undefined): string {
  if (type === undefined) return "any";
  switch (type.kind) {
    case "literal":
      return JSON.stringify(type.value);
    case "union":
      return type.of.map(typeText).join(" | ");
    case "array":
      return type.of.kind === "union" ? `(${typeText(type.of)})[]` : `${typeText(type.of)}[]`;
    case "object":
      return "Record<string, unknown>";
    case "unsettable":
      return type.name;
    default:
      return type.kind;
  }
}
