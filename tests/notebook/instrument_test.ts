import { assert, assertEquals, assertStringIncludes } from "../../lib/deps/assert.ts";
import { basename, fromFileUrl, join, toFileUrl } from "../../lib/deps/path.ts";
import { instrument } from "../../lib/notebook/instrument.ts";
import { parseFlow } from "../../lib/notebook/parse_flow.ts";
import { readFlow } from "../../lib/notebook/read_flow.ts";
import { originalColumn } from "../../lib/step/host/errors.ts";
import type { Edit } from "../../lib/notebook/edits.ts";
import type { Instrumented } from "../../lib/notebook/instrument.ts";
import type { HostOrders, HostReport } from "./flow_host.ts";

interface Expected {
  values?: Record<string, unknown>;
  events: string[];
  error?: { message?: string; line: number; column: number };
}

const fixtures = new URL("../fixtures/flows/", import.meta.url);
const host = fromFileUrl(new URL("./flow_host.ts", import.meta.url));

for (const folder of [...Deno.readDirSync(fixtures)].filter((entry) => entry.isDirectory)) {
  const dir = new URL(`${folder.name}/`, fixtures);
  const name = [...Deno.readDirSync(dir)].map((entry) => entry.name).find((name) => name.startsWith("flow."))!;
  const url = new URL(name, dir).href;
  const expected: Expected = JSON.parse(Deno.readTextFileSync(new URL("expected.json", dir)));
  const source = Deno.readTextFileSync(new URL(url));
  const variants = {
    "as it is": source,
    "with BOM, CR LF and no last line end": "\uFEFF" + source.trimEnd().replaceAll("\n", "\r\n"),
  };
  for (const [variant, text] of Object.entries(variants)) {
    Deno.test(`instrument() keeps lines, meaning and places: ${folder.name} ${variant}`, async () => {
      const instrumented = await instrument(await parseFlow(text, url));
      assertEquals(strip(instrumented, text), text);
      assertEquals(lineCount(instrumented.source), lineCount(text));
      const report = await runCopy(instrumented.source, url, expected);
      assertEquals(report.events, expected.events);
      const error = mapped(report.error, instrumented.edits);
      assertEquals(error && { line: error.line, column: error.column }, expected.error && placeOf(expected.error));
      if (expected.error?.message) assertEquals(error?.message, expected.error.message);
    });
  }
  if (expected.values) continue;
  Deno.test(`instrument() changes nothing that a flow prints or throws: ${folder.name}`, async () => {
    const instrumented = await instrument(await readFlow(url));
    const [original, copy] = await Promise.all([
      runModule({ run: url, flow: url, values: {} }),
      runCopy(instrumented.source, url, {}),
    ]);
    assertEquals(copy.events.filter((event) => event.startsWith("log ")), original.events);
    assertEquals(mapped(copy.error, instrumented.edits), original.error);
  });
}

Deno.test("instrument() resolves absolute paths, quotes and long specifiers on one line", async () => {
  const long = "./" + "a/".repeat(300) + "x y#.ts";
  const flow = await parseFlow(
    `// %% tags=["parameters"]\nimport "/abs/x.ts"; import '../up.ts'; import ${JSON.stringify(long)};\n` +
      `import "npm:a"; import "jsr:@b/c"; import "node:fs"; import "bare"; import "https://x.y/z.ts"; import "@a/b";\n`,
    "https://example.com/flows/x.ts",
  );
  const { source } = await instrument(flow);
  const [, second, third] = source.split("\n");
  assertEquals(
    second,
    `import "https://example.com/abs/x.ts"; import "https://example.com/up.ts"; ` +
      `import "https://example.com/flows/${"a/".repeat(300)}x%20y#.ts";`,
  );
  assertEquals(third, flow.source.split("\n")[2]);
});

Deno.test("instrument() takes a part of a module for the whole where no more is imported", async () => {
  const url = "https://x.y/all.js";
  const flow = await parseFlow(
    `// %% tags=["parameters"]\nimport { a, type T, b as c } from "${url}";\nimport { a as d, other } from "${url}";\n` +
      `import * as all from "${url}";\nexport { a } from "${url}";\n`,
    "file:///flows/x.ts",
  );
  const placed = new Map([[url, { url: "file:///part.js", names: ["a", "b"] }]]);
  const lines = (await instrument(flow, placed)).source.split("\n");
  assertEquals(lines[1], `import { a, type T, b as c } from "file:///part.js";`);
  assertEquals(lines.slice(2), flow.source.split("\n").slice(2));
});

Deno.test("instrument() keeps literal imports literal, in code and in types, and comments out a shebang", async () => {
  const flow = await parseFlow(
    `#!/usr/bin/env deno\n// %% tags=["parameters"]\nimport('./a.ts', { with: { type: "x" } }); import(\`./a.ts\`);\n` +
      `type A = import("./a.ts").A; let x = import("npm:a");\n`,
    "file:///flows/x.ts",
  );
  const [first, , third, fourth] = (await instrument(flow)).source.split("\n");
  assertEquals(first, "///usr/bin/env deno");
  assertEquals(third, 'import("file:///flows/a.ts", { with: { type: "x" } }); import("file:///flows/a.ts");');
  assertStringIncludes(fourth, 'type A = import("file:///flows/a.ts").A; ');
  assertStringIncludes(fourth, '(import("npm:a"))');
});

Deno.test("instrument() leaves a computed import its options", async () => {
  const flow = await parseFlow(
    `// %% tags=["parameters"]\nconst m = await import(a + b, { with: { type: "json" } });\n`,
    "file:///f/x.ts",
  );
  const { source } = await instrument(flow);
  assertStringIncludes(source, `import(__ductaflow__.at(a + b), { with: { type: "json" } })`);
});

Deno.test("instrument() takes expressions a thousand levels deep", async () => {
  const flow = await parseFlow(
    `// %% tags=["parameters"]\nlet x = ${"1 + ".repeat(1000)}1;\n`,
    "file:///f/x.ts",
  );
  assertEquals(lineCount((await instrument(flow)).source), 3);
});

Deno.test("instrument() gives the same text and edits each time", async () => {
  const flow = await readFlow(new URL("syntax/flow.ts", fixtures));
  assertEquals(await instrument(flow), await instrument(flow));
});

/** Runs an instrumented text from a file in another folder. */
async function runCopy(source: string, flow: string, { values = {} }: Partial<Expected>) {
  const dir = await Deno.makeTempDir();
  try {
    const path = join(dir, `copy_${basename(new URL(flow).pathname)}`);
    await Deno.writeTextFile(path, source);
    return await runModule({ run: toFileUrl(path).href, flow, values });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function runModule(orders: HostOrders): Promise<HostReport> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", "--no-lock", "--no-config", host, JSON.stringify(orders)],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert(text.startsWith("{"), `No report: ${text} ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(text);
}

function mapped(error: HostReport["error"], edits: Edit[]): HostReport["error"] {
  if (error?.line === undefined || error.column === undefined) return error;
  const places = edits.map(({ line, column, inserted }): [number, number, number] => [line, column, inserted]);
  return { ...error, column: originalColumn(places, error.line, error.column) };
}

function placeOf({ line, column }: { line: number; column: number }) {
  return { line, column };
}

function lineCount(text: string): number {
  return text.split(/\r\n|\r|\n/).length;
}

/** Takes the edits back, line by line: added characters dropped, removed ones taken from the original. */
function strip({ source, edits }: Instrumented, original: string): string {
  const split = (text: string) => text.split(/(?<=\r\n|\n)/);
  const originals = split(original);
  return split(source).map((text, i) => {
    const mark = text.startsWith("\uFEFF") ? 1 : 0;
    let result = "";
    let [at, done] = [0, 0];
    for (const { column, inserted } of edits.filter(({ line }) => line === i + 1)) {
      const kept = column - 1 + mark - done;
      result += text.slice(at, at + kept);
      [at, done] = [at + kept, done + kept];
      if (inserted > 0) at += inserted;
      else result += originals[i].slice(done, done -= inserted);
    }
    result += text.slice(at);
    return result;
  }).join("");
}
