/**
 * A few lines at the bottom of a terminal that are drawn again and again, while other lines go above them. Nothing that
 * is printed through it can tear them.
 * @module
 */
import { cutText, textWidth } from "./style.ts";
import type { OutStream } from "./effects.ts";

/** The live lines of one terminal. */
export class LiveBlock {
  #stream: Omit<OutStream, "writeBytes">;
  #shown: number[] = [];

  constructor(stream: Omit<OutStream, "writeBytes">) {
    this.#stream = stream;
  }

  /**
   * Shows these lines instead of those before. They are cut where they would wrap, so they must not be painted. Whole
   * lines to be printed `above` them, for good, go with the same write.
   */
  draw(
    lines: string[],
    paint: (line: string, index: number) => string = (line) => line,
    above: string[] = [],
  ): void {
    this.#replace(above.map((line) => `${line}\x1b[K\n`).join(""), lines, paint);
  }

  /** Prints whole lines above the live ones, for good; the next `draw` brings the live ones back. */
  print(lines: string[]): void {
    this.draw([], undefined, lines);
  }

  /** Removes the live lines. */
  clear(): void {
    this.#replace("", []);
  }

  #replace(above: string, lines: string[], paint: (line: string, index: number) => string = (line) => line): void {
    if (above === "" && lines.length === 0 && this.#shown.length === 0) return;
    // The last column stays free: at the edge some terminals wrap and some do not.
    const width = this.#stream.width();
    const up = this.#shown.reduce((rows, shown) => rows + Math.max(1, Math.ceil(shown / width)), 0) - 1;
    const cut = lines.map((line) => cutText(line, width - 1));
    const block = cut.map((line, i) => `${paint(line, i)}\x1b[K`).join("\n");
    // At the edge the cursor would be in the way: a terminal shows Ctrl-C as ^C where it stands, and that would wrap.
    this.#stream.write(`\r${up > 0 ? `\x1b[${up}A` : ""}${above}${block}\x1b[J\r`);
    this.#shown = cut.map(textWidth);
  }
}
