/** Case 60 of the catalogue: what is exported as CSV computes nothing in a spreadsheet. */
import { assertEquals } from "../../lib/deps/assert.ts";
import { guarded, unguardedRow } from "../../lib/resource/host/formula_guard.ts";
import { decodeFile, encodeFile } from "../../lib/resource/host/file_formats.ts";

import type { SavedArtifact } from "../../lib/ops/external.ts";

const formulas = [
  "=1+1",
  `=HYPERLINK("http://x","y")`,
  "=cmd|' /C calc'!A0",
  "@SUM(A1:A9)",
  "+49 30 123",
  "-2+3",
  "- none",
  "\t=1",
  "\r=1",
  "＝1+1",
  "'=1",
  "''@x",
];
const harmless = ["", "-", "--", "-0.5", "1e5", "it's", "'quoted'", "a=b", "x@y", " =1", "'", "''"];

Deno.test("case 60: guarded() puts an apostrophe before what a spreadsheet would compute, and before nothing else", () => {
  assertEquals(formulas.map(guarded), formulas.map((text) => `'${text}`));
  assertEquals(harmless.map(guarded), harmless);
});

Deno.test("case 60: unguardedRow() gives back each text and name, __proto__ too", () => {
  const row = JSON.parse(`{"__proto__":"=1","n":-1}`);
  for (const text of [...formulas, ...harmless]) row[text || "empty"] = text;
  const cells = Object.entries(row).map(([name, value]) => {
    return [guarded(name), typeof value === "string" ? guarded(value) : value];
  });
  assertEquals(Object.entries(unguardedRow(Object.fromEntries(cells))), Object.entries(row));
});

Deno.test("case 60: a table that is exported as CSV or TSV has no formulas, and is read back as it was", async () => {
  const rows = formulas.map((text, i) => ({ "=name": text, i, low: -i - 0.5 }));
  const artifact: SavedArtifact = {
    kind: "rows",
    type: "rows",
    path: "/nowhere",
    table: undefined,
    value: () => Promise.resolve(rows),
    async *batches() {
      yield rows;
    },
  };
  for (const format of ["csv", "tsv"] as const) {
    const path = await Deno.makeTempFile({ suffix: `.${format}` });
    try {
      await Deno.writeFile(
        path,
        new Uint8Array((await Array.fromAsync(encodeFile(artifact, format))).flatMap((piece) => [...piece])),
      );
      const lines = (await Deno.readTextFile(path)).split("\n");
      assertEquals(lines[0].split(format === "csv" ? "," : "\t"), ["'=name", "i", "low"]);
      for (const line of lines) assertEquals(/^"?[=+@\t\r＝-]/.test(line), false, line);
      assertEquals(await decodeFile(path, format, undefined, { type: "files", name: "out", dir: "." }), rows);
    } finally {
      await Deno.remove(path);
    }
  }
});
