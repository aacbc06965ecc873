/**
 * The command `publish`: a flow or a conductor as a workflow.
 * @module
 */
import { isDuctaflowError } from "../base/error.ts";
import { jsonText } from "../base/json.ts";
import { isLocked } from "../base/lock.ts";
import { suggestName } from "../base/names.ts";
import { basename, extname } from "../deps/path.ts";
import { readFlow } from "../notebook/read_flow.ts";
import { flowPath } from "../step/plan_step.ts";
import { type Publication, publishFlow, type PublishOptions } from "../workflow/publish_flow.ts";
import { after, parseSchedule, type Schedule } from "../workflow/schedule.ts";
import { presenceLock } from "../workflow/scheduler/presence.ts";
import type { Command } from "./command.ts";
import { readConfigInput } from "../step/config_input.ts";
import type { Effects } from "./effects.ts";
import { exitCodes } from "./exit.ts";
import { commonOptions, type OptionTable, type OptionValues, parseCount, parseOptions, usageError } from "./options.ts";
import { parsePermits } from "./step_arguments.ts";
import { painter } from "./style.ts";
import { localTime } from "./summary.ts";
import { placeOf, workflowOptions } from "./workflow_arguments.ts";

const options = {
  name: { value: "name", help: "Name of the workflow; the file's name unless given" },
  as: { value: "kind", choices: ["flow", "conductor"], help: "What the file is; found out unless given" },
  description: { value: "text", help: "A sentence about it" },
  schedule: { value: "when", help: `Every so often ("15m"), or a cron expression ("0 6 * * *")` },
  tz: { value: "zone", help: "Time zone of the schedule, such as Europe/Berlin; this machine's unless given" },
  after: { value: "workflow", help: "Run after each run of another workflow that succeeded" },
  param: {
    value: "key=value",
    many: true,
    help: "A parameter of a conductor with its default; key:=JSON for what is no text",
  },
  include: { value: "path", many: true, help: "Freeze this file or folder too" },
  permit: {
    value: "kind=values",
    many: true,
    help: "Permit read, write, net, env, run, sys or ffi, such as net=api.example.com",
  },
  forbid: { value: "kind", many: true, help: "Forbid a kind of permission" },
  keep: { value: "count", help: "Keep so many of the newest runs; all unless given" },
  "on-missed": {
    value: "what",
    choices: ["run-once", "skip"],
    help: "What becomes of ticks that nobody was there for",
  },
  overlap: {
    value: "what",
    choices: ["skip", "queue", "cancel-old", "allow"],
    help: "What becomes of a tick while a run goes on",
  },
  timeout: { value: "duration", help: "How long one run may take, such as 30m" },
  notify: { value: "url", many: true, help: "Webhook to tell when it fails or is well again, such as '${HOOK_URL}'" },
  ...workflowOptions,
} satisfies OptionTable;

type Values = OptionValues<typeof options & typeof commonOptions>;

/** The command `publish`. */
export const command: Command = {
  name: "publish",
  usage: "<file> [options]",
  description: `Publishes a flow file or a conductor script as a workflow: its sources are frozen as a version, so that
what runs at night is what was published, whatever is edited since. The same content makes no new version. Settings that an
operator changed stay as they are.`,
  options,
  examples: [
    ["publish flows/delay_model.ts --schedule '0 6 * * *' --tz Europe/Berlin", "a flow, every morning"],
    ["publish conductor.ts --name nightly --param limit:=500 --keep 30", "a conductor with a parameter"],
    ["publish flows/report.ts --after nightly", "whenever another workflow has succeeded"],
  ],
  async run(args, effects) {
    const { values, positionals } = parseOptions(args, { ...options, ...commonOptions });
    const [file, more] = positionals;
    if (file === undefined) throw usageError("What is to be published?", "Write publish <file>");
    if (more !== undefined) throw usageError(`"${more}" is one argument too many`);
    const name = values.name ?? suggestName(basename(file, extname(file)));
    const publication = await publishFlow(name, await publishOptions(file, values));
    tell(publication, values, effects);
    return exitCodes.done;
  },
};

async function publishOptions(file: string, values: Values): Promise<PublishOptions> {
  const kind = values.as ?? await kindOf(file);
  const { config, textKeys } = await readConfigInput([], values.param);
  const strange = textKeys.find((key) => key.includes("."));
  if (strange) throw usageError(`"--param ${strange}=…" is no name of a parameter`);
  const given: { [name: string]: unknown } = {
    ...placeOf(values),
    [kind]: file,
    description: values.description,
    params: Object.keys(config).length > 0 ? config : undefined,
    include: values.include.length > 0 ? values.include : undefined,
    permissions: parsePermits(values.permit, values.forbid),
    schedule: scheduleOf(values),
    keep: parseCount(values.keep, "keep"),
    onMissed: values["on-missed"],
    overlap: values.overlap,
    timeout: values.timeout,
    notify: values.notify.length > 0 ? values.notify : undefined,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function scheduleOf({ schedule, after: upstream, tz }: Values): Schedule | undefined {
  if (schedule !== undefined && upstream !== undefined) throw usageError("--schedule and --after exclude each other");
  if (upstream !== undefined) return after(upstream);
  return schedule === undefined ? undefined : parseSchedule(schedule, { tz });
}

/** A flow has a cell with parameters; any other script conducts. */
async function kindOf(file: string): Promise<"flow" | "conductor"> {
  try {
    await readFlow(flowPath(file));
    return "flow";
  } catch (error) {
    const isScript = isDuctaflowError(error, "flow-parameters") && !/^\s*\/\/ %%/m.test(Deno.readTextFileSync(file));
    if (isScript) return "conductor";
    throw error;
  }
}

function tell({ name, version, isNew, files, overridden, next }: Publication, values: Values, effects: Effects): void {
  const { stdout, stderr } = effects;
  const paint = painter(stderr.color);
  const what = isNew
    ? `is published: version ${version}, ${files.length} files frozen`
    : `has not changed: version ${version}`;
  stderr.write(`${paint("green", "✔")} ${name} ${what}\n`);
  if (next[0]) stderr.write(`  Next run: ${localTime(next[0])}\n`);
  if (overridden.length > 0) {
    stderr.write(
      `${paint("yellow", "▲")} An operator changed ${overridden.join(", ")}, which stays so; flows ${name} --reset ${
        overridden[0]
      } takes it back\n`,
    );
  }
  const runsDir = values.runs ?? "runs";
  if (next.length > 0 && !isLocked(presenceLock(runsDir))) {
    stderr.write(`${paint("yellow", "▲")} No scheduler is running here: start one with serve --scheduler-only\n`);
  }
  stdout.write(values.json ? jsonText({ name, version, isNew, files, overridden, next }) : `${name}\n`);
}
