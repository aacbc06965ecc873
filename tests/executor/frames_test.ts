import { assertEquals } from "../../lib/deps/assert.ts";
import { frameSplitter } from "../../lib/executor/frames.ts";

const nonce = "0123456789abcdef0123456789abcdef";
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8");
const limit = 4096;

/** Frames of a message as `lib/step/host.ts` writes them, in pieces of this many payload bytes. */
function frames(message: unknown, { key = nonce, room = limit - nonce.length - 3 } = {}): string {
  const payload = encoder.encode(JSON.stringify(message));
  let text = "";
  for (let at = 0; at < payload.length; at += room) {
    const flag = at + room < payload.length ? "+" : ".";
    text += `\x1e${key}${flag}${String.fromCharCode(...payload.subarray(at, at + room))}\x1e`;
  }
  return text;
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

/** What a splitter makes of a stream that comes in these chunks; neighbouring texts are joined. */
function split(chunks: Uint8Array[], { ended = true } = {}): (string | { t: string })[] {
  const found: (string | { t: string })[] = [];
  const splitter = frameSplitter(nonce, {
    text(bytes) {
      const text = String.fromCharCode(...bytes);
      if (typeof found.at(-1) === "string") found.push(found.pop() + text);
      else found.push(text);
    },
    message: (message) => void found.push(message),
  });
  for (const chunk of chunks) {
    splitter.push(chunk);
    // A buffer that is used again must not change what was taken from it.
    chunk.fill(0x21);
  }
  if (ended) splitter.end();
  return found;
}

const a = { t: "a", text: "é€😀 \u001e and a \\u001e" };
const b = { t: "b", list: [1, 2, 3] };
const stream = `one\x1e${frames(a)}two\n${frames(b, { room: 7 })}${frames(a, { room: 1 })}\x1e\x1e three\x1e`;
const expected = ["one\x1e", a, "two\n", b, a, "\x1e\x1e three\x1e"];

Deno.test("frameSplitter() finds frames in one chunk, also those of several pieces", () => {
  assertEquals(split([latin1(stream)]), expected);
});

Deno.test("frameSplitter() finds the same wherever a stream is cut in two", () => {
  const bytes = latin1(stream);
  for (let at = 0; at <= bytes.length; at++) {
    assertEquals(split([bytes.slice(0, at), bytes.slice(at)]), expected, `cut at ${at}`);
  }
});

Deno.test("frameSplitter() finds the same in three pieces, with empty ones, and byte by byte", () => {
  const bytes = latin1(stream.slice(0, 200));
  const whole = split([bytes.slice()]);
  for (let at = 0; at <= bytes.length; at += 3) {
    for (let next = at; next <= bytes.length; next += 5) {
      assertEquals(split([bytes.slice(0, at), bytes.slice(at, next), bytes.slice(next)]), whole, `${at}, ${next}`);
    }
  }
  assertEquals(split([...latin1(stream)].flatMap((byte) => [Uint8Array.of(byte), new Uint8Array(0)])), expected);
});

Deno.test("frameSplitter() takes everything for text that is not exactly a frame", () => {
  const other = "f".repeat(32);
  const done = JSON.stringify({ t: "done" });
  for (
    const text of [
      "\x1e",
      "\x1e".repeat(100),
      `\x1e${done}\x1e`,
      `\x1e${nonce.slice(0, 31)}.${done}\x1e`,
      `\x1e${nonce.toUpperCase()}.${done}\x1e`,
      `\x1e${other}.${done}\x1e`,
      `\x1e ${nonce}.${done}\x1e`,
      `${nonce}.${done}\x1e`,
      done,
      `\x1e${nonce.slice(0, 20)}\x1e${nonce.slice(20)}.${done}\x1e`,
      frames({ t: "done" }, { key: other }),
    ]
  ) {
    for (let at = 0; at <= text.length; at++) {
      assertEquals(split([latin1(text.slice(0, at)), latin1(text.slice(at))]), [text], `${text} cut at ${at}`);
    }
  }
});

Deno.test("frameSplitter() finds a frame right after look-alikes of one", () => {
  const start = `\x1e${nonce.slice(0, 10)}`;
  for (const before of ["\x1e", "\x1e\x1e", start, `${start}\x1e`, `\x1e${"0".repeat(32)}.{}\x1e`]) {
    const bytes = latin1(before + frames(b));
    for (let at = 0; at <= bytes.length; at++) {
      assertEquals(split([bytes.slice(0, at), bytes.slice(at)]), [before, b], `${before} cut at ${at}`);
    }
  }
});

Deno.test("frameSplitter() gives a torn end back as text, once the stream has ended", () => {
  const frame = frames(b);
  for (let length = 1; length < frame.length; length++) {
    const torn = `text${frame.slice(0, length)}`;
    assertEquals(split([latin1(torn)], { ended: false }), ["text"]);
    assertEquals(split([latin1(torn)]), [torn]);
  }
});

Deno.test("frameSplitter() gives up on a frame that is longer than any frame", () => {
  const endless = `\x1e${nonce}.${"x".repeat(limit)}`;
  assertEquals(split([latin1(endless)], { ended: false }), [endless]);
  assertEquals(split([latin1(`${endless}\x1e${frames(b)}`)]), [`${endless}\x1e`, b]);
  const long = { t: "long", text: "y".repeat(100_000) };
  const bytes = latin1(`${frames(long)}rest`);
  assertEquals(split([bytes.slice()]), [long, "rest"]);
  for (const size of [1, 1000, 4095, 4096, 4097, 65536]) {
    const chunks = [];
    for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.slice(at, at + size));
    assertEquals(split(chunks), [long, "rest"], `chunks of ${size}`);
  }
});

Deno.test("frameSplitter() keeps text between the pieces of one message in its place, before the message", () => {
  const pieces = frames(b, { room: 10 }).split("\x1e\x1e").map((piece) => `\x1e${piece.replaceAll("\x1e", "")}\x1e`);
  assertEquals(split([latin1(pieces.join("text "))]), ["text ".repeat(pieces.length - 1), b]);
});

Deno.test("frameSplitter() hands text on at once, not only when the next chunk comes", () => {
  const texts: string[] = [];
  const splitter = frameSplitter(nonce, { text: (bytes) => void texts.push(decoder.decode(bytes)), message: () => {} });
  splitter.push(latin1("progress 10 %\r"));
  assertEquals(texts, ["progress 10 %\r"]);
});

Deno.test("frameSplitter() takes a frame that holds no message for text", () => {
  for (const payload of ["nonsense", "5", "null", `{"kind":"done"}`]) {
    assertEquals(split([latin1(`a\x1e${nonce}.${payload}\x1eb`)]), [`a${payload}b`]);
  }
});
