import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../lib/deps/assert.ts";
import { administer, isMissing, makeDatabase, servers } from "../resource/databases.ts";
import { Place } from "./resource_place.ts";

/** What the processes of this machine were started with, while something runs. */
class Watch implements AsyncDisposable {
  readonly seen = new Set<string>();
  #isOn = true;
  readonly #done: Promise<void>;

  constructor() {
    this.#done = this.#look();
  }

  async #look(): Promise<void> {
    while (this.#isOn) {
      for (const { name } of Deno.readDirSync("/proc")) {
        if (!/^\d+$/.test(name)) continue;
        try {
          this.seen.add(Deno.readTextFileSync(`/proc/${name}/cmdline`));
        } catch {
          // It has ended meanwhile.
        }
      }
      await new Promise((done) => setTimeout(done, 5));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOn = false;
    await this.#done;
  }
}

for (const kind of ["postgres", "mysql"] as const) {
  Deno.test({
    name: `no failure tells a password, and none leaves half of a table [${kind}]`,
    ignore: Deno.build.os !== "linux",
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      if (await isMissing(kind)) return;
      await using place = new Place();
      await using database = await makeDatabase(kind);
      const user = `duct_${crypto.randomUUID().slice(0, 8)}`;
      const [right, wrong] = ["right", "wrong"].map((word) => `CONSPICUOUS_${word}/${crypto.randomUUID()}`);
      const name = (database.connection as { database: string }).database;
      const { port } = servers[kind];
      const at = kind === "postgres" ? user : `'${user}'@'127.0.0.1'`;
      const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const closed = (listener.addr as Deno.NetAddr).port;
      listener.close();
      await administer(
        kind,
        ...kind === "postgres"
          ? [`create role ${user} login password '${right}'`, `grant all on database ${name} to ${user}`]
          : [`create user ${at} identified by '${right}'`, `grant all on ${name}.* to ${at}`],
      );
      if (kind === "postgres") await database.run(`grant all on schema public to ${user}`);
      try {
        const cut = kind === "postgres"
          ? "select pg_terminate_backend(pg_backend_pid())::text as x"
          : "select sleep(0.01) as x";
        const code = `
          const at = (port, password, name) => ${kind}({ host: "127.0.0.1", port, user: "${user}", database: "${name}",
            password: { $secret: password }, name });
          const db = at(${port}, "RIGHT", "right");
          const penguins = resource("demo").sql\`select * from penguins\`;
          const told = {};
          const fails = async (what, work) => {
            told[what] = await Promise.resolve().then(work).then(() => "it did not fail", (error) => Deno.inspect(error));
          };
          await fails("wrong password", () => at(${port}, "WRONG", "wrong").sql\`select 1 as a\`.get());
          await fails("wrong password asked", () => at(${port}, "WRONG", "wrong_again").test());
          await fails("refused", () => at(${closed}, "RIGHT", "refused").sql\`select 1 as a\`.get());
          await fails("refused asked", () => at(${closed}, "RIGHT", "refused_again").list());
          await fails("missing", () => db.sql\`select * from nope\`.get());
          await fails("dropped", () => db.sql\`${cut}\`.get());
          penguins.save(db.table("numbers_only", { mode: "append" }));
          await fails("mismatch", () => saveAll("r1"));
          console.log(JSON.stringify(told));
        `;
        await database.run("create table numbers_only (a integer)");
        if (kind === "postgres") await database.run(`grant all on numbers_only to ${user}`);
        const env = { RIGHT: right, WRONG: wrong };
        await using watch = new Watch();
        const said = await place.run(code, ["--allow-env=RIGHT,WRONG"], env);
        assertEquals(said.code, 0, said.stderr);
        const told: Record<string, string> = JSON.parse(said.stdout);
        // Where the server trusts its own machine it takes any password.
        const trusts = told["wrong password"] === "it did not fail";
        if (kind === "mysql") assert(!trusts);
        if (!trusts) {
          assertStringIncludes(told["wrong password"], `refused the user "${user}"`);
          assertStringIncludes(told["wrong password asked"], `refused the user "${user}"`);
        }
        assertStringIncludes(told.refused, "the connection was refused");
        assertStringIncludes(told["refused asked"], "the connection was refused");
        assertStringIncludes(told.missing, "nope");
        // Its last word, or the end of the line, whichever comes first.
        if (kind === "postgres") assertMatch(told.dropped, /(ended|broke) the connection/);
        assertStringIncludes(told.mismatch, "rows do not fit");
        assertEquals(await database.count("numbers_only"), 0);
        const forms = [right, wrong].flatMap((secret) => [secret, encodeURIComponent(secret), btoa(secret)]);
        assertEquals(place.filesWith("CONSPICUOUS", ...forms), []);
        assert(!/CONSPICUOUS/.test(said.stdout + said.stderr));
        assert(watch.seen.size > 5);
        assertEquals([...watch.seen].filter((line) => line.includes("CONSPICUOUS")), []);
      } finally {
        if (kind === "postgres") await database.run(`drop owned by ${user}`);
        await administer(
          kind,
          ...kind === "postgres" ? [`drop owned by ${user}`, `drop role ${user}`] : [`drop user ${at}`],
        );
      }
    },
  });
}
