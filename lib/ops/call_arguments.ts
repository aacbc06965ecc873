/**
 * Arguments of calls as plain data.
 * @module
 */
import type { Arg } from "./graph.ts";
import type { Param } from "./param.ts";
import { NotStorable, toTagged } from "./values/tagged_json.ts";

/** By this key a handle tells the id of its artifact. */
export const artifactId = Symbol.for("ductaflow.artifact");
const sizeLimit = 1024 * 1024;

/** Arguments as they were given, as data. Throws a `TypeError` for what cannot be told to another process. */
export function argsOf(args: unknown[], name: string): Arg[] {
  return args.map((arg, i) => {
    try {
      return toArg(arg, 1);
    } catch (error) {
      if (!(error instanceof NotStorable)) throw error;
      throw new TypeError(
        `Argument ${i + 1} of ${name} cannot be told to its process: ${error.message}. ` +
          "Accepted are artifacts, parameters, and data: texts, numbers, dates, bigints, bytes, lists and plain objects",
      );
    }
  });
}

function toArg(value: unknown, depth: number): Arg {
  if (isHandle(value)) return { artifact: value[artifactId] };
  if (typeof value === "object" && value !== null) {
    if ("isParam" in value) return { param: value as unknown as Param<unknown> };
    if (secretIn(value) !== undefined) return { value };
    if (depth > 0 && hasReferences(value)) {
      if (Array.isArray(value)) return { list: value.map((item) => toArg(item, depth - 1)) };
      const entries = Object.entries(value).map(([key, item]) => [key, toArg(item, depth - 1)] as const);
      return { object: Object.fromEntries(entries) };
    }
  }
  const tagged = toTagged(value);
  if (JSON.stringify(tagged).length > sizeLimit) {
    throw new NotStorable("", "more than 1 MB, which belongs into a file that an operator reads");
  }
  return { value: tagged };
}

function hasReferences(value: object): boolean {
  return Object.values(value).some((item) =>
    isHandle(item) || (typeof item === "object" && item !== null && ("isParam" in item || secretIn(item) !== undefined))
  );
}

/** An output that has the name of a method is a function as well. */
function isHandle(value: unknown): value is { [artifactId]: string } {
  return (typeof value === "object" || typeof value === "function") && value !== null && artifactId in value;
}

/** The name of the secret that a value refers to, if it is such a reference: `{ $secret: "NAME" }`. */
function secretIn(value: object): string | undefined {
  const entries = Object.entries(value);
  if (entries.length !== 1 || entries[0][0] !== "$secret") return undefined;
  return typeof entries[0][1] === "string" ? entries[0][1] : undefined;
}
