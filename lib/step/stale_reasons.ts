/**
 * What of an instance changed since it ran, in words: one reason a thing.
 * @module
 */
import { basename, join } from "../deps/path.ts";
import { maybeSettled, maybeSignature, sameSignature } from "../base/file_signature.ts";
import { sha256File } from "../base/hash.ts";
import type { Config, RunRecord } from "../base/record.ts";
import type { Build } from "./build.ts";
import { configChanges } from "./config_changes.ts";
import { maybeConfig } from "./config_file.ts";
import { isDroppedOutput } from "./dropped_output.ts";
import type { Grant } from "./grant.ts";
import { readInput } from "./inputs.ts";
import type { InstancePaths } from "./instance_paths.ts";
import { conductorLocale } from "./locale.ts";
import { noteSettled, type Seal } from "./seals.ts";

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
    | "untraceable"
    | "cache-off";
  /** One line for people, naming what changed. */
  text: string;
}

/** Which part of the code changed; `strict` counts comments and formatting. */
export function* codeReasons({ code }: RunRecord, build: Build, strict: boolean): Generator<StaleReason> {
  const { graph } = build;
  const kind = strict ? "hash" : "plain";
  let known = false;
  const tell = (text: string): StaleReason => {
    known = true;
    return { kind: "code", text };
  };
  if (code.deno !== graph.deno) {
    known = true;
    yield { kind: "deno", text: `Deno changed: ${code.deno} → ${graph.deno}` };
  }
  const before = new Map(code.modules.map((module) => [module.specifier, module[kind]]));
  for (const { specifier, [kind]: hash } of graph.parts) {
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

/** Which places of the config changed, old → new. */
export function* configReasons(paths: InstancePaths, config: Config): Generator<StaleReason> {
  const before = maybeConfig(paths.config);
  // Gone or damaged: then all that is known is that the hashes differ.
  if (!before) return yield { kind: "config", text: "The config changed" };
  for (const text of configChanges(before, config)) yield { kind: "config", text };
}

/** Which kinds of permission changed, and the time zone, which reaches a flow in the same way. */
export function* grantReasons(record: RunRecord, grant: Grant): Generator<StaleReason> {
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

/** Which of the paths that it read changed. */
export async function* inputReasons(seal: Seal, paths: InstancePaths): AsyncGenerator<StaleReason> {
  for (const input of seal.inputs) {
    const signature = maybeSignature(input.path);
    if (signature && input.signature && sameSignature(signature, input.signature)) continue;
    if (!signature && input.kind === "missing") continue;
    const { record, signature: settled } = await readInput(input.path);
    if (record.kind === input.kind && record.hash === input.hash) {
      input.signature = settled;
      if (settled) noteSettled(paths, seal);
      continue;
    }
    if (record.kind === "missing" && isDroppedOutput(input.path, input.hash)) continue;
    const change = record.kind === "missing" ? "is gone" : input.kind === "missing" ? "exists now" : "changed";
    yield { kind: "input", text: `The input ${input.path} ${change}` };
  }
}

/** Which of the files that it left changed. */
export async function* outputReasons(seal: Seal, paths: InstancePaths): AsyncGenerator<StaleReason> {
  for (const path of [paths.config, paths.notebook, paths.report]) {
    if (!maybeSignature(path)) yield { kind: "output", text: `Its ${basename(path)} is gone` };
  }
  for (const output of seal.outputs) {
    const path = join(paths.dir, output.name);
    const signature = maybeSignature(path);
    if (!signature) {
      if (isDroppedOutput(path, output.hash)) continue;
      yield { kind: "output", text: `The output ${output.name} is gone` };
      continue;
    }
    if (output.signature && sameSignature(signature, output.signature)) continue;
    const now = Date.now();
    if (await sha256File(path) !== output.hash) {
      yield { kind: "output", text: `The output ${output.name} was changed after the run` };
      continue;
    }
    output.signature = maybeSettled(signature, now);
    if (output.signature) noteSettled(paths, seal);
  }
}

function shortUrl(url: string): string {
  const base = `file://${Deno.cwd()}/`;
  return url.startsWith(base) ? url.slice(base.length) : url;
}
