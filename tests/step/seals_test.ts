import { assert, assertEquals } from "../../lib/deps/assert.ts";
import { instancePaths } from "../../lib/step/instance_paths.ts";
import { compactSeals } from "../../lib/step/compact_seals.ts";
import { appendSeals, maybeSeal, type Seal } from "../../lib/step/seals.ts";

const seal = (instance: string, id: string): Seal => ({
  instance,
  id,
  status: "succeeded",
  endedAt: 1,
  durationMs: 1,
  code: "c",
  plain: "p",
  config: "é",
  grant: "g",
  inputs: [],
  outputs: [{ name: "out", hash: "h" }],
});

function inRuns(test: (at: (instance: string) => ReturnType<typeof instancePaths>) => unknown): () => Promise<void> {
  return async () => {
    const dir = Deno.makeTempDirSync();
    try {
      await test((instance) => instancePaths(dir, "step", instance));
    } finally {
      Deno.removeSync(dir, { recursive: true });
    }
  };
}

Deno.test(
  "maybeSeal() gives the last seal of each instance, and none without a journal",
  inRuns((at) => {
    assertEquals(maybeSeal(at("a")), undefined);
    for (const [instance, id] of [["a", "1"], ["b", "2"], ["a", "3"]]) appendSeals(at(instance), [seal(instance, id)]);
    assertEquals([maybeSeal(at("a"))?.id, maybeSeal(at("b"))?.id, maybeSeal(at("c"))], ["3", "2", undefined]);
    Deno.removeSync(at("a").seals);
    assertEquals(maybeSeal(at("a")), undefined);
  }),
);

Deno.test(
  "case 13: maybeSeal() of a journal cut at any byte gives whole seals only, and a later seal is found",
  inRuns((at) => {
    appendSeals(at("a"), [seal("a", "1")]);
    const first = Deno.statSync(at("a").seals).size;
    appendSeals(at("a"), [seal("a", "2")]);
    const bytes = Deno.readFileSync(at("a").seals);
    for (let length = 0; length <= bytes.length; length++) {
      Deno.removeSync(at("a").seals);
      Deno.writeFileSync(at("a").seals, bytes.subarray(0, length));
      const expected = length === bytes.length ? "2" : length >= first ? "1" : undefined;
      assertEquals(maybeSeal(at("a"))?.id, expected, `cut at ${length}`);
      appendSeals(at("a"), [seal("a", "3")]);
      assertEquals(maybeSeal(at("a"))?.id, "3", `appended after a cut at ${length}`);
    }
  }),
);

Deno.test(
  "maybeSeal() finds a seal that was seen half written, once it is whole",
  inRuns((at) => {
    appendSeals(at("a"), [seal("a", "1")]);
    const line = new TextEncoder().encode(`\n${JSON.stringify(seal("a", "2"))}`);
    for (let length = 1; length < line.length; length += 7) {
      using file = Deno.openSync(at("a").seals, { append: true });
      file.writeSync(line.subarray(0, length));
      assert(maybeSeal(at("a"))?.id !== undefined);
      file.writeSync(line.subarray(length));
      assertEquals(maybeSeal(at("a"))?.id, "2", `seen after ${length} bytes`);
      appendSeals(at("a"), [seal("a", "1")]);
      assertEquals(maybeSeal(at("a"))?.id, "1");
    }
  }),
);

Deno.test(
  "case 14: maybeSeal() passes over lines that are no seals",
  inRuns((at) => {
    appendSeals(at("a"), [seal("a", "1")]);
    const lines = [
      "\0\0\0",
      "null",
      "[]",
      "{}",
      "5",
      '{"instance":"a"}',
      '{"instance":"a","inputs":{},"outputs":[]}',
      '{"instance":"a","inputs":[null],"outputs":[]}',
      '{"instance":"a","inputs":[],"outputs":[5]}',
      "}{",
    ];
    Deno.writeTextFileSync(at("a").seals, `\n${lines.join("\n")}`, { append: true });
    assertEquals(maybeSeal(at("a"))?.id, "1");
    Deno.writeFileSync(`${at("a").seals}.new`, new Uint8Array(500));
    Deno.renameSync(`${at("a").seals}.new`, at("a").seals);
    assertEquals(maybeSeal(at("a")), undefined);
  }),
);

Deno.test(
  "compactSeals() keeps the last seal of every instance and leaves short journals alone",
  inRuns(async (at) => {
    for (let i = 0; i < 999; i++) appendSeals(at("a"), [seal("a", String(i))]);
    await compactSeals(at("a"));
    const before = Deno.statSync(at("a").seals).size;
    assert(before > 999 * 50);
    appendSeals(at("b"), [seal("b", "b")]);
    await compactSeals(at("a"));
    assert(Deno.statSync(at("a").seals).size < before / 100);
    assertEquals([maybeSeal(at("a"))?.id, maybeSeal(at("b"))?.id], ["998", "b"]);
  }),
);
