/**
 * The config of a run as tables: one flat table of parameters, and one for each nested object. Deeper values are shown
 * as JSON.
 * @module
 */
import { isJsonObject } from "../base/json.ts";
import { secretNameOf } from "../base/names.ts";
import { markup, SafeHtml } from "./escape.ts";
import { colourJson } from "./json_block.ts";
import { reportLink } from "./links.ts";

import type { Json, JsonObject } from "../base/json.ts";
import type { Config, ParameterRecord } from "../base/record.ts";

/** Characters of one value that are shown; all of it is in `config.json`. */
const longestValue = 10_000;

/** One table of the config. */
export interface ConfigTable {
  /** The key of the nested object; absent for the flat table. */
  title?: string;
  rows: ConfigRow[];
}

/** One parameter in a table. */
export interface ConfigRow {
  name: string;
  value: Json;
  /** The accepted type, when the flow declares the parameter. */
  type?: string;
  /** True when the config did not set it. */
  isDefault: boolean;
}

/** The tables of a config; parameters that it did not set follow the flat ones, as defaults. */
export function configTables(config: Config, parameters: ParameterRecord[] = []): ConfigTable[] {
  const types = new Map(parameters.map(({ name, type }) => [name, type]));
  const row = (name: string, value: Json): ConfigRow => ({ name, value, type: types.get(name), isDefault: false });
  const flat: ConfigRow[] = [];
  const nested: ConfigTable[] = [];
  for (const [name, value] of Object.entries(config)) {
    if (isFilledObject(value) && !referencesIn(value) && secretNameOf(value) === undefined) {
      nested.push({ title: name, rows: Object.entries(value).map(([key, item]) => row(key, item)) });
    } else flat.push(row(name, value));
  }
  for (const { name, value, type, source } of parameters) {
    if (source === "default") flat.push({ name, value, type, isDefault: true });
  }
  return flat.length > 0 ? [{ rows: flat }, ...nested] : nested;
}

/** A config reconstructed from the record alone: the parameters that the flow declares. */
export function configFromParameters(parameters: ParameterRecord[]): Config {
  const set = parameters.filter(({ source }) => source === "config").map(({ name, value }) => [name, value]);
  return Object.fromEntries(set);
}

interface RunReference {
  step: string;
  instance: string;
}

/** A value in a table cell. */
export function renderConfigValue(value: Json): SafeHtml {
  if (value === null) return markup`<span class="null">null</span>`;
  if (typeof value === "boolean") return markup`${value ? "✓" : "✗"} ${value}`;
  if (typeof value === "string" && value === "") return markup`<span class="null">empty text</span>`;
  if (isFlatList(value)) return markup`${shortened(value.map(plainText).join(", "))}`;
  const secret = secretNameOf(value);
  if (secret !== undefined) return markup`the secret ${secret}`;
  const runs = referencesIn(value);
  if (runs) return new SafeHtml(runs.map(renderReference).join(""));
  if (typeof value === "object") {
    const text = JSON.stringify(value);
    if (text.length <= 60) return new SafeHtml(`<code>${colourJson(text)}</code>`);
    const [begin, notice] = begun(JSON.stringify(value, null, 2));
    return new SafeHtml(`<pre class="json">${colourJson(begin)}${notice}</pre>`);
  }
  return markup`${shortened(String(value))}`;
}

/** The begin of a long text, and a notice where all of it is: megabytes nobody reads, and a page of them opens slowly. */
function begun(text: string): [begin: string, notice: string] {
  if (text.length <= longestValue) return [text, ""];
  const count = text.length.toLocaleString("en");
  return [text.slice(0, longestValue).toWellFormed(), `\n… ${count} characters in all, see config.json`];
}

function shortened(text: string): string {
  return begun(text).join("");
}

/**
 * The same tables in GitHub's Markdown, for the first cell of the executed notebook. Whatever the values hold, it stays
 * text there: markup, pipes, line ends, backticks, and the dollar signs of formulas are escaped.
 */
export function configMarkdown(config: Config, parameters: ParameterRecord[] = []): string {
  const tables = configTables(config, parameters);
  if (tables.length === 0) return "## Configuration\n\n*No parameters*";
  const parts = tables.map(({ title, rows }) => {
    const lines = rows.map(({ name, value, isDefault }) =>
      `| ${escapeMarkdown(name)} | ${markdownValue(value)}${isDefault ? " *(default)*" : ""} |`
    );
    const heading = title === undefined ? [] : [`### ${escapeMarkdown(title)}`, ""];
    return [...heading, "| Parameter | Value |", "| --- | --- |", ...lines].join("\n");
  });
  return ["## Configuration", ...parts].join("\n\n");
}

function markdownValue(value: Json): string {
  if (value === null) return "*null*";
  if (typeof value === "boolean") return `${value ? "✓" : "✗"} ${value}`;
  if (value === "") return "*empty text*";
  if (isFlatList(value)) return escapeMarkdown(shortened(value.map(plainText).join(", ")));
  const secret = secretNameOf(value);
  if (secret !== undefined) return escapeMarkdown(`the secret ${secret}`);
  const runs = referencesIn(value);
  if (runs) return escapeMarkdown(runs.map(({ step, instance }) => `${step}/${instance}`).join(", "));
  return escapeMarkdown(shortened(typeof value === "object" ? JSON.stringify(value) : String(value)));
}

/** Text as Markdown that shows just that text, on one line. */
function escapeMarkdown(text: string): string {
  const line = text.replace(/\r\n|[\r\n\u2028\u2029]/g, " ↵ ").replace(/\t/g, " ");
  // Jupyter sets formulas after the Markdown is rendered, where no escape is left to stop it, but never inside code.
  if (/[$\\]/.test(line)) return codeSpan(line);
  return line
    .replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")
    .replace(/[`*_{}[\]()#+!|~^=:@"'-]/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** A code span; a pipe after a backslash would end the table cell in any spelling, so it becomes a look-alike. */
function codeSpan(text: string): string {
  const fence = "`".repeat(1 + Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length)));
  return `${fence} ${text.replace(/\\\|/g, "\\∣").replaceAll("|", "\\|")} ${fence}`;
}

/** The runs that a value refers to, one or a list of them; undefined when it is anything else. */
function referencesIn(value: Json): RunReference[] | undefined {
  const items = Array.isArray(value) ? value : [value];
  const found = items.map((item) => {
    const run = item !== null && typeof item === "object" && !Array.isArray(item) ? item.$run : undefined;
    const { step, instance } = (run ?? {}) as { step?: Json; instance?: Json };
    return typeof step === "string" && typeof instance === "string" ? { step, instance } : undefined;
  });
  return found.length > 0 && found.every((run) => run !== undefined) ? found : undefined;
}

function renderReference(run: RunReference): SafeHtml {
  const text = `${run.step}/${run.instance}`;
  const href = reportLink(run);
  return href === undefined ? markup`<div>${text}</div>` : markup`<div><a href="${href}">${text}</a></div>`;
}

function isFlatList(value: Json): value is (string | number | boolean | null)[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => item === null || typeof item !== "object");
}

function isFilledObject(value: Json): value is JsonObject {
  return isJsonObject(value) && Object.keys(value).length > 0;
}

function plainText(value: Json): string {
  return value === null ? "null" : value === "" ? '""' : String(value);
}
