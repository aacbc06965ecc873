/**
 * The project that a flow belongs to: the folder from which it may import, its configuration and lock file.
 * @module
 */
import { dirname, fromFileUrl, join } from "../deps/path.ts";
import { isBelow } from "../base/is_below.ts";
import { exists, maybeText } from "../base/maybe_file.ts";
import type { Flow } from "../notebook/flow.ts";
import { toolkitUrl } from "../base/toolkit.ts";

/** What a flow's process takes from around the flow. */
export interface Project {
  /** Static imports may reach below this folder only. Undefined for a flow from the web. */
  root?: string;
  /** Absolute path of `deno.json` or `deno.jsonc`. */
  configFile?: string;
  /** Absolute path of `deno.lock` beside it. */
  lockFile?: string;
  /** Hosts that modules may be loaded from beyond Deno's own list. */
  importHosts: string[];
}

/** What Deno calls its configuration file. */
export const configNames = ["deno.json", "deno.jsonc"];

/**
 * Finds the project of a flow: the nearest folder above it with a `deno.json` or a `.git`; without one the current
 * folder if the flow lies below it, else the flow's own folder.
 */
export function findProject(flowUrl: string): Project {
  const owner = maybeOwner(flowUrl) ?? flowUrl;
  const importHosts = remoteHosts([owner, toolkitUrl]);
  if (!owner.startsWith("file:")) return { importHosts };
  const folder = dirname(fromFileUrl(owner));
  let root: string | undefined;
  let configFile: string | undefined;
  for (let at = folder;; at = dirname(at)) {
    configFile ??= configNames.map((name) => join(at, name)).find(exists);
    if (configFile !== undefined || exists(join(at, ".git"))) root = at;
    if (root !== undefined || dirname(at) === at) break;
  }
  root ??= isBelow(folder, Deno.cwd()) && dirname(Deno.cwd()) !== Deno.cwd() ? Deno.cwd() : folder;
  const lockFile = configFile && join(dirname(configFile), "deno.lock");
  return { root, configFile, lockFile: lockFile && exists(lockFile) ? lockFile : undefined, importHosts };
}

/** A flow that the toolkit wrote belongs to the project of the module that it was written for. */
function maybeOwner(flowUrl: string): string | undefined {
  if (!flowUrl.startsWith("file:") || !flowUrl.includes("/.ductaflow/")) return undefined;
  return maybeText(join(dirname(fromFileUrl(flowUrl)), ownerFile))?.trim();
}

/** Beside a flow that the toolkit wrote: the URL of the module that it was written for. */
export const ownerFile = "owner.txt";

/** The project of a flow as it is now, with the hosts that the flow's header asks to import from. */
export function projectOfFlow({ url, header }: Flow): Project {
  const project = findProject(url);
  const hosts = header.permissions.import;
  return { ...project, importHosts: [...project.importHosts, ...Array.isArray(hosts) ? hosts : []] };
}

/** The flags by which every `deno` that touches the flow sees the same configuration, lock file and packages. */
export function projectFlags(project: Project): string[] {
  return [
    project.configFile ? `--config=${project.configFile}` : "--no-config",
    project.lockFile ? `--lock=${project.lockFile}` : "--no-lock",
    "--node-modules-dir=none",
    ...importFlags(project.importHosts),
  ];
}

/** The flag that lets Deno load modules from these hosts too; none where Deno does so anyway. */
export function importFlags(hosts: string[]): string[] {
  const more = hosts.filter((host) => !defaultHosts.includes(host));
  return more.length > 0 ? [`--allow-import=${[...defaultHosts, ...more].join()}`] : [];
}

/** An explicit list replaces Deno's own, so both are given. */
const defaultHosts = [
  "deno.land:443",
  "jsr.io:443",
  "esm.sh:443",
  "raw.esm.sh:443",
  "cdn.jsdelivr.net:443",
  "raw.githubusercontent.com:443",
  "gist.githubusercontent.com:443",
];

/** The hosts of those URLs that are of the web, each with its port. */
export function remoteHosts(urls: string[]): string[] {
  const remote = urls.filter((url) => /^https?:/.test(url)).map((url) => new URL(url));
  return [...new Set(remote.map((url) => `${url.hostname}:${url.port || (url.protocol === "https:" ? 443 : 80)}`))];
}
