/**
 * The files that two runs left.
 * @module
 */
import { sha256 } from "../../base/hash.ts";
import { isBelow } from "../../base/is_below.ts";
import type { ArtifactRecord } from "../../base/record.ts";
import { isTextType } from "../../step/artifact_type.ts";
import type { Artifact, Run } from "../../step/run.ts";
import { compareMaps, compareValues, type Difference, isDifferent } from "./difference.ts";
import { diffTexts, type TextDiff } from "./text_diff.ts";

/** A file of two runs; two of one hash are equal. */
export interface ArtifactDifference extends Difference<Omit<ArtifactRecord, "table">> {
  /** Of two tables: what became of rows and columns. */
  table?: TableDifference;
  /** Of two small texts: the lines that differ. */
  text?: TextDiff;
}

/** Two tables, as far as their records tell. */
export interface TableDifference {
  /** The number of rows. */
  rows: Difference<number>;
  /** The columns by name, with the types of their values. */
  columns: Difference<string>[];
}

/** Bytes; of larger files only the hashes are compared. */
const largestText = 256 * 1024;
/** Bytes of all texts of a comparison. */
const textBudget = 8 * 1024 * 1024;

/** Compares the files of two runs by their names. */
export async function compareArtifacts(before: Run, after: Run): Promise<ArtifactDifference[]> {
  const [old, now] = [byName(before), byName(after)];
  const compared = compareMaps(old, now, (a, b) => a.hash === b.hash);
  const results: ArtifactDifference[] = [];
  let budget = textBudget;
  for (const { name, change } of compared) {
    const [a, b] = [old.get(name), now.get(name)];
    const result: ArtifactDifference = { name, change, ...side("before", a), ...side("after", b) };
    if (change === "changed" && a && b) {
      if (a.table && b.table) result.table = compareTables(a.table, b.table);
      budget -= a.size + b.size;
      const text = budget < 0 ? undefined : await compareTexts(before, a, after, b);
      if (text && text.hunks.length > 0) result.text = text;
    }
    results.push(result);
  }
  return results;
}

function byName({ artifacts }: Run): Map<string, Artifact> {
  return new Map(artifacts.map((artifact) => [artifact.name, artifact]));
}

function side(name: "before" | "after", artifact: Artifact | undefined) {
  if (!artifact) return {};
  const { path: _path, table: _table, ...record } = artifact;
  return { [name]: record };
}

type Table = NonNullable<ArtifactRecord["table"]>;

function compareTables(before: Table, after: Table): TableDifference {
  const types = ({ columns }: Table) => new Map(columns.map(({ name, type }) => [name, type]));
  return {
    rows: compareValues("rows", before.rows, after.rows),
    columns: compareMaps(types(before), types(after)).filter(isDifferent),
  };
}

async function compareTexts(before: Run, a: Artifact, after: Run, b: Artifact): Promise<TextDiff | undefined> {
  const [old, now] = await Promise.all([maybeContent(before, a), maybeContent(after, b)]);
  return old === undefined || now === undefined ? undefined : await diffTexts(old, now);
}

/** The text of a file, if it is still the one that the run left. */
async function maybeContent({ dir }: Run, { path, type, size, hash }: Artifact): Promise<string | undefined> {
  if (!isTextType(type) || size > largestText) return undefined;
  try {
    // Folders on the way may be links by now, and names may be anything in a record that is not ours.
    const info = Deno.lstatSync(path);
    if (!info.isFile || info.size > largestText) return undefined;
    if (!isBelow(Deno.realPathSync(path), Deno.realPathSync(dir))) return undefined;
    const bytes = Deno.readFileSync(path);
    return await sha256(bytes) === hash ? new TextDecoder("utf-8", { fatal: true }).decode(bytes) : undefined;
  } catch {
    // The texts are an extra: what cannot be read is compared by its hash alone.
    return undefined;
  }
}
