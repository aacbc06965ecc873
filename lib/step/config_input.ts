/**
 * A config from the command line: files in order, then single values, each over what was there before.
 * @module
 */
import { DuctaflowError, messageOf } from "../base/error.ts";
import { sha256 } from "../base/hash.ts";
import { isJsonObject, type Json, type JsonObject, toPlainJson } from "../base/json.ts";
import { suggestName } from "../base/names.ts";
import { isAbsent } from "../base/maybe_file.ts";
import { nearest } from "../base/nearest.ts";
import { usageError } from "../base/usage_error.ts";
import { basename, dirname, extname, resolve } from "../deps/path.ts";
import { mergeConfig } from "./merge_config.ts";

/** A config put together, and the keys (`seed`, `model.seed`) whose values are text to be converted by type. */
export interface ConfigInput {
  config: JsonObject;
  textKeys: string[];
  /** What the files and texts are called in the name of an instance that got none. */
  labels: string[];
}

/** Where a config may come from besides files and single values. */
export interface MoreConfig {
  /** YAML or JSON texts. */
  yaml?: string[];
  /** The same in Base64. */
  base64?: string[];
  /** `key=NAME`: the secret of that name for a key. */
  secrets?: string[];
  /** Reads what is piped in, for the file `-`. */
  stdin?: () => Promise<string>;
}

/** What `key=value` says. */
export interface Setting {
  path: string[];
  value: Json;
  isText: boolean;
}

const listedNames = 8;
const forbidden = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Reads the files, then the texts, then the `key=value` texts, each over what was there before. Objects are merged key
 * by key, everything else is replaced.
 */
export async function readConfigInput(
  files: string[],
  settings: string[],
  { yaml = [], base64 = [], secrets = [], stdin = readPipedConfig }: MoreConfig = {},
): Promise<ConfigInput> {
  const parsed = [...settings.map(parseSetting), ...secrets.map(parseSecret)];
  if (files.filter((file) => file === "-").length > 1) throw usageError(`"--config -" can be given once only`);
  let config: JsonObject = {};
  const labels: string[] = [];
  const add = (more: JsonObject, label: string) => {
    config = mergeConfig(config, more);
    labels.push(label);
  };
  for (const file of files) {
    const text = file === "-" ? await stdin() : undefined;
    if (text === undefined) add(await readConfigFile(file), basename(file, extname(file)));
    else add(await parseConfig("on stdin", text, parseYaml), `stdin_${(await sha256(text)).slice(0, 8)}`);
  }
  for (const text of yaml) add(await parseConfig("of --config-yaml", text, parseYaml), text);
  for (const text of base64.map(decodeBase64)) add(await parseConfig("of --config-base64", text, parseYaml), text);
  const text = new Map<string, boolean>();
  for (const { path, value, isText } of parsed) {
    setAt(config, path, value);
    text.set(path.join("."), isText);
  }
  return { config, textKeys: [...text].filter(([, isText]) => isText).map(([key]) => key), labels };
}

/** All that is piped in. */
export async function readPipedConfig(): Promise<string> {
  if (Deno.stdin.isTerminal()) {
    throw usageError(
      `"--config -" reads a config from stdin, but nothing is piped into it`,
      "Write it behind a pipe: … |",
    );
  }
  return await new Response(Deno.stdin.readable).text();
}

function decodeBase64(text: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.fromBase64(text));
  } catch (cause) {
    throw usageError(`"--config-base64 ${text}" is not Base64 of a text: ${messageOf(cause)}`);
  }
}

/** `key=NAME` as a value for the key: a reference, never the secret itself. */
function parseSecret(text: string): Setting {
  const [, key, name] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (key === undefined) {
    throw usageError(
      `"--secret ${text}" is not a key with the name of a secret`,
      "Write --secret key=NAME, where NAME is an environment variable",
    );
  }
  return { ...parseSetting(`${key}=`), value: { $secret: name }, isText: false };
}

/** `key=text`, or `key:=JSON`; dots in the key lead into objects. */
export function parseSetting(text: string): Setting {
  const [, key, typed, rest] = /^([^=]+?)(:?)=(.*)$/s.exec(text) ?? [];
  if (key === undefined) {
    const hint = /^[\w.]+$/.test(text)
      ? `Write --set ${text}=value in one word`
      : "Write --set key=value, or key:=JSON";
    throw usageError(`"--set ${text}" is not a key with a value`, hint);
  }
  const path = key.split(".").map((part) => part.trim());
  if (path.some((part) => part === "" || forbidden.has(part))) throw usageError(`"${key}" cannot be a key of a config`);
  if (!typed) return { path, value: rest, isText: true };
  try {
    return { path, value: JSON.parse(rest), isText: false };
  } catch (cause) {
    throw usageError(`"--set ${text}" is not JSON after ":=": ${messageOf(cause)}`, `Write --set ${key}=… for text`);
  }
}

function setAt(config: JsonObject, path: string[], value: Json): void {
  let target = config;
  for (const [i, key] of path.slice(0, -1).entries()) {
    const inner = Object.hasOwn(target, key) ? target[key] : undefined;
    if (inner !== undefined && !isJsonObject(inner)) {
      const above = path.slice(0, i + 1).join(".");
      throw usageError(`"--set ${path.join(".")}=…" goes into "${above}", which is ${JSON.stringify(inner)}`);
    }
    target = (target[key] = inner ?? {}) as JsonObject;
  }
  target[path.at(-1)!] = value;
}

async function readConfigFile(path: string): Promise<JsonObject> {
  const parse = parserFor(path);
  return await parseConfig(`file "${path}"`, await readText(path), parse);
}

/** The keys and values in a text; `source` says where it comes from, behind the word config. */
async function parseConfig(source: string, text: string, parse: (text: string) => unknown): Promise<JsonObject> {
  let value: unknown;
  try {
    value = await parse(text) ?? {};
  } catch (cause) {
    throw badConfig(source, messageOf(cause), cause);
  }
  const { value: config, problems } = toPlainJson(value);
  if (problems.length > 0) throw badConfig(source, `it holds ${problems[0].found} at "${problems[0].path}"`);
  if (!isJsonObject(config)) throw badConfig(source, `it holds ${JSON.stringify(config)} instead of keys with values`);
  return config;
}

async function parseYaml(text: string): Promise<unknown> {
  return (await import("../base/parse_yaml.ts")).parseYaml(text);
}

async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    if (isAbsent(cause)) throw notFound(path, cause);
    throw new DuctaflowError(`The config file "${path}" cannot be read: ${messageOf(cause)}`, {
      code: "bad-config",
      cause,
    });
  }
}

function parserFor(path: string): (text: string) => unknown {
  const ending = extname(path).toLowerCase();
  if (ending === ".json") return (text) => JSON.parse(text.replace(/^\ufeff/, ""));
  if (ending === ".yaml" || ending === ".yml") return parseYaml;
  throw usageError(`The config file "${path}" ends in "${ending}"; accepted are ".json", ".yaml" and ".yml"`);
}

function badConfig(source: string, problem: string, cause?: unknown): DuctaflowError {
  const hint = source.toLowerCase().endsWith('.json"')
    ? `Write { "key": value } with double quotes around keys and texts, and no comma behind the last value`
    : `Write "key: value" lines; put values with special characters in quotes`;
  return new DuctaflowError(`The config ${source} cannot be read: ${problem}`, { code: "bad-config", hint, cause });
}

function notFound(path: string, cause: unknown): DuctaflowError {
  return new DuctaflowError(`There is no config file "${path}"`, {
    code: "bad-config",
    hint: suggestFile(path),
    cause,
  });
}

/** The file in the same folder whose name is nearest, or the config files that are there. */
function suggestFile(path: string): string {
  const folder = dirname(path);
  const names = maybeFileNames(folder);
  if (!names) return `There is no folder "${folder}": paths count from "${Deno.cwd()}"`;
  const meant = nearest(basename(path), names);
  if (meant) return `Did you mean "${folder === "." ? meant : `${folder}/${meant}`}"?`;
  const configs = names.filter((name) => /\.(json|ya?ml)$/i.test(name));
  if (configs.length === 0) return `No .json, .yaml or .yml file is in "${resolve(folder)}"`;
  const more = configs.length > listedNames ? ` and ${configs.length - listedNames} more` : "";
  return `In "${resolve(folder)}" are ${configs.slice(0, listedNames).join(", ")}${more}`;
}

/** The files in a folder; undefined when there is no such folder or it may not be listed. */
function maybeFileNames(folder: string): string[] | undefined {
  try {
    return [...Deno.readDirSync(folder)].filter((entry) => entry.isFile).map((entry) => entry.name).sort();
  } catch {
    return undefined;
  }
}

const longestDerived = 60;

/** A name for an instance that got none: from what its config files are called and the values, such as `base_pm_500`. */
export async function deriveInstance(labels: string[], settings: string[]): Promise<string> {
  const values = settings.map(parseSetting).map(({ path, value }) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return /^(true|false|null|)$/.test(text) ? `${path.at(-1)}=${text}` : text;
  });
  const parts = [...labels, ...values];
  if (parts.length === 0) return "default";
  const name = parts.map((part) => part.replace(/[^\p{L}\p{N}.=+-]+/gu, "_").replace(/^_+|_+$/g, "")).join("_");
  if (name.length <= longestDerived) return suggestName(name);
  // What is cut off still tells instances apart.
  return `${suggestName(name.slice(0, longestDerived - 9))}_${(await sha256(name)).slice(0, 8)}`;
}
