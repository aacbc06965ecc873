/**
 * The licences of the packages in a bundle, which ask to be named in every copy.
 * @module
 */
import { join } from "../lib/deps/path.ts";
import { runDeno } from "../lib/step/run_deno.ts";

interface Info {
  denoDir?: string;
  modules?: { npmPackage?: string }[];
  /** All that the lock file knows, imported here or not. */
  npmPackages?: Record<string, { name: string; version: string; dependencies?: string[] }>;
}

/** A comment with the licence of every package that a module imports, in the order of their names. */
export async function licenseTexts(module: string, lockFile: string): Promise<string> {
  const [{ modules = [], npmPackages = {} }, { denoDir }] = await Promise.all([
    infoOf(`--lock=${lockFile}`, module),
    infoOf("--no-lock"),
  ]);
  const used = new Set(modules.map(({ npmPackage }) => npmPackage).filter((id) => id !== undefined));
  // A set goes on to what is added while it is gone through.
  for (const id of used) npmPackages[id]?.dependencies?.forEach((other) => used.add(other));
  const packages = [...used].map((id) => npmPackages[id]).toSorted((a, b) =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : 0
  );
  const npm = join(denoDir!, "npm");
  const texts = packages.map(({ name, version }) => {
    const text = textIn(npm, join(name, version), /^(licen[cs]e|copying)/i) ?? declared(npm, join(name, version));
    return `${name} ${version}\n\n${text.trim()}\n`;
  });
  const joined = texts.join(`\n${"-".repeat(80)}\n\n`).replaceAll("\r", "").replaceAll("*/", "* /");
  return `/*! The packages in this file and their licences\n\n${joined}*/\n`;
}

async function infoOf(...args: string[]): Promise<Info> {
  return JSON.parse((await runDeno(["info", "--json", "--no-config", ...args])).stdout);
}

/** What the package says of itself where it brings no text. */
function declared(npm: string, below: string): string {
  const { license, author } = JSON.parse(textIn(npm, below, /^package\.json$/) ?? "{}");
  const by = typeof author === "object" ? author.name : author;
  return `License: ${license ?? "not declared"}${by ? `, by ${by}` : ""}`;
}

/** The cache has one folder for each registry. */
function textIn(npm: string, below: string, names: RegExp): string | undefined {
  for (const registry of [...Deno.readDirSync(npm)].map(({ name }) => name).sort()) {
    const folder = join(npm, registry, below);
    try {
      const name = [...Deno.readDirSync(folder)].map(({ name }) => name).sort().find((name) => names.test(name));
      if (name) return Deno.readTextFileSync(join(folder, name));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) throw error;
    }
  }
}
