/**
 * The toolkit's side of a standalone script: bundled into it, it binds the config as a step does, gives the flow the
 * globals that instrumented code and `lib/flow.ts` look for, and says how it ended.
 * @module
 */
import { DuctaflowError, isDuctaflowError, messageOf } from "../../base/error.ts";
import { checkName } from "../../base/names.ts";
import { fromFileUrl, join, resolve, toFileUrl } from "../../deps/path.ts";
import type { Flow } from "../../notebook/flow.ts";
import { bindConfig, type BoundConfig } from "../../step/bind_config.ts";
import { readConfigInput } from "../../step/config_input.ts";
import { type Bundle, bundleOf, rowsBundle } from "../../step/host/display.ts";
import { instrumentation, moduleMeta, revive } from "../../step/host/instrumentation.ts";
import { kernelApi } from "../../step/host/kernel.ts";
import type { Secrets } from "../../step/secrets.ts";
import { refuseSlips } from "../../step/setting_slips.ts";
import { exists } from "../../base/maybe_file.ts";
import { helpText, readArguments, type StandaloneArguments } from "./arguments.ts";
import { secretsOfScript } from "./secrets.ts";
import { failureText, type Said, summaryText } from "./summary.ts";

/** What a script knows of its flow. */
export interface StandaloneFlow {
  flow: Flow;
  /** The place of the flow, seen from the script. */
  place: string;
  /** How to start the script, such as `deno run --allow-read delay_standalone.js`. */
  command: string;
  /** The name of the config file beside the script. */
  configFile: string;
}

const exitCodes = { failed: 1, usage: 2 };

/** Runs the flow of a script with the config that its file and the command line give. `script`: the script's URL. */
export async function runStandalone(
  about: StandaloneFlow,
  script: string,
  importFlow: () => Promise<unknown>,
): Promise<void> {
  // What `deno compile` makes lies where its executable lies.
  const base = (Deno.build as { standalone?: boolean }).standalone ? toFileUrl(Deno.execPath()).href : script;
  const flow = { ...about.flow, url: new URL(about.place, base).href };
  const prepared = await orExplain(() => prepare({ ...about, flow }, base));
  if (prepared === undefined) return;
  const { given, bound, instance, secrets } = prepared;
  for (const warning of bound.warnings) console.error(`Warning: ${warning}`);
  const said: Said = { cell: undefined, metrics: new Map(), checks: new Map() };
  const runs = given.out === undefined ? given.runs : resolve(given.runs);
  if (given.out !== undefined) await orExplain(() => enterFolder(given.out!));
  const startedAt = Date.now();
  installGlobals({ flow, bound, instance, secrets, runs, base, said });
  try {
    await importFlow();
  } catch (error) {
    console.error(secrets.redact(failureText(flow, said, error)));
    Deno.exit(exitCodes.failed);
  }
  const { text, failed } = summaryText(flow, said, startedAt);
  console.error(secrets.redact(text));
  if (failed) Deno.exitCode = exitCodes.failed;
}

interface Prepared {
  given: StandaloneArguments;
  bound: BoundConfig;
  instance: string;
  secrets: Secrets;
}

/** Undefined when there is nothing to run. */
async function prepare({ flow, command, configFile }: StandaloneFlow, base: string): Promise<Prepared | undefined> {
  const given = readArguments(Deno.args);
  if (given.help) {
    console.log(helpText(flow, command, configFile));
    return undefined;
  }
  const instance = checkName("instance", given.instance ?? "standalone");
  const beside = fromFileUrl(new URL(encodeURIComponent(configFile), base));
  const files = given.config.length > 0 ? given.config : exists(beside) ? [beside] : [];
  const { config, textKeys } = await readConfigInput(files, given.set, { secrets: given.secret });
  refuseSlips(flow, given.set);
  const bound = bindConfig(flow, config, { textKeys, name: `${flow.name}/${instance}` });
  return { given, instance, bound, secrets: await secretsOfScript(bound.secrets) };
}

/** Ends the process with words where the config or the command line is wrong, before anything of the flow runs. */
async function orExplain<T>(act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const isPermission = error instanceof Deno.errors.NotCapable;
    if (!isPermission && !isDuctaflowError(error)) throw error;
    const hint = isPermission ? "Give deno run the flag it names, or -A for all of them" : error.hint;
    console.error(`Error: ${messageOf(error)}${hint ? `\nHint: ${hint}` : ""}`);
    Deno.exit(exitCodes.usage);
  }
}

function enterFolder(folder: string): void {
  try {
    Deno.mkdirSync(folder, { recursive: true });
    Deno.chdir(folder);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    throw new DuctaflowError(`The outputs cannot go to "${folder}": ${messageOf(cause)}`, {
      code: "bad-folder",
      hint: "Choose another folder with --out",
      cause,
    });
  }
}

interface Globals {
  flow: Flow;
  bound: BoundConfig;
  instance: string;
  secrets: Secrets;
  /** The folder of all runs, seen from the current one. */
  runs: string;
  base: string;
  said: Said;
}

function installGlobals({ flow, bound, instance, secrets, runs, base, said }: Globals): void {
  const { values, globals } = secrets.fill({ values: bound.values, globals: bound.globals });
  const global = globalThis as unknown as Record<string, unknown>;
  // As in a run: storage that would outlive it.
  for (const name of ["localStorage", "sessionStorage", "caches"]) delete global[name];
  const hidden = (name: string | symbol, value: unknown) => Object.defineProperty(globalThis, name, { value });
  const placeOf = (url: string) => ({
    url,
    path: url.startsWith("file:") ? fromFileUrl(url) : undefined,
    resolve: (specifier: string) => import.meta.resolve(specifier),
  });
  const listener = { cell: (index: number) => said.cell = index, out: () => {} };
  hidden("__ductaflow__", {
    ...instrumentation(placeOf(flow.url), values, runs, listener),
    /** The other modules of the script, each in its own place as seen from the script. */
    module: (place: string) => moduleMeta(placeOf(new URL(place, base).href), false),
  });
  hidden(Symbol.for("ductaflow.host"), {
    run: Object.freeze({ step: flow.name, instance, dir: Deno.cwd() }),
    display: show,
    metric: (name: string, value: number, { unit }: { unit?: string }) => said.metrics.set(name, { value, unit }),
    check: (name: string, ok: boolean, options: { severity?: string; message?: string }) =>
      said.checks.set(name, { ok, ...options }),
    progress: () => {},
    input: (step: string, name: string, file: string) => join(runs, step, name, file),
    rows: rowsBundle,
  });
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value: revive(value, runs), configurable: true, writable: true });
  }
  (Deno as unknown as Record<string, unknown>).jupyter = kernelApi(show);
}

/** A terminal shows text; what is only a picture or a page is named. */
function show(value: unknown): void {
  if (typeof value === "string") return console.log(value);
  const bundle = bundleOf(value);
  if (bundle instanceof Promise) bundle.then(print);
  else print(bundle);
}

function print(bundle: Bundle): void {
  const text = bundle["text/plain"] ?? bundle["text/markdown"];
  console.log(typeof text === "string" ? text : `[${Object.keys(bundle).join(", ")}]`);
}
