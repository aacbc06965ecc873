/**
 * All that the command line does to the world outside: streams, the clock, signals. Tests give their own.
 * @module
 */
import { maybeEnv } from "../base/maybe_env.ts";
import { shortPath } from "../base/short_path.ts";
import { writeAll } from "../base/write_all.ts";
import { fromFileUrl } from "../deps/path.ts";

/** A stream that text is written to. */
export interface OutStream {
  write(text: string): void;
  /** Bytes as they are, for what is no text. */
  writeBytes(bytes: Uint8Array): void;
  /** Whether colours are welcome. */
  color: boolean;
  /** Whether lines can be redrawn. */
  live: boolean;
  /** Columns; a generous number where nobody looks. */
  width(): number;
  /** Rows; likewise. */
  height(): number;
}

/** What a command may do besides computing. */
export interface Effects {
  /** For data. */
  stdout: OutStream;
  /** For people. */
  stderr: OutStream;
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls again and again until the returned function is called. */
  every(ms: number, call: () => void): () => void;
  /** Calls for each signal that asks to end, until the returned function is called. */
  onSignal(call: (signal: Deno.Signal) => void): () => void;
  exit(code: number): void;
  /** How this program is called, such as `deno run -A mod.ts`. */
  program: string;
}

const endSignals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM", "SIGHUP"];
const elsewhere = { columns: 120, rows: 50 };
const terminalUnknown = { columns: 80, rows: 24 };

/** The effects of a real process. */
export function processEffects(): Effects {
  return {
    stdout: outStream(Deno.stdout),
    stderr: outStream(Deno.stderr),
    now: Date.now,
    every(ms, call) {
      const timer = setInterval(call, ms);
      return () => clearInterval(timer);
    },
    onSignal(call) {
      const listeners = endSignals.map((signal) => [signal, () => call(signal)] as const);
      for (const [signal, listener] of listeners) Deno.addSignalListener(signal, listener);
      return () => listeners.forEach(([signal, listener]) => Deno.removeSignalListener(signal, listener));
    },
    exit: Deno.exit,
    program: `deno run -A ${mainName()}`,
  };
}

function outStream(stream: typeof Deno.stdout): OutStream {
  const terminal = stream.isTerminal();
  const encoder = new TextEncoder();
  const writeBytes = (bytes: Uint8Array) => {
    try {
      writeAll(stream, bytes);
    } catch (error) {
      // Whoever was reading has seen enough; the work goes on.
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
  };
  return {
    write: (text) => writeBytes(encoder.encode(text)),
    writeBytes,
    color: terminal && !Deno.noColor,
    live: terminal && maybeEnv("TERM") !== "dumb",
    width: () => terminal ? terminalSize("columns") : elsewhere.columns,
    height: () => terminal ? terminalSize("rows") : elsewhere.rows,
  };
}

function terminalSize(side: "columns" | "rows"): number {
  try {
    // A terminal that does not know its size says 0.
    return Deno.consoleSize()[side] || terminalUnknown[side];
  } catch {
    return terminalUnknown[side];
  }
}

function mainName(): string {
  const url = Deno.mainModule;
  return url.startsWith("file:") ? shortPath(fromFileUrl(url)) : url;
}
