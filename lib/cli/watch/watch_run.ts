/**
 * `run --watch`: runs a flow whenever it, a module that it imports or a config file is saved, and shows the report in a
 * browser. A save while it runs cancels that run; what is wrong is told, and the watch goes on.
 * @module
 */
import { isDuctaflowError } from "../../base/error.ts";
import { formatDuration } from "../../base/duration.ts";
import { shortPath } from "../../base/short_path.ts";
import { fromFileUrl, resolve } from "../../deps/path.ts";
import { flowPath, planStep } from "../../step/plan_step.ts";
import type { Run } from "../../step/run.ts";
import type { StepEvent } from "../../step/step_options.ts";
import type { Effects } from "../effects.ts";
import { errorText, signalCode } from "../exit.ts";
import { type StepArguments, stepName } from "../step_arguments.ts";
import { oneLine, painter } from "../style.ts";
import { namedFiles, WatchedFiles } from "./watched_files.ts";
import { startWatchServer, type WatchServer, type WatchState } from "./watch_server.ts";

/** What is watched, and how it is run. */
export interface WatchOrder {
  /** The flow as the command line names it. */
  flow: string;
  /** Config files, which may change. */
  configFiles: string[];
  /** Any free port unless given. */
  port: number;
  /** Reads the arguments and files anew. */
  read(): Promise<StepArguments>;
  /** Runs the step and tells people of it. */
  run(step: StepArguments, signal: AbortSignal, onEvent: (event: StepEvent) => void): Promise<Run>;
}

/** With these there is nothing to watch for: the command itself is wrong. */
const hopeless = new Set(["usage", "flow-not-found", "bad-name", "conductor-permission"]);
const kinds: Partial<Record<Run["status"], WatchState["kind"]>> = { succeeded: "good", warned: "warned" };
/** How often somebody presses Ctrl-C who does not want to wait; a run that is cancelled repeats the first. */
const patience = 3;

/** Watches and runs until a signal comes; returns the exit code. */
export async function watchAndRun(order: WatchOrder, effects: Effects): Promise<number> {
  const end = new AbortController();
  let received: Deno.Signal | undefined;
  let count = 0;
  effects.onSignal((signal) => {
    received ??= signal;
    if (++count > patience) effects.exit(signalCode(received));
    end.abort(new Error(signal));
  });
  const name = stepName(order.flow);
  const server = startWatchServer(order.port, { kind: "running", name, text: "Starting" });
  const watch = new Watch(order, effects, server);
  try {
    effects.stdout.write(`${server.url}\n`);
    await watch.untilEnd(end.signal);
  } finally {
    await server.close();
  }
  effects.stderr.write(`${painter(effects.stderr.color)("dim", "The watch has ended")}\n`);
  return signalCode(received ?? "SIGINT");
}

class Watch {
  readonly #order: WatchOrder;
  readonly #effects: Effects;
  readonly #server: WatchServer;
  readonly #files: WatchedFiles;
  /** The step and the instance, once they are known. */
  #name: string;
  #known: string[] = [];
  #ranOnce = false;
  #cells: { title?: string }[] = [];

  constructor(order: WatchOrder, effects: Effects, server: WatchServer) {
    this.#order = order;
    this.#name = stepName(order.flow);
    this.#effects = effects;
    this.#server = server;
    this.#files = new WatchedFiles(effects);
  }

  async untilEnd(end: AbortSignal): Promise<void> {
    await this.#files.watch(this.#paths());
    while (!end.aborted) {
      const saved = new AbortController();
      const idle = new AbortController();
      const stop = AbortSignal.any([end, saved.signal]);
      const change = this.#files.nextChange(AbortSignal.any([end, idle.signal]));
      const work = this.#runOnce(stop);
      try {
        const early = await Promise.race([work.then(() => undefined), change]);
        if (early === undefined) {
          if (!end.aborted) this.#say(`Watching ${this.#files.count} files; the report is at ${this.#server.url}`);
          this.#tellSaved(await change);
        } else if (early.length > 0) {
          this.#tellSaved(early);
          saved.abort(new Error(`${shortPath(early[0])} was saved`));
        }
        await work;
      } finally {
        idle.abort();
      }
    }
  }

  /** One run; whatever goes wrong is told. */
  async #runOnce(stop: AbortSignal): Promise<void> {
    try {
      const step = await this.#order.read();
      this.#name = `${step.options.step ?? stepName(step.flow)}/${step.instance}`;
      this.#tell("running", "Running");
      await this.#learnFiles(step);
      const run = await this.#order.run(step, stop, (event) => this.#follow(event));
      this.#ranOnce = true;
      if (!stop.aborted) this.#show(run);
    } catch (error) {
      if (stop.aborted) return;
      if (!this.#ranOnce && isDuctaflowError(error) && hopeless.has(error.code)) throw error;
      this.#ranOnce = true;
      const { stderr } = this.#effects;
      stderr.write(errorText(error, painter(stderr.color)));
      this.#tell("bad", errorText(error, painter(false)).trimEnd());
    }
  }

  #tell(kind: WatchState["kind"], text: string): void {
    this.#server.tell({ kind, name: this.#name, text });
  }

  #show(run: Run): void {
    const { record, dir } = run;
    const files = new Map(record.artifacts.map((artifact) => [artifact.name, artifact.type]));
    for (const [own, type] of [["flow.ipynb", "application/json"], ["run.json", "application/json"]]) {
      files.set(own, type);
    }
    this.#server.show({ report: Deno.readTextFileSync(run.reportPath), dir, files });
    const text = run.cached
      ? "Nothing changed that matters: the last run is reused"
      : record.error
      ? record.statusText
      : `${record.statusText} in ${formatDuration(run.durationMs)}`;
    this.#tell(kinds[run.status] ?? "bad", text);
  }

  #follow(event: StepEvent): void {
    if (event.t === "running") this.#cells = event.cells;
    if (event.t !== "cell") return;
    const title = this.#cells[event.cell]?.title;
    const named = title ? ` “${oneLine(title)}”` : "";
    this.#tell("running", `Running cell ${event.cell + 1} of ${this.#cells.length}${named}`);
  }

  /** All files whose change asks for another run, as far as the flow can be read. */
  async #learnFiles({ flow, options }: StepArguments): Promise<void> {
    await this.#files.watch(this.#paths());
    const { build } = await planStep(flow, options);
    const parts = build.graph.parts.filter(({ specifier }) => specifier.startsWith("file:"));
    this.#known = parts.map(({ specifier }) => fromFileUrl(specifier));
    if (build.project.configFile) this.#known.push(build.project.configFile);
    await this.#files.watch(this.#paths());
  }

  #paths(): string[] {
    const flow = flowPath(this.#order.flow);
    const isLocal = typeof flow === "string" && !/^https?:/.test(flow);
    const own = isLocal ? namedFiles(flow.startsWith("file:") ? fromFileUrl(flow) : flow) : [];
    return [...own, ...this.#order.configFiles.map((path) => resolve(path)), ...this.#known];
  }

  #tellSaved(paths: string[]): void {
    if (paths.length === 0) return;
    const more = paths.length > 1 ? ` and ${paths.length - 1} more` : "";
    this.#say(`${shortPath(paths[0])}${more} saved: running again`);
  }

  #say(text: string): void {
    const { stderr } = this.#effects;
    stderr.write(`${painter(stderr.color)("dim", text)}\n`);
  }
}
