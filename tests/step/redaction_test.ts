import { assert, assertEquals } from "../../lib/deps/assert.ts";
import { Redactor } from "../../lib/step/redaction.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function redactorOf(secrets: Record<string, string>): Redactor {
  return new Redactor(new Map(Object.entries(secrets)));
}

/** What comes out of a stream that is fed these pieces. */
function streamed(redactor: Redactor, pieces: Uint8Array[]): string {
  const stream = redactor.stream();
  const parts = [...pieces.map((piece) => stream.push(piece).slice()), stream.flush()];
  return decoder.decode(Uint8Array.from(parts.flatMap((part) => [...part])));
}

const secrets = { LONG: "abcdef-ghi", SHORT: "abcd", TWICE: "aabaabX", ACCENT: "Zürich→" };
const texts: [string, string][] = [
  ["nothing to hide", "nothing to hide"],
  ["abcdef-ghi", "[secret LONG]"],
  ["abcdef-gh", "[secret SHORT]ef-gh"],
  ["abcabcd", "abc[secret SHORT]"],
  ["aabaabaabX", "aab[secret TWICE]"],
  ["in Zürich→ and Zürich", "in [secret ACCENT] and Zürich"],
  ["abcdabcdef-ghiabc", "[secret SHORT][secret LONG]abc"],
];

for (const [text, expected] of texts) {
  Deno.test(`Redactor: ${JSON.stringify(text)} as text, and as a stream however it is cut`, () => {
    const redactor = redactorOf(secrets);
    assertEquals(redactor.text(text), expected);
    const bytes = encoder.encode(text);
    for (let a = 0; a <= bytes.length; a++) {
      for (let b = a; b <= bytes.length; b++) {
        const pieces = [bytes.subarray(0, a), bytes.subarray(a, b), bytes.subarray(b)];
        assertEquals(streamed(redactor, pieces), expected, `cut at ${a} and ${b}`);
      }
    }
  });
}

Deno.test("a stream passes on what cannot become a secret at once, and holds back only what can", () => {
  const stream = redactorOf(secrets).stream();
  assertEquals(decoder.decode(stream.push(encoder.encode("50 % done\rabc"))), "50 % done\r");
  assertEquals(decoder.decode(stream.push(encoder.encode("! "))), "abc! ");
  assertEquals(stream.count(), 0);
});

Deno.test("json() cleans texts, keys and numbers at any depth, and leaves the value itself alone", () => {
  const redactor = redactorOf({ PIN: "12345678", NAME: "hunter22" });
  const value = { "hunter22": [12345678, { deep: "x hunter22 y" }], n: 12, ok: true, none: null };
  assertEquals(redactor.json<unknown>(value), {
    "[secret NAME]": ["[secret PIN]", { deep: "x [secret NAME] y" }],
    n: 12,
    ok: true,
    none: null,
  });
  assertEquals(Object.keys(value)[0], "hunter22");
});

Deno.test("text() finds a secret in Base64 wherever it starts in what is encoded, and in either alphabet", () => {
  const secret = "s?c>ret~ÿ value";
  const redactor = redactorOf({ S: secret });
  for (const before of ["", "u", "us", "use", "user:"]) {
    for (const after of ["", "@", "@host"]) {
      for (const alphabet of ["base64", "base64url"] as const) {
        const clean = redactor.text(encoder.encode(before + secret + after).toBase64({ alphabet }));
        assert(clean.includes("[secret S]"), `${before}…${after}: ${clean}`);
        const rest = clean.replace("[secret S]", "");
        assert(rest.length <= Math.ceil((before.length + after.length) * 4 / 3) + 6, clean);
      }
    }
  }
});

Deno.test("text() finds the long lines of a secret of several, each by itself", () => {
  const redactor = redactorOf({ KEY: "-----BEGIN-----\nfirst line of it\r\nsecond line of it\nend\n" });
  assertEquals(
    redactor.text("> first line of it\n> second line of it\n> end"),
    "> [secret KEY]\n> [secret KEY]\n> end",
  );
});

Deno.test("Redactor leaves all as it is without secrets", () => {
  assertEquals(new Redactor(new Map()).json({ a: ["text", 5] }), { a: ["text", 5] });
});
