/**
 * Values of literal expressions.
 * @module
 */
import type { Json, JsonObject } from "../base/json.ts";
import type { Expression, Node, ObjectExpression } from "../deps/babel.ts";

/** Values of names that count as literals, such as members of an enum: `Period.Am`. */
export type KnownNames = Map<string, Json>;

/**
 * The value of an expression that is written out: text, numbers, `true`, `false`, `null`, arrays and objects of these,
 * `-1`, `60 * 60`, also behind `as`, `satisfies` and parentheses. Undefined when it is anything else or not JSON.
 */
export function maybeLiteral(node: Node, names: KnownNames = new Map()): Json | undefined {
  switch (node.type) {
    case "StringLiteral":
    case "BooleanLiteral":
      return node.value;
    case "NumericLiteral":
      return Number.isFinite(node.value) ? node.value : undefined;
    case "NullLiteral":
      return null;
    case "TemplateLiteral":
      return node.expressions.length === 0 ? node.quasis[0].value.cooked ?? undefined : undefined;
    case "UnaryExpression":
      return negated(node.operator, maybeLiteral(node.argument, names));
    case "BinaryExpression":
      return combined(node.operator, maybeLiteral(node.left, names), maybeLiteral(node.right, names));
    case "ArrayExpression":
      return arrayValue(node.elements, names);
    case "ObjectExpression":
      return objectValue(node, names);
    case "MemberExpression":
      return node.object.type === "Identifier" && node.property.type === "Identifier" && !node.computed
        ? names.get(`${node.object.name}.${node.property.name}`)
        : undefined;
    default: {
      const inner = unwrapped(node);
      return inner && maybeLiteral(inner, names);
    }
  }
}

/** What an expression is without its parentheses and type assertions; undefined when it has none. */
export function unwrapped(node: Node): Expression | undefined {
  switch (node.type) {
    case "ParenthesizedExpression":
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSTypeAssertion":
    case "TSNonNullExpression":
      return node.expression;
    default:
      return undefined;
  }
}

function negated(operator: string, value: Json | undefined): Json | undefined {
  if (operator === "!" && typeof value === "boolean") return !value;
  if (typeof value !== "number") return undefined;
  if (operator === "-") return value === 0 ? 0 : -value;
  return operator === "+" ? value : undefined;
}

function combined(operator: string, left: Json | undefined, right: Json | undefined): Json | undefined {
  if (operator === "+" && typeof left === "string" && typeof right === "string") return left + right;
  if (typeof left !== "number" || typeof right !== "number") return undefined;
  const operations: Record<string, () => number> = {
    "+": () => left + right,
    "-": () => left - right,
    "*": () => left * right,
    "/": () => left / right,
    "%": () => left % right,
    "**": () => left ** right,
  };
  const value = Object.hasOwn(operations, operator) ? operations[operator]() : NaN;
  return Number.isFinite(value) ? value : undefined;
}

function arrayValue(elements: (Node | null)[], names: KnownNames): Json | undefined {
  const values: Json[] = [];
  for (const element of elements) {
    const value = element ? maybeLiteral(element, names) : undefined;
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

function objectValue(node: ObjectExpression, names: KnownNames): Json | undefined {
  const entries: [string, Json][] = [];
  for (const property of node.properties) {
    if (property.type !== "ObjectProperty" || property.computed || property.shorthand) return undefined;
    const key = property.key.type === "Identifier" ? property.key.name : maybeLiteral(property.key);
    const value = maybeLiteral(property.value, names);
    // As a key of an object literal, `__proto__` sets the prototype.
    if (key === undefined || key === "__proto__" || value === undefined) return undefined;
    entries.push([String(key), value]);
  }
  return Object.fromEntries(entries) satisfies JsonObject;
}
