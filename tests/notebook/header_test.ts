import { assertEquals, assertRejects, assertStringIncludes } from "../../lib/deps/assert.ts";
import { DuctaflowError } from "../../lib/base/error.ts";
import { parseHeader } from "../../lib/notebook/header.ts";
import { permissionKinds } from "../../lib/base/permission_kind.ts";
import { linesOf } from "../../lib/notebook/lines.ts";

const url = "file:///flows/x.ts";
const parse = (text: string) => parseHeader(linesOf(text), url);
const withYaml = (...yaml: string[]) => ["// ---", ...yaml.map((line) => `// ${line}`), "// ---", "code"].join("\n");

async function failure(text: string): Promise<DuctaflowError> {
  const error = await assertRejects(() => parse(text), DuctaflowError);
  assertEquals(error.code, "flow-header");
  return error;
}

Deno.test("parseHeader() reads every known key and keeps the unknown ones", async () => {
  const { header, endLine } = await parse(withYaml(
    "title: Delay model",
    "description: Models delays",
    "permissions:",
    "  read: [../data, ./a b]   # a comment",
    "  net: localhost:8080",
    "  env: true",
    "  run: all",
    "  ffi: false",
    "timeout: 10m",
    "retries: 2",
    "fresh_for: 1d",
    "jupyter: { jupytext: { text_representation: { extension: .ts } } }",
    "owner: [anna, 2024-01-01, 0x10]",
  ));
  const { raw, ...rest } = header;
  assertEquals(rest, {
    title: "Delay model",
    description: "Models delays",
    permissions: { read: ["../data", "./a b"], net: ["localhost:8080"], env: true, run: true },
    timeoutMs: 600_000,
    retries: 2,
    freshForMs: 86_400_000,
    line: 1,
    warnings: [],
  });
  assertEquals(raw.owner, ["anna", "2024-01-01", 16]);
  assertEquals(raw.jupyter, { jupytext: { text_representation: { extension: ".ts" } } });
  assertEquals(endLine, 15);
});

Deno.test("parseHeader() gives an empty header when there is none", async () => {
  for (const text of ["", "// %%\n", "// a comment\n// ---\n// text\n// ---", "// ----\n", "const x = 1;"]) {
    assertEquals(await parse(text), { header: { permissions: {}, raw: {}, warnings: [] }, endLine: 0 });
  }
});

Deno.test("parseHeader() takes a BOM, a shebang, an encoding line, CR LF and lines without a space", async () => {
  const text = "\uFEFF#!/usr/bin/env deno\r\n// -*- coding: utf-8 -*-\r\n//---\r\n//title: T\r\n//\r\n//--- \r\nx";
  const { header, endLine } = await parse(text);
  assertEquals([header.title, header.line, endLine], ["T", 3, 6]);
});

Deno.test("parseHeader() knows all kinds of permission, one by one and at once", async () => {
  for (const value of ["all", "true"]) {
    const all = Object.fromEntries(permissionKinds.map((kind) => [kind, true]));
    assertEquals((await parse(withYaml(`permissions: ${value}`))).header.permissions, all);
  }
  for (const value of ["false", "", "{}"]) {
    assertEquals((await parse(withYaml(`permissions: ${value}`))).header.permissions, {});
  }
});

Deno.test("parseHeader() warns of a header below other comments, which is none", async () => {
  const { header } = await parse("#!/usr/bin/env deno\n// deno-lint-ignore-file\n// ---\n// title: x\n// ---\n");
  assertEquals([header.title, header.warnings], [undefined, [
    "What looks like a header (/flows/x.ts:3) is not read; it must be at the top of the file",
  ]]);
});

const misspellings = {
  tilte: "title",
  fresh_fro: "fresh_for",
  freshFor: "fresh_for",
  "time-out": "timeout",
  Permissions: "permissions",
};
for (const [key, known] of Object.entries(misspellings)) {
  Deno.test(`parseHeader() asks whether "${key}" means "${known}"`, async () => {
    const { header } = await parse(withYaml("owner: me", `${key}: 1`));
    assertEquals(header.warnings, [
      `The header has an unknown key "${key}" (/flows/x.ts:3); did you mean "${known}"?`,
    ]);
    assertEquals(header.raw[key], 1);
  });
}

Deno.test("parseHeader() names the line of broken YAML", async () => {
  const error = await failure(withYaml("title: T", "permissions:", "  read: [a", "retries: 1"));
  assertStringIncludes(error.message, "not valid YAML (/flows/x.ts:5): ");
  const twice = await failure(withYaml("title: T", "title: U"));
  assertStringIncludes(twice.message, "(/flows/x.ts:3)");
  assertStringIncludes(twice.message, "duplicated key");
});

Deno.test("parseHeader() offers the nearest kind for an unknown permission", async () => {
  const error = await failure(withYaml("title: T", "permissions:", "  read: [a]", "  netz: [b]"));
  assertEquals(
    error.message,
    `In the header of the flow, "netz" is not a kind of permission (/flows/x.ts:5)`,
  );
  assertEquals(error.hint, `Did you mean "net"?`);
});

Deno.test("parseHeader() reports all mistakes together", async () => {
  const error = await failure(withYaml(
    "title: [1]",
    "permissions: { nett: [a], read: [1], write: '' }",
    "timeout: soon",
    "retries: -1",
    "fresh_for: { a: 1 }",
  ));
  assertEquals(error.message.split("\n").slice(1).map((line) => line.replace(/^- (.*?)( is .*)?\(/, "$1(")), [
    `"nett"(/flows/x.ts:3)`,
    `the permission "read"(/flows/x.ts:3)`,
    `the permission "write"(/flows/x.ts:3)`,
    `the value of "title"(/flows/x.ts:2)`,
    `"timeout"(/flows/x.ts:4)`,
    `the value of "retries"(/flows/x.ts:5)`,
    `"fresh_for"(/flows/x.ts:6)`,
  ]);
});

Deno.test("parseHeader() refuses a timeout of nothing, which is no way to say none", async () => {
  const error = await failure(withYaml("timeout: 0", "fresh_for: 0"));
  assertEquals(error.message, `In the header of the flow, "timeout" is "0", which leaves no time (/flows/x.ts:2)`);
  assertEquals(error.hint, `Leave it out for no limit, or write one such as "90s"`);
});

Deno.test("parseHeader() refuses an empty permission, which says neither all nor nothing", async () => {
  const error = await failure(withYaml("permissions:", "  net:"));
  assertStringIncludes(error.message, `the permission "net" is empty (/flows/x.ts:3)`);
});

Deno.test("parseHeader() refuses a header that is not closed", async () => {
  for (const text of ["// ---\n// title: T\n", "// ---\n// title: T\n\n// ---\n", "// ---\ncode"]) {
    assertStringIncludes((await failure(text)).message, "starts on /flows/x.ts:1 is not closed");
  }
});

Deno.test("parseHeader() refuses what is no set of keys", async () => {
  assertStringIncludes((await failure(withYaml("- a"))).message, "holds a list instead");
  assertStringIncludes((await failure(withYaml("just text"))).message, `holds "just text" instead`);
});

Deno.test("parseHeader() refuses aliases that make a value endless or huge", async () => {
  const bomb = ["a: &a [x,x,x,x,x,x,x,x,x]"];
  for (const [i, name] of [..."bcdefghi"].entries()) {
    bomb.push(`${name}: &${name} [${Array(9).fill(`*${"abcdefgh"[i]}`)}]`);
  }
  assertStringIncludes((await failure(withYaml(...bomb))).message, "repeats itself through YAML aliases");
  assertStringIncludes((await failure(withYaml("a: &a [*a]"))).message, "(/flows/x.ts:1)");
});
