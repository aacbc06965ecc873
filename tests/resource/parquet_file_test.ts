import { assertEquals, assertStringIncludes } from "../../lib/deps/assert.ts";
import { isDuctaflowError } from "../../lib/base/error.ts";
import { encodeValue } from "../../lib/ops/values/encode_value.ts";
import { readParquetFile } from "../../lib/resource/host/parquet_file.ts";
import { parseNumberSettings } from "../../lib/resource/number_options.ts";
import type { TypedRows } from "../../lib/ops/external.ts";
import type { StoredFile } from "../../lib/ops/values/stored_value.ts";
import { parquetWriteBuffer } from "../parquet_writer.ts";

const connection = { type: "files" as const, name: "folder", dir: "/" };
const exact = parseNumberSettings({ integers: "bigint" });
const plain = parseNumberSettings({});

async function rowsOf(table: TypedRows): Promise<Record<string, unknown>[]> {
  return (await Array.fromAsync(table)).flat();
}

async function inFolder(work: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await work(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

function foreign(ids: bigint[]) {
  return new Uint8Array(parquetWriteBuffer({
    columnData: [
      { name: "id", data: ids, type: "INT64" },
      { name: "when", data: ids.map((_, i) => new Date(i * 1000)), type: "TIMESTAMP" },
      { name: "word", data: ids.map((_, i) => i === 0 ? null : `w${i}`), type: "STRING" },
      { name: "raw", data: ids.map((_, i) => Uint8Array.of(255, i)), type: "BYTE_ARRAY" },
      { name: "tree", data: ids.map((_, i) => ({ i })), type: "JSON" },
    ],
    rowGroupSize: 2,
  }));
}

Deno.test("readParquetFile() keeps types, a row group at a time, and gives integers as numbers", () =>
  inFolder(async (dir) => {
    await Deno.writeFile(`${dir}/a.parquet`, foreign([1n, 2n, 3n]));
    const table = await readParquetFile(`${dir}/a.parquet`, plain, connection);
    assertEquals(table.columns.map(({ name, type }) => `${name} ${type}`), [
      "id number",
      "when date",
      "word string",
      "raw bytes",
      "tree json",
    ]);
    const batches = await Array.fromAsync(table);
    assertEquals(batches.map((rows) => rows.length), [2, 1]);
    assertEquals(batches[0][0], { id: 1, when: new Date(0), word: null, raw: Uint8Array.of(255, 0), tree: { i: 0 } });
    const big = await rowsOf(await readParquetFile(`${dir}/a.parquet`, exact, connection));
    assertEquals(big.map(({ id }) => id), [1n, 2n, 3n]);
  }));

Deno.test("readParquetFile() refuses an integer that no number holds, and what is no Parquet", () =>
  inFolder(async (dir) => {
    await Deno.writeFile(`${dir}/a.parquet`, foreign([1n, 9007199254740993n]));
    const error = await rowsOf(await readParquetFile(`${dir}/a.parquet`, plain, connection)).then(() => "", (e) => e);
    assertEquals(isDuctaflowError(error, "resource-mismatch"), true, String(error));
    assertStringIncludes(String(error), '9007199254740993 in column "id"');
    await Deno.writeTextFile(`${dir}/b.parquet`, "no table at all, but some text");
    const other = await readParquetFile(`${dir}/b.parquet`, plain, connection).then(() => "", (e) => e);
    assertStringIncludes(String(other), "is no Parquet");
  }));

Deno.test("readParquetFile() gives decimals with all digits", () =>
  inFolder(async (dir) => {
    const schema = [
      { name: "root", num_children: 1 },
      {
        name: "price",
        type: "INT64" as const,
        converted_type: "DECIMAL" as const,
        repetition_type: "OPTIONAL" as const,
        precision: 18,
        scale: 2,
      },
    ];
    const data = [0.1, -12.34, 0, null];
    const bytes = parquetWriteBuffer({ columnData: [{ name: "price", data }], schema });
    await Deno.writeFile(`${dir}/a.parquet`, new Uint8Array(bytes));
    const texts = await readParquetFile(`${dir}/a.parquet`, plain, connection);
    assertEquals(texts.columns, [{ name: "price", type: "string", source: "decimal(18, 2)" }]);
    assertEquals((await rowsOf(texts)).map(({ price }) => price), ["0.10", "-12.34", "0.00", null]);
    const numbers = parseNumberSettings({ decimals: "number" });
    const read = await rowsOf(await readParquetFile(`${dir}/a.parquet`, numbers, connection));
    assertEquals(read.map(({ price }) => price), [0.1, -12.34, 0, null]);
  }));

Deno.test("readParquetFile() gives back what an operator stored, also without rows", () =>
  inFolder(async (dir) => {
    const rows = [{ d: new Date(5), big: 5n, n: null, tree: [new Date(1)] }, { d: null, big: 2n ** 60n }];
    const stored = await encodeValue(rows, dir) as StoredFile;
    assertEquals(await rowsOf(await readParquetFile(`${dir}/${stored.file}`, plain, connection)), rows);
    await Deno.writeFile(`${dir}/none.parquet`, foreign([]));
    const none = await readParquetFile(`${dir}/none.parquet`, plain, connection);
    assertEquals([none.columns.length, await rowsOf(none)], [5, []]);
  }));
