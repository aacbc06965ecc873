import { assert, assertEquals, assertStringIncludes } from "../../lib/deps/assert.ts";
import { administer, isMissing, makeDatabase, servers } from "../resource/databases.ts";
import { S3Server } from "../resource/s3_server.ts";
import { Place } from "./resource_place.ts";

Deno.test("resource() gives the demo database, with the rows of vega-datasets", async () => {
  await using place = new Place();
  const said = await place.json(`
    const db = resource("demo");
    const counts = {};
    for (const { name } of await db.list()) {
      counts[name] = (await db.sql\`select count(*) as n from \${ident(name)}\`.get())[0].n;
    }
    const japanese = db.sql\`select * from cars where Origin = \${"Japan"}\`;
    const [best] = await db.sql\`select Name, Year from \${japanese} as j order by Miles_per_Gallon desc limit \${1}\`.get();
    const weather = (await db.describe("seattle_weather")).columns.map(({ name, type }) => name + " " + type);
    console.log(JSON.stringify({ counts, best, weather }));
  `);
  assertEquals(said, {
    counts: { cars: 406, flights: 2000, movies: 3201, penguins: 344, seattle_weather: 1461 },
    best: { Name: "mazda glc", Year: "1980-01-01T00:00:00.000Z" },
    weather: ["date date", "precipitation number", "temp_max number", "temp_min number", "wind number", "weather text"],
  });
});

Deno.test("artifact.save() puts the rows of a query into another database, once a run", async () => {
  await using place = new Place();
  const code = (run: string) => `
    const cars = resource("demo").sql\`select Name, Cylinders, Year from cars where Cylinders = \${8}\`;
    const target = sqlite("runs/out.db", { name: "out" });
    cars.save(target.table("big", { mode: "append", types: { Year: "date" } }));
    cars.save(target.table("copy", { mode: "replace" }));
    await saveAll("${run}");
    const [{ n }] = await target.sql\`select count(*) as n from big\`.get();
    const [{ m }] = await target.sql\`select count(*) as m from copy\`.get();
    console.log(JSON.stringify([n, m, (await target.describe("big")).columns.map(({ type }) => type)]));
  `;
  const types = ["text", "integer", "date"];
  assertEquals(await place.json(code("r1")), [108, 108, types]);
  // The same run again, its record lost.
  for (const entry of Deno.readDirSync(`${place.dir}/runs`)) {
    if (entry.name.startsWith("flow.out_save")) Deno.removeSync(`${place.dir}/runs/${entry.name}`, { recursive: true });
  }
  assertEquals(await place.json(code("r1")), [108, 108, types]);
  assertEquals(await place.json(code("r2")), [216, 108, types]);
});

for (const kind of ["postgres", "mysql"] as const) {
  Deno.test({
    name: `a password given by reference is in no file, message or argument [${kind}]`,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      if (await isMissing(kind)) return;
      await using place = new Place();
      await using database = await makeDatabase(kind);
      const user = `duct_${crypto.randomUUID().slice(0, 8)}`;
      const secret = `canary/${crypto.randomUUID()}`;
      const name = (database.connection as { database: string }).database;
      const at = kind === "postgres" ? user : `'${user}'@'127.0.0.1'`;
      await administer(
        kind,
        kind === "postgres"
          ? `create role ${user} login password '${secret}'`
          : `create user ${at} identified by '${secret}'`,
        kind === "postgres" ? `grant all on database ${name} to ${user}` : `grant all on ${name}.* to ${at}`,
      );
      if (kind === "postgres") await database.run(`grant all on schema public to ${user}`);
      try {
        const url = `${kind}://${user}:${encodeURIComponent(secret)}@127.0.0.1:${servers[kind].port}/${name}`;
        Deno.writeTextFileSync(
          `${place.dir}/resources.yaml`,
          `by_url:\n  type: ${kind}\n  url: \${DATABASE_URL}\n` +
            `by_name:\n  type: ${kind}\n  host: 127.0.0.1\n  port: ${
              servers[kind].port
            }\n  user: ${user}\n  database: ${name}\n  password: \${DATABASE_PASSWORD}\n`,
        );
        const code = `
          await loadResources();
          const penguins = resource("demo").sql\`select * from penguins\`;
          penguins.save(resource("by_url").table("birds", { mode: "replace" }));
          await saveAll("r1");
          const db = resource("by_name");
          await db.test();
          const rows = await db.sql\`select * from birds where \${ident("Species")} = \${"Gentoo"}\`.get();
          const failed = await db.sql\`select * from nope\`.get().catch((error) => error.message + error.hint);
          console.log(JSON.stringify([rows.length, Object.keys(rows[0]).length, String(failed).includes("nope")]));
        `;
        const flags = ["--allow-env=DATABASE_URL,DATABASE_PASSWORD"];
        const said = await place.run(code, flags, { DATABASE_URL: url, DATABASE_PASSWORD: secret });
        assertEquals(said.code, 0, said.stderr);
        assertEquals(JSON.parse(said.stdout), [124, 7, true]);
        const forms = [secret, encodeURIComponent(secret), btoa(secret)];
        assertEquals(place.filesWith(...forms), []);
        assert(!forms.some((form) => said.stdout.includes(form) || said.stderr.includes(form)));
        // What its process could reach.
        const step = [...Deno.readDirSync(`${place.dir}/runs`)].find(({ name }) =>
          name.startsWith("flow.by_url_save")
        )!.name;
        const record = JSON.parse(Deno.readTextFileSync(`${place.dir}/runs/${step}/r1/run.json`));
        assertEquals(record.permissions.granted.net, [`127.0.0.1:${servers[kind].port}`]);
      } finally {
        if (kind === "postgres") await database.run(`drop owned by ${user}`);
        await administer(
          kind,
          kind === "postgres" ? `drop owned by ${user}` : "select 1",
          kind === "postgres" ? `drop role ${user}` : `drop user ${at}`,
        );
      }
    },
  });
}

Deno.test({
  name: "a bucket and a folder take tables and give them back",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    await using server = new S3Server();
    await using place = new Place();
    const said = await place.json(
      `
      const lake = s3({ name: "lake", bucket: "bucket", endpoint: "${server.endpoint}", prefix: "demo", accessKeyId: "\${KEY_ID}",
        secretAccessKey: { $secret: "KEY" } });
      const folder = files("runs/folder", { name: "folder" });
      const cars = resource("demo").sql\`select * from cars where Horsepower is null order by Name\`;
      for (const name of ["cars.csv", "cars.ndjson", "cars.json", "cars.parquet"]) {
        cars.save(lake.file(name));
        cars.save(folder.file(name));
      }
      await saveAll("r1");
      const read = await Promise.all([lake, folder].flatMap((store) =>
        ["cars.csv", "cars.ndjson", "cars.json", "cars.parquet"].map(async (name) => (await store.read(name).get()).map((row) => row.Name).join())
      ));
      console.log(JSON.stringify({
        same: new Set(read).size, first: read[0].split(",")[0],
        listed: [(await lake.list()).map(({ key }) => key), (await folder.list()).map(({ key }) => key)],
        again: await folder.read("nope.csv").get().catch((error) => error.message),
      }));
    `,
      ["--allow-env=KEY_ID,KEY"],
      { KEY_ID: "test-key-id", KEY: "test-secret" },
    ) as { same: number; first: string; listed: string[][]; again: string };
    assertEquals(said.same, 1);
    assertEquals(said.first, "amc concord dl");
    const names = ["cars.csv", "cars.json", "cars.ndjson", "cars.parquet"];
    assertEquals(said.listed, [names, names]);
    assertStringIncludes(said.again, 'has no file "nope.csv"');
    assertEquals(place.filesWith("test-secret"), []);
  },
});

Deno.test("a table without rows keeps its columns through metrics, checks, files and saves", async () => {
  await using place = new Place();
  const said = await place.json(`
    const none = resource("demo").sql\`select Name, Cylinders, Year from cars where Cylinders > \${99}\`;
    none.notNull("Name").unique("Name");
    const out = sqlite("runs/out.db", { name: "out" });
    none.save(out.table("empty"));
    const folder = files("runs/folder", { name: "folder" });
    none.save(folder.file("empty.csv"));
    none.save(folder.file("empty.parquet"));
    await saveAll("r1");
    const { value, table } = await none.head(5);
    const [{ n }] = await resource("demo").sql\`select count(*) as n from cars\`.get();
    const wrong = await none.missing("Nmae").get().catch((error) => String(error));
    console.log(JSON.stringify({
      value, n, columns: table.columns.map(({ name, type }) => name + " " + type),
      rows: await none.rows().get(), wrong,
      made: (await out.describe("empty")).columns.map(({ name, type }) => name + " " + type),
      csv: Deno.readTextFileSync("runs/folder/empty.csv"),
      read: await Promise.all(["empty.csv", "empty.parquet"].map(async (name) => (await folder.read(name).head()).table.columns.length)),
    }));
  `) as Record<string, unknown>;
  assertStringIncludes(String(said.wrong), 'did you mean "Name"');
  assertEquals({ ...said, wrong: "" }, {
    value: [],
    n: 406,
    columns: ["Name string", "Cylinders number", "Year date"],
    rows: 0,
    wrong: "",
    made: ["Name text", "Cylinders integer", "Year date"],
    csv: "Name,Cylinders,Year\n",
    read: [3, 3],
  });
});
