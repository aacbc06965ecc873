import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../lib/deps/assert.ts";
import { MarkdownIt } from "../../lib/deps/markdown.ts";
import { configMarkdown, configTables, renderConfigValue } from "../../lib/report/config_table.ts";
import { payloads } from "./xss_corpus.ts";

import type { Json } from "../../lib/base/json.ts";
import type { ParameterRecord } from "../../lib/base/record.ts";

const parameters: ParameterRecord[] = [
  { name: "period", type: "string", value: "am", source: "config", line: 1 },
  { name: "limit", type: "number", value: 5, source: "default", line: 2 },
];

Deno.test("configTables() gives one flat table with the defaults, and one for each nested object", () => {
  assertEquals(configTables({ period: "am", model: { kind: "ols", deep: { a: 1 } }, empty: {} }, parameters), [
    {
      rows: [
        { name: "period", value: "am", type: "string", isDefault: false },
        { name: "empty", value: {}, type: undefined, isDefault: false },
        { name: "limit", value: 5, type: "number", isDefault: true },
      ],
    },
    {
      title: "model",
      rows: [
        { name: "kind", value: "ols", type: undefined, isDefault: false },
        { name: "deep", value: { a: 1 }, type: undefined, isDefault: false },
      ],
    },
  ]);
  assertEquals(configTables({}), []);
});

Deno.test("renderConfigValue() tells texts, booleans, null, lists and deeper values apart", () => {
  const shown = [true, false, null, "", "a<b", 1.5, ["a", 1, null], { a: 1 }].map((value) =>
    renderConfigValue(value).html
  );
  assertEquals(shown.slice(0, 7), [
    "✓ true",
    "✗ false",
    '<span class="null">null</span>',
    '<span class="null">empty text</span>',
    "a&lt;b",
    "1.5",
    "a, 1, null",
  ]);
  assertStringIncludes(shown[7], '<span class="hljs-attr">&quot;a&quot;</span>');
});

Deno.test("configMarkdown() gives the tables of the original", () => {
  const text = configMarkdown({ period: "am", robust: true, model: { kinds: ["a", "b"], none: null } }, parameters);
  assertEquals(
    text,
    [
      "## Configuration\n",
      "| Parameter | Value |\n| --- | --- |\n| period | am |\n| robust | ✓ true |\n| limit | 5 *(default)* |\n",
      "### model\n",
      "| Parameter | Value |\n| --- | --- |\n| kinds | a, b |\n| none | *null* |",
    ].join("\n"),
  );
});

Deno.test("case 53: configMarkdown() keeps any text as text, on one line of its table, also where HTML is allowed", () => {
  const jupyter = new MarkdownIt({ html: true });
  for (
    const payload of [
      ...payloads,
      "a|b",
      "`a`|`b`",
      "$x^2$ | \\(y\\)",
      "a\r\nb\rc\u2028d",
      "\\|",
      "``$` `|``",
      "*a* _b_ ~~c~~",
    ]
  ) {
    const html = jupyter.render(configMarkdown({ [payload]: payload, section: { [payload]: [payload] } }));
    const tags = new Set(html.match(/<\/?[a-z0-9]+/gi));
    const known = ["h2", "h3", "table", "thead", "tbody", "tr", "th", "td", "code"].flatMap((
      tag,
    ) => [`<${tag}`, `</${tag}`]);
    assertEquals([...tags].filter((tag) => !known.includes(tag)), [], payload);
    assertEquals(html.match(/<tr>/g)!.length, 4, `rows of ${payload}`);
    assertEquals(html.match(/<td>/g)!.length, 4, `cells of ${payload}`);
    // Formulas are set by Jupyter afterwards, anywhere but in code.
    assert(!/[$\\]/.test(html.replace(/<code>.*?<\/code>/g, "")), payload);
  }
});

Deno.test("configMarkdown() and renderConfigValue() show the begin of a long value and where all of it is", () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => ({ i }));
  const values: Json[] = ["x".repeat(1e6), rows, rows.map(({ i }) => i)];
  for (const value of values) {
    for (const text of [configMarkdown({ value }), renderConfigValue(value).toString()]) {
      assert(text.length < 200_000, `${text.length}`);
      assertMatch(text, /… (1,000,000|[\d,]+) characters in all, see config(\.|&#46;)json/);
    }
  }
  const { length } = configMarkdown({ value: "x".repeat(10_000) });
  assert(length > 10_000 && length < 10_100, "what is no longer is shown whole");
});
