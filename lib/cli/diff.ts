/**
 * The command `diff`: two runs side by side.
 * @module
 */
import { compareRuns } from "../batch/compare_runs.ts";
import { jsonText } from "../base/json.ts";
import { getEarlierRuns, getRun } from "../step/get_run.ts";
import type { Run } from "../step/run.ts";
import type { Command } from "./command.ts";
import { differencesOnly, diffText } from "./diff_text.ts";
import { exitCodes } from "./exit.ts";
import { commonOptions, type OptionTable, parseOptions, usageError } from "./options.ts";
import { whichRun } from "./show.ts";
import { painter } from "./style.ts";

const options = {
  all: { help: "Show what is equal as well, and diffs of texts in full length" },
  runs: { value: "folder", help: `Folder of all runs, "runs" unless given` },
  json: { help: "Print the comparison as JSON; without --all only what differs" },
} satisfies OptionTable;

/** The command `diff`. */
export const command: Command = {
  name: "diff",
  usage: "<step>/<instance>[@run] [<step>/<instance>[@run]] [options]",
  description:
    `Compares two runs: config, results, files, inputs, code, permissions. With one run, it is compared with the run
of the same instance before it. @run stands for an earlier run by its id or the start of it, or @previous for the one
before the last. The exit code is 0 whether they differ or not.`,
  options,
  examples: [
    ["diff delay_model/am", "the last run of an instance against the one before it"],
    ["diff delay_model/am delay_model/pm", "two instances"],
    ["diff delay_model/am@20261122T1203 delay_model/am", "an earlier run, by the start of its id, against the last"],
    ["diff delay_model/am delay_model/pm --json", "for a script"],
  ],
  async run(args, { stdout }) {
    const { values, positionals } = parseOptions(args, { ...options, ...commonOptions });
    if (positionals.length > 2) throw usageError(`"${positionals[2]}" is one argument too many`);
    const [before, after] = await twoRuns(positionals, values.runs);
    const comparison = await compareRuns(before, after);
    if (values.json) stdout.write(jsonText(values.all ? comparison : differencesOnly(comparison)));
    else stdout.write(diffText(comparison, painter(stdout.color), { all: values.all, width: stdout.width() }));
    return exitCodes.done;
  },
};

/** The runs that the arguments name: the one to compare with, and the one that is compared. */
async function twoRuns([first, second]: string[], runs?: string): Promise<[Run, Run]> {
  const [place] = splitId(first ?? "");
  const run = await findRun(first === undefined ? [] : [first], runs);
  if (second === undefined) return [await runBefore(run, whichRun([place], runs).runsDir), run];
  // An id alone is of the same instance, a name alone of the same step.
  const id = /^@(.+)|^(\d{8}T\d.*)/.exec(second);
  const beside = () => place.replace(/\/+$/, "").replace(/[^/]*$/, "") + second;
  const other = id ? `${place}@${id[1] ?? id[2]}` : second.includes("/") ? second : beside();
  return [run, await findRun([other], runs)];
}

async function findRun(named: string[], runs?: string): Promise<Run> {
  const [place, wanted] = named.length === 0 ? [] : splitId(named[0]);
  const { step, instance, runsDir } = whichRun(place === undefined ? [] : [place], runs);
  if (wanted === undefined) return await getRun(step, instance, { runsDir });
  const last = await getRun(step, instance, { runsDir }).catch(() => undefined);
  const earlier = await getEarlierRuns(step, instance, { runsDir });
  if (wanted === "previous" && earlier.length > 0) return earlier[0];
  const known = [...last ? [last] : [], ...earlier];
  if (known.length === 0) return await getRun(step, instance, { runsDir });
  const found = known.filter(({ record: { id } }) => id.startsWith(wanted) || id.endsWith(`-${wanted}`));
  if (found.length === 1) return found[0];
  const what = found.length === 0
    ? `No run of ${step}/${instance} has the id`
    : `${found.length} runs of ${step}/${instance} have ids like`;
  const ids = (found.length > 0 ? found : known).map(({ record }) => record.id);
  throw usageError(`${what} "${wanted}"`, `Its runs are ${ids.join(", ")}`);
}

function splitId(text: string): [place: string, id?: string] {
  const at = text.lastIndexOf("@");
  return at > text.lastIndexOf("/") ? [text.slice(0, at), text.slice(at + 1)] : [text];
}

async function runBefore({ step, instance, record }: Run, runsDir?: string): Promise<Run> {
  const earlier = await getEarlierRuns(step, instance, { runsDir });
  const before = earlier.find((run) => run.record.id < record.id);
  if (before) return before;
  throw usageError(
    `${step}/${instance} has no run before ${earlier.length > 0 ? "this one" : "its last one"} to compare with`,
    `Name another run: diff ${step}/${instance} ${step}/OTHER`,
  );
}
