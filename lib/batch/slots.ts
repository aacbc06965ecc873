/**
 * Places for processes: no more run at a time, and they start in the order in which they asked.
 * @module
 */

/** A number of places. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Resolves when there is a place, which is then taken. */
  async take(): Promise<void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Gives a place back, to whoever waits longest. */
  give(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }
}

/** A turn in a queue. */
export interface Turn {
  /** Resolves when all before have passed. */
  come: Promise<void>;
  /** Lets the next one come, as soon as this one's turn has come; a second time does nothing. */
  pass(): void;
}

/** Keeps an order among those that take different times to be ready. */
export class Queue {
  #last: Promise<void> = Promise.resolve();

  /** The turn after all that were given so far. */
  join(): Turn {
    const come = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    return { come, pass: () => void come.then(resolve) };
  }
}
