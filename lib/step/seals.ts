/**
 * What each instance of a step was made from, in a form that is quick to compare: one journal a step, one JSON line a
 * run, the last line of an instance counts. It can be thrown away: without it a fresh run is found from its record.
 * @module
 */
import { maybeStat, openMakingFolder } from "../base/maybe_file.ts";
import { writeAll } from "../base/write_all.ts";
import type { FileSignature } from "../base/file_signature.ts";
import type { InputRecord } from "../base/record.ts";
import type { InstancePaths } from "./instance_paths.ts";

/** What a run that can be reused was made from, and what it left. */
export interface Seal {
  instance: string;
  /** The id of the run. */
  id: string;
  status: "succeeded" | "warned";
  /** Milliseconds. */
  endedAt: number;
  durationMs: number;
  /** Hashes of the code, with and without comments and formatting. */
  code: string;
  plain: string;
  /** The hash of the config, and what was given to be made a config, if that is short. */
  config: string;
  given?: string;
  grant: string;
  /** What its record and its folder look like while nobody has touched them; the folder's once it has settled. */
  record?: FileSignature;
  folder?: FileSignature;
  /** Whether the folder, as its signature tells it, holds nothing but files: no folders and no links. */
  flat?: boolean;
  inputs: { path: string; kind: InputRecord["kind"]; hash?: string; signature?: FileSignature }[];
  outputs: { name: string; hash: string; signature?: FileSignature }[];
  /** Why the run cannot be reused at all, or absent. */
  never?: string;
}

interface Journal {
  /** The last line of each instance. Thousands of them as objects would cost more to keep than to parse again. */
  lines: Map<string, string>;
  /** Bytes read so far. */
  size: number;
  ino: number;
  /** How many lines were read. */
  count: number;
}

/** Bytes. */
const compactFrom = 1024 * 1024;
const journals = new Map<string, Journal>();
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The last seal of an instance, from memory as far as the journal has not grown. */
export function maybeSeal(paths: InstancePaths): Seal | undefined {
  return readSeals(paths.seals).get(paths.instance);
}

/** The seals of a step, each parsed when it is asked for. */
export interface Seals {
  get(instance: string): Seal | undefined;
  all(): Iterable<Seal>;
}

/** All seals of a step, from memory as far as the journal has not grown. */
export function readSeals(path: string): Seals {
  const { lines } = load(path);
  const get = (instance: string) => {
    const line = lines.get(instance);
    return line === undefined ? undefined : maybeParse(line) ?? lastWhole(path, instance);
  };
  return {
    get,
    *all() {
      for (const instance of lines.keys()) {
        const seal = get(instance);
        if (seal) yield seal;
      }
    },
  };
}

/** Adds seals to the journal of their step; tells whether the journal is long enough to be worth compacting. */
export function appendSeals(paths: Pick<InstancePaths, "seals">, seals: Seal[]): boolean {
  const lines = seals.map((seal) => JSON.stringify(seal));
  const bytes = encoder.encode(lines.map((line) => `\n${line}`).join(""));
  using file = openMakingFolder(paths.seals, { append: true, create: true });
  writeAll(file, bytes);
  const info = file.statSync();
  const known = journals.get(paths.seals);
  // Where nobody else has added anything meanwhile, there is nothing to read again.
  if (known && known.ino === (info.ino ?? 0) && known.size + bytes.length === info.size) {
    lines.forEach((line, i) => known.lines.set(seals[i].instance, line));
    known.count += lines.length;
    known.size = info.size;
  }
  return info.size > compactFrom;
}

const settling = new Set<Seal>();

/** Remembers signatures that were found to stand for the same content, once a look. */
export function noteSettled(paths: InstancePaths, seal: Seal): void {
  if (settling.has(seal)) return;
  settling.add(seal);
  queueMicrotask(() => {
    settling.delete(seal);
    appendSeals(paths, [seal]);
  });
}

/** Whether half or more of a journal is superseded, so that it is worth rewriting (`compact_seals.ts`). */
export function isSuperseded(path: string): boolean {
  const { count, lines } = load(path);
  return count >= 1000 && count >= lines.size * 2;
}

function load(path: string): Journal {
  const info = maybeStat(path);
  const known = journals.get(path);
  if (!info) {
    journals.delete(path);
    return { lines: new Map(), size: 0, ino: 0, count: 0 };
  }
  if (known && known.ino === (info.ino ?? 0) && known.size === info.size) return known;
  const grown = known && known.ino === (info.ino ?? 0) && info.size > known.size;
  const journal = grown ? known : { lines: new Map(), size: 0, ino: info.ino ?? 0, count: 0 };
  read(path, journal);
  journals.set(path, journal);
  return journal;
}

/**
 * Reads on from where the journal was left. A line that was cut short is passed over; the last one is looked at again,
 * since somebody may be writing it.
 */
function read(path: string, journal: Journal): void {
  using file = Deno.openSync(path, { read: true });
  file.seekSync(journal.size, Deno.SeekMode.Start);
  const bytes = new Uint8Array(file.statSync().size - journal.size);
  let length = 0;
  for (let n = file.readSync(bytes); n !== null && n > 0; n = file.readSync(bytes.subarray(length))) length += n;
  const lines = decoder.decode(bytes.subarray(0, length)).split("\n");
  for (const line of lines) {
    // Names of instances hold nothing that JSON escapes.
    const instance = line.startsWith(head) ? line.slice(head.length, line.indexOf('"', head.length)) : "";
    if (instance === "") continue;
    journal.count++;
    journal.lines.set(instance, line);
  }
  const isWhole = maybeParse(lines.at(-1)!) !== undefined;
  journal.size += isWhole ? length : bytes.subarray(0, length).lastIndexOf(0x0a) + 1;
}

const head = '{"instance":"';

/** The last seal of an instance that can be read, where a later line was cut short. */
function lastWhole(path: string, instance: string): Seal | undefined {
  const mine = decoder.decode(Deno.readFileSync(path)).split("\n").filter((line) =>
    line.startsWith(`${head}${instance}"`)
  );
  for (const line of mine.reverse()) {
    const seal = maybeParse(line);
    if (seal) return seal;
  }
  return undefined;
}

function maybeParse(line: string): Seal | undefined {
  try {
    const seal = JSON.parse(line);
    const whole = typeof seal?.instance === "string" && isListOf(seal.inputs, "path") && isListOf(seal.outputs, "name");
    return whole ? seal : undefined;
  } catch {
    return undefined;
  }
}

function isListOf(list: unknown, key: string): boolean {
  return Array.isArray(list) && list.every((item) => typeof item?.[key] === "string");
}
