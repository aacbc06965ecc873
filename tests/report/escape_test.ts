import { assertEquals } from "../../lib/deps/assert.ts";
import { escapeHtml, markup, SafeHtml, toHtml } from "../../lib/report/escape.ts";

Deno.test("escapeHtml() escapes markup and quotes and names hidden characters", () => {
  assertEquals(escapeHtml(`<a href="x" id='y'>&`), "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;");
  assertEquals(escapeHtml("a\u0000\u202e\u2066\u0085\x7f\tb\n"), "a␀⟨U+202E⟩⟨U+2066⟩⟨U+0085⟩␡\tb\n");
});

Deno.test("markup`` escapes everything but SafeHtml", () => {
  assertEquals(
    markup`<p>${"<b>"}${new SafeHtml("<i>")}${[1, "&"]}${undefined}${null}${false}</p>`.html,
    "<p>&lt;b&gt;<i>1&amp;false</p>",
  );
  // An object that looks like SafeHtml, from JSON, is text.
  assertEquals(toHtml({ html: "<b>" }), "[object Object]");
});

Deno.test("templates write nothing raw but other templates", () => {
  const folder = new URL("../../lib/report/templates/", import.meta.url);
  const files = [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".eta"));
  assertEquals(files.length, 8);
  for (const { name } of files) {
    const raw = Deno.readTextFileSync(new URL(name, folder)).match(/<%~.*?%>/g) ?? [];
    assertEquals(raw.filter((tag) => !/^<%~ include\("@\w+", [\w.]+\) %>$/.test(tag)), [], name);
  }
});
