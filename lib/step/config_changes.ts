/**
 * What differs between two configs, in words: the places that changed, not the whole values around them.
 * @module
 */
import { canonicalJson, isJsonObject, type Json } from "../base/json.ts";
import type { Config } from "../base/record.ts";

/** A place in a config and what stands there before and now. */
interface Change {
  path: string;
  /** `3000 → 2000`. */
  text: string;
}

const shown = 60;
/** How much of what is equal stands before a difference in a long value. */
const before = 20;
const shownPlaces = 4;

/** One line a place, old → new; of a key with many such places the first ones. */
export function* configChanges(old: Config, now: Config): Generator<string> {
  for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
    const changes = [...changesIn(key, valueOf(old, key), valueOf(now, key))];
    const told = changes.length > shownPlaces ? changes.slice(0, shownPlaces - 1) : changes;
    for (const { path, text } of told) yield `The config key "${path}" changed: ${text}`;
    const more = changes.length - told.length;
    if (more > 0) yield `The config key "${key}" changed in ${more} more places`;
  }
}

function* changesIn(path: string, old: Json | undefined, now: Json | undefined): Generator<Change> {
  if (old === undefined && now === undefined) return;
  const [oldText, nowText] = [old, now].map(textOf);
  if (old !== undefined && now !== undefined && canonicalJson(old) === canonicalJson(now)) return;
  if (hasMembers(old) && hasMembers(now)) {
    for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
      yield* changesIn(
        `${path}.${/^[^.\s"]+$/.test(key) ? key : JSON.stringify(key)}`,
        valueOf(old, key),
        valueOf(now, key),
      );
    }
  } else if (Array.isArray(old) && Array.isArray(now) && Math.max(oldText.length, nowText.length) > shown) {
    if (old.length === now.length) {
      for (const [i, item] of old.entries()) yield* changesIn(`${path}[${i}]`, item, now[i]);
      return;
    }
    const at = firstDifference(old, now);
    const [first] = changesIn(`[${at}]`, old[at], now[at]);
    yield { path, text: `${items(old)} → ${items(now)}, first at ${first.path}: ${first.text}` };
  } else {
    const from = Math.max(0, sameStart(oldText, nowText) - before);
    yield { path, text: `${cut(oldText, from)} → ${cut(nowText, from)}` };
  }
}

/** A value as text; a reference to a run as that is named elsewhere. */
function textOf(value: Json | undefined): string {
  if (value === undefined) return "(none)";
  const run = isJsonObject(value) && Object.keys(value).length === 1 ? value.$run : undefined;
  const isRun = run !== undefined && isJsonObject(run) && typeof run.step === "string" &&
    typeof run.instance === "string";
  return isRun ? `the run ${run.step}/${run.instance}` : canonicalJson(value);
}

function valueOf(object: Config, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** An object that is no reference to something: those are told as a whole. */
function hasMembers(value: Json | undefined): value is Config {
  return value !== undefined && isJsonObject(value) && !Object.keys(value).some((key) => key.startsWith("$"));
}

function items({ length }: Json[]): string {
  return length === 1 ? "1 item" : `${length} items`;
}

function firstDifference(old: Json[], now: Json[]): number {
  const most = Math.min(old.length, now.length);
  for (let i = 0; i < most; i++) if (canonicalJson(old[i]) !== canonicalJson(now[i])) return i;
  return most;
}

function sameStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

/** A text that fits; a long one around the place where the difference starts. */
function cut(text: string, from: number): string {
  if (text.length <= shown) return text;
  const start = text.length - from <= shown - 3 ? text.length - (shown - 3) : from;
  const head = start > 3 ? `...${text.slice(start)}` : text;
  return head.length > shown ? `${head.slice(0, shown - 3)}...` : head;
}
