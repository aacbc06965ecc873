import { assert, assertEquals, assertExists, assertRejects } from "../../lib/deps/assert.ts";
import { collectArtifacts } from "../../lib/step/artifacts.ts";
import { previewArtifacts } from "../../lib/step/previews.ts";
import { sha256 } from "../../lib/base/hash.ts";
import { parquetWriteBuffer } from "../parquet_writer.ts";
import type { ArtifactRecord } from "../../lib/base/record.ts";
import type { Preview } from "../../lib/report/preview.ts";

type Content = string | Uint8Array | ArrayBuffer;

/** A run folder with these files, gone after the test. */
class RunFolder implements Disposable {
  readonly dir = Deno.makeTempDirSync();
  readonly warnings: string[] = [];

  constructor(files: Record<string, Content> = {}) {
    for (const [name, content] of Object.entries(files)) {
      const path = `${this.dir}/${name}`;
      Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      if (typeof content === "string") Deno.writeTextFileSync(path, content);
      else Deno.writeFileSync(path, new Uint8Array(content as ArrayBuffer));
    }
  }

  collect(limit?: number): Promise<ArtifactRecord[]> {
    return collectArtifacts(this.dir, { limit, onWarning: (warning) => this.warnings.push(warning) });
  }

  async preview(): Promise<Record<string, Preview>> {
    return await previewArtifacts(this.dir, await this.collect());
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.dir, { recursive: true });
  }
}

type TablePreview = Extract<Preview, { kind: "table" }>;

/** Record and preview of the one table in a folder. */
async function tableOf(name: string, content: Content): Promise<{ record: ArtifactRecord; preview: TablePreview }> {
  using folder = new RunFolder({ [name]: content });
  const [record] = await folder.collect();
  const preview = (await previewArtifacts(folder.dir, [record]))[name];
  assert(preview?.kind === "table", `${name} has a ${preview?.kind} preview`);
  return { record, preview };
}

async function previewOf(name: string, content: Content): Promise<Preview | undefined> {
  using folder = new RunFolder({ [name]: content });
  return (await folder.preview())[name];
}

const png = Uint8Array.fromBase64(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABh6FO1AAAAABJRU5ErkJggg==",
);

Deno.test("collectArtifacts() lists nested files with hashes, sorted by name", async () => {
  using folder = new RunFolder({ "b.txt": "b", "a/z.txt": "zz", "a.txt": "", "a/b/c": "c" });
  const artifacts = await folder.collect();
  assertEquals(artifacts.map(({ name, size }) => [name, size]), [["a.txt", 0], ["a/b/c", 1], ["a/z.txt", 2], [
    "b.txt",
    1,
  ]]);
  assertEquals(artifacts[2].hash, await sha256("zz"));
  assertEquals(folder.warnings, []);
});

Deno.test("collectArtifacts() leaves out the toolkit's own files, but not files of that name in a folder", async () => {
  const own = ["config.json", "flow.ipynb", "report.html", "run.json", "run.json.12-0.tmp"];
  using folder = new RunFolder(
    Object.fromEntries([...own, "sub/run.json", "my.tmp", "run.json.tmp"].map((name) => [name, "{}"])),
  );
  assertEquals((await folder.collect()).map(({ name }) => name), ["my.tmp", "run.json.tmp", "sub/run.json"]);
});

Deno.test("collectArtifacts() finds nothing in an empty folder and fails for one that is not there", async () => {
  using folder = new RunFolder();
  assertEquals(await folder.collect(), []);
  await assertRejects(() => collectArtifacts(`${folder.dir}/none`), Deno.errors.NotFound);
});

Deno.test("case 42: a symlink planted in the run folder is listed as a link and never followed", async () => {
  using outside = new RunFolder({ "secret.csv": "canary,1\n2,3\n", "dir/secret.txt": "canary" });
  using folder = new RunFolder({ "real.txt": "x" });
  Deno.symlinkSync(`${outside.dir}/secret.csv`, `${folder.dir}/link.csv`);
  Deno.symlinkSync(`${outside.dir}/dir`, `${folder.dir}/folder`);
  Deno.symlinkSync("nowhere", `${folder.dir}/broken`);
  const artifacts = await folder.collect();
  assertEquals(artifacts.map(({ name, type, size }) => `${name} ${type} ${size}`), [
    "broken inode/symlink 0",
    "folder inode/symlink 0",
    "link.csv inode/symlink 0",
    "real.txt text/plain 1",
  ]);
  assertEquals(artifacts[2].hash, await sha256(`${outside.dir}/secret.csv`));
  assertEquals(JSON.stringify([artifacts, await folder.preview()]).includes("canary"), false);
});

Deno.test("previewArtifacts() opens neither a link in place of a file nor a path that leads out", async () => {
  using outside = new RunFolder({ "secret.txt": "canary" });
  using folder = new RunFolder();
  Deno.symlinkSync(`${outside.dir}/secret.txt`, `${folder.dir}/a.txt`);
  const record = { type: "text/plain", size: 6, hash: "" };
  const up = `../${outside.dir.split("/").at(-1)}/secret.txt`;
  const previews = await previewArtifacts(folder.dir, [{ name: "a.txt", ...record }, { name: up, ...record }]);
  assertEquals(previews, {});
});

Deno.test("collectArtifacts() stops at the limit with a warning", async () => {
  using folder = new RunFolder({ "1": "", "2": "", "3/x": "", "4": "" });
  assertEquals((await folder.collect(3)).map(({ name }) => name), ["1", "2", "3/x"]);
  assertEquals(folder.warnings, ["The run left more than 3 files; those after the first 3 are not recorded"]);
});

Deno.test("collectArtifacts() gives no warning when the files just fit the limit", async () => {
  using folder = new RunFolder({ "1": "", "2/x": "", "run.json": "{}" });
  assertEquals((await folder.collect(2)).length, 2);
  assertEquals(folder.warnings, []);
});

Deno.test({
  name: "collectArtifacts() warns of a pipe instead of waiting at it",
  ignore: Deno.build.os === "windows",
  async fn() {
    using folder = new RunFolder({ "a.txt": "x" });
    assert((await new Deno.Command("mkfifo", { args: [`${folder.dir}/pipe`] }).output()).success);
    assertEquals((await folder.collect()).map(({ name }) => name), ["a.txt"]);
    assertEquals(folder.warnings, [`"pipe" is neither a file nor a folder, so it is not among the artifacts`]);
  },
});

Deno.test("collectArtifacts() takes the type from the name, unless the content says otherwise", async () => {
  const types: [string, Content, string][] = [
    ["a.parquet.md", "# x", "text/markdown"],
    ["data.CSV", "a,b\n1,2\n", "text/csv"],
    ["empty", "", "inode/x-empty"],
    ["empty.csv", "", "text/csv"],
    ["fake.png", "<script>alert(1)</script>", "text/plain"],
    ["fake.txt", new Uint8Array([0, 1, 2, 3]), "application/octet-stream"],
    ["no-ending", "some text", "text/plain"],
    ["no-ending2", png, "image/png"],
    ["paper.pdf", "%PDF-1.7 ...", "application/pdf"],
    ["photo.csv", png, "image/png"],
    ["script.ts", "let a = 1;", "text/x.typescript"],
    ["unknown.xyz", new Uint8Array([0, 255]), "application/octet-stream"],
    ["utf16.txt", new Uint8Array([0xff, 0xfe, 65, 0]), "text/plain"],
  ];
  using folder = new RunFolder(Object.fromEntries(types.map(([name, content]) => [name, content])));
  const artifacts = await folder.collect();
  assertEquals(artifacts.map(({ name, type }) => [name, type]), types.map(([name, , type]) => [name, type]));
});

Deno.test("a CSV file is a table with inferred types, and its values stay as written", async () => {
  const { record, preview } = await tableOf(
    "a.csv",
    "n,x,zip,day,at,ok,name,none,odd\n" +
      "1,1.5,01234,2026-01-02,2026-01-02T03:04:05Z,true,Ann,,1\n-2,1.50,99999,2026-01-03,2026-01-02 03:04,false,,,z\n",
  );
  assertEquals(record.table, { rows: 2, columns: preview.columns });
  const types = preview.columns.map(({ type }) => type);
  assertEquals(types, ["integer", "number", "mixed", "date", "timestamp", "boolean", "string", "string", "mixed"]);
  assertEquals(preview.rows[1], [-2, "1.50", "99999", "2026-01-03", "2026-01-02 03:04", "false", "", "", "z"]);
  assertEquals(preview.totalRows, 2);
});

Deno.test("a CSV file may have quotes, line breaks in them, CRLF, a BOM and empty lines", async () => {
  const { record, preview } = await tableOf("a.csv", `\ufeff"a ""b""",c\r\n"x\r\ny, z",1\r\n\r\n"",2\r\n`);
  assertEquals(preview.columns.map(({ name }) => name), [`a "b"`, "c"]);
  assertEquals(preview.rows, [["x\ny, z", 1], ["", 2]]);
  assertEquals(record.table?.rows, 2);
});

Deno.test("a CSV file without a header gets numbered columns", async () => {
  const { record, preview } = await tableOf("a.csv", "1,2\n3,4\n");
  assertEquals(preview.columns, [{ name: "column 1", type: "integer" }, { name: "column 2", type: "integer" }]);
  assertEquals([record.table?.rows, preview.rows], [2, [[1, 2], [3, 4]]]);
});

Deno.test("CSV files with semicolons and tabs are split there", async () => {
  const semicolons = await tableOf("a.csv", `a;"b;,,,,"\n1,5;2\n`);
  assertEquals(semicolons.preview.rows, [["1,5", 2]]);
  const tabs = await tableOf("a.tsv", "a\tb,c,d\n1\t2,3\n");
  assertEquals(tabs.preview.rows, [[1, "2,3"]]);
});

Deno.test("a CSV file with ragged rows is filled up to the widest", async () => {
  const { preview } = await tableOf("a.csv", "a,b\n1\n1,2,3\n");
  assertEquals(preview.columns.map(({ name }) => name), ["a", "b", ""]);
  assertEquals(preview.rows, [[1, null, null], [1, 2, 3]]);
});

Deno.test("a CSV file with an open quote, wrong UTF-8 or formulas does no harm", async () => {
  const open = await tableOf("a.csv", `a,b\n"x,1\n2,3\n`);
  assertEquals(open.preview.rows.length, 1);
  const wrong = await tableOf("a.csv", new Uint8Array([97, 10, 0xff, 0xc3, 10]));
  assertEquals(wrong.preview.rows, [["\ufffd\ufffd"]]);
  const formula = await tableOf("a.csv", "a\n=cmd|' /C calc'!A0\n");
  assertEquals(formula.preview.rows, [["=cmd|' /C calc'!A0"]]);
});

Deno.test("a UTF-16 CSV file is read by its mark", async () => {
  const text = "\ufeffa,b\n1,ü\n";
  const bytes = new Uint8Array([...text].flatMap((c) => [c.charCodeAt(0) & 255, c.charCodeAt(0) >> 8]));
  const { preview } = await tableOf("a.csv", bytes);
  assertEquals(preview.rows, [[1, "ü"]]);
});

Deno.test("a CSV file with a million rows is counted, and only its head is parsed", async () => {
  const lines = Array.from({ length: 1_000_000 }, (_, i) => i % 3 === 0 ? `${i},"a\n""b"\n` : `${i},x\n`);
  const { record, preview } = await tableOf("a.csv", `id,text\n${lines.join("")}`);
  assertEquals(record.table?.rows, 1_000_000);
  assertEquals([preview.rows.length, preview.totalRows], [10, 1_000_000]);
  assertEquals(preview.rows[0], [0, `a\n"b`]);
});

Deno.test("a CSV row count agrees with the parser also where pieces of the file meet", async () => {
  // One piece is 1 MiB, and files up to 4 MiB are parsed whole: the quotes below fall around the end of the fifth piece.
  const filler = "x,1\n".repeat(5 * 256 * 1024 - 3);
  for (const shift of [0, 1, 2, 3, 4, 5, 6, 7, 8]) {
    const { record } = await tableOf("a.csv", `a,b\n${filler}${"y".repeat(shift)},"1""\n2"\n"q"z\nw",2\n3"4\n5,6`);
    assertEquals(record.table?.rows, 5 * 256 * 1024 - 3 + 4, `shift ${shift}`);
  }
});

Deno.test("a CSV file with 100,000 columns is recorded and shown in part, with a warning", async () => {
  const header = Array.from({ length: 100_000 }, (_, i) => `column ${i}`).join();
  using folder = new RunFolder({ "wide.csv": `${header}\n${"1,".repeat(99_999)}1\n` });
  const [record] = await folder.collect();
  assertEquals([record.table?.columns.length, record.table?.rows], [1000, 1]);
  assertEquals(folder.warnings, [`"wide.csv" has 100000 columns; only the first 1000 are recorded`]);
  const preview = (await previewArtifacts(folder.dir, [record]))["wide.csv"] as TablePreview;
  assertEquals([preview.columns.length, preview.rows[0].length], [100, 100]);
});

Deno.test("a JSON array of objects is a table, also with nested values and odd keys", async () => {
  const { record, preview } = await tableOf(
    "a.json",
    `[{"a":1,"b":{"x":[1]},"__proto__":true},{"a":1.5,"toString":"s","b":[]},{"a":null,"b":"t"}]`,
  );
  assertEquals(record.table, {
    rows: 3,
    columns: [
      { name: "a", type: "number" },
      { name: "b", type: "mixed" },
      { name: "__proto__", type: "boolean" },
      { name: "toString", type: "string" },
    ],
  });
  assertEquals(preview.rows[0], [1, `{"x":[1]}`, true, null]);
  assertEquals(preview.rows[1], [1.5, "[]", null, "s"]);
});

Deno.test("JSON that is no table, broken, deep or large is shown as text", async () => {
  const deep = "[".repeat(100_000);
  for (const text of [`{"a": 1}`, "[1, 2]", "[]", `[{"a":`, "null", deep, `[{"a": ${deep}1${"]".repeat(100_000)}}]`]) {
    const preview = await previewOf("a.json", text);
    assert(preview?.kind === "text");
    assertEquals([preview.language, preview.truncated], ["json", text.length > 4096]);
    assertEquals(preview.text, text.slice(0, 4096));
  }
  const large = await previewOf("a.json", `[${`{"a":1},`.repeat(1_100_000)}{"a":1}]`);
  assertEquals(large?.kind, "text");
});

Deno.test("NDJSON is a table of its lines; a broken line makes it text", async () => {
  const { record, preview } = await tableOf("a.ndjson", `{"a":1}\n\n{"a":"x","b":2}\r\n{"b":null}`);
  assertEquals(record.table?.rows, 3);
  assertEquals(preview.rows, [[1, null], ["x", 2], [null, null]]);
  assertEquals((await previewOf("a.jsonl", `{"a":1}\n{"a":`))?.kind, "text");
});

Deno.test("a long NDJSON file is counted without being parsed", async () => {
  const { record, preview } = await tableOf("a.ndjson", `{"a":1,"b":"é"}\n`.repeat(300_000));
  assertEquals([record.table?.rows, preview.rows.length], [300_000, 10]);
});

Deno.test("a Parquet file is a table with BigInt, dates, nested values and bytes as text", async () => {
  const { record, preview } = await tableOf(
    "a.parquet",
    parquetWriteBuffer({
      columnData: [
        { name: "id", data: [1n, 2n ** 60n], type: "INT64" },
        { name: "x", data: [1.5, NaN], type: "DOUBLE" },
        { name: "name", data: ["é", null], type: "STRING" },
        { name: "at", data: [new Date("2026-01-02T03:04:05Z"), new Date(0)], type: "TIMESTAMP" },
        { name: "nested", data: [{ a: [1, 2] }, { a: [] }], type: "JSON" },
        { name: "raw", data: [new Uint8Array([1, 2, 3]), new Uint8Array()], type: "BYTE_ARRAY" },
        { name: "ok", data: [true, false], type: "BOOLEAN" },
      ],
    }),
  );
  assertEquals(record.type, "application/vnd.apache.parquet");
  assertEquals(record.table, { rows: 2, columns: preview.columns });
  const types = preview.columns.map(({ type }) => type);
  assertEquals(types, ["int64", "double", "string", "timestamp", "json", "binary", "boolean"]);
  const [first, second] = preview.rows;
  assertEquals(first.slice(0, 5), [1, 1.5, "é", "2026-01-02T03:04:05.000Z", `{"a":[1,2]}`]);
  assertEquals(second.slice(0, 3), ["1152921504606846976", "NaN", null]);
});

Deno.test("a Parquet file of many row groups gives its first rows and all its count", async () => {
  const data = Array.from({ length: 200_000 }, (_, i) => i);
  const { record, preview } = await tableOf(
    "a.parquet",
    parquetWriteBuffer({ columnData: [{ name: "i", data, type: "INT32" }], rowGroupSize: 7 * 1000 }),
  );
  assertEquals([record.table?.rows, preview.totalRows], [200_000, 200_000]);
  assertEquals(preview.rows.map(([i]) => i), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

Deno.test("a broken Parquet file is an artifact like any other, without a preview", async () => {
  const whole = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: "i", data: [1, 2, 3], type: "INT32" }] }));
  const noise = whole.map((byte, i) => i > 3 && i < whole.length - 8 ? byte ^ 0x55 : byte);
  for (const bytes of [whole.subarray(0, -5), new TextEncoder().encode("PAR1"), noise]) {
    using folder = new RunFolder({ "a.parquet": bytes });
    const [record] = await folder.collect();
    assertEquals([record.type, record.size, record.table], ["application/vnd.apache.parquet", bytes.length, undefined]);
    assertEquals(await folder.preview(), {});
  }
});

Deno.test("previewArtifacts() embeds small images and no large ones", async () => {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg"/>`;
  assertEquals(await previewOf("a.png", png), { kind: "image", mime: "image/png", base64: png.toBase64() });
  assertEquals(await previewOf("a.svg", svg), { kind: "image", mime: "image/svg+xml", base64: btoa(svg) });
  const large = new Uint8Array(2 * 1024 * 1024 + 1);
  large.set(png);
  assertEquals(await previewOf("a.png", large), undefined);
});

Deno.test("previewArtifacts() cuts texts at 4 KB, never inside a character", async () => {
  const preview = await previewOf("a.md", `x${"é".repeat(3000)}`);
  assert(preview?.kind === "text");
  assertEquals([preview.truncated, preview.language], [true, "markdown"]);
  assertEquals(preview.text, `x${"é".repeat(2047)}`);
});

Deno.test("previewArtifacts() shows nothing of binaries and empty files", async () => {
  using folder = new RunFolder({ "a.bin": new Uint8Array([0, 1]), "b.txt": "", "c.csv": "", "d.pdf": "%PDF-1" });
  assertEquals(await folder.preview(), {});
});

Deno.test("previewArtifacts() keeps to 30 previews and 8 MB", async () => {
  using texts = new RunFolder(Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${i}.txt`, "x"])));
  assertEquals(Object.keys(await texts.preview()).length, 30);
  const image = new Uint8Array(1_500_000);
  image.set(png);
  using images = new RunFolder(Object.fromEntries([1, 2, 3, 4, 5, 6].map((i) => [`${i}.png`, image])));
  Deno.writeTextFileSync(`${images.dir}/7.txt`, "still here");
  assertEquals(Object.keys(await images.preview()), ["1.png", "2.png", "3.png", "4.png", "7.txt"]);
});

Deno.test("previewArtifacts() takes a file named __proto__", async () => {
  using folder = new RunFolder({ ["__proto__"]: "text" });
  assertExists(Object.getOwnPropertyDescriptor(await folder.preview(), "__proto__"));
});

Deno.test("previewArtifacts() shortens long values", async () => {
  const { preview } = await tableOf("a.csv", `a\n${"x".repeat(199)}😀😀\n`);
  assertEquals(preview.rows, [[`${"x".repeat(199)}…`]]);
});
