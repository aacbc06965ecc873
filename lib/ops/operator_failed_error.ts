/**
 * The error of an operator that failed: it names the user's own line, and the command that does it again.
 * @module
 */
import { toolkitUrl } from "../base/toolkit.ts";
import { DuctaflowError } from "../base/error.ts";
import { shortPath } from "../base/short_path.ts";
import { fromFileUrl, join } from "../deps/path.ts";
import type { RunStatus } from "../base/record.ts";
import type { Run } from "../step/run.ts";
import { userPlace, userStack } from "../step/user_place.ts";

/** A call that did not succeed. Its step is recorded all the same; the report shows its arguments. */
export class OperatorFailedError extends DuctaflowError {
  /** The run of the call, with its record. */
  readonly run: Run;
  /** How it ended. */
  readonly status: RunStatus;
  /** The exported function. */
  readonly op: string;
  /** Where the user's code failed: the innermost line that is none of the toolkit's. */
  readonly place?: string;
  /** A command that runs the call again with the same arguments and permissions. */
  readonly reproduce: string;
  /** Absolute path of the HTML report. */
  readonly reportPath: string;

  /** Makes the error from a run that is on disk. */
  constructor(run: Run, { op, flow, runsDir }: { op: string; flow: string; runsDir: string }) {
    const { error, statusText, permissions } = run.record;
    const place = userPlace(error?.stack) ?? error?.causes?.map(({ stack }) => userPlace(stack)).find(Boolean);
    const what = error && place ? `${error.name}: ${error.message}` : statusText;
    const reproduce = commandFor(run, flow, runsDir, permissions.granted.net);
    const hint = error?.hint ? `${error.hint}. ` : "";
    super(`${op} failed${place ? ` at ${place}` : ""} (step ${run.step}/${run.instance}): ${what}`, {
      code: `step-${run.status}`,
      hint: `${hint}Its arguments are shown in ${shortPath(run.reportPath)}; to run it again: ${reproduce}`,
    });
    this.name = "OperatorFailedError";
    this.run = run;
    this.status = run.status;
    this.op = op;
    if (place !== undefined) this.place = place;
    this.reproduce = reproduce;
    this.reportPath = run.reportPath;
    // The user's own stack: where this error was made in the conductor tells nobody anything.
    const own = error?.stack && userStack(error.stack);
    if (own) this.stack = `${this.name}: ${this.message}\n${own}`;
  }
}

/** Says the same to the command line. Permissions that the conductor decided are in the record only. */
function commandFor(run: Run, flow: string, runsDir: string, net: string[] | true | undefined): string {
  const tool = toolkitUrl.startsWith("file:") ? shortPath(fromFileUrl(toolkitUrl)) : toolkitUrl;
  const words = ["deno", "run", "-A", tool, "run", shortPath(flow), "reproduce", "--step", run.step];
  words.push("--config", shortPath(join(run.dir, "config.json")), "--runs", shortPath(runsDir));
  if (net !== undefined) words.push("--permit", net === true ? "net" : `net=${net.join()}`);
  return words.map((word) => /^[\w./:=@,+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
}
