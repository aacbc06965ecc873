/**
 * The source text of an operator as it was when a run of it was made.
 * @module
 */
import { maybeText } from "../base/maybe_file.ts";
import { dirname, fromFileUrl, join } from "../deps/path.ts";
import { pathsOfRun } from "../step/history.ts";
import { ownerFile } from "../step/project.ts";
import type { Run } from "../step/run.ts";
import { descriptionOf } from "./describe_module.ts";
import { maybeKeptCode } from "./kept_code.ts";
import { readExports } from "./read_exports.ts";

/** An operator as a run had it. */
export interface OperatorCode {
  /** The exported function. */
  op: string;
  /** URL of the module that declares it. */
  url: string;
  /** Line of its declaration, from 1. */
  line: number;
  /** Its source text. */
  source: string;
  /** What it does: the option `description`, or its JSDoc. */
  description?: string;
}

/** The code of the operator that a run called; undefined when it is no such run, or when the code was not kept. */
export async function maybeOperatorCode(run: Run): Promise<OperatorCode | undefined> {
  const { flow, code } = run.record;
  const op = maybeOp(maybeText(join(run.dir, "config.json")));
  const module = flow.url.startsWith("file:") ? maybeText(join(dirname(fromFileUrl(flow.url)), ownerFile)) : undefined;
  if (op === undefined || module === undefined) return undefined;
  const { runsDir } = pathsOfRun(run);
  const texts = new Map(code.modules.map(({ specifier, hash }) => [specifier, hash]));
  let [url, name] = [module.trim(), op];
  // What a module exports of another one is followed, each module once.
  for (let left = texts.size; left > 0; left--) {
    const text = maybeKeptCode(runsDir, texts.get(url) ?? "");
    if (text === undefined) return undefined;
    const { operators, elsewhere } = await readExports(text, url);
    if (Object.hasOwn(operators, name)) {
      const { line, source } = operators[name];
      const description = descriptionOf(operators[name]);
      return { op, url, line, source, ...(description === undefined ? {} : { description }) };
    }
    if (!Object.hasOwn(elsewhere, name)) return undefined;
    const { from, name: other } = elsewhere[name];
    if (!/^\.{0,2}\//.test(from)) return undefined;
    [url, name] = [new URL(from, url).href, other];
  }
  return undefined;
}

function maybeOp(config: string | undefined): string | undefined {
  try {
    const { op } = JSON.parse(config ?? "");
    return typeof op === "string" ? op : undefined;
  } catch {
    return undefined;
  }
}
