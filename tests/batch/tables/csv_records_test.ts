import { assertEquals, assertThrows } from "../../../lib/deps/assert.ts";
import { fieldsOf, RecordSplitter, UnclosedQuote } from "../../../lib/batch/tables/csv_records.ts";

type Found = [record: string, line: number][];

function recordsOf(pieces: string[], lineEnd = "\n"): Found {
  const found: Found = [];
  const splitter = new RecordSplitter(",", lineEnd, (record, line) => found.push([record, line]));
  for (const piece of pieces) splitter.push(piece);
  splitter.end();
  return found;
}

const text = 'a,b\r\n"1\n""2""\r\n3",x\r\n\r\n,"",5"\n"y"z"\n,"\n",\nlast,"1"';
const records: Found = [
  ["a,b", 1],
  ['"1\n""2""\r\n3",x', 2],
  ["", 5],
  [',"",5"', 6],
  ['"y"z"', 7],
  [',"\n",', 8],
  ['last,"1"', 10],
];

Deno.test("RecordSplitter finds records and their lines", () => assertEquals(recordsOf([text]), records));

Deno.test("RecordSplitter finds the same records wherever the text is cut", () => {
  for (let i = 0; i <= text.length; i++) assertEquals(recordsOf([text.slice(0, i), text.slice(i)]), records, `at ${i}`);
  assertEquals(recordsOf([...text]), records);
});

Deno.test("RecordSplitter takes carriage returns alone for line ends", () => {
  assertEquals(recordsOf(['a\r"b\rc"\r', "d"], "\r"), [["a", 1], ['"b\rc"', 2], ["d", 4]]);
});

Deno.test("RecordSplitter gives up on an unclosed quote before it has gathered a huge file", () => {
  const splitter = new RecordSplitter(",", "\n", () => {});
  splitter.push('a,b\n"1","2');
  const piece = "x\n".repeat(500_000);
  const { line } = assertThrows(() => {
    for (let i = 0; i < 20; i++) splitter.push(piece);
  }, UnclosedQuote);
  assertEquals(line, 2);
});

/** A record and its fields; the fields with text after their closing quote. */
const fields: [record: string, fields: (string | undefined)[], stray?: number[]][] = [
  ["", [undefined]],
  [",", [undefined, undefined]],
  ['""', [""]],
  ['"",', ["", undefined]],
  [',""', [undefined, ""]],
  ["a, ,\t", ["a", undefined, undefined]],
  [' a,"b "', [" a", "b "]],
  ['" "', [" "]],
  ['"a,b","c""d",""""', ["a,b", 'c"d', '"']],
  ['a"b,"c"', ['a"b', "c"]],
  ['"a"b,c', ["a", "c"], [0]],
  ['x,"a" ,"b"c', ["x", "a", "b"], [1, 2]],
];

for (const [record, expected, stray = []] of fields) {
  Deno.test(`fieldsOf() of ${record || "nothing"}`, () => {
    const found: number[] = [];
    assertEquals(fieldsOf(record, ",", (field) => found.push(field)), expected);
    assertEquals(found, stray);
  });
}
