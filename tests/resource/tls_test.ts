import { assert, assertEquals, assertStringIncludes } from "../../lib/deps/assert.ts";
import { isDuctaflowError } from "../../lib/base/error.ts";
import { openMysql } from "../../lib/resource/host/mysql.ts";
import { openPostgres } from "../../lib/resource/host/postgres.ts";
import type { DuctaflowError } from "../../lib/base/error.ts";
import type { ServerConnection } from "../../lib/resource/host/connection.ts";
import { startMariadb, startPostgres } from "./tls_servers.ts";

const kinds = {
  postgres: {
    start: startPostgres,
    open: openPostgres,
    query: "select case when ssl then 'TLS' end as used from pg_stat_ssl where pid = pg_backend_pid()",
  },
  mysql: {
    start: startMariadb,
    open: openMysql,
    query: "select variable_value as used from information_schema.session_status where variable_name = 'Ssl_version'",
  },
};

async function refusal(work: Promise<unknown>): Promise<DuctaflowError> {
  const error = await work.then(() => undefined, (error) => error);
  if (isDuctaflowError(error)) return error;
  throw error ?? new Error("It was not refused");
}

for (const [kind, { start, open, query }] of Object.entries(kinds)) {
  const test = (title: string, fn: () => Promise<void>) =>
    Deno.test({ name: `${title} [${kind}]`, sanitizeOps: false, sanitizeResources: false, fn });

  test("a connection is encrypted, and the server's certificate checked", async () => {
    await using server = await start();
    if (!server) return;
    const { connection, ca, otherCa } = server;
    const session = await open({ ...connection, ca }, "read");
    const [{ used }] = await session.run(query);
    await session.close();
    assert(String(used).startsWith("TLS"), String(used));
    for (const wrong of [{}, { ca: otherCa }] as Partial<ServerConnection>[]) {
      const error = await refusal(open({ ...connection, ...wrong, password: "hush-hush" }, "read"));
      assertEquals(error.code, "resource-untrusted");
      assertStringIncludes(error.message, "has a certificate that is not trusted");
      assertStringIncludes(error.hint!, "as ca, in PEM");
      assert(!Deno.inspect(error).includes("hush-hush"));
    }
    const plain = await refusal(open({ ...connection, tls: false }, "read"));
    assertEquals(plain.code, "resource-denied");
    if (kind === "postgres") assertStringIncludes(plain.hint!, "tls: true");
    // The address is not in the certificate.
    const address = await refusal(open({ ...connection, ca, host: "127.0.0.1" }, "read"));
    assert(["resource-untrusted", "resource-denied"].includes(address.code), address.message);
  });

  test("a certificate for another host is refused", async () => {
    await using server = await start("DNS:db.example.com");
    if (!server) return;
    const error = await refusal(open({ ...server.connection, ca: server.ca }, "read"));
    assertEquals(error.code, "resource-untrusted");
    assertStringIncludes(error.message, "has a certificate for another host");
  });
}

Deno.test({
  name: "a server without encryption is not talked to where it is wanted [postgres]",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const heard = (async () => {
      const connection = await listener.accept();
      const buffer = new Uint8Array(1024);
      await connection.read(buffer);
      // What PostgreSQL answers when it has no TLS.
      await connection.write(new TextEncoder().encode("N"));
      const sent = buffer.slice(0, await connection.read(buffer) ?? 0);
      await connection.write(new TextEncoder().encode("E".repeat(40)));
      connection.close();
      return new TextDecoder("latin1").decode(sent);
    })();
    const error = await refusal(openPostgres({
      ...{ type: "postgres", name: "test", host: "localhost", user: "reader", database: "d", tls: true },
      port,
      password: "hush-hush",
    }, "read"));
    assertEquals(error.code, "resource-untrusted");
    assertStringIncludes(error.message, "answers without encryption");
    assert(!(await heard).includes("reader"));
  },
});
