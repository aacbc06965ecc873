/** `lib/flow.ts` without the toolkit: it prints. Under `runStepFlow` it is tested in `tests/e2e/`. */
import { assert, assertEquals, assertStringIncludes } from "../lib/deps/assert.ts";

const flow = import.meta.resolve("../lib/flow.ts");

/** Runs a few lines as a script of their own, with no permission at all. */
async function script(lines: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const dir = await Deno.makeTempDir();
  try {
    const source = `import * as flow from ${JSON.stringify(flow)};\n${lines}\n`;
    await Deno.writeTextFile(`${dir}/my flow.ts`, source);
    const args = ["run", "--quiet", "--no-prompt", "--no-config", "--no-lock", `${dir}/my flow.ts`];
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1" } }).output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("flow.ts imports nothing", async () => {
  const source = await Deno.readTextFile(new URL(flow));
  assert(!/^(import|export) .* from /m.test(source));
});

Deno.test("display() prints text, values and the Markdown or text of rich values", async () => {
  const { stdout } = await script(`
    flow.display("plain"); flow.display({ a: 1 }); flow.display(flow.md("**bold**"));
    flow.display(flow.html("<b>x</b>")); console.log(flow.md("logged"));
    flow.display(flow.table([{ a: 1, b: "x|y" }, { a: 2 }]));`);
  assertEquals(stdout.split("\n").slice(0, 5), ["plain", "{ a: 1 }", "**bold**", "[text/html]", "logged"]);
  assertStringIncludes(stdout, "| a | b |\n| --- | --- |\n| 1 | x\\|y |\n| 2 |  |");
});

Deno.test("Deno.jupyter, which throws in a script, prints in one that imports flow.ts", async () => {
  const { stdout, stderr } = await script(`
    const { jupyter } = Deno as any;
    await jupyter.display(jupyter.md\`*\${1 + 1}*\`);
    await jupyter.display({ "text/plain": "raw" }, { raw: true });
    console.log(await jupyter.format({ [jupyter.$display]: () => ({ "text/html": "own" }) }));
    console.log(jupyter.html\`<b>\`, jupyter.svg\`<svg/>\`, jupyter.image(new Uint8Array([0xff, 0xd8])));
    flow.display({ [Symbol.for("Jupyter.display")]: () => Promise.resolve({ "text/plain": "later" }) });`);
  assertEquals(stderr, "");
  assertEquals(stdout, `*2*\nraw\n{ "text/html": "own" }\n[text/html] [image/svg+xml] [image/jpeg]\nlater\n`);
});

Deno.test("metric() and check() print and return what they were given", async () => {
  const { stdout } = await script(`
    console.log(flow.metric("rows", 5, { unit: "n" }), flow.check("ok", true));
    flow.check("low", false, { message: "only 5" }); flow.progress(1, 2);`);
  assertEquals(stdout.split("\n").slice(0, 4), [
    "metric rows: 5 n",
    "check ok: ok",
    "5 true",
    "check low: does not hold: only 5",
  ]);
});

Deno.test("metric() and check() refuse what is no number or boolean", async () => {
  const { code, stderr } = await script(`flow.metric("rows", NaN);`);
  assertEquals(code, 1);
  assertStringIncludes(stderr, 'TypeError: The metric "rows" is "NaN": a metric is a finite number');
  assertStringIncludes((await script(`flow.check("ok", 1 as never);`)).stderr, "a check is true or false");
});

Deno.test("metric() and check() refuse a name, a severity or an option that a record cannot hold", async () => {
  const { stdout } = await script(`
    const refused = (...calls) => {
      for (const call of calls) try { call(); console.log("taken"); } catch (error) { console.log(error.name, error.message); }
    };
    const { check, metric } = flow;
    refused(
      () => check("ok", false, { severity: "Error" }), () => check("ok", false, "error"), () => check("", true),
      () => metric(undefined, 1), () => metric("rows", 1, { unit: 5 }), () => metric("rows", 1, null),
    );`);
  assertEquals(stdout.trim().split("\n"), [
    'TypeError The severity of the check "ok" is "Error", accepted is "warning" or "error"',
    'TypeError The options of the check "ok" are "error", accepted is an object',
    'TypeError The name of a check is "", accepted is text',
    "TypeError The name of a metric is undefined, accepted is text",
    'TypeError The unit of the metric "rows" is 5, accepted is text',
    'TypeError The options of the metric "rows" are null, accepted is an object',
  ]);
});

Deno.test("run and input() say where a flow is when it runs alone", async () => {
  const { stdout } = await script(`console.log(flow.run, flow.input("prepare", "am", "rows.csv"));`);
  assertEquals(
    stdout.trim(),
    `{ step: "my flow", instance: "standalone", dir: "." } runs/prepare/am/rows.csv`,
  );
});

Deno.test("input() refuses what is no name of a step or instance, and no path of a file", async () => {
  const { stdout } = await script(`
    for (const args of [["../..", "am", "x"], ["prepare", 5, "x"], ["prepare", "a/b", "x"], ["prepare", "am"]]) {
      try { console.log(flow.input(...args)); } catch (error) { console.log(error.name, error.message); }
    }`);
  assertEquals(stdout.trim().split("\n"), [
    'TypeError The step of an input is "../..", accepted is a name as runs have it',
    "TypeError The instance of an input is 5, accepted is a name as runs have it",
    'TypeError The instance of an input is "a/b", accepted is a name as runs have it',
    "TypeError The file of an input is undefined, accepted is its path in the run folder",
  ]);
});

Deno.test("image() takes bytes as base64", async () => {
  const { stdout } = await script(
    `console.log(flow.image(new Uint8Array([1, 2, 3]), "image/jpeg")[flow.jupyterDisplay]());`,
  );
  assertEquals(stdout.trim(), `{ "image/jpeg": "AQID" }`);
});
