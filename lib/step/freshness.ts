/**
 * Whether an instance must run again, and why: it is fresh when it would come out the same. Content decides; sizes and
 * times only spare the reading of what cannot have changed.
 * @module
 */
import { formatDuration } from "../base/duration.ts";
import { type FileSignature, sameSignature } from "../base/file_signature.ts";
import { exists, maybeText } from "../base/maybe_file.ts";
import type { Config, RunRecord } from "../base/record.ts";
import type { Build } from "./build.ts";
import type { Grant } from "./grant.ts";
import type { InstancePaths } from "./instance_paths.ts";
import { maybeSealFrom } from "./make_seal.ts";
import { parseRecord } from "./record_file.ts";
import { maybeSeal, noteSettled, type Seal } from "./seals.ts";
import {
  codeReasons,
  configReasons,
  grantReasons,
  inputReasons,
  outputReasons,
  type StaleReason,
} from "./stale_reasons.ts";

/** Whether an instance may be reused. */
export interface Freshness {
  /** Whether the run on disk would come out the same. */
  fresh: boolean;
  /** Why not; empty when fresh. */
  reasons: StaleReason[];
  /** The code that ran and the code as it is now, where there is a run to compare with. */
  code?: { before: CodeHashes; now: CodeHashes };
}

/** Two hashes over the flow and all that it imports. When only `hash` differs, the change is cosmetic. */
export interface CodeHashes {
  /** SHA-256 of the code as it is written. */
  hash: string;
  /** SHA-256 of the code without comments and formatting. */
  plain: string;
}

/** What decides about freshness. */
export interface FreshnessOptions {
  paths: InstancePaths;
  build: Build;
  config: Config;
  configHash: string;
  grant: Grant;
  grantHash: string;
  /** How long a run counts at most, in milliseconds. */
  freshForMs?: number;
  /** Whether comments and formatting of the code count too. */
  strict?: boolean;
  /** What the config was made from, for the seal. */
  given?: string;
  /** What the record's file looks like. */
  signature: FileSignature | undefined;
}

/** Decides whether the instance on disk would come out the same. */
export async function decideFreshness(options: FreshnessOptions): Promise<Freshness & { record?: RunRecord }> {
  const { paths, given, signature } = options;
  const text = signature && maybeText(paths.record);
  const record = text === undefined ? undefined : parseRecord(text, paths.record);
  const damaged = text !== undefined && !record;
  const known = maybeSeal(paths);
  // The journal may have lost its last lines; then its seal is of an earlier run, and a green record knows better.
  const seal = known && (!record || isOf(known, record)) ? known : maybeSealFrom(record);
  if (!seal) return stale([whyNoSeal(record, damaged)]);
  if (text === undefined && !exists(paths.dir)) return stale([{ kind: "never-ran", text: "Its run folder is gone" }]);
  const reasons: StaleReason[] = [];
  if (record) { for await (const reason of compare(seal, record, options)) reasons.push(reason); }
  else reasons.push({ kind: "output", text: `Its record run.json is ${damaged ? "damaged" : "gone"}` });
  const isWhole = seal === known && seal.record && signature && sameSignature(seal.record, signature) &&
    seal.given === given;
  // So that the next look at many instances at once finds it.
  if (reasons.length === 0 && !isWhole) noteSettled(paths, Object.assign(seal, { given, record: signature }));
  const { hash, plain } = options.build.graph;
  const code = { before: { hash: seal.code, plain: seal.plain }, now: { hash, plain } };
  return { fresh: reasons.length === 0, reasons, record, code };
}

function isOf(seal: Seal, { id, status }: RunRecord): boolean {
  return seal.id === id && seal.status === status;
}

function stale(reasons: StaleReason[]): Freshness {
  return { fresh: false, reasons };
}

function whyNoSeal(record: RunRecord | undefined, damaged: boolean): StaleReason {
  if (damaged) return { kind: "not-green", text: "Its record run.json is damaged" };
  if (!record) return { kind: "never-ran", text: "It never ran" };
  if (record.status === "running" || record.status === "interrupted") {
    return { kind: "not-green", text: "The last run was interrupted" };
  }
  return { kind: "not-green", text: `The last run did not succeed: ${record.statusText}` };
}

async function* compare(
  seal: Seal,
  record: RunRecord,
  options: FreshnessOptions,
): AsyncGenerator<StaleReason> {
  const { paths, build, config, grant, strict = false } = options;
  if (seal.never) yield { kind: "untraceable", text: seal.never };
  const isSameCode = strict ? seal.code === build.graph.hash : seal.plain === build.graph.plain;
  if (!isSameCode) yield* codeReasons(record, build, strict);
  if (seal.config !== options.configHash) yield* configReasons(paths, config);
  if (seal.grant !== options.grantHash) yield* grantReasons(record, grant);
  yield* inputReasons(seal, paths);
  yield* outputReasons(seal, paths);
  // It counts for every run that says so: that a flow looks at the clock, nothing can tell.
  const { freshForMs } = options;
  const age = Date.now() - seal.endedAt;
  if (freshForMs !== undefined && age > freshForMs) {
    yield { kind: "age", text: `It is ${formatDuration(age)} old, and fresh_for is ${formatDuration(freshForMs)}` };
  }
}
