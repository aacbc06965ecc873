/** Effects that remember: a screen that understands escape codes, a clock that is set, timers that are rung. */
import type { Effects, OutStream } from "../../lib/cli/effects.ts";
import { textWidth } from "../../lib/cli/style.ts";

/** A terminal: what is written becomes what stands on it. */
export class Screen implements OutStream {
  color = false;
  live = true;
  /** All that was ever written, escape codes and all. */
  written = "";
  #width: number;
  #height: number;
  #rows: string[][] = [[]];
  #row = 0;
  #column = 0;

  constructor(width = 80, height = 50) {
    this.#width = width;
    this.#height = height;
  }

  width = () => this.#width;
  height = () => this.#height;

  /** The lines as a person sees them, without blank ones at the end. */
  get lines(): string[] {
    return this.#rows.map((row) => Array.from(row, (char) => char ?? " ").join("").trimEnd()).join("\n").trimEnd()
      .split("\n");
  }

  writeBytes(bytes: Uint8Array): void {
    this.write(new TextDecoder().decode(bytes));
  }

  write(text: string): void {
    this.written += text;
    // deno-lint-ignore no-control-regex
    for (const [token, code, kind] of text.matchAll(/\x1b\[(\d*)([A-Za-z])|[^]/gu)) {
      if (kind) this.#control(kind, code === "" ? undefined : Number(code));
      else if (token === "\n") this.#lineFeed();
      else if (token === "\r") this.#column = 0;
      else this.#put(token);
    }
  }

  #control(kind: string, count: number | undefined): void {
    // What has left the screen at the top cannot be reached any more.
    const top = Math.max(0, this.#rows.length - this.#height);
    if (kind === "A") this.#row = Math.max(top, this.#row - (count ?? 1));
    // Deno itself moves to the first column and clears the line when it starts.
    else if (kind === "G") this.#column = Math.max(0, (count ?? 1) - 1);
    else if (kind === "K" && count === 2) this.#rows[this.#row] = [];
    else if (kind === "K") this.#rows[this.#row].length = Math.min(this.#rows[this.#row].length, this.#column);
    else if (kind === "J") {
      this.#rows[this.#row].length = Math.min(this.#rows[this.#row].length, this.#column);
      this.#rows.length = this.#row + 1;
    } else if (kind !== "m") throw new Error(`The screen does not know the escape code "${kind}"`);
  }

  #lineFeed(): void {
    this.#column = 0;
    if (++this.#row === this.#rows.length) this.#rows.push([]);
  }

  #put(char: string): void {
    const width = textWidth(char);
    if (this.#column + width > this.#width) this.#lineFeed();
    const row = this.#rows[this.#row];
    if (width === 0 && this.#column > 0) row[this.#column - 1] += char;
    if (width === 0) return;
    row[this.#column++] = char;
    if (width === 2) row[this.#column++] = "";
  }
}

/** Effects for tests. */
export class FakeEffects implements Effects {
  stdout: Screen;
  stderr: Screen;
  program = "deno run -A mod.ts";
  exited: number[] = [];
  #now = 1_000_000;
  #timers: { ms: number; call: () => void; next: number }[] = [];
  #listeners: ((signal: Deno.Signal) => void)[] = [];

  constructor({ width = 80, height = 50, live = false }: { width?: number; height?: number; live?: boolean } = {}) {
    this.stdout = new Screen(width, height);
    this.stderr = new Screen(width, height);
    this.stdout.live = this.stderr.live = live;
  }

  now = () => this.#now;

  every(ms: number, call: () => void): () => void {
    const timer = { ms, call, next: this.#now + ms };
    this.#timers.push(timer);
    return () => this.#timers = this.#timers.filter((each) => each !== timer);
  }

  /** Lets time pass and rings the timers on their way. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#timers.filter((timer) => timer.next <= end).sort((a, b) => a.next - b.next)[0];
      if (!next) break;
      this.#now = next.next;
      next.next += next.ms;
      next.call();
    }
    this.#now = end;
  }

  /** How many timers still ring. */
  get timers(): number {
    return this.#timers.length;
  }

  onSignal(call: (signal: Deno.Signal) => void): () => void {
    this.#listeners.push(call);
    return () => {};
  }

  signal(signal: Deno.Signal): void {
    for (const listener of this.#listeners) listener(signal);
  }

  exit(code: number): void {
    this.exited.push(code);
  }
}
