/**
 * Text of any length in bounded memory: the head and the tail are kept, what lies between is counted.
 * @module
 */

const decoder = new TextDecoder();

/** A growing text of which at most about `head + tail` bytes are kept. */
export class BoundedText {
  /** Bytes that were given but are not kept. */
  dropped = 0;
  #head: Uint8Array[] = [];
  #tail: Uint8Array[] = [];
  #headRoom: number;
  #tailRoom: number;
  #tailSize = 0;

  /** Both limits in bytes. */
  constructor(head: number, tail: number) {
    this.#headRoom = head;
    this.#tailRoom = tail;
  }

  /** Adds bytes; they are copied. Returns the part that went into the head, for those who log it as it comes. */
  push(bytes: Uint8Array): Uint8Array {
    const head = bytes.subarray(0, this.#headRoom);
    if (head.length > 0) {
      this.#head.push(head.slice());
      this.#headRoom -= head.length;
    }
    this.#pushTail(bytes.subarray(head.length));
    return head;
  }

  #pushTail(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (bytes.length > this.#tailRoom) {
      this.dropped += bytes.length - this.#tailRoom;
      bytes = bytes.subarray(bytes.length - this.#tailRoom);
    }
    this.#tail.push(bytes.slice());
    this.#tailSize += bytes.length;
    while (this.#tailSize > this.#tailRoom) {
      const first = this.#tail[0];
      const extra = this.#tailSize - this.#tailRoom;
      const cut = Math.min(extra, first.length);
      this.dropped += cut;
      this.#tailSize -= cut;
      if (cut === first.length) this.#tail.shift();
      else this.#tail[0] = first.subarray(cut);
    }
  }

  /** The text, with a line in the middle that says how much is missing. */
  toString(): string {
    const head = decode(this.#head);
    if (this.#tail.length === 0) return head;
    if (this.dropped === 0) return decode([...this.#head, ...this.#tail]);
    const notice = `\n… ${this.dropped.toLocaleString("en")} bytes dropped …\n`;
    return head.replace(/\uFFFD+$/, "") + notice + decode(this.#tail).replace(/^\uFFFD+/, "");
  }
}

function decode(parts: Uint8Array[]): string {
  if (parts.length === 0) return "";
  if (parts.length === 1) return decoder.decode(parts[0]);
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return decoder.decode(whole);
}
