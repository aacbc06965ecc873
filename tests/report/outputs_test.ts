import { assert, assertEquals, assertStringIncludes } from "../../lib/deps/assert.ts";
import { droppedNotice, renderOutputs } from "../../lib/report/outputs.ts";
import { onePixel } from "./sample_run.ts";

const context = { policy: "default-src 'none'", images: () => undefined };

async function draw(...outputs: unknown[]): Promise<string[]> {
  return (await renderOutputs(outputs, context)).map(({ html }) => html);
}

const display = (data: unknown) => ({ output_type: "display_data", data, metadata: {} });

Deno.test("renderOutputs() takes the richest representation that it can draw", async () => {
  const all: Record<string, unknown> = {
    "text/plain": "plain",
    "application/json": [1],
    "image/jpeg": onePixel,
    "image/png": onePixel,
    "image/svg+xml": "<svg/>",
    "text/markdown": "*m*",
    "text/html": "<p>",
    "application/vnd.dataresource+json": { data: [{ a: 1 }] },
  };
  const marks = [
    '<table class="data"',
    "<iframe",
    "<em>m",
    "svg+xml",
    "image/png",
    "image/jpeg",
    'class="json"',
    "plain",
  ];
  for (const mark of marks) {
    const [html] = await draw(display(all));
    assertStringIncludes(html, mark);
    delete all[Object.keys(all).at(-1)!];
  }
});

Deno.test("renderOutputs() falls back when the richest representation is broken", async () => {
  const [table] = await draw(display({ "application/vnd.dataresource+json": { data: 3 }, "text/plain": "plain" }));
  assertStringIncludes(table, "plain");
  const [image] = await draw(display({ "image/png": "not base64!", "text/plain": "plain" }));
  assertStringIncludes(image, "plain");
});

Deno.test("renderOutputs() shows formats that it cannot draw as data, with a note", async () => {
  const [html] = await draw(display({ "application/vnd.vegalite.v5+json": { mark: "bar" }, "text/plain": "x" }));
  assertStringIncludes(html, "application/vnd.vegalite.v5+json, shown as data");
  assertEquals(await draw(display({ "video/mp4": "AAAA" })), [
    '<p class="placeholder">An output of type video/mp4 cannot be shown</p>',
  ]);
});

Deno.test("renderOutputs() joins neighbouring pieces of a stream and tells the streams apart", async () => {
  const stream = (name: string, text: string) => ({ output_type: "stream", name, text });
  const html = await draw(stream("stdout", "10%\r"), stream("stdout", "99%\n"), stream("stderr", "bad\n"));
  assertEquals(html.length, 2);
  assertStringIncludes(html[0], ">99%</pre>");
  assertStringIncludes(html[1], 'class="out stderr"');
});

Deno.test("renderOutputs() says the name and message of an error once", async () => {
  const error = {
    output_type: "error",
    ename: "TypeError",
    evalue: "no <b>",
    traceback: ["\x1b[31mTypeError\x1b[0m: no <b>\n  at x"],
  };
  const [once] = await draw(error);
  assertEquals(once.match(/no &lt;b&gt;/g)?.length, 1);
  const [bare] = await draw({ ...error, traceback: [] });
  assertStringIncludes(bare, "<strong>TypeError</strong> no &lt;b&gt;");
});

Deno.test("renderOutputs() keeps rich HTML in a frame that it cannot leave", async () => {
  const [html] = await draw(display({ "text/html": "\"'></iframe><script>x</script>" }));
  assertEquals(html.match(/<\/?(iframe|script)/g), ["<iframe", "</iframe"]);
  assertStringIncludes(html, 'sandbox="allow-scripts"');
  assertStringIncludes(html, "The scripts in this output do not run in a report");
});

Deno.test("case 8: renderOutputs() puts a placeholder for each output that is broken, and goes on", async () => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  const broken = [
    null,
    3,
    "text",
    {},
    { output_type: "display_data" },
    { output_type: "display_data", data: null },
    { output_type: "display_data", data: {} },
    { output_type: "stream", name: "stdout" },
    { output_type: "stream", name: "stdout", text: 3 },
    { output_type: "unheard-of" },
    display({ "application/json": cycle }),
    display({
      get "text/plain"() {
        throw new Error("a getter that throws");
      },
    }),
    display({ "text/html": 3 }),
    display({ "image/png": {} }),
  ];
  const html = await draw(...broken, display({ "text/plain": "the last" }));
  assertEquals(html.length, broken.length + 1);
  assertEquals(html.slice(0, -1).filter((text) => !text.includes('class="placeholder"')), []);
  assertStringIncludes(html.at(-1)!, "the last");
  assertEquals((await renderOutputs("no list", context)).length, 1);
});

Deno.test("case 8: renderOutputs() draws a text of 50 MB", async () => {
  const [html] = await draw(display({ "text/plain": "x".repeat(50_000_000) }));
  assert(html.length > 50_000_000);
});

Deno.test("droppedNotice() says how much is missing", () => {
  assertStringIncludes(droppedNotice(9_900_000_000)!.html, "… 9.9 GB of output dropped");
  assertEquals([droppedNotice(0), droppedNotice(undefined), droppedNotice("x")], [undefined, undefined, undefined]);
});
