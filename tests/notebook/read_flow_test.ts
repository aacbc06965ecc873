import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../lib/deps/assert.ts";
import { fromFileUrl, join, relative, toFileUrl } from "../../lib/deps/path.ts";
import { DuctaflowError } from "../../lib/base/error.ts";
import { sha256File } from "../../lib/base/hash.ts";
import { parseFlow } from "../../lib/notebook/parse_flow.ts";
import { readFlow } from "../../lib/notebook/read_flow.ts";

const marker = '// %% tags=["parameters"]\n';
const plain = new URL("../fixtures/flows/plain/flow.ts", import.meta.url);

async function withFiles(files: Record<string, string | Uint8Array>, test: (dir: string) => Promise<void>) {
  const dir = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(files)) {
      await Deno.writeFile(join(dir, name), typeof content === "string" ? new TextEncoder().encode(content) : content);
    }
    await test(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function failure(action: () => Promise<unknown>, code: string): Promise<DuctaflowError> {
  const error = await assertRejects(action, DuctaflowError);
  assertEquals(error.code, code);
  return error;
}

Deno.test("readFlow() reads the same from a path, a relative path, a URL and the text of a URL", async () => {
  const flow = await readFlow(plain);
  assertEquals([flow.url, flow.name, flow.header.title], [plain.href, "flow", "Plain"]);
  assertEquals(flow.source, await Deno.readTextFile(plain));
  assertEquals(flow.hash, await sha256File(fromFileUrl(plain)));
  for (const path of [fromFileUrl(plain), relative(Deno.cwd(), fromFileUrl(plain)), plain.href]) {
    assertEquals(await readFlow(path), flow);
  }
});

Deno.test("readFlow() reads over http, from where it was redirected to", async () => {
  const abort = new AbortController();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", signal: abort.signal, onListen: () => {} }, (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/old.ts") return Response.redirect(new URL("/new/a%20b.flow.ts", request.url));
    return pathname === "/new/a%20b.flow.ts" ? new Response(marker + "let x = 1;") : new Response("", { status: 404 });
  });
  const base = `http://127.0.0.1:${server.addr.port}`;
  const flow = await readFlow(`${base}/old.ts`);
  assertEquals([flow.url, flow.name, flow.parameters[0].name], [`${base}/new/a%20b.flow.ts`, "a b.flow", "x"]);
  const error = await failure(() => readFlow(new URL("/none.ts", base)), "flow-not-found");
  assertEquals(error.message, `The flow "${base}/none.ts" cannot be fetched: the server answered 404`);
  abort.abort();
  await server.finished;
  await failure(() => readFlow(`${base}/old.ts`), "flow-not-found");
});

Deno.test("readFlow() keeps a BOM, so that the hash is that of the file", async () => {
  await withFiles({ "x.ts": "\uFEFF" + marker + "let x = 1;" }, async (dir) => {
    const flow = await readFlow(join(dir, "x.ts"));
    assertEquals(flow.hash, await sha256File(join(dir, "x.ts")));
    assertEquals(flow.parameters[0].line, 2);
  });
});

Deno.test("readFlow() takes names that need escapes in a URL", async () => {
  await withFiles({ "é #1?%.ts": marker }, async (dir) => {
    const flow = await readFlow(join(dir, "é #1?%.ts"));
    assertEquals([flow.name, fromFileUrl(flow.url)], ["é #1?%", join(dir, "é #1?%.ts")]);
  });
});

Deno.test("readFlow() offers the flow with the nearest name", async () => {
  await withFiles({ "delay_model.ts": marker, "delay.md": "", "clean.js": marker }, async (dir) => {
    const cases = { "dely_model.ts": "delay_model.ts", "delay_model": "delay_model.ts", "Clean.ts": "clean.js" };
    for (const [wrong, right] of Object.entries(cases)) {
      const error = await failure(() => readFlow(join(dir, wrong)), "flow-not-found");
      assertEquals(error.message, `There is no flow "${join(dir, wrong)}"`);
      assertEquals(error.hint, `Did you mean "${join(dir, right)}"?`);
    }
    const hint = async (path: string) => (await failure(() => readFlow(join(dir, path)), "flow-not-found")).hint;
    assertEquals(await hint("something_else.ts"), `In the folder "${dir}" are clean.js, delay_model.ts`);
    for (const folder of ["no_folder", "delay.md"]) {
      const said = `There is no folder "${join(dir, folder)}": paths count from "${Deno.cwd()}"`;
      assertEquals(await hint(`${folder}/x.ts`), said);
    }
    const folder = await failure(() => readFlow(dir), "flow-not-found");
    assertStringIncludes(folder.message, "is a folder");
    assertEquals(folder.hint, `In the folder "${dir}" are clean.js, delay_model.ts`);
  });
});

Deno.test({
  name: "readFlow() refuses a device, which may never end",
  ignore: Deno.build.os === "windows",
  async fn() {
    const { message } = await failure(() => readFlow("/dev/null"), "flow-not-found");
    assertEquals(message, `The flow "/dev/null" is no file but a device or a pipe`);
  },
});

Deno.test("readFlow() refuses what is not UTF-8 text", async () => {
  await withFiles({ "x.ts": new Uint8Array([0xff, 0xfe, 0x2f, 0]) }, async (dir) => {
    assertStringIncludes((await failure(() => readFlow(join(dir, "x.ts")), "flow-syntax")).message, "not UTF-8");
  });
});

Deno.test("readFlow() refuses other URLs as wrong use", async () => {
  await assertRejects(() => readFlow(new URL("data:text/typescript,1")), TypeError, "none of these");
});

Deno.test("parseFlow() asks for a parameters cell with the line to add", async () => {
  const error = await failure(() => parseFlow("// %% Load\nlet x = 1;", "file:///flows/x.ts"), "flow-parameters");
  assertEquals(error.message, 'The flow "/flows/x.ts" has no cell tagged "parameters"');
  assertEquals(error.hint, 'Add this line above the variables: // %% tags=["parameters"]');
});

for (const line of ["// %% Parameters", '// %% tags=["parameter"]', "// %% [parameters]", '// %% tags=["paramters"]']) {
  Deno.test(`parseFlow() says how to write the parameters cell instead of ${line}`, async () => {
    const error = await failure(() => parseFlow(`1;\n${line}\nlet x;`, "file:///flows/x.ts"), "flow-parameters");
    assertEquals(error.hint, 'Write line 2 as: // %% tags=["parameters"]');
  });
}

Deno.test("parseFlow() names both lines of two parameters cells", async () => {
  const error = await failure(() => parseFlow(marker + "\n" + marker, "file:///flows/x.ts"), "flow-parameters");
  assertEquals(error.message, 'The flow has two cells tagged "parameters" (/flows/x.ts:1 and line 3)');
});

Deno.test("parseFlow() does not take a Markdown cell for the parameters cell", async () => {
  const text = '// %% [markdown] tags=["parameters"]\n// text\n';
  await failure(() => parseFlow(text, "file:///flows/x.ts"), "flow-parameters");
});

Deno.test("parseFlow() gives plain data", async () => {
  const flow = await readFlow(plain);
  assertEquals(JSON.parse(JSON.stringify(flow)), flow);
});

Deno.test("parseFlow() is imported without the parsers it may need", async () => {
  const root = new URL("../../lib/notebook/parse_flow.ts", import.meta.url).href;
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", root] }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { modules: GraphModule[] };
  const loaded = new Set([root]);
  for (const url of loaded) {
    for (const { code, isDynamic } of modules.find(({ specifier }) => specifier === url)?.dependencies ?? []) {
      if (code && !isDynamic) loaded.add(code.specifier);
    }
  }
  const names = [...loaded].map((url) => url.replace(/^.*\/lib\//, ""));
  assert(names.includes("notebook/parse_module.ts"));
  assertEquals(names.filter((name) => /babel|yaml/.test(name)), []);
});

interface GraphModule {
  specifier: string;
  dependencies?: { code?: { specifier: string }; isDynamic?: boolean }[];
}

Deno.test("readFlow() sees a flow in the current folder by its short name in messages", async () => {
  await withFiles({ "x.ts": "const = 1" }, async (dir) => {
    const script =
      `import { readFlow } from ${JSON.stringify(new URL("../../lib/notebook/read_flow.ts", import.meta.url))};` +
      `try { await readFlow("x.ts") } catch (error) { console.log(error.message.split("\\n")[0]) }`;
    await Deno.writeTextFile(join(dir, "main.ts"), script);
    const args = ["run", "--quiet", "--no-config", "--no-lock", "--allow-read", toFileUrl(join(dir, "main.ts")).href];
    const { stdout } = await new Deno.Command(Deno.execPath(), { args, cwd: dir }).output();
    assertStringIncludes(new TextDecoder().decode(stdout), "The flow has a syntax error (x.ts:1:7): ");
  });
});
