/**
 * Where this toolkit is and which one it is, for projects that are made with it.
 * @module
 */
import { fromFileUrl } from "../deps/path.ts";
import { toolkitFolder, toolkitUrl } from "../base/toolkit.ts";
import { version } from "../base/version.ts";
import { maybeGit } from "../step/environment.ts";

/** Which toolkit a project was made with. */
export interface ToolkitOrigin {
  /** Its version. */
  version: string;
  /** The URL of what conductors import: `file:` for a folder, else of the web. */
  url: string;
  /** The git commit that its folder is at, or that its URL names. */
  commit?: string;
}

/** Which toolkit this is. */
export function toolkitOrigin(): ToolkitOrigin {
  const folder = new URL(toolkitFolder);
  const commit = folder.protocol === "file:"
    ? maybeGit(fromFileUrl(folder).replace(/[\\/]$/, ""))?.commit
    : /\b[0-9a-f]{40}\b/.exec(folder.pathname)?.[0];
  return { version, url: toolkitUrl, ...(commit === undefined ? {} : { commit }) };
}

/** The content of `ductaflow_version.txt`. */
export function versionText({ version, url, commit }: ToolkitOrigin, copied: boolean): string {
  const place = url.startsWith("file:") ? fromFileUrl(url) : url;
  const lines = [
    `ductaflow ${version}`,
    `from: ${place}${copied ? ", copied into ductaflow/" : ""}`,
    `git commit: ${commit ?? "not known"}`,
    `deno: ${Deno.version.deno}`,
    `made: ${new Date().toISOString()}`,
  ];
  return lines.map((line) => `${line}\n`).join("");
}
