import { assertEquals, assertRejects } from "../../lib/deps/assert.ts";
import { DuctaflowError } from "../../lib/base/error.ts";
import { parseFlow } from "../../lib/notebook/parse_flow.ts";

const head = `// %% tags=["parameters"]\nlet a = 1;\n`;

/** What a flow is refused with, or undefined when it is taken. */
async function refusal(body: string): Promise<string[] | undefined> {
  try {
    await parseFlow(head + body, "file:///flows/x.ts");
  } catch (error) {
    const { code, message, hint } = error as DuctaflowError;
    return [code, message, hint!];
  }
}

for (const next of ["[1, 2].map(f)", "(f)()", "`text`", "/* c */ // d\n[1]"]) {
  Deno.test(`refuseLostMarkers() refuses a marker that a missing semicolon takes away before ${next}`, async () => {
    const line = next.includes("\n") ? 6 : 5;
    const begin = next.split("\n").at(-1);
    assertEquals(await refusal(`const b = a /* c */ // d\n// %% Lost\n${next}\n`), [
      "flow-syntax",
      `The cell marker on /flows/x.ts:4 is inside a statement: nothing ends line 3, so that it goes on with line ${line}, ` +
      `"${begin}"`,
      "End line 3 with a semicolon",
    ]);
  });
}

Deno.test("refuseLostMarkers() tells of all of them, and of long lines the beginning", async () => {
  const long = `[${"1, ".repeat(40)}1]`;
  const [, message, hint] = await refusal(`const b = a\n// %% One\n${long}\n// %% Two\n(b)\n`) ?? [];
  assertEquals(message.split("\n").map((line) => line.slice(0, 32)), [
    "The cell marker on /flows/x.ts:4",
    "The cell marker on /flows/x.ts:6",
  ]);
  assertEquals(message.split("\n")[0].endsWith(`line 5, "${long.slice(0, 37)}..."`), true, message);
  assertEquals(hint, "End the lines 3, 5 with a semicolon");
});

Deno.test("refuseLostMarkers() takes a flow whose statements end, by a semicolon or without one", async () => {
  assertEquals(await refusal("const b = a;\n// %% One\n[1].map(f);\n// %% Two\nb\n// %% Three\nf(b)\n"), undefined);
  assertEquals(
    await refusal("const b = a\n// %% One\n;[1].map(f)\n// %% Two\nfunction f() {}\n// %% T\n(f)\n"),
    undefined,
  );
});

Deno.test("refuseLostMarkers() is what a user of readFlow() meets", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/x.ts`, `${head}const b = a\n// %% Lost\n[b]\n`);
    const { readFlow } = await import("../../lib/notebook/read_flow.ts");
    await assertRejects(() => readFlow(`${dir}/x.ts`), DuctaflowError, "nothing ends line 3");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
