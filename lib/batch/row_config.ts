/**
 * The config that a row of a control table stands for.
 * @module
 */
import { isJsonObject, type Json, type JsonObject, setOwn } from "../base/json.ts";
import type { Flow, ParameterType } from "../notebook/flow.ts";
import { matchesType, typeOfValue } from "../step/parameter_value.ts";
import { originOf } from "./row.ts";

/** A config and the keys in it whose values are text, to be converted by the types that the flow declares. */
export interface RowConfig {
  config: object;
  textKeys: string[];
}

/** What a flow makes of a column. */
interface ColumnUse {
  path: string[];
  type?: ParameterType;
}

/**
 * Makes configs of rows: the row itself, with columns `a.b` as members `b` of `a`. Where the type that a column was read
 * with is not the one that the flow declares, the cell counts as its text file has it: `001` stays `001` for a text, and
 * is 1 for a number.
 */
export function rowReader(flow: Flow): (row: object) => RowConfig {
  const uses = new Map<string, ColumnUse>();
  const useOf = (column: string) => {
    let use = uses.get(column);
    if (!use) uses.set(column, use = { path: column.split("."), type: declaredType(flow, column) });
    return use;
  };
  return (row) => {
    const cells = row as JsonObject;
    let isPlain = true;
    const misread: string[] = [];
    for (const column of Object.keys(cells)) {
      const { path, type } = useOf(column);
      if (path.length > 1) isPlain = false;
      if (type && !matchesType(cells[column], type)) misread.push(column);
    }
    if (isPlain && misread.length === 0) return { config: row, textKeys: [] };
    const texts = misread.length > 0 ? originOf(row)?.texts ?? {} : {};
    const textKeys = misread.filter((column) => Object.hasOwn(texts, column));
    const config: JsonObject = {};
    // What was read as declared stays as it is: nobody would convert its text.
    for (const column of Object.keys(cells)) {
      const value = textKeys.includes(column) ? texts[column] : cells[column];
      // A cell that says nothing must not take away what `a.b` says.
      if (value !== undefined) setPath(config, useOf(column).path, value);
    }
    return { config, textKeys };
  };
}

/** The type of the parameter `name`, or of the member `b` in the default of the parameter `a`. */
function declaredType(flow: Flow, column: string): ParameterType | undefined {
  const parameter = flow.parameters.find(({ name }) => name === column);
  if (parameter) return parameter.type;
  const [section, member, ...deeper] = column.split(".");
  const whole = deeper.length === 0 && member
    ? flow.parameters.find(({ name }) => name === section)?.default
    : undefined;
  return isJsonObject(whole) && Object.hasOwn(whole, member) ? typeOfValue(whole[member]) : undefined;
}

/** A part that is empty, as in `a.` or `.b`, makes the whole a plain key. */
function setPath(config: JsonObject, path: string[], value: Json): void {
  if (path.includes("")) return setOwn(config, path.join("."), value);
  let at = config;
  for (const key of path.slice(0, -1)) {
    if (!Object.hasOwn(at, key) || !isJsonObject(at[key])) setOwn(at, key, {});
    at = at[key] as JsonObject;
  }
  setOwn(at, path.at(-1)!, value);
}
