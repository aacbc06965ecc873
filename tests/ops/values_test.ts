import { assert, assertEquals, assertThrows } from "../../lib/deps/assert.ts";
import { parquetMetadataAsync, parquetRead, parquetSchema } from "../../lib/deps/parquet.ts";
import { html, image, jupyterDisplay } from "../../lib/flow.ts";
import { decodeValue } from "../../lib/ops/values/decode_value.ts";
import { encodeValue } from "../../lib/ops/values/encode_value.ts";
import type { StoredFile } from "../../lib/ops/values/stored_value.ts";
import { groupRows, TableWriter } from "../../lib/ops/values/table_writer.ts";
import { TableReader } from "../../lib/ops/values/table_reader.ts";
import { textHead } from "../../lib/ops/values/text_head.ts";
import { fromTagged, NotStorable, toTagged } from "../../lib/ops/values/tagged_json.ts";

function valueTest(title: string, body: (dir: string) => Promise<void>): void {
  Deno.test(title, async () => {
    const dir = await Deno.makeTempDir({ prefix: "ductaflow_values_" });
    try {
      await body(dir);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  });
}

async function kept(value: unknown, dir: string): Promise<{ stored: StoredFile; back: unknown }> {
  const stored = await encodeValue(value, dir) as StoredFile;
  return { stored, back: decodeValue(stored, dir) };
}

const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]);

const table = [
  {
    n: 1.5,
    s: "ä €",
    d: new Date(0),
    b: true,
    big: 2n ** 62n,
    bytes: Uint8Array.of(1, 2),
    nested: { a: [1, new Date(5)] },
  },
  { n: null, s: "", d: null, b: null, big: null, bytes: null, nested: null },
  {},
  {
    n: NaN,
    s: "𝄞\u0000",
    d: new Date(-8.64e15),
    b: false,
    big: -(2n ** 63n),
    bytes: new Uint8Array(),
    nested: [undefined, 1n],
  },
  { n: -0, s: undefined },
];

valueTest(
  "encodeValue() keeps the types of a table: dates, bigints, nested values, null apart from missing",
  async (dir) => {
    const { stored, back } = await kept(table, dir);
    assertEquals(stored.kind, "rows");
    const expected = table.map((row) =>
      Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined))
    );
    assertEquals(back, expected);
    assert(Object.is((back as { n: number }[])[4].n, -0));
    const columns = stored.table!.columns.map(({ name, type, nulls = 0, missing = 0 }) => [name, type, nulls, missing]);
    assertEquals(columns, [
      ["n", "number", 1, 1],
      ["s", "string", 1 - 1, 2],
      ["d", "date", 1, 2],
      ["b", "boolean", 1, 2],
      ["big", "bigint", 1, 2],
      ["bytes", "bytes", 1, 2],
      ["nested", "json", 1, 2],
    ]);
  },
);

valueTest("encodeValue() writes tables that other programs read as Parquet", async (dir) => {
  const many = Array.from({ length: groupRows + 10 }, (_, i) => ({
    id: i,
    word: ["red", "green", "blue"][i % 3],
    text: `row ${i}`,
    even: i % 2 === 0,
    some: i % 10 === 0 ? null : i / 4,
    when: new Date(i * 1000),
    big: BigInt(i),
  }));
  const { stored, back } = await kept(many, dir);
  assertEquals(back, many);
  const file = (await Deno.readFile(`${dir}/${stored.file}`)).buffer;
  const metadata = await parquetMetadataAsync(file);
  assertEquals([metadata.row_groups.length, metadata.num_rows], [2, BigInt(many.length)]);
  assertEquals(parquetSchema(metadata).children.map(({ element }) => element.name), Object.keys(many[0]));
  let rows: unknown[] = [];
  await parquetRead({ file, metadata, rowFormat: "object", onComplete: (all) => rows = all });
  assertEquals(rows, many);
});

valueTest("encodeValue() gives columns back in the arrays they came in", async (dir) => {
  const columns = {
    f64: Float64Array.of(1, NaN, -0),
    f32: Float32Array.of(1.5, 2, 3),
    i32: Int32Array.of(-1, 0, 2 ** 31 - 1),
    u8: Uint8Array.of(0, 1, 255),
    u32: Uint32Array.of(0, 1, 2 ** 32 - 1),
    i64: BigInt64Array.of(-1n, 0n, 2n ** 63n - 1n),
    u64: BigUint64Array.of(0n, 1n, 2n ** 64n - 1n),
    words: ["a", "b", null],
  };
  const { stored, back } = await kept(columns, dir);
  assertEquals([stored.kind, stored.table?.rows], ["columns", 3]);
  assertEquals(back, columns);
});

valueTest("encodeValue() keeps all else by its own codec", async (dir) => {
  const cases: [unknown, StoredFile["kind"], string][] = [
    ["text\n€", "text", "value.txt"],
    [3.5, "json", "value.json"],
    [[], "json", "value.json"],
    [{ a: new Date(3), b: 5n, c: [NaN, undefined], m: new Map([[1, new Set(["x"])]]) }, "json", "value.json"],
    [{ $date: "mine" }, "json", "value.json"],
    [undefined, "json", "value.json"],
    [Uint8Array.of(1, 2, 3), "bytes", "value.bin"],
    [Float32Array.of(1, 2), "bytes", "value.bin"],
    [{ inside: Int16Array.of(1, 2) }, "columns", "value.parquet"],
    [{ a: { b: { deep: Int16Array.of(1, 2) } } }, "json", "value.json"],
    [png, "image", "value.png"],
    ["lone \ud800", "json", "value.json"],
    [[{ a: 1 }, { a: "mixed" }, { a: { deep: new Date(1) } }], "rows", "value.parquet"],
    [[{ a: 2n ** 70n }], "rows", "value.parquet"],
  ];
  for (const [value, kind, file] of cases) {
    const { stored, back } = await kept(value, dir);
    assertEquals([stored.kind, stored.file], [kind, file]);
    assertEquals(back, value);
  }
});

valueTest("encodeValue() keeps what shows itself as what it shows", async (dir) => {
  const page = (await kept(html("<b>x</b>"), dir)).back as ReturnType<typeof html>;
  assertEquals(page[jupyterDisplay](), { "text/html": "<b>x</b>" });
  const { stored, back } = await kept(image(png), dir);
  assertEquals([stored.file, await Deno.readFile(`${dir}/value.png`)], ["value.png", png]);
  assertEquals((back as ReturnType<typeof image>)[jupyterDisplay](), image(png)[jupyterDisplay]());
});

valueTest("encodeValue() gives each part of an object or tuple its own file when one of them is large", async (dir) => {
  const value = { model: { slope: 2 }, "the rows": [{ a: 1 }], text: "x" };
  const stored = await encodeValue(value, dir);
  assertEquals(decodeValue(stored, dir), value);
  assertEquals(decodeValue(stored, dir, ["model", "slope"]), 2);
  assertEquals(decodeValue(stored, dir, ["the rows"]), [{ a: 1 }]);
  assertEquals([...Deno.readDirSync(dir)].map(({ name }) => name).sort(), [
    "value.model.json",
    "value.text.txt",
    "value.the_rows.parquet",
  ]);
  const tuple = [[{ a: 1 }], 5];
  assertEquals(decodeValue(await encodeValue(tuple, dir), dir), tuple);
});

valueTest(
  "encodeValue() writes rows that come bit by bit, and refuses a column whose type changes on the way",
  async (dir) => {
    async function* batches() {
      yield [{ a: null, b: 1 }];
      yield Array.from({ length: groupRows }, (_, i) => ({ a: `x${i}`, b: i }));
      yield [{ a: "end", b: 0, late: new Date(1) }];
    }
    const { stored, back } = await kept(batches(), dir);
    const rows = back as Record<string, unknown>[];
    assertEquals([stored.kind, stored.table?.rows, rows.length], ["rows", groupRows + 2, groupRows + 2]);
    assertEquals([rows[0], rows.at(-1)], [{ a: null, b: 1 }, { a: "end", b: 0, late: new Date(1) }]);
    const writer = new TableWriter(`${dir}/x.parquet`, "rows");
    writer.writeRows([{ a: 1 }]);
    const error = assertThrows(() => writer.writeRows([{ a: 2 }, { a: "two" }]), TypeError);
    assert(error.message.startsWith(`The column "a" holds number up to row 2 and string in row 3`), error.message);
    writer[Symbol.dispose]();
  },
);

valueTest("TableReader reads the first rows from the first row group, and refuses files of others", async (dir) => {
  {
    using writer = new TableWriter(`${dir}/t.parquet`, "rows");
    for (let group = 0; group < 3; group++) writer.writeRows([{ group }, { group }]);
    writer.finish();
  }
  using reader = new TableReader(`${dir}/t.parquet`);
  assertEquals(reader.rows(2), [{ group: 0 }, { group: 0 }]);
  assertEquals(reader.rows(3).length, 3);
  assertEquals([...reader.columnBatches("group")].map((part) => [...part as Float64Array]), [[0, 0], [1, 1], [2, 2]]);
  await Deno.writeTextFile(`${dir}/other.parquet`, "PAR1 and much more that is no table PAR1");
  assertThrows(() => new TableReader(`${dir}/other.parquet`), TypeError, "is no table that an operator left");
});

Deno.test("toTagged() leaves plain JSON as it is and names what cannot be kept", () => {
  const plain = { a: [1, "x", null, { b: true }], $schema: "y", c: 1 };
  assertEquals(toTagged(plain), plain);
  for (const value of [{ $date: 5 }, { $plain: { $date: 5 } }, { a: { $undefined: true } }]) {
    assertEquals(fromTagged(JSON.parse(JSON.stringify(toTagged(value)))), value);
  }
  assertEquals(assertThrows(() => toTagged({ model: { fit: () => 1 } }), NotStorable).path, ".model.fit");
  assertThrows(() => toTagged([new (class Model {})()]), NotStorable, `"[0]" is an instance of Model`);
  const ring: { self?: unknown } = {};
  ring.self = ring;
  assertThrows(() => toTagged(ring), NotStorable, "part of itself");
});

valueTest("encodeValue() keeps Arrow tables, and without rows the types of their schema", async (dir) => {
  const { Bool, Float64, Int64, Table, TimestampMillisecond, Utf8, vectorFromArray } = await import(
    "../../lib/deps/arrow.ts"
  );
  const { makeArrow } = await import("../../lib/ops/child/arrow.ts");
  const tableOf = (n: number[], w: string[], big: bigint[], flag: boolean[], at: (Date | null)[]) =>
    new Table({
      n: vectorFromArray(n, new Float64()),
      w: vectorFromArray(w, new Utf8()),
      big: vectorFromArray(big, new Int64()),
      flag: vectorFromArray(flag, new Bool()),
      at: vectorFromArray(at, new TimestampMillisecond()),
    });
  const types = (table: { schema: { fields: { name: string; type: unknown }[] } }) =>
    table.schema.fields.map(({ name, type }) => `${name} ${type}`);
  const filled = tableOf([1.5, 2], ["a", "b"], [1n, 2n ** 60n], [true, false], [new Date(5), null]);
  for (const given of [filled, tableOf([], [], [], [], [])]) {
    const stored = await encodeValue(given, dir) as StoredFile;
    assertEquals(stored.table!.columns.map(({ type }) => type), ["number", "string", "bigint", "boolean", "date"]);
    const back = decodeValue(stored, dir, [], makeArrow) as typeof given;
    assertEquals(back.toArray().map((row) => ({ ...row })), given.toArray().map((row) => ({ ...row })));
    assertEquals(types(back).map((type) => type.replace(/Dictionary<[^,]*, (.*)>/, "$1")), types(given));
  }
});

valueTest(
  "textHead() gives the first characters of a text, whole ones, and says whether there are more",
  async (dir) => {
    const text = "\ufeffaé€😀 and more";
    await Deno.writeTextFile(`${dir}/a.txt`, text);
    for (let count = 0; count <= text.length + 2; count++) {
      assertEquals(textHead(`${dir}/a.txt`, count), { value: text.slice(0, count), more: text.length > count });
    }
    // A file of a gigabyte, most of which is a hole: nobody reads it.
    using file = await Deno.open(`${dir}/a.txt`, { write: true });
    await file.truncate(2 ** 30);
    const before = Deno.memoryUsage().external;
    assertEquals(textHead(`${dir}/a.txt`, 5).value, text.slice(0, 5));
    assert(Deno.memoryUsage().external - before < 2 ** 20);
  },
);
