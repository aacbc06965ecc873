import { assert, assertEquals, assertStringIncludes } from "../../lib/deps/assert.ts";
import { highlightCode } from "../../lib/report/highlight.ts";
import { colourJson, jsonBlock } from "../../lib/report/json_block.ts";

Deno.test("highlightCode() colours TypeScript and keeps its text", async () => {
  const html = await highlightCode('const a = "<b>"; // x', "typescript");
  assertStringIncludes(html, '<span class="hljs-keyword">const</span>');
  assertEquals(textOf(html), 'const a = "<b>"; // x');
});

Deno.test("highlightCode() makes every line complete by itself", async () => {
  const source = "/* a\n b */ const t = `x\n${\n1}\n`;\n\n// end";
  const lines = (await highlightCode(source, "typescript")).split("\n");
  assertEquals(lines.map(textOf), source.split("\n"));
  for (const line of lines) assertEquals(line.match(/<span/g)?.length, line.match(/<\/span/g)?.length, line);
});

Deno.test("highlightCode() escapes text in a language that it does not know, and names hidden characters", async () => {
  assertEquals(await highlightCode("<x> \u202e", "cobol"), "&lt;x&gt; ⟨U+202E⟩");
  assertStringIncludes(await highlightCode("const a = 1; // \u202e", "typescript"), "⟨U+202E⟩");
});

Deno.test("colourJson() tells keys, texts, numbers and words apart", () => {
  const html = colourJson('{"a": [1.5e3, "<b>", true, null]}');
  const kinds = [...html.matchAll(/hljs-(\w+)">([^<]*)</g)].map(([, kind, text]) => `${kind} ${text}`);
  assertEquals(kinds, [
    "attr &quot;a&quot;",
    "number 1.5e3",
    "string &quot;&lt;b&gt;&quot;",
    "literal true",
    "literal null",
  ]);
});

Deno.test("jsonBlock() is open when short, closed when long, and cut when huge", () => {
  assertStringIncludes(jsonBlock({ a: 1 }).html, '<details class="fold" open>');
  assertStringIncludes(
    jsonBlock(Array(20).fill(1)).html,
    '<details class="fold"><summary>JSON <span class="dim">20 items',
  );
  const huge = jsonBlock(["x".repeat(5_000_000)]).html;
  assert(huge.length < 500_000);
  assertStringIncludes(huge, "Cut: 5.0 MB in all");
});

function textOf(html: string): string {
  return html.replace(/<[^>]*>/g, "").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"')
    .replaceAll("&#x27;", "'").replaceAll("&amp;", "&");
}
