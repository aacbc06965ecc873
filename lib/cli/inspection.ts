/**
 * The options of `run` that let a debugger look into the flow.
 * @module
 */
import { join, resolve } from "../deps/path.ts";
import { localExecutor } from "../executor/local.ts";
import { stepDefaults, type StepOptions } from "../step/step_options.ts";
import type { Effects } from "./effects.ts";
import { type OptionTable, type OptionValues, parseCount, usageError } from "./options.ts";
import { painter } from "./style.ts";

/** Options for a debugger. */
export const inspectOptions = {
  "inspect-brk": { help: "Wait for a debugger, and stop at the first code cell of the flow" },
  "inspect-wait": { help: "Wait for a debugger, and stop at its breakpoints only" },
  "inspect-port": { value: "port", help: "Where it is waited for on this machine; 9229 unless given" },
} satisfies OptionTable;

/** Nobody is timed while at a debugger. */
const noLimit = "365d";
const highestPort = 65535;

/** The options of the step that make it wait for a debugger; none when it need not. */
export async function readInspection(
  values: OptionValues<typeof inspectOptions>,
  { runsDir, timeout, retries, cache }: StepOptions,
  { stderr }: Effects,
): Promise<StepOptions> {
  const [stop, wait] = [values["inspect-brk"], values["inspect-wait"]];
  const given = parseCount(values["inspect-port"], "inspect-port");
  if (!stop && !wait) {
    if (given === undefined) return {};
    throw usageError("--inspect-port needs --inspect-brk or --inspect-wait beside it");
  }
  if (stop && wait) throw usageError("--inspect-brk and --inspect-wait exclude each other");
  if (cache !== undefined && cache !== "off") {
    throw usageError(`--cache ${cache} and a debugger exclude each other`, "For a debugger the flow always runs");
  }
  if (given !== undefined && (given === 0 || given > highestPort)) {
    throw usageError(`The option --inspect-port is "${given}"; accepted is a port from 1 to ${highestPort}`);
  }
  const { inspectingExecutor, inspectorPort } = await import("../step/inspecting_executor.ts");
  const port = given ?? inspectorPort;
  const paint = painter(stderr.color);
  stderr.write(
    `${
      paint("bold", "The flow waits for a debugger")
    } at 127.0.0.1:${port}: attach VS Code, or open chrome://inspect\n`,
  );
  const local = localExecutor(join(resolve(runsDir ?? stepDefaults.runsDir), ".ductaflow", "build"));
  return {
    executor: inspectingExecutor(local, { port, stop }),
    cache: "off",
    timeout: timeout ?? noLimit,
    retries: retries ?? 0,
  };
}
