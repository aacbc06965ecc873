/**
 * The command `serve`: the scheduler.
 * @module
 */
import { Scheduler, type SchedulerEvent } from "../workflow/scheduler/scheduler.ts";
import { resolve } from "../deps/path.ts";
import type { Command } from "./command.ts";
import { exitCodes } from "./exit.ts";
import { commonOptions, type OptionTable, parseCount, parseOptions, usageError } from "./options.ts";
import { oneLine, type Paint, painter } from "./style.ts";
import { localTime } from "./summary.ts";
import { workflowStatus } from "./workflow_text.ts";

const options = {
  "scheduler-only": { help: "Run what is due, and serve no pages" },
  once: { help: "Look once, run what is due and what waits, and end: for cron" },
  concurrency: { value: "count", help: "Runs at a time; half of the processor cores unless given" },
  runs: { value: "folder", help: `Folder of all runs, "runs" unless given` },
  json: { help: "Print what happens on stdout, one JSON object a line" },
} satisfies OptionTable;

/** The command `serve`. */
export const command: Command = {
  name: "serve",
  usage: "--scheduler-only [options]",
  description:
    `Runs published workflows when they are due, and what was triggered with --queue. All it knows is in the runs
folder: it may be killed at any time, runs that were going on are taken up again, and several of them may work on one folder.
On SIGTERM it stops what runs; the next scheduler takes it up again. Secrets of notifications come from its environment.`,
  options,
  examples: [
    ["serve --scheduler-only", "until Ctrl-C, or as a systemd service"],
    ["serve --scheduler-only --once", "from a line of crontab, every minute"],
  ],
  async run(args, effects) {
    const { values, positionals } = parseOptions(args, { ...options, ...commonOptions });
    if (positionals.length > 0) throw usageError(`"${positionals[0]}" is one argument too many`);
    if (!values["scheduler-only"] && !values.once) {
      throw usageError("serve has no pages yet", "Write serve --scheduler-only");
    }
    const { stdout, stderr } = effects;
    const runsDir = resolve(values.runs ?? "runs");
    const concurrency = parseCount(values.concurrency, "concurrency") ||
      Math.max(1, navigator.hardwareConcurrency >> 1);
    const paint = painter(stderr.color);
    const onEvent = (event: SchedulerEvent) => {
      const at = new Date(effects.now()).toISOString();
      if (values.json) stdout.write(`${JSON.stringify({ at, ...event })}\n`);
      else stderr.write(`${paint("dim", localTime(at))} ${eventText(event, paint)}\n`);
    };
    const scheduler = new Scheduler({ runsDir, concurrency, onEvent, now: effects.now });
    const stop = new AbortController();
    // Nothing is unwatched: a run that a signal stopped repeats it when it is recorded.
    effects.onSignal((signal) => stop.abort(new Error(signal)));
    if (!values.json) {
      stderr.write(`Scheduler of "${runsDir}": ${values.once ? "one look" : "until SIGINT or SIGTERM"}\n`);
    }
    if (values.once) await scheduler.serveOnce(stop.signal);
    else await scheduler.serve(stop.signal);
    return exitCodes.done;
  },
};

function eventText(event: SchedulerEvent, paint: Paint): string {
  switch (event.t) {
    case "due":
      return `${event.workflow}/${event.run} is due`;
    case "passed":
      return `${event.workflow}: a tick passes (${event.why})`;
    case "started":
      return `${event.workflow}/${event.run} begins`;
    case "left":
      return `${event.workflow}/${event.run} is left for the next scheduler`;
    case "ended":
      return workflowStatus(event.status, paint, `${event.workflow}/${event.run}: ${oneLine(event.statusText)}`);
    case "problem":
      return paint("red", `${event.workflow}: ${oneLine(event.problem)}`);
  }
}
