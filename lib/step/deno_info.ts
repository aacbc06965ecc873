/**
 * What `deno info --json` knows of a module: all that it imports, and what its specifiers mean.
 * @module
 */
import { type Project, projectFlags } from "./project.ts";
import { runDeno } from "./run_deno.ts";

/** One module of the graph. */
export interface InfoModule {
  kind?: string;
  specifier: string;
  /** Where its text is on this machine: the file itself, or what was fetched. */
  local?: string;
  /** What Deno takes it for, such as `TypeScript`. */
  mediaType?: string;
  error?: string;
  /** The name in `npmPackages`. */
  npmPackage?: string;
  dependencies?: {
    specifier: string;
    code?: { specifier?: string; error?: string; span: { start: { line: number } } };
    isDynamic?: boolean;
    /** The `type` of its import attribute. */
    assertionType?: string;
  }[];
}

/** What `deno info --json` says, as far as it is needed. */
export interface Info {
  modules: InfoModule[];
  redirects?: Record<string, string>;
  /** All that the lock file knows, imported here or not. */
  npmPackages?: Record<string, { dependencies?: string[] }>;
}

/** Asks about a module as the flows of a project see it. Without an answer, the problem is what Deno said. */
export async function askDenoInfo(url: string, project: Project): Promise<{ info?: Info; problem: string }> {
  const { ok, stdout, stderr } = await runDeno(["info", "--json", ...projectFlags(project), url], project.root);
  return ok ? { info: JSON.parse(stdout), problem: "" } : { problem: stderr.trim() };
}
