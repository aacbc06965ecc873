/**
 * Programs that add something: a browser, Jupyter, Slurm, git.
 * @module
 */
import { maybeEnv } from "../../base/maybe_env.ts";
import { ask, type Finding } from "./finding.ts";

/** Where Chromium and Chrome are when their names are not on the PATH. */
const browsers = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** A program that tells its version. */
async function checkProgram(
  about: Omit<Finding, "status" | "found" | "needed">,
  commands: string[],
  args = ["--version"],
): Promise<Finding> {
  const { advice, ...rest } = about;
  for (const command of commands) {
    const said = await ask(command, args);
    if (said?.ok) return { ...rest, needed: false, status: "ok", found: said.text.split("\n")[0] };
    if (said) {
      const found = said.late ? `${command} does not answer` : `${command} ends with an error`;
      return {
        ...rest,
        needed: false,
        status: "problem",
        found,
        advice: `See what "${command} ${args.join(" ")}" says`,
      };
    }
  }
  return { ...rest, needed: false, status: "missing", found: "not found", ...(advice ? { advice } : {}) };
}

/** Git: commits in records come from files, so the program itself is for the user. */
export function checkGit(): Promise<Finding> {
  const advice = "Install git to keep flows under version control; records name the commit";
  return checkProgram({ name: "git", use: "history of your flows", advice }, ["git"]);
}

/** Chromium or Chrome. */
export function checkBrowser(): Promise<Finding> {
  const own = maybeEnv("CHROMIUM");
  const advice = "Reports open in any browser; this one is for browser tests: apt install chromium, or set CHROMIUM";
  return checkProgram({ name: "Chromium", use: "reports, browser tests", advice }, [...own ? [own] : [], ...browsers]);
}

/** Slurm's own client. */
export function checkSlurm(): Promise<Finding> {
  const advice = "Only where a cluster is; flows run on this machine without it";
  return checkProgram({ name: "Slurm", use: "runs on a cluster", advice }, ["sinfo"]);
}

/** Jupyter, and Deno's kernel in it. */
export async function checkJupyter(): Promise<Finding> {
  const advice = "Install it to open flows as notebooks: apt install jupyter-notebook, or pip install jupyterlab";
  const about = { name: "Jupyter", use: "flows as notebooks", advice };
  const [program, kernels] = await Promise.all([
    checkProgram(about, ["jupyter"]),
    ask("jupyter", ["kernelspec", "list", "--json"]),
  ]);
  if (program.status !== "ok") return program;
  const install = { advice: "Install it: deno jupyter --install" };
  if (!kernels?.ok) {
    const found = `"jupyter" is there, but "jupyter kernelspec list" does not work`;
    return { ...program, status: "problem", found, advice: "Install Jupyter as a whole: apt install jupyter-notebook" };
  }
  if (hasDenoKernel(kernels.text)) return { ...program, found: `${program.found}, with Deno's kernel` };
  return { ...program, status: "problem", found: `${program.found}, without Deno's kernel`, ...install };
}

function hasDenoKernel(text: string): boolean {
  try {
    return Object.hasOwn(JSON.parse(text).kernelspecs, "deno");
  } catch {
    return false;
  }
}
