import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../lib/deps/assert.ts";
import { checkDeno, olderThan } from "../../lib/cli/doctor/core_checks.ts";
import { checkDatabase, databases } from "../../lib/cli/doctor/database_checks.ts";
import type { Finding } from "../../lib/cli/doctor/finding.ts";
import { decoder, mod } from "../e2e/command_line.ts";

/** What is found when a server on loopback behaves in some way. */
async function findDatabase(name: string, serve: (connection: Deno.Conn) => Promise<unknown>): Promise<Finding> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const served = listener.accept().then(async (connection) => {
    await serve(connection);
    connection.close();
  });
  const place = databases.find((each) => each.name.startsWith(name))!;
  const finding = await checkDatabase({ ...place, port: listener.addr.port });
  await served;
  return finding;
}

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("checkDatabase() knows PostgreSQL by its answer to the question for encryption", async () => {
  const asked = new Uint8Array(8);
  const finding = await findDatabase("PostgreSQL", async (connection) => {
    await connection.read(asked);
    await connection.write(bytes("N"));
  });
  assertEquals([...asked], [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
  assertEquals(finding.status, "ok");
  assertMatch(finding.found, /^without TLS on 127\.0\.0\.1:\d+$/);
});

Deno.test("checkDatabase() knows MySQL and MariaDB by their greeting", async () => {
  const greeting = (version: string) => new Uint8Array([74, 0, 0, 0, 10, ...bytes(version), 0, 1, 2, 3, 4]);
  const mysql = await findDatabase("MySQL", (connection) => connection.write(greeting("8.4.3")));
  assertMatch(mysql.found, /^8\.4\.3 on /);
  const maria = await findDatabase("MySQL", (connection) => connection.write(greeting("5.5.5-10.11.9-MariaDB")));
  assertMatch(maria.found, /^10\.11\.9-MariaDB on /);
});

Deno.test("checkDatabase() tells a server that is something else, or says nothing", async () => {
  const other = await findDatabase("MySQL", (connection) => connection.write(bytes("HTTP/1.1 400 Bad Request\r\n")));
  assertEquals(other.status, "problem");
  assertStringIncludes(other.found, "does not answer as MySQL");
  const silent = await findDatabase("PostgreSQL", async (connection) => {
    const buffer = new Uint8Array(8);
    while (await connection.read(buffer) !== null);
  });
  assertEquals([silent.status, silent.needed], ["problem", false]);
});

Deno.test("checkDatabase() takes a closed port for a database that is not there", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  assertEquals((await checkDatabase({ ...databases[0], port })).status, "missing");
});

Deno.test("checkDeno() minds that flows are started by the name deno", async () => {
  assertEquals((await checkDeno()).status, "ok");
  const other = await checkDeno("2.10.0");
  assertEquals(other.status, "problem");
  assertStringIncludes(other.found, `2.10.0, but "deno" on the PATH is ${Deno.version.deno}`);
});

Deno.test("olderThan() compares numbers, not text", () => {
  const cases: [string, string, boolean][] = [["2.9.6", "2.10.0", true], ["2.10.1", "2.9.6", false], [
    "1.46.3",
    "2.0.0",
    true,
  ], ["2.9.1", "2.9.6", false]];
  for (const [version, other, older] of cases) assertEquals(olderThan(version, other), older, `${version} ${other}`);
});

async function doctor(flags: string[], env: Record<string, string>, ...args: string[]) {
  const dir = Deno.makeTempDirSync({ prefix: "ductaflow-doctor-test-" });
  try {
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", ...flags, mod, "doctor", ...args],
      cwd: dir,
      env: { NO_COLOR: "1", ...env },
      clearEnv: true,
      stdin: "null",
    });
    const { code, stdout, stderr } = await command.output();
    const left = [...Deno.readDirSync(dir)].map(({ name }) => name);
    return { code, out: decoder.decode(stdout), err: decoder.decode(stderr), left };
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}

const home = { HOME: Deno.env.get("HOME") ?? "/" };
/** Nothing but Deno itself. */
const bare = { PATH: Deno.execPath().replace(/\/[^/]*$/, ""), ...home };

Deno.test("doctor finds what is needed where nothing else is installed, and leaves nothing behind", async () => {
  const { code, out, err, left } = await doctor(["-A"], bare, "--json");
  const { healthy, findings }: { healthy: boolean; findings: Finding[] } = JSON.parse(out);
  assertEquals([code, err, left, healthy], [0, "", [], true]);
  const status = Object.fromEntries(findings.map((finding) => [finding.name, finding.status]));
  assertEquals([status.Deno, status.Permissions, status.Folder, status["A flow"]], ["ok", "ok", "ok", "ok"]);
  assertEquals([status.SQLite, status.Slurm], ["ok", "missing"]);
  assert(findings.every(({ status, advice }) => status !== "problem" || advice));
});

Deno.test("doctor says which permission is missing, and what is wrong without it, with exit code 1", async () => {
  const { code, out } = await doctor(["--allow-read", "--allow-run=deno"], bare);
  assertEquals(code, 1);
  assertStringIncludes(out, "Add --allow-write=runs");
  assertStringIncludes(out, "Not in order: Cache, Permissions, Folder, A flow.");
  assertStringIncludes(out, "Add --allow-net=127.0.0.1:5432");
});
