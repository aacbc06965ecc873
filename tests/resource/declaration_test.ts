import { assert, assertEquals, assertStringIncludes, assertThrows } from "../../lib/deps/assert.ts";
import { declaredSecret } from "../../lib/base/declared_secrets.ts";
import { parseDeclaration } from "../../lib/resource/declaration.ts";
import { ident, queryData, queryText, sql } from "../../lib/resource/sql_template.ts";

const inCode = { folder: "/project", allowPlainSecrets: true };
const inFile = { folder: "/project", allowPlainSecrets: false };

function refusal(work: () => unknown): string {
  return assertThrows(work, Error).message;
}

Deno.test("parseDeclaration() takes a URL apart and keeps its password out of it", () => {
  const url = "postgres://reader:p%40ss-word@db.example.com:6543/sales?sslmode=require";
  const { connection, read } = parseDeclaration("sales", { type: "postgres", url }, inCode);
  assertEquals(connection, {
    type: "postgres",
    name: "sales",
    host: "db.example.com",
    port: 6543,
    user: "reader",
    database: "sales",
    tls: true,
    password: { $secret: "sales.password" },
  });
  assertEquals(read, { net: ["db.example.com:6543"] });
  assertEquals(declaredSecret("sales.password"), "p@ss-word");
});

Deno.test("parseDeclaration() takes a variable for a whole URL, and its password by the variable's name", () => {
  Deno.env.set("DUCTAFLOW_TEST_URL", "mysql://reader:hush-hush@127.0.0.1/sales");
  try {
    const { connection } = parseDeclaration("sales", { type: "mysql", url: "${DUCTAFLOW_TEST_URL}" }, inFile);
    assertEquals([connection.user, connection.tls], ["reader", false]);
    assertEquals(connection.password, { $secret: "DUCTAFLOW_TEST_URL/password" });
    assertEquals(declaredSecret("DUCTAFLOW_TEST_URL/password"), "hush-hush");
    assert(!JSON.stringify(connection).includes("hush-hush"));
  } finally {
    Deno.env.delete("DUCTAFLOW_TEST_URL");
  }
});

Deno.test("parseDeclaration() refuses passwords in a file that others may read, without showing them", () => {
  const message = refusal(() => parseDeclaration("s", { type: "mysql", user: "u", password: "hush-hush" }, inFile));
  assertStringIncludes(message, "its password stands there for all to read: write ${NAME}");
  assert(!message.includes("hush-hush"));
  const url = refusal(() => parseDeclaration("s", { type: "mysql", url: "postgres://u:hush-hush@h/d" }, inFile));
  assertStringIncludes(url, "its url is none of mysql");
  assert(!url.includes("hush-hush"));
});

Deno.test("parseDeclaration() tells all that is wrong at once", () => {
  const message = refusal(() =>
    parseDeclaration("s", { type: "postgres", prot: 5432, port: "many", tls: "yes" }, inFile)
  );
  assertStringIncludes(message, 'no option "prot": did you mean "port"?');
  assertStringIncludes(message, 'its port is "many"');
  assertStringIncludes(message, 'its tls is "yes"');
  assertStringIncludes(message, "it has no user");
  assertStringIncludes(refusal(() => parseDeclaration("s", { type: "oracle" }, inFile)), 'its type is "oracle"');
});

Deno.test("parseDeclaration() takes paths from the folder of the file, and gives reads no right to write", () => {
  const { connection, read, write } = parseDeclaration("s", { type: "sqlite", path: "data/a.db" }, inFile);
  assertEquals(connection.path, "/project/data/a.db");
  assertEquals(read, { read: ["/project/data/a.db"] });
  assertEquals(write, { read: ["/project/data/a.db"], write: ["/project/data/a.db"] });
});

Deno.test("sql keeps values, names and texts apart", () => {
  const inner = sql`select id from ${ident("t")} where v = ${"x'; drop table t"};`;
  const query = sql`select * from ${inner} as a where id in ${[1, 2]} and d > ${new Date(0)}`;
  assertEquals(queryData(query), {
    parts: [
      "select * from (select id from ",
      { name: ["t"] },
      " where v = ",
      { slot: 0 },
      "\n) as a where id in ",
      { slot: 1 },
      " and d > ",
      { slot: 2 },
    ],
    values: ["x'; drop table t", [1, 2], new Date(0)],
  });
  assertEquals(queryText(inner), 'select id from "t" where v = $1;');
});

Deno.test("sql refuses what no database takes, before anything runs", () => {
  assertStringIncludes(refusal(() => sql`select ${undefined as never}`), "undefined cannot be a parameter");
  assertStringIncludes(refusal(() => sql`select ${[]}`), "An empty list");
  assertStringIncludes(refusal(() => sql`select ${NaN}`), "NaN");
  assertStringIncludes(refusal(() => sql`select ${{ a: 1 } as never}`), "cannot be a parameter");
  assertStringIncludes(refusal(() => (sql as unknown as (text: string) => void)("select 1")), "template tag");
  assertStringIncludes(refusal(() => ident("")), "not empty");
});

Deno.test("parseDeclaration() refuses a ca that is no certificate, such as a path", () => {
  const given = { type: "postgres", user: "u", host: "h", ca: "/etc/ssl/ca.pem" };
  const error = assertThrows(() => parseDeclaration("db", given, { folder: "/", allowPlainSecrets: true }));
  assertStringIncludes(String(error), "its ca is no certificate in PEM");
});

Deno.test("parseDeclaration() takes how numbers are read, and refuses other words", () => {
  const place = { folder: "/", allowPlainSecrets: false };
  const { numbers } = parseDeclaration("db", { type: "sqlite", path: "a.db", integers: "bigint" }, place);
  assertEquals(numbers, { integers: "bigint" });
  const error = assertThrows(() => parseDeclaration("db", { type: "sqlite", path: "a.db", decimals: "float" }, place));
  assertStringIncludes(String(error), 'its decimals is "float", accepted is "text" or "number"');
});
