/**
 * The settings of a workflow in two layers: those that came with the code, and what an operator changed since. Publishing
 * writes the first and never touches the second.
 * @module
 */
import { writeFileAtomic } from "../base/atomic_file.ts";
import { parseBytes } from "../base/bytes.ts";
import { type Duration, parseDuration, parseTimeLimit } from "../base/duration.ts";
import { DuctaflowError } from "../base/error.ts";
import { jsonText } from "../base/json.ts";
import { maybeText } from "../base/maybe_file.ts";
import { nearest } from "../base/nearest.ts";
import { parseChannel } from "./notify/channel.ts";
import type { Channel } from "./notify/channel.ts";
import { parseMoment } from "./pause.ts";
import { parseSchedule, type Schedule } from "./schedule.ts";
import type { WorkflowPaths } from "./workflow_paths.ts";

/** Which runs stay: all that any of these keeps. */
export interface KeepOptions {
  /** So many of the newest runs. */
  runs?: number;
  /** Runs of so many days. */
  days?: number;
  /** The newest runs that together take so many bytes on disk at most: a number, or a text such as `"10GB"`. */
  bytes?: number | string;
  /** So many of the newest runs that failed, besides. */
  failed?: number;
}

/** The settings of a workflow. */
export interface WorkflowSettings {
  /** When it runs; absent: only when triggered. */
  schedule?: Schedule;
  /** While true, ticks pass without a run. It can be triggered all the same. */
  paused: boolean;
  /** ISO 8601: what is due before this moment passes without a run as well. */
  pausedUntil?: string;
  /** Which runs stay; absent: all. */
  keep?: KeepOptions;
  /** Who is told how a run ended. */
  notify: Channel[];
  /** What becomes of ticks that nobody was there for: one run for all of them, or none. */
  onMissed: "run-once" | "skip";
  /** What becomes of a tick while a run goes on: none, after it, instead of it, or beside it. */
  overlap: "skip" | "queue" | "cancel-old" | "allow";
  /** Milliseconds that one run may take; absent: as long as it takes. */
  timeout?: number;
}

/** A setting that an operator changed. */
export interface Override {
  /** What holds instead. */
  value: unknown;
  /** ISO 8601. */
  since: string;
}

/** Both layers. */
export interface SettingsLayers {
  /** As the code says. */
  declared: Partial<WorkflowSettings>;
  /** What an operator changed. */
  overrides: { [name in keyof WorkflowSettings]?: Override };
  /** What holds. */
  effective: WorkflowSettings;
}

/** What holds when nobody says otherwise. */
export const settingsDefaults = {
  paused: false,
  notify: [],
  onMissed: "run-once",
  overlap: "skip",
} satisfies WorkflowSettings;

const names = ["schedule", "paused", "pausedUntil", "keep", "notify", "onMissed", "overlap", "timeout"] as const;

/** The name of a setting, from outside. */
export function settingName(name: string): keyof WorkflowSettings {
  const found = names.find((each) => each === name);
  if (found) return found;
  const meant = nearest(name, names);
  throw new DuctaflowError(`There is no setting "${name}"`, {
    code: "bad-setting",
    hint: meant ? `Did you mean "${meant}"?` : `The settings are ${names.join(", ")}`,
  });
}

/** Reads the settings among the options of `publishFlow`, or a change of them; what is not given is left out. */
export function parseSettings(given: { [name: string]: unknown }): Partial<WorkflowSettings> {
  const settings: { [name: string]: unknown } = {};
  for (const name of names) if (given[name] !== undefined) settings[name] = parsers[name](given[name]);
  return settings as Partial<WorkflowSettings>;
}

const parsers: { [name in keyof Required<WorkflowSettings>]: (value: unknown) => unknown } = {
  // Null is a word too: no schedule, whatever the code says.
  schedule: (value) => value === null ? null : parseSchedule(value),
  paused: (value) => oneOf("paused", value, [true, false]),
  pausedUntil: (value) => value === null ? null : parseMoment(value),
  keep: (value) => value === null ? null : parseKeep(value),
  notify: (value) => (Array.isArray(value) ? value : [value]).map(parseChannel),
  onMissed: (value) => oneOf("onMissed", value, ["run-once", "skip"]),
  overlap: (value) => oneOf("overlap", value, ["skip", "queue", "cancel-old", "allow"]),
  timeout: (value) => value === null ? null : parseTimeLimit(value as Duration, "The timeout of the workflow"),
};

function oneOf(name: string, value: unknown, accepted: (string | boolean)[]): unknown {
  if (accepted.includes(value as string)) return value;
  const meant = typeof value === "string" ? nearest(value, accepted.map(String)) : undefined;
  throw new DuctaflowError(
    `The setting ${name} is "${value}"; accepted are ${accepted.map((a) => `"${a}"`).join(", ")}`,
    {
      code: "bad-setting",
      ...(meant ? { hint: `Did you mean "${meant}"?` } : {}),
    },
  );
}

function parseKeep(value: unknown): KeepOptions {
  const given = typeof value === "number" ? { runs: value } : value;
  const accepted = ["runs", "days", "bytes", "failed"];
  const entries = Object.entries(typeof given === "object" && given !== null ? given : {})
    .map(([key, count]) => [key, key === "bytes" ? parseBytes(count, "The size in keep") : count] as const);
  const isRight = ([key, count]: readonly [string, unknown]) =>
    accepted.includes(key) && typeof count === "number" && count >= 0 && (key === "days" || Number.isInteger(count));
  if (entries.length > 0 && entries.every(isRight)) return Object.fromEntries(entries);
  throw new DuctaflowError(
    `The setting keep is ${JSON.stringify(value)}; accepted is a number of runs, or { runs, days, bytes, failed }`,
    {
      code: "bad-setting",
      hint: `Such as keep: 30, or keep: { days: 90, failed: 10 }, or keep: { bytes: "10GB" }`,
    },
  );
}

/** Both layers of a workflow, and what holds. */
export function readSettings(paths: WorkflowPaths): SettingsLayers {
  const declared = readJson<Partial<WorkflowSettings>>(paths.declared) ?? {};
  const overrides = readJson<SettingsLayers["overrides"]>(paths.overrides) ?? {};
  const changed = Object.entries(overrides).map(([name, { value }]) => [name, value]);
  const all = { ...settingsDefaults, ...declared, ...Object.fromEntries(changed) };
  const effective = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
  return { declared, overrides, effective: effective as unknown as WorkflowSettings };
}

/** Writes what came with the code. The lock of the workflow must be held. */
export function writeDeclared(paths: WorkflowPaths, declared: Partial<WorkflowSettings>): void {
  writeFileAtomic(paths.declared, jsonText(declared));
}

/** Writes a change of an operator; undefined takes an earlier one back. The lock of the workflow must be held. */
export function writeOverrides(
  paths: WorkflowPaths,
  change: { [name in keyof WorkflowSettings]?: unknown },
  now: number,
): void {
  const { overrides } = readSettings(paths);
  for (const [name, value] of Object.entries(change)) {
    const key = settingName(name);
    if (value === undefined) delete overrides[key];
    else overrides[key] = { value: parsers[key](value), since: new Date(now).toISOString() };
  }
  writeFileAtomic(paths.overrides, jsonText(overrides));
}

/** The milliseconds of a number of days. */
export function daysMs(days: number): number {
  return parseDuration(`${days}d`);
}

function readJson<T>(path: string): T | undefined {
  const text = maybeText(path);
  return text === undefined ? undefined : JSON.parse(text);
}
