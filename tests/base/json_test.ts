import { assertEquals, assertNotEquals } from "../../lib/deps/assert.ts";
import { sha256 } from "../../lib/base/hash.ts";
import { canonicalJson, type Json, toPlainJson } from "../../lib/base/json.ts";

/** Texts and hashes that must never change: runs are found again by them. */
const golden: [value: Json, text: string, hash: string][] = [
  [{}, "{}", "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"],
  [
    { period: "am", maxDistance: 500 },
    `{"maxDistance":500,"period":"am"}`,
    "52faf53b12abc385bf7d56c881ad5a5eee1bc1f2e61691280c5e7b1b8130c6ca",
  ],
  [
    { "b": [1, { z: null, a: true }], "a": { "é": "é", "e\u0301": "e\u0301" }, "": -0, "10": 1e21, "9": 1e-7 },
    `{"":0,"10":1e+21,"9":1e-7,"a":{"e\u0301":"e\u0301","é":"é"},"b":[1,{"a":true,"z":null}]}`,
    "034fec17a0b4f92e579250442f6a4fffc2acc473ecc680f8a3651d86410fe682",
  ],
  [
    // The example of RFC 8785, section 3.2.3.
    {
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew",
      "1": "One",
      "\u{1f600}": "Emoji",
      "\x80": "C",
      "ö": "O",
    },
    `{"\\r":"Carriage Return","1":"One","\x80":"C","ö":"O","€":"Euro Sign","😀":"Emoji","\ufb33":"Hebrew"}`,
    "239f78d68648e8877d89c2e69d994da0aa79fca26c9da7e0c206b6b95299d2d8",
  ],
];

Deno.test("case 48: canonicalJson() gives the golden texts and hashes", async () => {
  for (const [value, text, hash] of golden) {
    assertEquals(canonicalJson(value), text);
    assertEquals(await sha256(canonicalJson(value)), hash);
  }
});

Deno.test("case 48: canonicalJson() does not see the order of keys, 1.0 against 1, or -0", () => {
  assertEquals(
    canonicalJson(JSON.parse(`{"b":1.0,"a":{"y":-0,"x":1e2}}`)),
    canonicalJson({ a: { x: 100, y: 0 }, b: 1 }),
  );
});

Deno.test("case 48: canonicalJson() tells NFC from NFD, and numbers from their text", () => {
  assertNotEquals(canonicalJson("\u00e9"), canonicalJson("e\u0301"));
  assertNotEquals(canonicalJson({ a: 1 }), canonicalJson({ a: "1" }));
  assertNotEquals(canonicalJson([null]), canonicalJson([]));
});

Deno.test("case 48: dates become their ISO text before they are hashed", () => {
  const date = new Date("2026-01-02T03:04:05+01:00");
  assertEquals(toPlainJson({ date }), { value: { date: "2026-01-02T02:04:05.000Z" }, problems: [] });
});

Deno.test("toPlainJson() copies plain values and leaves out undefined keys", () => {
  const value = { a: [1, "x", null, true, { b: -0 }], c: undefined, d: Object.create(null) };
  assertEquals(toPlainJson(value), { value: { a: [1, "x", null, true, { b: 0 }], d: {} }, problems: [] });
});

Deno.test("toPlainJson() lists everything that JSON would lose, with its path", () => {
  const cycle: Record<string, unknown> = {};
  cycle.self = { again: cycle };
  const { problems } = toPlainJson({
    f: () => 1,
    big: 12n,
    list: [NaN, [Infinity], undefined],
    map: new Map(),
    symbol: Symbol("x"),
    bad: new Date(NaN),
    cycle,
  });
  assertEquals(problems, [
    { path: "f", found: "a function" },
    { path: "big", found: "the BigInt 12n" },
    { path: "list[0]", found: "the number NaN" },
    { path: "list[1][0]", found: "the number Infinity" },
    { path: "list[2]", found: "undefined" },
    { path: "map", found: "an instance of Map" },
    { path: "symbol", found: "a symbol" },
    { path: "bad", found: "an invalid date" },
    { path: "cycle.self.again", found: "a reference back to an object that contains it" },
  ]);
});

Deno.test("toPlainJson() refuses what is nested so deeply that it would overflow the stack", () => {
  const nested = (depth: number) => Array.from({ length: depth }).reduce((inner: unknown) => [inner], 1);
  assertEquals(toPlainJson({ a: nested(400) }).problems, []);
  const { problems } = toPlainJson({ a: nested(100_000) });
  assertEquals(problems.map(({ path, found }) => [path.length <= 60, found]), [
    [true, "more than 500 objects and lists in each other"],
  ]);
});

Deno.test("toPlainJson() takes the same object twice when it is no cycle", () => {
  const shared = { a: 1 };
  assertEquals(toPlainJson([shared, shared]), { value: [{ a: 1 }, { a: 1 }], problems: [] });
});

Deno.test("toPlainJson() keeps __proto__ as a key and does not touch the prototype", () => {
  const { value } = toPlainJson(JSON.parse(`{"__proto__": {"polluted": true}}`));
  assertEquals(JSON.stringify(value), `{"__proto__":{"polluted":true}}`);
  assertEquals(({} as { polluted?: boolean }).polluted, undefined);
});

Deno.test("toPlainJson() copies, so that later changes of the original are not seen", () => {
  const original = { a: [1] };
  const { value } = toPlainJson(original);
  original.a.push(2);
  assertEquals(value, { a: [1] });
});

Deno.test("toPlainJson() lets values be converted first, at every depth", () => {
  const convert = (value: unknown) => typeof value === "bigint" ? String(value) : value;
  assertEquals(toPlainJson({ a: 1n, b: [{ c: 2n }] }, convert), { value: { a: "1", b: [{ c: "2" }] }, problems: [] });
});
