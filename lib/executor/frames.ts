/**
 * Splits what a flow's process writes into the flow's own text and the frames of the toolkit's side in it
 * (`lib/step/host/main.ts` says how a frame looks).
 * @module
 */

const mark = 0x1e;
const frameLimit = 4096;
const decoder = new TextDecoder();

/** Who takes what a splitter finds, in the order of the stream. */
export interface FrameSink {
  /** Bytes that the flow wrote. They may be part of a larger buffer and are valid until the next call. */
  text(bytes: Uint8Array): void;
  /** A message of the toolkit's side. */
  message(message: { t: string; [key: string]: unknown }): void;
  /** The stream has ended. */
  end?(): void;
}

/** Feeds on the chunks of one stream. */
export interface FrameSplitter {
  push(chunk: Uint8Array): void;
  /** At the end of the stream: what looked like the start of a frame was text after all. */
  end(): void;
}

/** Makes a splitter for the frames that carry this nonce. Anything else, however similar, is text. */
export function frameSplitter(nonce: string, sink: FrameSink): FrameSplitter {
  const head = new Uint8Array([mark, ...new TextEncoder().encode(nonce)]);
  let held = new Uint8Array(0);
  let parts: Uint8Array[] = [];
  return { push, end };

  function push(chunk: Uint8Array): void {
    let data = chunk;
    if (held.length > 0) {
      data = new Uint8Array(held.length + chunk.length);
      data.set(held);
      data.set(chunk, held.length);
      held = new Uint8Array(0);
    }
    let textFrom = 0;
    for (let at = data.indexOf(mark); at >= 0; at = data.indexOf(mark, at)) {
      const next = frameEnd(data, at);
      if (next === "not a frame") at++;
      else {
        if (at > textFrom) sink.text(data.subarray(textFrom, at));
        if (next === "more needed") {
          held = data.slice(at);
          return;
        }
        take(data.subarray(at + head.length, next - 1));
        textFrom = at = next;
      }
    }
    if (textFrom < data.length) sink.text(data.subarray(textFrom));
  }

  function end(): void {
    if (held.length > 0) sink.text(held);
    held = new Uint8Array(0);
    sink.end?.();
  }

  /** Where the frame that starts at `at` ends, if it is one. */
  function frameEnd(data: Uint8Array, at: number): number | "not a frame" | "more needed" {
    const seen = Math.min(head.length, data.length - at);
    for (let i = 1; i < seen; i++) if (data[at + i] !== head[i]) return "not a frame";
    if (seen < head.length) return "more needed";
    const last = data.indexOf(mark, at + head.length);
    if (last >= 0 && last - at < frameLimit) return last + 1;
    return data.length - at < frameLimit && last < 0 ? "more needed" : "not a frame";
  }

  function take(frame: Uint8Array): void {
    parts.push(frame.slice(1));
    if (frame[0] !== ".".charCodeAt(0)) return;
    const whole = parts.length === 1 ? parts[0] : concat(parts);
    parts = [];
    const message = maybeMessage(whole);
    if (message) sink.message(message);
    else sink.text(whole);
  }
}

/** What no toolkit sent may still carry the nonce: a flow that reads its own memory can do that. Then it is text. */
function maybeMessage(bytes: Uint8Array): Parameters<FrameSink["message"]>[0] | undefined {
  try {
    const message = JSON.parse(decoder.decode(bytes));
    return typeof message?.t === "string" ? message : undefined;
  } catch {
    return undefined;
  }
}

function concat(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
