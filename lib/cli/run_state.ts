/**
 * What is known of a run while it goes on, from its events.
 * @module
 */
import type { CellOutline, StepEvent } from "../step/step_options.ts";
import { plainText } from "./style.ts";

/** How far a flow says a cell is. */
export interface FlowProgress {
  done: number;
  total: number;
  label?: string;
  /** When the first word of it came, and what was done then. */
  since: number;
  first: number;
}

/** The state of one run. */
export interface RunState {
  phase: "preparing" | "waiting" | "running" | "finishing" | "retrying";
  /** When the phase began; in `running`, when the run did. */
  since: number;
  /** All cells; only those of type code run. */
  cells: CellOutline[];
  /** Index of the running cell, or -1 before the first. */
  current: number;
  progress?: FlowProgress;
}

/** Follows one run. `onLine` is given every whole line that the flow prints, without escape codes. */
export class RunWatch {
  readonly state: RunState;
  #now: () => number;
  #onLine: (line: string, name: "stdout" | "stderr") => void;
  #open = { stdout: "", stderr: "" };

  constructor(now: () => number, onLine: (line: string, name: "stdout" | "stderr") => void = () => {}) {
    this.#now = now;
    this.#onLine = onLine;
    this.state = { phase: "preparing", since: now(), cells: [], current: -1 };
  }

  /** Takes one event. */
  event(event: StepEvent): void {
    const { state } = this;
    switch (event.t) {
      case "waiting":
        return this.#begin("waiting");
      case "running":
        state.cells = event.cells;
        return this.#begin("running");
      case "retrying":
        this.flush();
        state.current = -1;
        return this.#begin("retrying");
      case "start":
        if (state.phase === "retrying") this.#begin("running");
        return;
      case "cell":
        if (state.phase === "retrying") this.#begin("running");
        state.current = event.cell;
        state.progress = undefined;
        return;
      case "progress":
        return this.#progress(event);
      case "text":
        return this.#text(event.name, event.text);
      case "done":
      case "error":
        this.flush();
        state.phase = "finishing";
    }
  }

  /** Takes what was printed without an end of line as a line. */
  flush(): void {
    for (const name of ["stdout", "stderr"] as const) {
      if (this.#open[name] !== "") this.#line(name, this.#open[name]);
      this.#open[name] = "";
    }
  }

  #begin(phase: RunState["phase"]): void {
    this.state.phase = phase;
    this.state.since = this.#now();
    this.state.progress = undefined;
  }

  #progress({ done, total, label }: { done: number; total: number; label?: string }): void {
    const before = this.state.progress;
    const goesOn = before !== undefined && before.total === total && done >= before.done;
    const { since, first } = goesOn ? before : { since: this.#now(), first: done };
    this.state.progress = { done, total, since, first, ...(label === undefined ? {} : { label: String(label) }) };
  }

  #text(name: "stdout" | "stderr", text: string): void {
    const lines = (this.#open[name] + text).split("\n");
    // A line without an end must not fill the memory.
    this.#open[name] = lines.pop()!.slice(-10_000);
    for (const line of lines) this.#line(name, line);
  }

  #line(name: "stdout" | "stderr", line: string): void {
    // A bar that a flow redraws on its own line is only worth its last state.
    this.#onLine(plainText(line.replace(/\r$/, "").split("\r").at(-1)!), name);
  }
}
