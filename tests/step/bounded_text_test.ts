import { assert, assertEquals } from "../../lib/deps/assert.ts";
import { BoundedText } from "../../lib/step/bounded_text.ts";

const encoder = new TextEncoder();
const notice = (bytes: string) => `\n… ${bytes} bytes dropped …\n`;

function filled(head: number, tail: number, chunks: Iterable<string | Uint8Array>): BoundedText {
  const text = new BoundedText(head, tail);
  for (const chunk of chunks) text.push(typeof chunk === "string" ? encoder.encode(chunk) : chunk);
  return text;
}

Deno.test("BoundedText keeps what fits, exactly", () => {
  for (const chunks of [[], [""], ["abcd"], ["a", "b", "c", "d"], ["abcdefgh"], ["abc", "defgh"]]) {
    const text = filled(4, 4, chunks);
    assertEquals([text.toString(), text.dropped], [chunks.join(""), 0]);
  }
});

Deno.test("BoundedText keeps head and tail of any stream in any pieces, and counts the rest", () => {
  const whole = Array.from({ length: 60 }, (_, i) => String.fromCharCode(65 + i)).join("");
  for (const [head, tail] of [[4, 4], [0, 5], [5, 0], [0, 0], [1, 1], [10, 40], [30, 29]]) {
    for (let size = 1; size <= whole.length; size++) {
      const chunks = whole.match(new RegExp(`.{1,${size}}`, "gs"))!;
      const text = filled(head, tail, chunks);
      const dropped = whole.length - head - tail;
      const expected = tail === 0
        ? [whole.slice(0, head), dropped]
        : [whole.slice(0, head) + notice(String(dropped)) + whole.slice(-tail), dropped];
      assertEquals([text.toString(), text.dropped], expected, `${head}, ${tail}, pieces of ${size}`);
    }
  }
});

Deno.test("BoundedText never shows half a character where it cuts", () => {
  for (const [letter, units] of [["é", 2], ["€", 3], ["😀", 4]] as const) {
    for (let cut = 0; cut < units; cut++) {
      const text = filled(8 + cut, 8 + cut, [letter.repeat(1000)]);
      const kept = Math.floor((8 + cut) / units);
      const dropped = (1000 * units - 2 * (8 + cut)).toLocaleString("en");
      assertEquals(text.toString(), letter.repeat(kept) + notice(dropped) + letter.repeat(kept));
    }
  }
});

Deno.test("BoundedText joins a character that came in pieces, also over the end of the head", () => {
  const bytes = encoder.encode("é€😀é€😀");
  for (let head = 0; head <= bytes.length; head++) {
    const text = filled(head, bytes.length, Array.from(bytes, (byte) => Uint8Array.of(byte)));
    assertEquals([text.toString(), text.dropped], ["é€😀é€😀", 0]);
  }
});

Deno.test("BoundedText copies what it is given and returns the part that went into the head", () => {
  const text = new BoundedText(4, 4);
  const buffer = encoder.encode("abc");
  assertEquals(text.push(buffer), encoder.encode("abc"));
  buffer.set(encoder.encode("def"));
  assertEquals(text.push(buffer), encoder.encode("d"));
  buffer.fill(33);
  assertEquals(text.push(buffer).length, 0);
  assertEquals([text.toString(), text.dropped], [`abcd${notice("1")}f!!!`, 1]);
});

Deno.test("BoundedText takes a million single bytes and a few gigantic pieces", () => {
  const single = new BoundedText(1000, 500_000);
  const byte = encoder.encode("x");
  for (let i = 0; i < 1_000_000; i++) single.push(byte);
  assertEquals([single.dropped, single.toString().length], [499_000, 501_000 + notice("499,000").length]);
  const huge = filled(10, 10, [new Uint8Array(50_000_000).fill(97), "end"]);
  assertEquals(huge.toString(), `aaaaaaaaaa${notice("49,999,983")}aaaaaaaend`);
  assert(huge.dropped === 49_999_983);
});
