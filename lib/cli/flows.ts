/**
 * The command `flows`: published workflows, and what an operator may change of them.
 * @module
 */
import { jsonText } from "../base/json.ts";
import { isLocked } from "../base/lock.ts";
import { shortPath } from "../base/short_path.ts";
import { deleteFlow, type Deletion, getFlow, listFlows, type WorkflowHandle } from "../workflow/get_flow.ts";
import { noPause, pauseSettings } from "../workflow/pause.ts";
import { parseSchedule } from "../workflow/schedule.ts";
import { presenceLock } from "../workflow/scheduler/presence.ts";
import { settingName } from "../workflow/settings.ts";
import type { Command } from "./command.ts";
import { parseSetting } from "../step/config_input.ts";
import type { Effects } from "./effects.ts";
import { exitCodes } from "./exit.ts";
import { commonOptions, type OptionTable, type OptionValues, parseOptions, usageError } from "./options.ts";
import { painter } from "./style.ts";
import { placeOf, workflowOptions } from "./workflow_arguments.ts";
import { flowsText, flowText } from "./workflow_text.ts";

const options = {
  pause: { help: "Let ticks pass without a run" },
  until: { value: "time", help: "With --pause: until a day or a day with a time, such as 2026-12-24T18:00" },
  unpause: { help: "End the pause" },
  set: {
    value: "setting=value",
    many: true,
    help: "Change schedule, keep, overlap, onMissed, timeout or notify; setting:=JSON for what is no text",
  },
  tz: { value: "zone", help: "Time zone of a schedule that is set, or of --until" },
  reset: { value: "setting", many: true, help: "Go back to what the code says" },
  delete: { help: "Show what deleting the workflow with its runs would remove" },
  objects: { help: "With --delete: also the tables and files that its runs saved, where they are all its own" },
  object: { value: "name", many: true, help: "With --delete: also this that its runs saved, as --delete lists it" },
  "dry-run": { help: "With --delete: only show it, which is what it does without --yes" },
  yes: { help: "With --delete: remove it" },
  ...workflowOptions,
} satisfies OptionTable;

type Values = OptionValues<typeof options & typeof commonOptions>;

/** The command `flows`. */
export const command: Command = {
  name: "flows",
  usage: "[workflow] [options]",
  description:
    `Lists the published workflows, or shows one. Settings that are changed here stay changed when it is published
again.`,
  options,
  examples: [
    ["flows", "all of them, with the next and the last run"],
    ["flows nightly --pause", "not for now"],
    ["flows nightly --pause --until 2027-01-02", "not over the holidays"],
    ["flows nightly --set schedule='0 7 * * *' --tz Europe/Berlin --set keep:=30", "an hour later, and only 30 runs"],
    ["flows nightly --delete", "what would go with it?"],
    ["flows nightly --delete --objects --yes", "all of it, with the tables that it saved"],
  ],
  async run(args, effects) {
    const { values, positionals } = parseOptions(args, { ...options, ...commonOptions });
    const [name, more] = positionals;
    if (more !== undefined) throw usageError(`"${more}" is one argument too many`);
    if (name === undefined) return await list(values, effects);
    if (values.delete) return await remove(name, values, effects);
    const flow = await getFlow(name, placeOf(values));
    await change(flow, values);
    const described = await flow.describe();
    effects.stdout.write(values.json ? jsonText(described) : flowText(described, painter(effects.stdout.color)));
    return exitCodes.done;
  },
};

async function list(values: Values, { stdout, stderr }: Effects): Promise<number> {
  const asked = values.pause || values.until !== undefined || values.unpause || values.delete || values.yes ||
    values.objects || values["dry-run"] ||
    values.object.length > 0 || values.set.length + values.reset.length > 0;
  if (asked) throw usageError("Which workflow?", "Write flows <workflow> with this option");
  const flows = await listFlows(placeOf(values));
  if (values.json) stdout.write(jsonText(flows));
  else stdout.write(flows.length === 0 ? "No workflows are published here\n" : flowsText(flows, painter(stdout.color)));
  if (flows.some(({ next }) => next.length > 0) && !isLocked(presenceLock(values.runs ?? "runs"))) {
    stderr.write(
      `${painter(stderr.color)("yellow", "▲")} No scheduler is running here: start one with serve --scheduler-only\n`,
    );
  }
  return exitCodes.done;
}

async function change(flow: WorkflowHandle, values: Values): Promise<void> {
  if (values.pause && values.unpause) throw usageError("--pause and --unpause exclude each other");
  if (values.until !== undefined && !values.pause) throw usageError("--until needs --pause");
  const changes: { [name: string]: unknown } = {};
  for (const text of values.set) {
    const { path: [name], value } = parseSetting(text);
    changes[settingName(name)] = name === "schedule" && value !== null
      ? parseSchedule(value, { tz: values.tz })
      : value;
  }
  for (const name of values.reset) changes[settingName(name)] = undefined;
  if (values.pause) Object.assign(changes, pauseSettings({ until: values.until, tz: values.tz }, Date.now()));
  if (values.unpause) Object.assign(changes, noPause);
  if (Object.keys(changes).length > 0) await flow.set(changes);
}

async function remove(name: string, values: Values, { stdout, stderr }: Effects): Promise<number> {
  if (values.yes && values["dry-run"]) throw usageError("--yes and --dry-run exclude each other");
  if (values.objects && values.object.length > 0) throw usageError("--objects and --object exclude each other");
  const objects = values.objects ? true : values.object.length > 0 ? values.object : undefined;
  const deletion = await deleteFlow(name, { ...placeOf(values), dryRun: !values.yes, objects });
  const { runs, versions, folders, followers } = deletion;
  const verb = values.yes ? "is removed" : "would be removed";
  stderr.write(`${name} ${verb}: ${runs.length} runs, ${versions.length} versions, ${folders.length} folders\n`);
  if (followers.length > 0) {
    stderr.write(`  ${followers.join(", ")} follow it, and run only when triggered from then on\n`);
  }
  for (const object of deletion.objects) stderr.write(`  ${objectText(object, values.yes)}\n`);
  if (!values.yes) stderr.write("  Add --yes to remove it\n");
  stdout.write(values.json ? jsonText(deletion) : folders.map((folder) => `${shortPath(folder)}\n`).join(""));
  return exitCodes.done;
}

function objectText({ name, goes, shared, modes, runs }: Deletion["objects"][number], done: boolean): string {
  const by = `saved by ${modes.join(" and ")} in ${runs.length} ${runs.length === 1 ? "run" : "runs"}`;
  if (goes) return `${name} ${done ? "went" : "goes"} with it (${by})`;
  if (done) return `${name} stays (${by})`;
  const how = shared ? `may have rows of others; --object '${name}' removes it` : "--objects removes it";
  return `${name} stays (${by}; ${how})`;
}
