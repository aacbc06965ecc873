/**
 * Makes a new project. All its files are known before the first one is written.
 * @module
 */
import { basename, dirname, fromFileUrl, isAbsolute, join, relative, resolve, toFileUrl } from "../deps/path.ts";
import { explainDiskError } from "../base/disk_error.ts";
import { DuctaflowError, isDuctaflowError } from "../base/error.ts";
import { entriesOf, maybeLstat, maybeStat } from "../base/maybe_file.ts";
import { checkName } from "../base/names.ts";
import { toolkitFolder } from "../base/toolkit.ts";
import { importFlags, remoteHosts } from "../step/project.ts";
import type { NewProject, NewProjectOptions } from "./new_project.ts";
import { copyFolder, settingsFiles, type SettingsOptions } from "./project_settings.ts";
import { conductorName, templateFiles } from "./template_files.ts";
import { readToolkit } from "./toolkit_files.ts";
import { type ToolkitOrigin, toolkitOrigin, versionText } from "./toolkit_origin.ts";

const shownEntries = 5;
const slash = /[\\/]/g;

/** Makes the project `name` in a folder of its own. */
export async function makeProject(name: string, options: NewProjectOptions): Promise<NewProject> {
  checkName("project", name);
  const { dir: parent = ".", copy = false } = checked(options);
  const dir = join(parent instanceof URL || /^file:/.test(parent) ? fromFileUrl(parent) : resolve(parent), name);
  refuseTaken(dir);
  const toolkit = toolkitOrigin();
  const copied = copy ? await readToolkit() : new Map<string, string>();
  const conductor = conductorName(name);
  const files = {
    ...templateFiles({ name, toolkit: toolkitNote(toolkit, copy) }),
    ...settingsFiles({ conductor, ...whereFrom(dir, copy) }),
    "ductaflow_version.txt": versionText(toolkit, copy),
  };
  const copies = [...copied].map(([path, text]): [string, string] => [`${copyFolder}/${path}`, text]);
  try {
    writeAll(dir, [...Object.entries(files), ...copies]);
  } catch (error) {
    throw explain(error, dir);
  }
  return { name, dir, conductor, files: Object.keys(files).sort(), toolkit, copied: copied.size };
}

/** The hints for runs would not help. */
const hints: Record<string, string> = {
  "read-only": "Choose another folder",
  "conductor-permission": "Run it with --allow-read --allow-write --allow-run=deno, or with -A",
};

function explain(error: unknown, dir: string): unknown {
  const explained = explainDiskError(error, `make the project "${dir}"`);
  if (!isDuctaflowError(explained) || !Object.hasOwn(hints, explained.code)) return explained;
  const { message, code } = explained;
  return new DuctaflowError(message, { code, hint: hints[code], cause: error });
}

function checked(options: NewProjectOptions): NewProjectOptions {
  const { dir, copy } = options;
  if (dir !== undefined && !(dir instanceof URL) && (typeof dir !== "string" || dir === "")) {
    throw new TypeError(`The option dir is "${dir}", accepted is the path of a folder`);
  }
  if (copy !== undefined && typeof copy !== "boolean") {
    throw new TypeError(`The option copy is "${copy}", accepted is true or false`);
  }
  return options;
}

function refuseTaken(dir: string): void {
  const refuse = (what: string) => {
    throw new DuctaflowError(`The project "${basename(dir)}" cannot be made in "${dir}": ${what}`, {
      code: "not-empty",
      hint: "Choose another name or folder; nothing is ever overwritten",
    });
  };
  const there = maybeStat(dir) ?? maybeLstat(dir);
  if (there === undefined) return;
  if (!there.isDirectory) refuse("there is something by that name that is no folder");
  // A repository that was just made is a usual place to start in.
  const names = entriesOf(dir).map((entry) => entry.name).filter((name) => name !== ".git").sort();
  if (names.length === 0) return;
  const shown = names.slice(0, shownEntries).map((name) => `"${name}"`).join(", ");
  refuse(`the folder holds ${shown}${names.length > shownEntries ? ` and ${names.length - shownEntries} more` : ""}`);
}

/** How the project names the toolkit. A relative path goes on working when both are moved, or cloned side by side. */
function whereFrom(dir: string, copy: boolean): Omit<SettingsOptions, "conductor"> {
  if (copy) return { toolkit: `./${copyFolder}/`, toolkitPath: `${copyFolder}/`, importFlags: [] };
  const folder = new URL(toolkitFolder);
  if (folder.protocol !== "file:") {
    const flags = importFlags(remoteHosts([folder.href]));
    return { toolkit: folder.href, toolkitPath: folder.href, importFlags: flags };
  }
  const path = relative(realParent(dir), Deno.realPathSync(fromFileUrl(folder))).replace(slash, "/");
  // On another drive of Windows there is no way by a relative path.
  if (isAbsolute(path)) return { toolkit: `${toFileUrl(path).href}/`, toolkitPath: `${path}/`, importFlags: [] };
  return { toolkit: `${path.split("/").map(encodeURIComponent).join("/")}/`, toolkitPath: `${path}/`, importFlags: [] };
}

/** The path that a folder, which need not be there, will really have. */
function realParent(dir: string): string {
  if (maybeStat(dir)) return Deno.realPathSync(dir);
  return dirname(dir) === dir ? dir : join(realParent(dirname(dir)), basename(dir));
}

function toolkitNote({ url }: ToolkitOrigin, copy: boolean): string {
  if (copy) {
    return "The toolkit lies in `ductaflow/`, a copy: the project needs no other place. Its npm packages are fetched into\n" +
      "Deno's cache once.";
  }
  const where = url.startsWith("file:") ? "a folder of this machine" : `<${url}>`;
  return `The toolkit is not in this folder: \`imports\` in \`deno.json\` names its place, ${where}.`;
}

/** Writes files that must not be there yet; when one cannot be written, those before it are removed again. */
function writeAll(dir: string, files: [path: string, text: string][]): void {
  const made: string[] = [];
  const mkdir = (path: string) => {
    if (maybeStat(path)) return;
    mkdir(dirname(path));
    Deno.mkdirSync(path);
    made.push(path);
  };
  try {
    mkdir(join(dir, "runs"));
    for (const [path, text] of files) {
      const target = join(dir, path);
      mkdir(dirname(target));
      Deno.writeTextFileSync(target, text, { createNew: true });
      made.push(target);
    }
  } catch (error) {
    for (const path of made.reverse()) removeQuietly(path);
    throw error;
  }
}

function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // Somebody put something into it meanwhile; the error that is on its way says what went wrong.
  }
}
