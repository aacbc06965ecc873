/**
 * Text of any length in bounded memory: the head and the tail are kept, what lies between is counted.
 * @module
 */

const decoder = new TextDecoder();

/** A growing text of which at most about `head + tail` bytes are kept. */
export class BoundedText {
  /** Bytes that were given but are not kept. */
  dropped = 0;
  #head: ByteList;
  #tail: ByteRing;

  /** Both limits in bytes. */
  constructor(head: number, tail: number) {
    this.#head = new ByteList(head);
    this.#tail = new ByteRing(tail);
  }

  /** Adds bytes; they are copied. Returns the part that went into the head, for those who log it as it comes. */
  push(bytes: Uint8Array): Uint8Array {
    const head = bytes.subarray(0, this.#head.room);
    if (head.length > 0) this.#head.push(head);
    if (head.length < bytes.length) this.dropped += this.#tail.push(bytes.subarray(head.length));
    return head;
  }

  /** The text, with a line in the middle that says how much is missing. */
  toString(): string {
    const [head, tail] = [this.#head.bytes(), this.#tail.bytes()];
    if (tail.length === 0) return decoder.decode(head);
    if (this.dropped === 0) return decoder.decode(joined(head, tail));
    const notice = `\n… ${this.dropped.toLocaleString("en")} bytes dropped …\n`;
    return decoder.decode(head).replace(/\uFFFD+$/, "") + notice + decoder.decode(tail).replace(/^\uFFFD+/, "");
  }
}

/** The first bytes up to a limit, in a buffer that grows with them. */
class ByteList {
  #buffer = new Uint8Array(0);
  #length = 0;
  #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get room(): number {
    return this.#limit - this.#length;
  }

  push(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    this.#buffer = grown(this.#buffer, this.#length, needed, this.#limit);
    this.#buffer.set(bytes, this.#length);
    this.#length = needed;
  }

  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }
}

/** The last bytes up to a limit, in a buffer that grows with them and is then written round and round. */
class ByteRing {
  #buffer = new Uint8Array(0);
  #length = 0;
  /** Where the next byte goes. */
  #end = 0;
  #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Returns how many bytes were lost. */
  push(bytes: Uint8Array): number {
    const kept = bytes.subarray(Math.max(0, bytes.length - this.#limit));
    const lost = Math.max(0, this.#length + bytes.length - this.#limit);
    // Until the limit is reached, the buffer is filled from its start and `end` is its length.
    const needed = Math.min(this.#length + kept.length, this.#limit);
    this.#buffer = grown(this.#buffer, this.#length, needed, this.#limit);
    const space = this.#limit - this.#end;
    this.#buffer.set(kept.subarray(0, space), this.#end);
    this.#buffer.set(kept.subarray(space), 0);
    this.#end = this.#limit === 0 ? 0 : (this.#end + kept.length) % this.#limit;
    this.#length = needed;
    return lost;
  }

  bytes(): Uint8Array {
    if (this.#length < this.#limit) return this.#buffer.subarray(0, this.#length);
    return joined(this.#buffer.subarray(this.#end, this.#limit), this.#buffer.subarray(0, this.#end));
  }
}

/** A buffer for `needed` bytes that holds the first `length` of the given one. */
function grown(
  buffer: Uint8Array<ArrayBuffer>,
  length: number,
  needed: number,
  limit: number,
): Uint8Array<ArrayBuffer> {
  if (needed <= buffer.length) return buffer;
  const larger = new Uint8Array(Math.min(limit, Math.max(needed, buffer.length * 2, 256)));
  larger.set(buffer.subarray(0, length));
  return larger;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
