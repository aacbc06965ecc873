import { assertEquals, assertNotMatch } from "../../lib/deps/assert.ts";
import { renderMarkdown } from "../../lib/report/markdown.ts";
import { payloads } from "./xss_corpus.ts";

const render = async (text: string) => (await renderMarkdown(text)).html.trim();

Deno.test("renderMarkdown() puts headings under the report's title and tables into scroll boxes", async () => {
  assertEquals(await render("# A\n\n###### B"), "<h2>A</h2>\n<h6>B</h6>");
  assertEquals((await render("|a|\n|-|\n|1|")).slice(0, 27), '<div class="scroll"><table>');
});

Deno.test("renderMarkdown() shows raw HTML as text and drops links that lead elsewhere", async () => {
  assertEquals(await render("<b>x</b>"), "<p>&lt;b&gt;x&lt;/b&gt;</p>");
  assertEquals(await render("[x](javascript:alert(1))"), "<p>[x](javascript:alert(1))</p>");
  assertEquals(await render("[x](data:image/png;base64,AAAA)"), "<p><a>x</a></p>");
  assertEquals(
    await render("[x](https://y.test/)"),
    '<p><a href="https://y.test/" rel="noopener noreferrer">x</a></p>',
  );
});

Deno.test("renderMarkdown() shows pictures whose bytes are at hand, and links to the others", async () => {
  const data = "data:image/png;base64,AAAA";
  const images = (name: string) => name === "my plot.png" ? data : undefined;
  const shown = (await renderMarkdown("![a](my%20plot.png)", images)).html.trim();
  assertEquals(shown, `<p><img class="paper" src="${data}" alt="a"></p>`);
  const other = (await renderMarkdown("![a](other.png)", images)).html.trim();
  assertEquals(other, '<p><a href="other.png" rel="noopener noreferrer">a</a></p>');
});

Deno.test("case 53: renderMarkdown() makes no element or address of its own from any payload", async () => {
  for (const payload of payloads) {
    const html = await render(payload);
    assertNotMatch(
      html,
      /<(?!\/?(p|h[2-6]|a|img|table|thead|tbody|tr|th|td|pre|code|ul|ol|li|br|em|strong|div|hr|blockquote|s)\b)/i,
      payload,
    );
    assertNotMatch(html, /<[^>]*\son\w+=/i, payload);
    assertNotMatch(html, /(href|src)="(?!https?:|mailto:|#|data:image\/(png|jpeg|gif|webp)|[\w.%/-]+")/i, payload);
  }
});
