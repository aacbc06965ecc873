/**
 * What the toolkit itself needs: Deno, its cache, permissions, a folder to write to, and that a flow runs.
 * @module
 */
import { messageOf } from "../../base/error.ts";
import { fromFileUrl, join, resolve } from "../../deps/path.ts";
import { denoCommand } from "../../executor/local.ts";
import { toolkitUrl } from "../../base/toolkit.ts";
import { findDenoDir } from "../../step/child_environment.ts";
import { importFlags, remoteHosts } from "../../step/project.ts";
import { runStepFlow } from "../../step/run_step_flow.ts";
import { ask, type Finding, limitMs } from "./finding.ts";

/** The Deno that this is developed and tested with. */
export const testedDeno = "2.9.6";

type Core = Omit<Finding, "name" | "use" | "needed">;

/** This Deno, and the one that flows are started with: conductors with `--allow-run=deno` start it by its name. */
export async function checkDeno(running = Deno.version.deno): Promise<Finding> {
  const about = { name: "Deno", use: "runs everything", needed: true };
  const said = await ask("deno", ["--version"]);
  const named = /^deno (\S+)/.exec(said?.text ?? "")?.[1];
  const advice = olderThan(running, testedDeno) ? `Run "deno upgrade": it is tested with ${testedDeno}` : undefined;
  if (named === undefined) {
    const found = `${running}, but no "deno" on the PATH`;
    return {
      ...about,
      status: "problem",
      found,
      advice: `Put ${Deno.execPath()} on the PATH: flows are started by name`,
    };
  }
  if (named !== running) {
    const found = `${running}, but "deno" on the PATH is ${named}`;
    return {
      ...about,
      status: "problem",
      found,
      advice: "Let the PATH lead to one Deno only: flows may run in the other",
    };
  }
  return { ...about, status: advice ? "problem" : "ok", found: running, ...(advice ? { advice } : {}) };
}

/** Whether a version comes before another, by its first two numbers. */
export function olderThan(version: string, other: string): boolean {
  const [[major, minor], [otherMajor, otherMinor]] = [version, other].map((text) => text.split(".").map(Number));
  return major < otherMajor || major === otherMajor && minor < otherMinor;
}

/** Whether Deno's cache can be written, and whether all that the toolkit imports is in it. */
export async function checkCache(): Promise<Finding> {
  const about = { name: "Cache", use: "packages and modules, fetched once", needed: true };
  const dir = await findDenoDir();
  const problem = writeProblem(dir);
  if (problem !== undefined) {
    return {
      ...about,
      status: "problem",
      found: `${dir}: ${problem}`,
      advice: "Set DENO_DIR to a folder you may write to",
    };
  }
  const imports = importFlags(remoteHosts([toolkitUrl]));
  const said = await ask(denoCommand(), ["info", "--json", "--no-config", "--no-lock", ...imports, toolkitUrl]);
  if (said?.ok && isComplete(JSON.parse(said.text))) {
    return { ...about, status: "ok", found: `${dir}, complete: works without a network` };
  }
  const found = `${dir}, not complete: the rest is fetched when it is first used`;
  const command = ["deno cache", ...imports, toolkitUrl.startsWith("file:") ? fromFileUrl(toolkitUrl) : toolkitUrl]
    .join(" ");
  return { ...about, status: "missing", found, advice: `To fetch all of it now: ${command}` };
}

/** Whether all modules and packages are there that `deno info` names. */
function isComplete({ modules, npmPackages }: {
  modules: { error?: string }[];
  npmPackages: Record<string, { localPath?: string }>;
}): boolean {
  return modules.every(({ error }) => error === undefined) &&
    Object.values(npmPackages).every(({ localPath }) => localPath !== undefined && isFolder(localPath));
}

/** What this process may do, which a conductor needs as well. */
export function checkPermissions(): Promise<Finding> {
  const needs: [flag: string, Deno.PermissionDescriptor][] = [
    ["--allow-read", { name: "read" }],
    ["--allow-write=runs", { name: "write", path: "runs" }],
    ["--allow-run=deno", { name: "run", command: "deno" }],
  ];
  const missing = needs.filter(([, needed]) => Deno.permissions.querySync(needed).state !== "granted");
  const about = { name: "Permissions", use: "of this process; a conductor needs them too", needed: true };
  const [found, advice] = missing.length === 0
    ? [needs.map(([flag]) => flag).join(" "), undefined]
    : ["not all that a conductor needs", `Add ${missing.map(([flag]) => flag).join(" ")}`];
  return Promise.resolve({ ...about, status: advice ? "problem" : "ok", found, ...(advice ? { advice } : {}) });
}

/** Whether runs can be written in the current folder. */
export function checkFolder(): Promise<Finding> {
  const runs = resolve("runs");
  const dir = isFolder(runs) ? runs : Deno.cwd();
  const problem = writeProblem(dir);
  const about = { name: "Folder", use: "runs are written here", needed: true };
  const core: Core = problem === undefined ? { status: "ok", found: `${dir} can be written` } : {
    status: "problem",
    found: `${dir}: ${problem}`,
    advice: "Go to a folder that you may write to, or give --runs",
  };
  return Promise.resolve({ ...about, ...core });
}

/** A small flow, run for real in a temporary folder: permissions, audit, notebook and report with it. */
export async function checkFlow(): Promise<Finding> {
  const about = { name: "A flow", use: "run as a trial, in a temporary folder", needed: true };
  const started = performance.now();
  let dir: string | undefined;
  try {
    dir = await Deno.makeTempDir({ prefix: "ductaflow-doctor-" });
    Deno.writeTextFileSync(join(dir, "trial.ts"), `// %% tags=["parameters"]\nlet n = 1;\n// %%\nn + 1;\n`);
    const { status } = await runStepFlow(join(dir, "trial.ts"), "one", { n: 2 }, {
      runsDir: join(dir, "runs"),
      timeout: limitMs,
    });
    return { ...about, status: "ok", found: `${status} in ${Math.round(performance.now() - started)} ms` };
  } catch (error) {
    const hint = (error as { hint?: string }).hint;
    return { ...about, status: "problem", found: messageOf(error), ...(hint ? { advice: hint } : {}) };
  } finally {
    if (dir !== undefined) await Deno.remove(dir, { recursive: true }).catch(() => {});
  }
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

/** Why nothing can be written to a folder, found out by doing it. */
function writeProblem(dir: string): string | undefined {
  try {
    Deno.removeSync(Deno.makeTempFileSync({ dir, prefix: ".ductaflow-doctor-" }));
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
