/**
 * Whether an instance must run again, and why: it is fresh when it would come out the same. Content decides; sizes and
 * times only spare the reading of what cannot have changed.
 * @module
 */
import { basename, join } from "../deps/path.ts";
import { type FileSignature, maybeSettled, maybeSignature, sameSignature } from "../base/file_signature.ts";
import { formatDuration } from "../base/duration.ts";
import { sha256, sha256File } from "../base/hash.ts";
import { canonicalJson, type Json } from "../base/json.ts";
import { maybeText } from "../base/maybe_file.ts";
import { type Config, isGreen, type RunRecord } from "../base/record.ts";
import type { Build } from "./build.ts";
import { grantedVariables } from "./child_environment.ts";
import { maybeConfig } from "./config_file.ts";
import type { Grant } from "./grant.ts";
import { readInput } from "./inputs.ts";
import type { InstancePaths } from "./instance_paths.ts";
import { conductorLocale } from "./locale.ts";
import { parseRecord } from "./record_file.ts";
import { appendSeal, maybeSeal, type Seal } from "./seals.ts";

/** One reason why an instance must run again. */
export interface StaleReason {
  /** What kind of thing changed, for programs. */
  kind:
    | "never-ran"
    | "not-green"
    | "code"
    | "config"
    | "permissions"
    | "locale"
    | "deno"
    | "input"
    | "output"
    | "age"
    | "untraceable";
  /** One line for people, naming what changed. */
  text: string;
}

/** Whether an instance may be reused. */
export interface Freshness {
  /** Whether the run on disk would come out the same. */
  fresh: boolean;
  /** Why not; empty when fresh. */
  reasons: StaleReason[];
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
}

/** SHA-256 of a config, whatever the order of its keys. */
export function hashConfig(config: Config): Promise<string> {
  return sha256(canonicalJson(config));
}

/**
 * SHA-256 of a grant with the values of the variables it names, which are secrets and stand nowhere else, and of the locale,
 * which reaches a flow in the same way. The run folder itself stands in it as such, so that all instances of a step share the hash (and the work).
 */
export function hashGrant(grant: Grant, { dir }: InstancePaths): Promise<string> {
  const values = grant.granted.env === undefined ? null : { ...grantedVariables(grant) };
  const locale = { ...conductorLocale() };
  const text = canonicalJson([grant.granted as unknown as Json, grant.closed, values, locale]);
  const common = text.replaceAll(JSON.stringify(dir).slice(1, -1), "{run}");
  if (common !== lastGrant?.text) lastGrant = { text: common, hash: sha256(common) };
  return lastGrant.hash;
}

let lastGrant: { text: string; hash: Promise<string> } | undefined;

/** Decides whether the instance on disk would come out the same. */
export async function decideFreshness(options: FreshnessOptions): Promise<Freshness & { record?: RunRecord }> {
  const { paths } = options;
  const text = maybeText(paths.record);
  const record = text === undefined ? undefined : parseRecord(text, paths.record);
  const damaged = text !== undefined && !record;
  const known = maybeSeal(paths);
  // The journal may have lost its last lines; then its seal is of an earlier run, and a green record knows better.
  const seal = known && (!record || isOf(known, record)) ? known : maybeSealFrom(record);
  if (!seal) return stale([whyNoSeal(record, damaged)]);
  const reasons: StaleReason[] = [];
  if (record) { for await (const reason of compare(seal, record, options)) reasons.push(reason); }
  else reasons.push({ kind: "output", text: `Its record run.json is ${damaged ? "damaged" : "gone"}` });
  return { fresh: reasons.length === 0, reasons, record };
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
  if (record.status === "running") return { kind: "not-green", text: "The last run was interrupted" };
  return { kind: "not-green", text: `The last run did not succeed: ${record.statusText}` };
}

async function* compare(
  seal: Seal,
  record: RunRecord,
  options: FreshnessOptions,
): AsyncGenerator<StaleReason> {
  const { paths, build, config, grant } = options;
  if (seal.never) yield { kind: "untraceable", text: seal.never };
  if (seal.code !== build.graph.hash) yield* codeReasons(record, build);
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

function* codeReasons({ code }: RunRecord, build: Build): Generator<StaleReason> {
  const { graph } = build;
  let known = false;
  const tell = (text: string): StaleReason => {
    known = true;
    return { kind: "code", text };
  };
  if (code.deno !== graph.deno) {
    known = true;
    yield { kind: "deno", text: `Deno changed: ${code.deno} → ${graph.deno}` };
  }
  const before = new Map(code.modules.map((module) => [module.specifier, module.hash]));
  for (const { specifier, hash } of graph.parts) {
    const old = before.get(specifier);
    before.delete(specifier);
    const what = specifier === build.flow.url ? "The flow" : "The import";
    if (old === undefined) yield tell(`${what} ${shortUrl(specifier)} is new`);
    else if (old !== hash) yield tell(`${what} ${shortUrl(specifier)} changed`);
  }
  for (const specifier of before.keys()) yield tell(`The import ${shortUrl(specifier)} is gone`);
  const packages = new Set(graph.packages);
  for (const name of code.packages) if (!packages.delete(name)) yield tell(`The package ${name} is gone`);
  for (const name of packages) yield tell(`The package ${name} is new`);
  if (code.lock !== graph.lock) yield tell("The lock file says something else about the packages used");
  if (code.config !== graph.config) yield tell("The import map or compiler options in deno.json changed");
  if (!known) yield tell("The code changed");
}

function* configReasons(paths: InstancePaths, config: Config): Generator<StaleReason> {
  const before = maybeConfig(paths.config);
  // Gone or damaged: then all that is known is that the hashes differ.
  if (!before) return yield { kind: "config", text: "The config changed" };
  for (const key of new Set([...Object.keys(before), ...Object.keys(config)])) {
    const [old, now] = [before[key], config[key]];
    if (old !== undefined && now !== undefined && canonicalJson(old) === canonicalJson(now)) continue;
    if (old === undefined && now === undefined) continue;
    yield { kind: "config", text: `The config key "${key}" changed: ${show(old)} → ${show(now)}` };
  }
}

function show(value: Json | undefined): string {
  if (value === undefined) return "(none)";
  const text = canonicalJson(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function* grantReasons(record: RunRecord, grant: Grant): Generator<StaleReason> {
  const { timeZone } = conductorLocale();
  const formerZone = record.environment.timeZone;
  if (formerZone !== timeZone) yield { kind: "locale", text: `The time zone changed: ${formerZone} → ${timeZone}` };
  const before = record.permissions.granted;
  const kinds = [...new Set([...Object.keys(before), ...Object.keys(grant.granted)])] as (keyof typeof before)[];
  const changed = kinds.filter((kind) =>
    JSON.stringify(before[kind] ?? null) !== JSON.stringify(grant.granted[kind] ?? null)
  );
  if (changed.length === 0 && formerZone !== timeZone) return;
  const what = changed.join(", ") || "the value of a granted variable, the language, or a closed path";
  yield { kind: "permissions", text: `The permissions changed: ${what}` };
}

async function* inputReasons(seal: Seal, paths: InstancePaths): AsyncGenerator<StaleReason> {
  for (const input of seal.inputs) {
    const signature = maybeSignature(input.path);
    if (signature && input.signature && sameSignature(signature, input.signature)) continue;
    if (!signature && input.kind === "missing") continue;
    const { record, signature: settled } = await readInput(input.path);
    if (record.kind === input.kind && record.hash === input.hash) {
      noteSettled(seal, paths, () => input.signature = settled);
      continue;
    }
    const change = record.kind === "missing" ? "is gone" : input.kind === "missing" ? "exists now" : "changed";
    yield { kind: "input", text: `The input ${input.path} ${change}` };
  }
}

async function* outputReasons(seal: Seal, paths: InstancePaths): AsyncGenerator<StaleReason> {
  for (const path of [paths.notebook, paths.report]) {
    if (!maybeSignature(path)) yield { kind: "output", text: `Its ${basename(path)} is gone` };
  }
  for (const output of seal.outputs) {
    const path = join(paths.dir, output.name);
    const signature = maybeSignature(path);
    if (!signature) {
      yield { kind: "output", text: `The output ${output.name} is gone` };
      continue;
    }
    if (output.signature && sameSignature(signature, output.signature)) continue;
    const now = Date.now();
    if (await sha256File(path) !== output.hash) {
      yield { kind: "output", text: `The output ${output.name} was changed after the run` };
      continue;
    }
    noteSettled(seal, paths, () => output.signature = maybeSettled(signature, now));
  }
}

const settling = new Set<Seal>();

/** Remembers a signature that was found to stand for the same content, once a look. */
function noteSettled(seal: Seal, paths: InstancePaths, note: () => FileSignature | undefined): void {
  if (note() === undefined || settling.has(seal)) return;
  settling.add(seal);
  queueMicrotask(() => {
    settling.delete(seal);
    appendSeal(paths, seal);
  });
}

/** Without a journal line, the record itself says what the run was made from; only the signatures are unknown. */
function maybeSealFrom(record: RunRecord | undefined): Seal | undefined {
  const { status } = record ?? {};
  if (!record || !isGreen(status)) return undefined;
  return {
    instance: record.instance,
    id: record.id,
    status,
    endedAt: Date.parse(record.endedAt ?? record.startedAt),
    code: record.code.hash,
    config: record.configHash,
    grant: record.permissions.hash,
    inputs: record.inputs.map(({ path, kind, hash }) => ({ path, kind, hash })),
    outputs: record.artifacts.map(({ name, hash }) => ({ name, hash })),
    never: neverReusable(record),
  };
}

/** Why a green run must not be reused, if so. */
export function neverReusable(record: RunRecord): string | undefined {
  const changed = record.inputs.find((input) => input.changed);
  return changed && `The input ${changed.path} changed while the run was reading it`;
}

function shortUrl(url: string): string {
  const base = `file://${Deno.cwd()}/`;
  return url.startsWith(base) ? url.slice(base.length) : url;
}
