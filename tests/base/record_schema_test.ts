import { Ajv2020 } from "npm:ajv@8.17.1/dist/2020.js";
import { assert, assertEquals } from "../../lib/deps/assert.ts";
import schema from "../../docs/run.schema.json" with { type: "json" };
import type { RunRecord } from "../../lib/base/record.ts";

const source = Deno.readTextFileSync(new URL("../../lib/base/record.ts", import.meta.url));
const validate = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(schema);

const hash = "0123456789abcdef".repeat(4);
const time = "2026-01-02T03:04:05.678Z";

/** A record with every field that there is. */
const full: RunRecord = {
  schema: 1,
  toolkit: "0.1.0",
  id: "x",
  step: "delay",
  instance: "am",
  status: "failed",
  statusText: "Failed",
  startedAt: time,
  endedAt: "2026-01-02T03:04:05Z",
  durationMs: 1.5,
  attempts: [{ startedAt: time, durationMs: 1, status: "failed", statusText: "x", exitCode: 1, signal: "SIGKILL" }],
  flow: { url: "file:///x.ts", title: "x", hash },
  configHash: hash,
  parameters: [{ name: "a", type: "number[]", value: [1, { b: null }], source: "config", line: 3 }],
  cells: [{
    index: 0,
    type: "code",
    title: "t",
    line: 1,
    status: "failed",
    durationMs: 0,
    memory: 1,
    droppedBytes: 0,
  }],
  error: {
    name: "Error",
    message: "m",
    stack: "s",
    cell: 0,
    line: 1,
    column: 1,
    hint: "h",
    causes: [{ name: "Error", message: "c", stack: "s" }],
  },
  permissions: {
    requested: { net: ["a.example"], run: true },
    granted: { read: ["/a"], write: [], env: [], sys: [], ffi: [], import: [] },
    used: {},
    denied: {},
    suggestion: "permissions:",
    command: ["deno", "run"],
    hash,
  },
  code: {
    hash,
    plain: hash,
    modules: [{ specifier: "file:///x.ts", hash, plain: hash }],
    packages: ["npm:a@1.0.0"],
    lock: hash,
    config: hash,
    deno: "2.9.6",
  },
  inputs: [
    { path: "/a", kind: "file", size: 1, hash, from: { step: "s", instance: "i" }, changed: true },
    { path: "/b", kind: "missing" },
  ],
  untraced: ["It may read the clock"],
  artifacts: [{
    name: "a/b.csv",
    type: "text/csv",
    size: 1,
    hash,
    table: { rows: 1, columns: [{ name: "a", type: "number" }] },
  }],
  metrics: [{ name: "m", value: -1.5, unit: "min", description: "d", cell: 0 }],
  checks: [{ name: "c", ok: false, severity: "error", message: "m", cell: 0 }],
  output: { stdoutBytes: 1, stderrBytes: 0, droppedBytes: 0, droppedDisplays: 0, pipeHeld: true },
  environment: { deno: "2.9.6", v8: "15", typescript: "6", os: "linux", arch: "x86_64", cores: 2, timeZone: "UTC" },
  git: { commit: "abc", branch: "main" },
  warnings: [],
};

Deno.test("docs/run.schema.json accepts a record with every field, and one with none of the optional", () => {
  assert(validate(full), JSON.stringify(validate.errors));
  const { endedAt: _1, error: _2, git: _3, ...least } = full;
  assert(validate({ ...least, status: "running", cells: [], attempts: [], parameters: [] }));
});

Deno.test("docs/run.schema.json refuses records that lack a field or have another one", () => {
  for (const key of ["schema", "status", "cells", "permissions", "warnings"] as const) {
    const { [key]: _, ...rest } = full;
    assert(!validate(rest), key);
  }
  assert(!validate({ ...full, extra: 1 }));
  assert(!validate({ ...full, schema: 2 }));
  assert(!validate({ ...full, status: "green" }));
  assert(!validate({ ...full, startedAt: "yesterday" }));
  assert(!validate({ ...full, metrics: [{ name: "m", value: null }] }));
  assert(!validate({ ...full, permissions: { ...full.permissions, used: { disk: true } } }));
});

interface Schema {
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: unknown;
  items?: Schema;
  enum?: unknown[];
  $ref?: string;
}
const definitions = schema.$defs as Record<string, Schema>;

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
function differences(where: string, schema: Schema | undefined, body: string): string[] {
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
    const named = /^([A-Z]\w+Record|\w+Status|PermissionSet)(\[\])?$/.exec(type);
    if (named) same(`${name} refers to`, (property?.items ?? property)?.$ref, `#/$defs/${named[1]}`);
    const inner = /\{([\s\S]*)\}/.exec(type);
    if (inner) found.push(...differences(`${where}.${name}`, property?.items ?? property, inner[1]));
  }
  return found;
}

Deno.test("docs/run.schema.json has the keys of the interfaces in lib/base/record.ts", () => {
  const bodies = [...source.matchAll(/^export interface (\w+) \{\n([\s\S]*?)\n\}$/gm)];
  assert(bodies.length > 10);
  const problems = bodies.flatMap(([, name, body]) =>
    differences(name, name === "RunRecord" ? schema as Schema : definitions[name], body)
  );
  assertEquals(problems, []);
});

Deno.test("docs/run.schema.json has the values of the unions in lib/base/record.ts", () => {
  for (const name of ["RunStatus", "CellStatus", "PermissionKind"]) {
    const text = new RegExp(`^export type ${name} =([^;]*);`, "m").exec(source)?.[1] ?? "";
    assertEquals(definitions[name].enum, [...text.matchAll(/"([^"]+)"/g)].map(([, value]) => value), name);
  }
});
