import { Ajv2020 } from "npm:ajv@8.17.1/dist/2020.js";
import { assert, assertEquals } from "../../lib/deps/assert.ts";
import schema from "../../docs/run.schema.json" with { type: "json" };
import { differences, type Schema } from "./schema_differences.ts";
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
    dropped: true,
  }],
  metrics: [{ name: "m", value: -1.5, unit: "min", description: "d", cell: 0 }],
  checks: [{ name: "c", ok: false, severity: "error", message: "m", cell: 0 }],
  output: { stdoutBytes: 1, stderrBytes: 0, droppedBytes: 0, droppedDisplays: 0, pipeHeld: true },
  environment: { deno: "2.9.6", v8: "15", typescript: "6", os: "linux", arch: "x86_64", cores: 2, timeZone: "UTC" },
  git: { commit: "abc", branch: "main" },
  warnings: [],
  workflow: {
    version: 2,
    trigger: "schedule",
    scheduledFor: time,
    upstream: { step: "import", instance: "x" },
  },
  steps: [{ step: "s", instance: "i", id: "y", status: "warned", cached: true, durationMs: 0.5, metrics: { m: 1 } }],
  parent: { step: "nightly", instance: "x" },
};

Deno.test("docs/run.schema.json accepts a record with every field, and one with none of the optional", () => {
  assert(validate(full), JSON.stringify(validate.errors));
  const { endedAt: _1, error: _2, git: _3, workflow: _4, steps: _5, parent: _6, ...least } = full;
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

const definitions = schema.$defs as Record<string, Schema>;

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
