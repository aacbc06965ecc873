/**
 * The config of a flow as JSON Schema.
 * @module
 */
import type { Json, JsonObject } from "../base/json.ts";
import type { Flow, Parameter, ParameterType } from "../notebook/flow.ts";

/** JSON Schema (draft 2020-12) of the configs that a flow takes, its parameters given as top-level keys. */
export function configSchema({ name, header, parameters }: Flow): JsonObject {
  const own = parameters.filter((parameter) => parameter.name !== "config");
  const required = own.filter((parameter) => parameter.required).map((parameter) => parameter.name);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: header.title ?? name,
    ...(header.description === undefined ? {} : { description: header.description }),
    type: "object",
    properties: Object.fromEntries(own.map((parameter) => [parameter.name, parameterSchema(parameter)])),
    ...(required.length > 0 ? { required } : {}),
    // Keys that no parameter takes become variables too.
    additionalProperties: true,
  };
}

function parameterSchema({ type, comment, default: value }: Parameter): JsonObject {
  return {
    ...(type ? typeSchema(type) : {}),
    ...(comment === undefined ? {} : { description: comment }),
    ...(value === undefined ? {} : { default: value }),
  };
}

function typeSchema(type: ParameterType): JsonObject {
  switch (type.kind) {
    case "literal":
      return { const: type.value };
    case "array":
      return { type: "array", items: typeSchema(type.of) };
    case "union":
      return unionSchema(type.of);
    case "unsettable":
      return { not: {} };
    default:
      return { type: type.kind };
  }
}

function unionSchema(members: ParameterType[]): JsonObject {
  const values = members.map((member): Json | undefined =>
    member.kind === "literal" ? member.value : member.kind === "null" ? null : undefined
  );
  const isList = values.every((value) => value !== undefined);
  return isList ? { enum: values as Json[] } : { anyOf: members.map(typeSchema) };
}
