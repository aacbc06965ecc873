/**
 * Where a prepared instance runs. The step says what to run and watches it; an executor only starts, kills and waits.
 * @module
 */

/** One process to start: everything is decided, nothing is looked up any more. */
export interface ProcessOrder {
  /** Arguments for `deno`, from the subcommand on. */
  args: string[];
  /** The whole environment of the process. */
  env: Record<string, string>;
  /** The folder it starts in, absolute. */
  cwd: string;
  /** What it reads from stdin before it meets the end of input. It may hold secrets: never put it into a file. */
  input: string;
  /**
   * Whether it may start processes of its own, and so must be the head of a process group that can be ended as one. A
   * process without children needs none, and starts 1 to 3 ms sooner: the group costs a copy of the conductor's memory map.
   */
  mayHaveChildren: boolean;
}

/** How a process ended: the exit code (128 + signal number after a signal) and the signal's name. */
export interface ProcessExit {
  /** The exit code; 128 + signal number after a signal. */
  code: number;
  /** The signal that ended it, such as `SIGKILL`. */
  signal?: string;
}

/** A process that was started. */
export interface Execution {
  /** The id of the process. */
  pid: number;
  /** The arguments that `deno` was really started with, when they are not those of the order. */
  args?: string[];
  /** What it writes to stdout: a stream of bytes, which can be read into a buffer of the reader's own. */
  stdout: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** What it writes to stderr: a stream of bytes too. */
  stderr: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Resolves when the process itself has ended; its pipes may still be held open by children. */
  exited: Promise<ProcessExit>;
  /** Sends a signal to the process and all its children. Does nothing when they are gone. */
  kill(signal: "SIGTERM" | "SIGKILL"): void;
  /** Says that nothing is left to watch or kill. Call it once, at the end. */
  release(): void;
}

/** Starts processes somewhere. */
export interface Executor {
  /** The name in records. */
  name: string;
  /** Starts a process. */
  start(order: ProcessOrder): Promise<Execution>;
}
