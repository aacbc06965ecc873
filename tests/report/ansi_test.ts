import { assertEquals } from "../../lib/deps/assert.ts";
import { ansiToHtml, stripAnsi } from "../../lib/report/ansi.ts";

const cases: [title: string, text: string, html: string][] = [
  ["turns colours into spans", "\x1b[31mred\x1b[0m plain", '<span class="a1">red</span> plain'],
  ["keeps a colour over lines", "\x1b[1;32ma\nb\x1b[m", '<span class="a2 ab">a</span>\n<span class="a2 ab">b</span>'],
  [
    "reads bright, 256 and true colours",
    "\x1b[91;48;5;196;38;2;1;2;3mx",
    '<span style="color:rgb(1,2,3);background:rgb(255,0,0)">x</span>',
  ],
  [
    "bounds colours that are no colours",
    "\x1b[38;2;999;0;4mx\x1b[38;5;999my",
    '<span style="color:rgb(255,0,4)">x</span><span style="color:rgb(238,238,238)">y</span>',
  ],
  ["ends each style by itself", "\x1b[1;3;4;9;2;7mx\x1b[22;23;24;27;29my", '<span class="ab ad ai au as av">x</span>y'],
  ["escapes what it shows", "\x1b[31m<b>&\x1b[0m", '<span class="a1">&lt;b&gt;&amp;</span>'],
  ["drops links but not their text", "\x1b]8;;javascript:x\x1b\\click\x1b]8;;\x07 here", "click here"],
  [
    "drops titles, moves and unknown sequences",
    "\x1b]0;title\x07a\x1b[2Jb\x1b[?25lc\x1bPq\x1b\\d\x1b(Be\x9b1mf",
    'abcde<span class="ab">f</span>',
  ],
  ["drops an escape that never ends", "a\x1b", "a"],
  ["shows the last state of a progress bar", "10%\r50%\r100%\ndone", "100%\ndone"],
  ["keeps what a shorter text does not cover", "abcdef\rxy", "xycdef"],
  ["erases to the end of the line", "abcdef\rxy\x1b[K", "xy"],
  ["lets backspaces overwrite", "abc\b\bX", "aXc"],
  ["keeps colours of overwritten cells", "\x1b[31mabc\x1b[0m\rx", 'x<span class="a1">bc</span>'],
  ["reads CRLF as a line end", "a\r\nb\r\n", "a\nb\n"],
  ["does not make cells without end", "\x1b[999999999Cx\r", " ".repeat(1000) + "x"],
  ["makes controls and bidi marks visible", "a\x00b\u202ec", "a␀b⟨U+202E⟩c"],
];

for (const [title, text, html] of cases) {
  Deno.test(`ansiToHtml() ${title}`, () => assertEquals(ansiToHtml(text), html));
}

Deno.test("case 32: ansiToHtml() takes a line of 5 MB, with and without sequences", () => {
  const long = "x".repeat(5_000_000);
  assertEquals(ansiToHtml(long).length, long.length);
  assertEquals(ansiToHtml(`\x1b[31m${long}`).length, long.length + '<span class="a1"></span>'.length);
  assertEquals(ansiToHtml(`${long}\r1`).slice(0, 3), "1xx");
  assertEquals(stripAnsi(`\x1b]8;;${long}\x07a`), "a");
});
