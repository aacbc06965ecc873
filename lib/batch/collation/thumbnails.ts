/**
 * The pictures of many runs for one page, up to a size that a browser opens at once.
 * @module
 */
import { globToRegExp, join } from "../../deps/path.ts";
import { imageData, svgData } from "../../report/images.ts";
import { fileLink } from "../../report/links.ts";
import { readHead } from "../../step/previews/file_head.ts";
import { linkTo } from "./bulk_run.ts";

import type { BulkArtifact, BulkRun } from "../../base/bulk_summary.ts";
import type { Picture, Thumbnails } from "../../report/view_collation.ts";
import type { Run } from "../../step/run.ts";

const imageTypes = new Set([
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
  "image/avif",
  "image/svg+xml",
]);
/** Files larger than this are linked, so that one cannot take the place of all others. */
const largestPicture = 4 * 1000 * 1000;
const usualCount = 2;
/** More files than this of one run for one pattern are not looked at. */
const mostMatches = 6;

/** The first pictures that at least half of the runs with pictures have, by name; at most two. */
export function usualPictures(runs: BulkRun[]): string[] {
  const counts = new Map<string, number>();
  let illustrated = 0;
  for (const { artifacts } of runs) {
    const names = artifacts.filter(isPicture).map(({ name }) => name);
    if (names.length > 0) illustrated++;
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const usual = [...counts.keys()].filter((name) => counts.get(name)! * 2 >= illustrated);
  return usual.sort().slice(0, usualCount);
}

/**
 * Reads pictures by name or pattern, run by run, until they take `budget` characters of the page; those after that are
 * linked. A pattern gives as many thumbnails as one run has files for it.
 */
export function readThumbnails(
  runs: Run[],
  entries: BulkRun[],
  options: { dir: string; names: string[]; budget: number },
): Thumbnails[] {
  const thumbnails = options.names.flatMap((name) => {
    const matches = entries.map(({ artifacts }) => picturesNamed(name, artifacts));
    const most = Math.min(mostMatches, Math.max(0, ...matches.map(({ length }) => length)));
    return Array.from({ length: most }, (_, n) => ({
      name,
      artifacts: matches.map((found): BulkArtifact | undefined => found[n]),
      pictures: [] as Thumbnails["pictures"],
    }));
  });
  let left = options.budget;
  runs.forEach((run, i) => {
    for (const { artifacts, pictures } of thumbnails) {
      const picture = artifacts[i] && maybePicture(run, artifacts[i], options.dir, left);
      left -= picture?.src?.length ?? 0;
      pictures.push(picture);
    }
  });
  return thumbnails.map(({ name, pictures }) => ({ name, pictures }));
}

function picturesNamed(name: string, artifacts: BulkArtifact[]): BulkArtifact[] {
  const pictures = artifacts.filter(isPicture);
  const exact = pictures.filter((artifact) => artifact.name === name);
  if (exact.length > 0) return exact;
  const pattern = globToRegExp(name, { os: "linux" });
  return pictures.filter((artifact) => pattern.test(artifact.name));
}

function isPicture({ name, type }: BulkArtifact): boolean {
  return imageTypes.has(type) && fileLink(name) !== undefined;
}

function maybePicture(run: Run, artifact: BulkArtifact, dir: string, left: number): Picture | undefined {
  const path = join(run.dir, artifact.name);
  try {
    // What is a link or another kind of file by now is not opened.
    if (!Deno.lstatSync(path).isFile) return undefined;
    const picture = { name: artifact.name, href: linkTo(path, dir) };
    const limit = Math.min(largestPicture, Math.floor(left * 3 / 4));
    return { ...picture, ...(artifact.size <= limit ? pictureSource(path, artifact.type, limit) : undefined) };
  } catch {
    // The page is worth no less without a file that is gone or closed to us.
    return undefined;
  }
}

function pictureSource(path: string, type: string, limit: number): Pick<Picture, "src" | "themed"> | undefined {
  const { bytes, whole } = readHead(path, limit);
  if (!whole) return undefined;
  if (type === "image/svg+xml") return svgData(new TextDecoder().decode(bytes));
  const src = imageData(type, bytes.toBase64());
  return src === undefined ? undefined : { src };
}
