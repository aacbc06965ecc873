/**
 * Files that the toolkit makes for its users. They are theirs from then on: what somebody edited, or made himself, is
 * replaced only when that is asked for. A line with a hash tells.
 * @module
 */
import { dirname } from "../deps/path.ts";
import { writeFileAtomic } from "../base/atomic_file.ts";
import { DuctaflowError } from "../base/error.ts";
import { sha256 } from "../base/hash.ts";
import { exists, maybeText } from "../base/maybe_file.ts";
import { shortPath } from "../base/short_path.ts";

/** A file to be made. */
export interface GeneratedFile {
  /** Absolute. */
  path: string;
  text: string;
  /** May be run by its name. */
  executable?: boolean;
  /** Left as it is where there is one already: it holds what somebody chose. */
  keep?: boolean;
}

/** What became of the files. */
export interface WrittenFiles {
  /** Absolute paths of the files that were written. */
  files: string[];
  /** Absolute paths of those that were there already and stay as they are. */
  kept: string[];
}

/** What stands in a text where its hash will be. */
export const hashMark = "ductaflow-made: {hash}";
const hashPattern = /ductaflow-made: ([0-9a-f]{16})/;

/**
 * Writes the files, or none of them.
 *
 * @throws {DuctaflowError} of code `file-exists`, with all files that are in the way
 */
export async function writeGenerated(files: GeneratedFile[], force = false): Promise<WrittenFiles> {
  const kept = files.filter(({ path, keep, text }) => exists(path) && (keep || maybeText(path) === text));
  const wanted = files.filter((file) => !kept.includes(file));
  const blocked: string[] = [];
  for (const { path } of wanted) if (!force && exists(path) && !await isOurs(path)) blocked.push(path);
  if (blocked.length > 0) throw inTheWay(blocked);
  for (const { path, text, executable } of wanted) {
    Deno.mkdirSync(dirname(path), { recursive: true });
    writeFileAtomic(path, await sealed(text));
    if (executable && Deno.build.os !== "windows") Deno.chmodSync(path, 0o755);
  }
  return { files: wanted.map(({ path }) => path), kept: kept.map(({ path }) => path) };
}

/** Whether a file is as the toolkit wrote it. */
async function isOurs(path: string): Promise<boolean> {
  const text = maybeText(path) ?? "";
  const [line, hash] = hashPattern.exec(text) ?? [];
  return line !== undefined && await sealed(text.replace(line, hashMark)) === text && hash !== undefined;
}

async function sealed(text: string): Promise<string> {
  return text.includes(hashMark)
    ? text.replace(hashMark, `ductaflow-made: ${(await sha256(text)).slice(0, 16)}`)
    : text;
}

function inTheWay(paths: string[]): DuctaflowError {
  const names = paths.map((path) => `"${shortPath(path)}"`).join(" and ");
  const are = paths.length === 1 ? "is there already and was not made, or was edited since" : "are there already";
  return new DuctaflowError(`${names} ${are}`, {
    code: "file-exists",
    hint: "Add --force to replace what is there, or choose another folder with --dir",
  });
}
