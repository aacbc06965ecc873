/**
 * What `run`, `why` and `batch` have in common: which flow, which instance, with which config and permissions.
 * @module
 */
import type { PermissionKind } from "../base/record.ts";
import { nearest } from "../base/nearest.ts";
import { permissionKinds } from "../base/permission_kind.ts";
import type { PermissionOptions } from "../step/grant.ts";
import type { StepOptions } from "../step/step_options.ts";
import { type ConfigInput, deriveInstance, readConfigInput } from "../step/config_input.ts";
import { type OptionTable, type OptionValues, usageError } from "./options.ts";

/** Options that decide what a step is. */
export const stepArguments = {
  config: {
    value: "file",
    many: true,
    short: "f",
    help: `Config from a .json, .yaml or .yml file, or from "-" (stdin); later files win`,
  },
  "config-yaml": { value: "text", many: true, short: "y", help: "Config as YAML or JSON text, over the files" },
  "config-base64": { value: "text", many: true, short: "b", help: "The same text in Base64, over those" },
  set: {
    value: "key=value",
    many: true,
    short: "p",
    help: "One value over all of these; model.seed=3 nests, key:=JSON is typed",
  },
  secret: {
    value: "key=NAME",
    many: true,
    help: "Give a key the value of the environment variable NAME, which is written down nowhere",
  },
  instance: {
    value: "name",
    short: "i",
    help: "Name of the instance, instead of the second argument; {period}_{model.seed} takes values of the config",
  },
  step: { value: "name", help: "Name of the step instead of the flow's file name" },
  runs: { value: "folder", help: `Folder of all runs, "runs" unless given` },
  strict: { help: "Count changes of comments and formatting in the code too" },
  permit: {
    value: "kind[=a,b]",
    many: true,
    help: "Grant this instead of what the header asks: net=example.com, read=../data",
  },
  forbid: { value: "kind", many: true, help: "Grant none of this kind, whatever the header asks: net, env, run, all" },
} satisfies OptionTable;

/** A step as the command line names it. */
export interface StepArguments {
  flow: string;
  instance: string;
  input: ConfigInput;
  options: StepOptions;
}

/** Reads the arguments that are common to `run` and `why`. */
export async function readStepArguments(
  values: OptionValues<typeof stepArguments>,
  positionals: string[],
  stdin?: () => Promise<string>,
): Promise<StepArguments> {
  const [flow, named, ...rest] = positionals;
  if (!flow) throw usageError("No flow is given", "Write the path of a flow, or the name of one in flows/");
  if (rest.length > 0) throw usageError(`"${rest[0]}" is one argument too many`, "Values are given as --set key=value");
  if (named?.includes("=") && values.instance === undefined && !values.set.length) {
    throw usageError(
      `"${named}" is taken for the name of the instance`,
      `Write --set ${named}, or --instance ${named}`,
    );
  }
  if (named !== undefined && values.instance !== undefined && named !== values.instance) {
    throw usageError(`The instance is given twice, as "${named}" and as "${values.instance}"`);
  }
  const input = await readConfigValues(values, stdin);
  const options: StepOptions = { textConfig: input.textKeys, ...readStepOptions(values) };
  const name = values.instance ?? named;
  const instance = name === undefined
    ? await deriveInstance(input.labels, values.set)
    : name.includes("{")
    ? await (await import("./instance_template.ts")).fillInstance(name, { flow, input, options })
    : name;
  return { flow, instance, input, options };
}

/** The config that these options give. */
export async function readConfigValues(
  values: Pick<OptionValues<typeof stepArguments>, "config" | "config-yaml" | "config-base64" | "set" | "secret">,
  stdin?: () => Promise<string>,
): Promise<ConfigInput> {
  const { config, set, secret, "config-yaml": yaml, "config-base64": base64 } = values;
  return await readConfigInput(config, set, { yaml, base64, secrets: secret, stdin });
}

/** What the command line says of a step besides its flow, instance and config. */
export function readStepOptions({ permit, forbid, strict, step, runs }: OptionValues<typeof stepArguments>) {
  return {
    permissions: parsePermits(permit, forbid),
    ...(strict ? { strict: true } : {}),
    ...(step === undefined ? {} : { step }),
    ...(runs === undefined ? {} : { runsDir: runs }),
  } satisfies StepOptions;
}

/** The step that a flow stands for by its name. */
export function stepName(flow: string): string {
  const last = flow.replace(/[?#].*$/, "").replace(/\/+$/, "").split("/").at(-1)!;
  return last.replace(/(.)\.[^.]*$/, "$1");
}

/** `--permit` and `--forbid` as the conductor's word. A kind by its name wins over `all`. */
export function parsePermits(permit: string[], forbid: string[]): PermissionOptions {
  const all: PermissionOptions = {};
  const single: PermissionOptions = {};
  const decide = (option: string, kind: string, value: string[] | boolean) => {
    const target = kind === "all" ? all : single;
    for (const each of kind === "all" ? permissionKinds : [checkKind(option, kind)]) {
      const before = target[each];
      if (before !== undefined && (before === false) !== (value === false)) {
        throw usageError(`The permission "${kind}" is both permitted and forbidden`);
      }
      target[each] = Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value;
    }
  };
  for (const text of permit) {
    const [, kind, list] = /^([^=]*)(?:=(.*))?$/s.exec(text)!;
    const items = list?.split(",").map((item) => item.trim());
    if (items?.includes("")) throw usageError(`"--permit ${text}" has an empty value`);
    if (kind === "all" && items) throw usageError(`"--permit ${text}": "all" takes no values`);
    decide("permit", kind, items ?? true);
  }
  for (const kind of forbid.flatMap((text) => text.split(","))) decide("forbid", kind.trim(), false);
  return { ...all, ...single };
}

function checkKind(option: string, kind: string): PermissionKind {
  const known = permissionKinds.find((each) => each === kind);
  if (known) return known;
  const meant = nearest(kind, permissionKinds);
  const hint = meant ? `Did you mean "${meant}"?` : `The kinds are ${permissionKinds.join(", ")}, or all`;
  throw usageError(`"--${option} ${kind}": there is no permission "${kind}"`, hint);
}
