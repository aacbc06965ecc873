/** What a JSON Schema and the interfaces that it describes have in common, found by reading the source. */

/** The parts of a schema that are compared. */
export interface Schema {
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: unknown;
  items?: Schema;
  enum?: unknown[];
  $ref?: string;
}

interface Member {
  name: string;
  optional: boolean;
  type: string;
}

/** The members of an interface's body, one level deep. */
function membersOf(body: string): Member[] {
  const members: Member[] = [];
  let depth = 0;
  let start = 0;
  const text = body.replace(/\/\*[\s\S]*?\*\//g, "");
  for (let i = 0; i <= text.length; i++) {
    if (text[i] === "{") depth++;
    if (text[i] === "}") depth--;
    if (depth !== 0 || (i < text.length && text[i] !== ";" && text[i] !== "\n")) continue;
    const member = /^\s*(\w+)(\??):([\s\S]+)$/.exec(text.slice(start, i));
    start = i + 1;
    if (member) members.push({ name: member[1], optional: member[2] === "?", type: member[3].trim() });
  }
  return members;
}

/** Lists where a schema and the body of an interface differ. */
export function differences(where: string, schema: Schema | undefined, body: string): string[] {
  const members = membersOf(body);
  const required = members.filter(({ optional }) => !optional).map(({ name }) => name);
  const found: string[] = [];
  const same = (what: string, a: unknown, b: unknown) => {
    if (JSON.stringify(a) !== JSON.stringify(b)) {
      found.push(`${where}: ${what} ${JSON.stringify(a)} and ${JSON.stringify(b)}`);
    }
  };
  same("keys", Object.keys(schema?.properties ?? {}), members.map(({ name }) => name));
  same("required", schema?.required, required);
  same("additionalProperties", schema?.additionalProperties, false);
  for (const { name, type } of members) {
    const property = schema?.properties?.[name];
    if (!property?.description) found.push(`${where}.${name} has no description`);
    const named = /^([A-Z]\w+Record|\w+Status|PermissionSet|Bulk\w+)(\[\])?$/.exec(type);
    if (named) same(`${name} refers to`, (property?.items ?? property)?.$ref, `#/$defs/${named[1]}`);
    const inner = /\{([\s\S]*)\}/.exec(type);
    if (inner) found.push(...differences(`${where}.${name}`, property?.items ?? property, inner[1]));
  }
  return found;
}
