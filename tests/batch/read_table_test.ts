import { assertEquals, assertRejects, assertStringIncludes } from "../../lib/deps/assert.ts";
import { toFileUrl } from "../../lib/deps/path.ts";
import { DuctaflowError } from "../../lib/base/error.ts";
import { originOf } from "../../lib/batch/row.ts";
import { readTable } from "../../lib/batch/read_table.ts";
import { errorFor, plain, TableFolder } from "./table_file.ts";

/** What a server answers to a path. */
interface Answer {
  body: string;
  type?: string;
  status?: number;
}

/** Runs a test with a server that has these answers, and no other. */
async function withServer(answers: { [path: string]: Answer }, test: (origin: string) => Promise<void>): Promise<void> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { body, type, status } = answers[new URL(request.url).pathname] ?? { body: "gone", status: 404 };
    return new Response(body, { status, headers: type === undefined ? {} : { "content-type": type } });
  });
  try {
    await test(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

Deno.test("readTable() takes a path, a file: URL, and its text", async () => {
  using folder = new TableFolder({ "a b.csv": "n\n1\n" });
  const url = toFileUrl(folder.path("a b.csv"));
  for (const source of [folder.path("a b.csv"), url, url.href]) {
    const rows = await readTable(source);
    assertEquals(plain(rows), [{ n: 1 }]);
    assertEquals(originOf(rows[0])?.source, folder.path("a b.csv"));
  }
});

Deno.test("readTable() does not care for the case of extensions", async () => {
  using folder = new TableFolder({ "A.CSV": "n\n1\n", "b.JSONL": '{"n":1}' });
  assertEquals(plain(await readTable(folder.path("A.CSV"))), [{ n: 1 }]);
  assertEquals(plain(await readTable(folder.path("b.JSONL"))), [{ n: 1 }]);
});

Deno.test("readTable() names the nearest file for one that is missing", async () => {
  using folder = new TableFolder({ "control.csv": "n\n1\n", "other.csv": "" });
  const error = await assertRejects(() => readTable(folder.path("contrl.csv")), DuctaflowError);
  assertEquals([error.code, error.message], ["table-not-found", `There is no table ${folder.path("contrl.csv")}`]);
  assertStringIncludes(error.hint!, 'Did you mean "control.csv" in ');
  const lost = await assertRejects(() => readTable(`${folder.dir}/no/such/folder.csv`), DuctaflowError);
  assertEquals(lost.code, "table-not-found");
});

Deno.test("readTable() says that a file is missing where it may not look at the folder", async () => {
  using folder = new TableFolder({ "control.csv": "n\n1\n" });
  const path = folder.path("contrl.csv");
  const script = `import { readTable } from ${JSON.stringify(import.meta.resolve("../../lib/batch/read_table.ts"))};
    await readTable(${JSON.stringify(path)}).catch((error) => console.log(error.code));`;
  Deno.writeTextFileSync(folder.path("main.ts"), script);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-lock", `--allow-read=${path}`, folder.path("main.ts")],
    stderr: "null",
  }).output();
  assertEquals(new TextDecoder().decode(stdout), "table-not-found\n");
});

Deno.test("readTable() lists the formats for a file of another", async () => {
  const { code, message, hint } = await errorFor("a.xlsx", "PK");
  assertEquals([code, message], ["bad-table", "The table a.xlsx cannot be read: its name does not tell the format"]);
  assertStringIncludes(hint!, ".csv .tsv");
  assertStringIncludes(hint!, ".parquet .sqlite");
});

Deno.test("readTable() refuses a folder, and #table on what has no tables", async () => {
  using folder = new TableFolder({ "a.csv": "n\n1\n" });
  const inFolder = await assertRejects(() => readTable(folder.dir), DuctaflowError);
  assertEquals(inFolder.message, `The table ${folder.dir} cannot be read: it is a folder`);
  const url = toFileUrl(folder.path("a.csv"));
  url.hash = "scenarios";
  const hash = await assertRejects(() => readTable(url), DuctaflowError);
  assertStringIncludes(hash.message, 'only SQLite files have tables to choose from, found "#scenarios"');
});

Deno.test("readTable() reads a file whose name has a #", async () => {
  using folder = new TableFolder({ "run#1.csv": "n\n1\n" });
  assertEquals(plain(await readTable(folder.path("run#1.csv"))), [{ n: 1 }]);
});

Deno.test("readTable() reads from a server, by extension or content type", async () => {
  const answers = {
    "/a.csv": { body: "id,n\n001,1\n", type: "application/octet-stream" },
    "/rows": { body: '[{"n":1}]', type: "application/json; charset=utf-8" },
    "/a.yaml": { body: "- n: 1\n" },
  };
  await withServer(answers, async (origin) => {
    const url = new URL(`${origin}/a.csv?token=secret`);
    const rows = await readTable(url);
    assertEquals(plain(rows), [{ id: "001", n: 1 }]);
    assertEquals(originOf(rows[0]), { source: `${origin}/a.csv`, row: 1, line: 2, texts: { id: "001", n: "1" } });
    assertEquals(plain(await readTable(`${origin}/rows`)), [{ n: 1 }]);
    assertEquals(plain(await readTable(`${origin}/a.yaml`)), [{ n: 1 }]);
  });
});

Deno.test("readTable() says what a server answered instead of a table", async () => {
  const answers = {
    "/broken.csv": { body: "", status: 503 },
    "/login.csv": { body: "<html>", type: "text/html" },
    "/rows": { body: "x", type: "image/png" },
    "/a.db": { body: "x" },
  };
  await withServer(answers, async (origin) => {
    const told = async (path: string) => {
      const { code, message } = await assertRejects(() => readTable(`${origin}${path}?token=secret`), DuctaflowError);
      return `${code}: ${message.replace(origin, "")}`;
    };
    assertEquals(
      await told("/none.csv"),
      "table-not-fetched: The table /none.csv cannot be fetched: the server answered 404 Not Found",
    );
    assertEquals(
      await told("/broken.csv"),
      "table-not-fetched: The table /broken.csv cannot be fetched: the server answered 503 Service Unavailable",
    );
    assertEquals(
      await told("/login.csv"),
      "table-not-fetched: The table /login.csv cannot be fetched: the server answered with a web page",
    );
    assertEquals(await told("/rows"), "bad-table: The table /rows cannot be read: its name does not tell the format");
    assertEquals(
      await told("/a.db"),
      "bad-table: The table /a.db cannot be read: SQLite tables are read from files only",
    );
  });
});

Deno.test("readTable() says that no server answers", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const error = await assertRejects(() => readTable(`http://127.0.0.1:${port}/a.csv`), DuctaflowError);
  assertEquals(error.code, "table-not-fetched");
});

Deno.test("readTable() gives a download up when it is told to", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  await assertRejects(() => readTable("http://127.0.0.1:9/a.csv", { signal }), Error, "enough");
});

Deno.test("readTable() refuses URLs of other kinds", async () => {
  await assertRejects(() => readTable(new URL("ftp://example.com/a.csv")), TypeError, "behind ftp:");
});
