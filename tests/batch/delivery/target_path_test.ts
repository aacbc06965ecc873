import { assert, assertEquals, assertStringIncludes } from "../../../lib/deps/assert.ts";
import { lookupIn } from "../../../lib/batch/template.ts";
import {
  parseTargetTemplate,
  renderTarget,
  segmentProblem,
  targetKey,
} from "../../../lib/batch/delivery/target_path.ts";

function render(template: string, values: Record<string, unknown> = {}) {
  const { text, problems } = renderTarget(parseTargetTemplate(template), lookupIn(values));
  return problems.length > 0 ? problems : text;
}

const hostile = [
  "",
  "..",
  ".",
  "...",
  "../x",
  "a/b",
  "/etc",
  "a\\b",
  "..\\x",
  "C:x",
  "x:stream",
  " lead",
  "trail ",
  "\u00a0x",
  "x\u3000",
  ".hidden",
  "dot.",
  "a\0b",
  "a\nb",
  "a\x1b[2J",
  "\x7f",
  "\u0085x",
  "a\u2028b",
  "a\u202egpj.exe",
  "a\u2066b",
  "\ufeffa",
  "a\ud800",
  "con",
  "NUL",
  "nul.txt",
  "Com1.csv",
  "a*",
  "a?b",
  "<a>",
  "a|b",
  'a"b',
  "x".repeat(201),
  "ä".repeat(101),
];

Deno.test("renderTarget() takes no hostile value, alone or as a part of a name, and names placeholder and value", () => {
  for (const value of hostile) {
    for (const template of ["out/{v}", "out/{v}/x", "out/a{v}b"]) {
      const problems = render(template, { v: value });
      assert(Array.isArray(problems), `${template} with ${JSON.stringify(value)} gave ${problems}`);
      assertStringIncludes(problems[0], `"{v}" is "`);
      // What is shown moves no cursor and turns no text around.
      // deno-lint-ignore no-control-regex
      assert(!/[\x00-\x1f\x7f-\x9f\u2028\u202e\u2066\ufeff]/.test(problems[0]), JSON.stringify(problems[0]));
    }
  }
});

Deno.test("renderTarget() takes names of people and places as they are", () => {
  for (const value of ["Zürich", "東京", "a b", "R&D, 50%", "x=1;y", "~", "-x", "o'neill", "$HOME", "ä".repeat(100)]) {
    assertEquals(render("/out/{v}", { v: value }), `/out/${value}`);
  }
  assertEquals(render("/out/{n}/{ok}", { n: -1.5, ok: true }), "/out/-1.5/true");
});

Deno.test("renderTarget() leads anywhere before the first placeholder, and only down from there on", () => {
  assertEquals(render("/a/../b/{v}", { v: "x" }), "/b/x");
  assertEquals(render("/a//{v}//c/", { v: "x" }), "/a/x/c");
  assertEquals(render("../d/{v}", { v: "x" }), `${Deno.cwd().replace(/\/[^/]*$/, "")}/d/x`);
  for (const template of ["/a/{v}/../../b", "/a/{v}/.", "/a/{v}.", "/a/.{v}", "/a/{v}/.b"]) {
    const problems = render(template, { v: "x" });
    assert(Array.isArray(problems), template);
    assertStringIncludes(problems[0], "cannot be used");
  }
});

Deno.test("renderTarget() refuses a device's name or a long one that only comes together from two values", () => {
  assertStringIncludes(render("/a/{v}{w}", { v: "co", w: "n" })[0], `the folder name "con" cannot be used`);
  assertStringIncludes(render("/a/{v}{v}", { v: "x".repeat(150) })[0], "takes 300 bytes");
});

Deno.test("renderTarget() reads a file: URL", () => {
  assertEquals(render("file:///a%20b/{v}", { v: "x" }), "/a b/x");
});

Deno.test("segmentProblem() lets no random text lead out of a folder", () => {
  const alphabet = [..."ab./\\: \0\n\u202e~*", "..", "con", "\ud800"];
  let state = 12345;
  const random = (n: number) => (state = (state * 1103515245 + 12345) % 2 ** 31) % n;
  let taken = 0;
  for (let i = 0; i < 20_000; i++) {
    const text = Array.from({ length: 1 + random(5) }, () => alphabet[random(alphabet.length)]).join("");
    if (segmentProblem(text) !== undefined) continue;
    taken++;
    const { pathname } = new URL(`file:///out/${encodeURIComponent(text)}`);
    assertEquals(pathname.split("/").length, 3, JSON.stringify(text));
    assertEquals(decodeURIComponent(pathname), `/out/${text}`);
  }
  assert(taken > 100);
});

Deno.test("targetKey() is one for spellings that some systems do not tell apart, and follows links above", () => {
  const dir = Deno.makeTempDirSync();
  try {
    Deno.mkdirSync(`${dir}/real`);
    Deno.symlinkSync(`${dir}/real`, `${dir}/link`);
    assertEquals(targetKey(`${dir}/real/x/Zu\u0308rich`), targetKey(`${dir}/link/X/z\u00fcrich`));
    assert(targetKey(`${dir}/real/a`) !== targetKey(`${dir}/real/b`));
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});
