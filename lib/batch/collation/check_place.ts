/**
 * Whether a collation may be written to a folder: nothing of somebody else is replaced, and no run is changed.
 * @module
 */
import { DuctaflowError } from "../../base/error.ts";
import { exists, maybeStat, maybeText } from "../../base/maybe_file.ts";
import { dirname, join } from "../../deps/path.ts";

const chooseAnother = "Choose another folder with the option dir (--dir)";

/** Refuses folders in which something else lies, before anything is read or written. */
export function checkPlace(dir: string, overwrite: boolean): void {
  const above = firstThere(dir);
  if (maybeStat(above)?.isDirectory === false) throw refused(dir, `"${above}" is a file`, chooseAnother);
  const run = runAround(above);
  if (run) throw refused(dir, `"${run}" is the folder of a run, which would be changed by it`, chooseAnother);
  if (overwrite) return;
  const strange = ["index.html", "bulk_summary.json"].find((name) => !isOurs(name, maybeText(join(dir, name))));
  if (strange === undefined) return;
  throw refused(
    dir,
    `its ${strange} is none of a collation`,
    `${chooseAnother}, or replace the file with overwrite: true (--overwrite)`,
  );
}

/** The folder, or the nearest above it that is there. */
function firstThere(dir: string): string {
  return exists(dir) || dirname(dir) === dir ? dir : firstThere(dirname(dir));
}

function runAround(folder: string): string | undefined {
  if (["run.json", "config.json"].every((name) => exists(join(folder, name)))) return folder;
  const above = dirname(folder);
  return above === folder ? undefined : runAround(above);
}

/** What is empty or gone is nobody's loss. */
function isOurs(name: string, text = ""): boolean {
  if (text.trim() === "") return true;
  if (name === "index.html") return text.slice(0, 4000).includes('<meta name="generator" content="ductaflow">');
  return /^\{\s*"schema": *\d+,\s*"toolkit": *"/.test(text);
}

function refused(dir: string, why: string, hint: string): DuctaflowError {
  return new DuctaflowError(`The collation is not written to "${dir}": ${why}`, { code: "collation-refused", hint });
}
