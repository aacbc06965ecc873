/**
 * The command `new`: a project of one's own.
 * @module
 */
import { jsonText } from "../base/json.ts";
import { isBelow } from "../base/is_below.ts";
import { shortPath } from "../base/short_path.ts";
import { basename, dirname, fromFileUrl, resolve } from "../deps/path.ts";
import { makeNewDuctaflowInstance, type NewProject } from "../project/new_project.ts";
import { plural } from "../report/format.ts";
import type { Command } from "./command.ts";
import { exitCodes } from "./exit.ts";
import { commonOptions, type OptionTable, parseOptions, usageError } from "./options.ts";
import { type Paint, painter } from "./style.ts";

const options = {
  copy: { help: "Copy the toolkit into the project, so that it needs no other place" },
  json: { help: "Print what was made as JSON, instead of the project's folder" },
} satisfies OptionTable;

/** The command `new`. */
export const command: Command = {
  name: "new",
  usage: "<name> [options]",
  description: `Makes a folder with a working project: lib/ for your own code, flows/ with an example on real data, a
conductor cnd_{name}.ts with its control table, tasks for "deno task", settings for VS Code, and ductaflow_version.txt.
It uses the toolkit from where this command was loaded, a folder or a URL. Nothing is ever overwritten: the folder must be
new, empty, or hold no more than .git.`,
  options,
  examples: [
    ["new my_analysis", "a project in ./my_analysis"],
    ["new ../work/my_analysis --copy", "somewhere else, with a copy of the toolkit in it"],
    ["new .", "in this folder, named like it"],
  ],
  async run(args, { stdout, stderr }) {
    const { values, positionals } = parseOptions(args, { ...options, ...commonOptions });
    const [place, ...rest] = positionals;
    if (!place) throw usageError("A name for the project is needed", `Write ${command.usage}, such as new my_analysis`);
    if (rest.length > 0) throw usageError(`"${rest[0]}" is one argument too many`, "A name has no blanks");
    const path = resolve(place);
    const project = await makeNewDuctaflowInstance(basename(path), { dir: dirname(path), copy: values.copy });
    stderr.write(summary(project, painter(stderr.color)));
    stdout.write(values.json ? jsonText(project) : `${project.dir}\n`);
    return exitCodes.done;
  },
};

function summary({ name, dir, files, toolkit, copied }: NewProject, paint: Paint): string {
  const { url } = toolkit;
  const source = url.startsWith("file:") ? shortPath(fromFileUrl(url)) : url;
  const inside = url.startsWith("file:") && copied === 0 && isBelow(dir, dirname(fromFileUrl(url)));
  const what = copied > 0 ? `${plural(copied, "file")} of the toolkit in ductaflow/` : `it uses ${source}`;
  const lines = [
    `${paint("green", "Made")} ${name}: ${plural(files.length, "file")}, ${what}`,
    ...inside
      ? [paint("yellow", "It lies in the toolkit's own folder: keep it apart when you update the toolkit")]
      : [],
    "",
    "Next",
    ...shortPath(dir) === "." ? [] : [`  cd ${quoted(shortPath(dir))}`],
    "  deno task start",
    "",
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function quoted(text: string): string {
  return /^[\w./=@:+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
