import { assertEquals } from "../../lib/deps/assert.ts";
import { readTable } from "../../lib/batch/read_table.ts";
import { rowReader } from "../../lib/batch/row_config.ts";
import { parseFlow } from "../../lib/notebook/parse_flow.ts";

const flow = await parseFlow(
  '// %% tags=["parameters"]\nlet model = { seed: 1, name: "a" };\nlet zone = "";\n',
  "file:///flow.ts",
);
const configOf = (row: object) => rowReader(flow)(row).config;

Deno.test("rowReader() makes columns a.b members of a, whatever the order of the columns", () => {
  assertEquals(configOf({ zone: "x", "model.seed": 7, "model.name": "b" }), {
    zone: "x",
    model: { seed: 7, name: "b" },
  });
});

Deno.test("rowReader() lets a column that says nothing take nothing away", () => {
  assertEquals(configOf({ "model.seed": 7, model: undefined }), { model: { seed: 7 } });
  assertEquals(configOf({ model: undefined, "model.seed": 7 }), { model: { seed: 7 } });
});

Deno.test("rowReader() takes the text of those cells only that were read with another type than declared", async () => {
  const flow = await parseFlow(
    `// %% tags=["parameters"]\nlet code: string = "x", n: number = 1, model = { seed: 1, name: "a" };\n`,
    "file:///flows/f.ts",
  );
  const path = await Deno.makeTempFile({ suffix: ".csv" });
  try {
    await Deno.writeTextFile(path, "code,n,model.seed,model.name,other\n12,1,5,7,9\n");
    const [row] = await readTable(path);
    assertEquals(rowReader(flow)(row), {
      config: { code: "12", n: 1, model: { seed: 5, name: "7" }, other: 9 },
      textKeys: ["code", "model.name"],
    });
  } finally {
    await Deno.remove(path);
  }
});
