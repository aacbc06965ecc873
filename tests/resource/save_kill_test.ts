import { assert, assertEquals } from "../../lib/deps/assert.ts";
import { sql } from "../../lib/resource/sql_template.ts";
import type { TableColumn } from "../../lib/resource/host/column.ts";
import type { SaveMode } from "../../lib/resource/host/save.ts";
import { type TestDatabase, testDatabases } from "./databases.ts";
import { batchesOf, batchRows, type SaveOrder } from "./save_process.ts";

const columns: TableColumn[] = [{ name: "id", type: "integer" }, { name: "v", type: "text" }];
const wide: TableColumn[] = [...columns, { name: "more", type: "text" }];
const batches = 12;
const before = 7;

/** The moments at which a save is killed, by a seed: the same in every run of the test. */
function* moments(seed: number): Generator<string> {
  for (let state = seed;;) {
    // A generator of Lehmer's.
    state = state * 48271 % 2147483647;
    const place = state % (batches + 2);
    yield place < batches ? String(place) : place === batches ? "all" : "saved";
  }
}

/** Saves in a process that is killed when it says a word. */
async function killedSave(order: SaveOrder, at: string): Promise<void> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "-q", "--no-check", new URL("save_process.ts", import.meta.url).href, JSON.stringify(order)],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let said = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (said.split("\n").includes(at)) break;
  }
  child.kill("SIGKILL");
  const stderr = await new Response(child.stderr).text();
  await child.status;
  assert(said.split("\n").includes(at), `it never said "${at}": ${said} ${stderr}`);
}

async function contents(database: TestDatabase): Promise<{ rows: number; fresh: number }> {
  if (!(await database.tables()).includes("t")) return { rows: 0, fresh: 0 };
  const [row] = (await database.read(
    sql`select count(*) as n, coalesce(max(case when v = ${"new"} then 1 else 0 end), 0) as k from t`,
  )).rows;
  return { rows: Number(row.n), fresh: Number(row.k) };
}

interface Case {
  mode: SaveMode;
  columns: TableColumn[];
  isThere: boolean;
  /** Rows when it is saved. */
  saved: number;
}

const whole = batches * batchRows;
const cases: Case[] = [
  { mode: "append", columns, isThere: true, saved: whole + before },
  { mode: "replace", columns, isThere: true, saved: whole },
  { mode: "replace", columns: wide, isThere: true, saved: whole },
  { mode: "upsert", columns, isThere: true, saved: whole },
  { mode: "fail", columns, isThere: false, saved: whole },
];

testDatabases(
  "a save that is killed leaves all as it was, or is whole; tried again it is there once",
  async (database) => {
    const when = moments(20261122);
    for (const [i, { mode, columns, isThere, saved }] of cases.entries()) {
      await database.run("drop table if exists t");
      const key = mode === "upsert" ? ["id"] : undefined;
      if (isThere) {
        const old = Array.from({ length: before }, (_, id) => ({ id, v: "old" }));
        const made = mode === "upsert" ? { mode, key } : { mode: "fail" as const };
        await database.save(made, columns.slice(0, 2), old, `made/${i}`);
      }
      const order: SaveOrder = {
        connection: database.connection,
        target: { table: ["t"], mode, key },
        run: `w/${i}`,
        columns,
        batches,
      };
      const at = when.next().value!;
      const place = `${mode} of ${columns.length} columns, killed at ${at}`;
      await killedSave(order, at);
      const left = await contents(database);
      const untouched = { rows: isThere ? before : 0, fresh: 0 };
      const isWhole = left.rows === saved && left.fresh === 1;
      if (at === "saved") assert(isWhole, place);
      else if (!isWhole) assertEquals(left, untouched, place);
      const again = await database.save(order.target, columns, batchesOf(order) as never, order.run);
      assertEquals([again.alreadySaved, again.rows], [isWhole, whole], place);
      assertEquals(await contents(database), { rows: saved, fresh: 1 }, place);
      assertEquals(await database.tables(), ["t"], place);
    }
  },
);
