/**
 * A real Chromium for tests. Where none is installed the tests are skipped with a notice, except under
 * `DUCTAFLOW_REQUIRE_BROWSER=1`, which makes a missing browser a failure.
 * @module
 */
import type { Browser } from "./deps.ts";

const paths = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The path of a Chromium: `$CHROMIUM`, or one of the usual places. */
export function findBrowser(): string | undefined {
  return [Deno.env.get("CHROMIUM"), ...paths].find((path) => path !== undefined && path !== "" && isFile(path));
}

/** Whether browser tests are to be skipped; says so once. */
export function skipsBrowserTests(): boolean {
  if (findBrowser() !== undefined || Deno.env.get("DUCTAFLOW_REQUIRE_BROWSER") === "1") return false;
  console.log("notice: no Chromium found, browser tests are skipped (set CHROMIUM to its path)");
  return true;
}

/** Starts the browser; the caller closes it. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === undefined) {
    throw new Error("No Chromium was found and DUCTAFLOW_REQUIRE_BROWSER is set: install one or set CHROMIUM");
  }
  const { chromium } = await import("./deps.ts");
  return await chromium.launch({ executablePath, args, headless: true });
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
