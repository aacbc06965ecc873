/** What a flow writes: cases 30 and 32 of the catalogue in `reference/reliability.md` §5. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../lib/deps/assert.ts";
import { isAlive, maybeText, outputsOf, pause, sandboxed, streamText } from "./sandbox.ts";

import type { Output } from "../../lib/notebook/ipynb.ts";

/** Ten gigabytes take about 10 s; `DUCTAFLOW_OUTPUT_GB` changes that. Quick machines and CI take the whole case. */
const gigabytes = Number(Deno.env.get("DUCTAFLOW_OUTPUT_GB") ?? 10);
const gibi = 1024 ** 3;

Deno.test(
  `case 30: ${gigabytes} GB of stdout leave the conductor below 200 MB, and head, tail and the count are kept`,
  sandboxed(async (box) => {
    box.flow(
      "yes",
      `// %%
const chunk = new TextEncoder().encode("y\\n".repeat(512 * 1024));
const write = (bytes: Uint8Array) => { for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at)); };
console.log("the beginning");
for (let i = 0; i < ${gigabytes} * 1024; i++) write(chunk);
console.log("the end");
// %% After
console.log("next cell");
`,
    );
    const conductor = box.start(`say(await outcome(runStepFlow("yes", "a")));`);
    let peak = 0;
    while (isAlive(conductor.pid)) {
      const now = /VmHWM:\s+(\d+) kB/.exec(maybeText(`/proc/${conductor.pid}/status`) ?? "");
      peak = Math.max(peak, Number(now?.[1] ?? 0) * 1024);
      await pause(20);
    }
    const { said, stderr } = await conductor.ended();
    assertEquals((said[0] as { status: string } | undefined)?.status, "succeeded", stderr);
    if (Deno.build.os === "linux") assert(peak > 0 && peak < 200 * 1024 ** 2, `the conductor took ${peak} bytes`);
    const record = box.record("yes", "a");
    const written = gigabytes * gibi + "the beginning\nthe end\nnext cell\n".length;
    assertEquals(record.output.stdoutBytes, written);
    const notebook = box.notebook("yes", "a");
    const text = streamText(notebook, 1);
    const [, dropped] = /\n… ([\d,]+) bytes dropped …\n/.exec(text)!;
    assertEquals(Number(dropped.replaceAll(",", "")), record.output.droppedBytes);
    assertEquals(record.cells[1].droppedBytes, record.output.droppedBytes);
    const notice = `\n… ${dropped} bytes dropped …\n`.length;
    assertEquals(text.length - notice + record.output.droppedBytes, written - "next cell\n".length);
    assert(text.startsWith("the beginning\ny\ny\n") && text.endsWith("y\ny\nthe end\n"));
    assertEquals(streamText(notebook, 2), "next cell\n");
    assert(Deno.statSync(box.path("runs/yes/a/flow.ipynb")).size < 32 * 1024 ** 2);
  }),
);

Deno.test(
  "case 30: a flood ends with the status of the flow: an exit code, a timeout and a kill are told as ever",
  sandboxed(async (box) => {
    const flood = (after: string) =>
      `// %%
const chunk = new TextEncoder().encode("y\\n".repeat(32 * 1024));
for (let i = 0; i < 1000 || n === 0; i++) for (let at = 0; at < chunk.length;) at += Deno.stdout.writeSync(chunk.subarray(at));
${after}
`;
    box.flow("code", flood("Deno.exit(3);"));
    box.flow("endless", flood(""));
    const outcomes = await box.conduct(`
      say(await outcome(runStepFlow("code", "a")));
      say(await outcome(runStepFlow("endless", "a", { n: 0 }, { timeout: 700 })));
    `);
    assertEquals(outcomes[0].text, "Exited early in cell 2 with code 3");
    assertEquals(outcomes[1].text, "Timed out after 700 ms in cell 2");
    assert(box.record("endless", "a").output.droppedBytes > 0);
  }),
);

Deno.test(
  "case 32: bytes of all kinds are kept as text, whatever pieces they come in",
  sandboxed(async (box) => {
    box.flow(
      "odd",
      `// %% Invalid UTF-8 and NUL
const write = (bytes: number[] | Uint8Array) => Deno.stdout.writeSync(Uint8Array.from(bytes));
write([0x61, 0xff, 0xfe, 0x62, 0xc3, 0x28, 0, 0x63, 0xe2, 0x82]);
// %% One byte at a time
for (const byte of new TextEncoder().encode("é€😀\\u0000é")) {
  write([byte]);
  await new Promise((resolve) => setTimeout(resolve, 3));
}
// %% Line ends and bars
console.log("a\\r\\nb\\r\\n 10%\\r 50%\\r100%\\ndone\\u2028\\u0085\\v\\f");
// %% Terminal
console.log("\\u001b[31mred\\u001b[0m \\u001b]8;;javascript:alert(1)\\u0007link\\u001b]8;;\\u0007 \\u001b[2J\\u001b[1A \\u009b31m");
// %% Frames
write([0x1e]); write([0x1e, 0x1e]); console.log("\\u001e{}\\u001e"); write([0x1e]);
// %% Both
console.log("out 1"); console.error("err 1"); console.log("out 2"); console.error("err 2");
`,
    );
    const [outcome] = await box.conduct(`say(await outcome(runStepFlow("odd", "a")));`);
    assertEquals(outcome.status, "succeeded", outcome.text);
    const notebook = box.notebook("odd", "a");
    assertEquals(streamText(notebook, 1), "a\ufffd\ufffdb\ufffd(\0c\ufffd");
    assertEquals(streamText(notebook, 2), "é€😀\0é");
    assertEquals(streamText(notebook, 3), "a\r\nb\r\n 10%\r 50%\r100%\ndone\u2028\x85\v\f\n");
    assertStringIncludes(streamText(notebook, 4), "\x1b[31mred\x1b[0m");
    assertEquals(streamText(notebook, 5), "\x1e\x1e\x1e\x1e{}\x1e\n\x1e");
    assertEquals(streamText(notebook, 6), "out 1\nout 2\n");
    assertEquals(streamText(notebook, 6, "stderr"), "err 1\nerr 2\n");
    const report = Deno.readTextFileSync(box.path("runs/odd/a/report.html"));
    for (const control of "\0\x1b\x1e\x07") assert(!report.includes(control), "the report holds control characters");
    assert(!/href="javascript:/i.test(report));
    assertMatch(report, /100%/);
  }),
);

Deno.test(
  "case 32: a line of 100 MB without an end is kept as head and tail, and the notebook stays valid JSON",
  sandboxed(async (box) => {
    box.flow(
      "long",
      `// %%
const chunk = new TextEncoder().encode("é".repeat(500_000));
const write = (bytes: Uint8Array) => { for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at)); };
for (let i = 0; i < 100; i++) write(chunk);
write(new TextEncoder().encode("|end"));
// %%
"x".repeat(20_000_000)
// %%
import { display, html } from ${JSON.stringify(import.meta.resolve("../../lib/flow.ts"))};
display(html("<p>" + "z".repeat(20_000_000) + "</p>"));
`,
    );
    const [outcome] = await box.conduct(`say(await outcome(runStepFlow("long", "a")));`);
    assertEquals(outcome.status, "succeeded", outcome.text);
    const record = box.record("long", "a");
    assertEquals(record.output.stdoutBytes, 100_000_004);
    const notebook = box.notebook("long", "a");
    const text = streamText(notebook, 1);
    assertMatch(text.slice(0, 100), /^é+$/);
    assert(text.endsWith("é|end"));
    // The cuts do not fall into the middle of a character.
    assert(!text.includes("\ufffd"));
    const [result] = outputsOf(notebook, 2);
    assert(result.output_type === "execute_result" && JSON.stringify(result).length < 100_000);
    const [shown] = outputsOf(notebook, 3);
    assert(shown.output_type === "display_data");
    assertStringIncludes(JSON.stringify(shown.data), "was not kept");
    assertEquals(record.output.droppedDisplays, 1);
  }),
);

const flowModule = JSON.stringify(import.meta.resolve("../../lib/flow.ts"));

Deno.test(
  "a check that did not hold once fails the run, whatever is said later under its name",
  sandboxed(async (box) => {
    box.flow(
      "checks",
      `// %%
import { check } from ${flowModule};
for (const ok of [false, true]) check("file is complete", ok, { severity: "error", message: "part " + ok });
`,
    );
    const [outcome] = await box.conduct(`say(await outcome(runStepFlow("checks", "a")));`);
    assertEquals(outcome.status, "failed", outcome.text);
    assertEquals(box.record("checks", "a").error?.message, 'Checks do not hold: "file is complete" (part false)');
  }),
);

function plainText(output: Output): string {
  return "data" in output ? [output.data["text/plain"]].flat().join("") : "";
}

const slowly = `
import { display } from ${flowModule};
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const slow = (text: string, ms: number) => ({
  async [Symbol.for("Jupyter.display")]() {
    await pause(ms);
    return { "text/plain": text };
  },
});
`;

Deno.test(
  "what takes its time to show itself lands in the cell that showed it",
  sandboxed(async (box) => {
    box.flow(
      "slow",
      `// %%${slowly}
// %%
display(slow("displayed", 30));
slow("result", 40)
// %%
await pause(200);
display("later");
`,
    );
    const [outcome] = await box.conduct(`say(await outcome(runStepFlow("slow", "a")));`);
    assertEquals(outcome.status, "succeeded", outcome.text);
    const notebook = box.notebook("slow", "a");
    const plain = (cell: number) => outputsOf(notebook, cell).map(plainText);
    assertEquals([plain(2), plain(3)], [["displayed", "result"], ['"later"']]);
  }),
);

Deno.test(
  "a flow that fails shows what it was about to show, does not wait for ever, and fails with its own error",
  sandboxed(async (box) => {
    box.flow(
      "fails",
      `// %%${slowly}
// %%
display(slow("displayed", 300));
display({ [Symbol.for("Jupyter.display")]: () => new Promise(() => {}) });
setTimeout(() => Promise.reject(new Error("a later one")), 100);
throw new Error("the first");
`,
    );
    const [outcome] = await box.conduct(`say(await outcome(runStepFlow("fails", "a")));`);
    assertMatch(outcome.text, /^Failed in cell 3, line \d+: Error: the first$/);
    assertEquals(outputsOf(box.notebook("fails", "a"), 2).map(plainText).filter(Boolean), ["displayed"]);
    assert(!streamText(box.notebook("fails", "a"), 2, "stderr").includes("a later one"));
  }),
);

Deno.test(
  "a flood of rich outputs leaves the head and tail of its cell and all of the next cells",
  sandboxed(async (box) => {
    box.flow(
      "many",
      `// %%
import { display } from ${flowModule};
for (let i = 0; i < 3000; i++) display({ i });
"end";
// %%
[{ a: 1 }]
`,
    );
    const [outcome] = await box.conduct(`say(await outcome(runStepFlow("many", "a")));`);
    assertEquals(outcome.status, "succeeded", outcome.text);
    const notebook = box.notebook("many", "a");
    const plain = outputsOf(notebook, 1).map(plainText);
    assertEquals(plain.length, 201);
    assertEquals(plain.slice(99, 103), ["{ i: 99 }", "… 2,801 rich outputs not kept …", "{ i: 2901 }", "{ i: 2902 }"]);
    assertEquals(plain.at(-1), '"end"');
    const [table] = outputsOf(notebook, 2);
    assert("data" in table && "text/html" in table.data);
    assertEquals(box.record("many", "a").output.droppedDisplays, 2801);
  }),
);
