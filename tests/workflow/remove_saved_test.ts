/** What a workflow saved, removed from real databases, a folder and a bucket. */
import { assertEquals, assertStringIncludes } from "../../lib/deps/assert.ts";
import { remove as removeFile } from "../../lib/workflow/saved/calls/files.ts";
import { remove as removeObject } from "../../lib/workflow/saved/calls/s3.ts";
import { removeTable } from "../../lib/workflow/saved/remove_table.ts";
import { testDatabases } from "../resource/databases.ts";
import { S3Server } from "../resource/s3_server.ts";

testDatabases("removeTable() drops the table, and forgets the saves of this workflow alone", async (database) => {
  const columns = [{ name: "id", type: "integer" as const }];
  const save = (table: string, run: string) =>
    database.save({ table: [table], mode: "append" }, columns, [{ id: 1 }], run);
  await save("mine", "wine/1");
  await save("mine", "wine/2");
  await save("mine", "wine-other/1");
  await save("theirs", "wine/1");
  const remove = () => removeTable(database.open, database.connection, { table: ["mine"] }, "wine");
  assertEquals(await remove(), { removed: true });
  assertEquals(await database.tables(), ["theirs"]);
  const left = await database.run("select run_id, target from ductaflow_saves order by run_id");
  assertEquals(left.map(({ run_id, target }) => `${run_id} ${target}`).sort(), ["wine-other/1 mine", "wine/1 theirs"]);
  // Cut short and done again.
  assertEquals(await remove(), { removed: false });
});

testDatabases("removeTable() says what is in the way, in the words of a resource", async (database) => {
  await database.run("create table t (id integer)", "create view v as select id from t");
  const error = await removeTable(database.open, database.connection, { table: ["v"] }, "wine").catch((error) => error);
  assertStringIncludes(error.message, "v");
  assertEquals(error.name, "DuctaflowError");
  assertEquals((await database.tables()).sort(), ["t", "v"]);
});

Deno.test("remove() of a folder removes the file, once", async () => {
  const dir = await Deno.makeTempDir();
  await Deno.writeTextFile(`${dir}/a.csv`, "a\n1\n");
  const connection = { type: "files" as const, name: "shelf", dir };
  assertEquals(await removeFile(connection, { path: "a.csv" }), { removed: true });
  assertEquals(await removeFile(connection, { path: "a.csv" }), { removed: false });
  await Deno.remove(dir, { recursive: true });
});

Deno.test({
  name: "remove() of a bucket removes the object, once",
  // The limit of a request is a timer that goes on for a while.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    await using server = new S3Server();
    server.objects.set("team/a.csv", { bytes: new Uint8Array(2), meta: {} });
    server.objects.set("team/b.csv", { bytes: new Uint8Array(2), meta: {} });
    const place = {
      type: "s3" as const,
      name: "lake",
      endpoint: server.endpoint,
      region: "us-east-1",
      bucket: "bucket",
    };
    const connection = { ...place, prefix: "team/", accessKeyId: "test-key-id", secretAccessKey: "test-secret" };
    assertEquals(await removeObject(connection, { path: "a.csv" }), { removed: true });
    assertEquals([...server.objects.keys()], ["team/b.csv"]);
    assertEquals(await removeObject(connection, { path: "a.csv" }), { removed: false });
  },
});
