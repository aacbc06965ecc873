import { assertEquals, assertStringIncludes } from "../../../lib/deps/assert.ts";
import { columnsOf } from "../../../lib/batch/columns.ts";
import { originOf } from "../../../lib/batch/row.ts";
import { parquetWriteBuffer } from "../../parquet_writer.ts";
import { errorFor, plain, readContent } from "../table_file.ts";

const day = new Date("2024-01-05T06:07:08.009Z");

Deno.test("readTable() of Parquet makes plain JSON of all types and leaves nulls out", async () => {
  const bytes = new Uint8Array(parquetWriteBuffer({
    columnData: [
      { name: "zone", data: ["L2", null, "=1+1"], type: "STRING" },
      { name: "max", data: [1.5, 2, null], type: "DOUBLE" },
      { name: "count", data: [1, 2, 3], type: "INT32" },
      { name: "id", data: [5n, 9007199254740993n, -1n], type: "INT64" },
      { name: "on", data: [true, false, null], type: "BOOLEAN" },
      { name: "at", data: [day, null, day], type: "TIMESTAMP" },
      { name: "more", data: [{ a: [1, null] }, { b: "x" }, null], type: "JSON" },
    ],
  }));
  const rows = await readContent("a.parquet", bytes);
  assertEquals(plain(rows), [
    { zone: "L2", max: 1.5, count: 1, id: 5, on: true, at: "2024-01-05T06:07:08.009Z", more: { a: [1, null] } },
    { max: 2, count: 2, id: "9007199254740993", on: false, more: { b: "x" } },
    { zone: "=1+1", count: 3, id: -1, at: "2024-01-05T06:07:08.009Z" },
  ]);
  assertEquals({ ...originOf(rows[2]), source: "" }, { source: "", row: 3 });
  assertEquals(
    columnsOf(rows).map(({ name, type }) => `${name}: ${type}`).join(),
    "zone: text,max: number," +
      "count: number,id: json,on: boolean,at: text,more: json",
  );
});

Deno.test("readTable() of Parquet gives days without a time", async () => {
  const bytes = new Uint8Array(parquetWriteBuffer({
    schema: [
      { name: "root", num_children: 1 },
      { name: "day", type: "INT32", repetition_type: "OPTIONAL", converted_type: "DATE" },
    ],
    columnData: [{ name: "day", data: [new Date("2024-01-05"), null, new Date("1969-12-31")] }],
  }));
  assertEquals(plain(await readContent("a.parquet", bytes)), [{ day: "2024-01-05" }, {}, { day: "1969-12-31" }]);
});

Deno.test("readTable() of Parquet knows the columns of a table without rows", async () => {
  const bytes = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: "zone", data: [], type: "STRING" }] }));
  const rows = await readContent("a.parquet", bytes);
  assertEquals([[...rows], columnsOf(rows)], [[], [{ name: "zone", type: "blank" }]]);
});

const { brotliCompressSync, gzipSync, zstdCompressSync } = await import("node:zlib");
const packers = { GZIP: gzipSync, BROTLI: brotliCompressSync, ZSTD: zstdCompressSync };

for (const [codec, pack] of Object.entries(packers)) {
  Deno.test(`readTable() of Parquet unpacks ${codec}`, async () => {
    const bytes = new Uint8Array(parquetWriteBuffer({
      columnData: [{ name: "n", data: Array.from({ length: 500 }, (_, i) => i % 7), type: "INT32" }],
      codec: codec as "GZIP",
      compressors: { [codec]: (input: Uint8Array) => new Uint8Array(pack(input)) },
    }));
    assertEquals(
      (await readContent("a.parquet", bytes)).map((row) => row.n),
      Array.from({ length: 500 }, (_, i) => i % 7),
    );
  });
}

Deno.test("readTable() of Parquet refuses bytes and numbers that JSON cannot hold, by row and column", async () => {
  const bytes = new Uint8Array(parquetWriteBuffer({
    columnData: [
      { name: "share", data: [1, NaN, Infinity] },
      { name: "raw", data: [null, new Uint8Array([1, 2, 3, 4]), null] },
    ],
    schema: [
      { name: "root", num_children: 2 },
      { name: "share", type: "DOUBLE", repetition_type: "OPTIONAL" },
      { name: "raw", type: "FIXED_LEN_BYTE_ARRAY", type_length: 4, repetition_type: "OPTIONAL" },
    ],
  }));
  assertEquals(
    (await errorFor("a.parquet", bytes)).message,
    `The table a.parquet cannot be read: 3 problems
  - row 2, column "share": found the number NaN, which JSON cannot hold
  - row 2, column "raw": found bytes, accepted are text and numbers
  - row 3, column "share": found the number Infinity, which JSON cannot hold`,
  );
});

for (const [name, content] of [["nothing", ""], ["text", "a,b\n1,2\n"], ["a cut end", "PAR1....PAR"]]) {
  Deno.test(`readTable() refuses a Parquet file that holds ${name}`, async () => {
    const { code, message } = await errorFor("a.parquet", content);
    assertEquals(code, "bad-table");
    assertStringIncludes(message, content === "" ? "it is empty" : "it is no Parquet file that can be read: ");
  });
}
