/**
 * The type of an artifact stays what it was in the run before, unless it is told that it may change.
 * @module
 */
import { writeFileAtomic } from "../base/atomic_file.ts";
import { DuctaflowError } from "../base/error.ts";
import { maybeText } from "../base/maybe_file.ts";
import { dirname, join } from "../deps/path.ts";
import type { Run } from "../step/run.ts";
import type { StoredValue } from "./values/stored_value.ts";

/** The type of a value: a word, the columns of a table, or the types of its parts. */
export type ValueType = string | { table: Record<string, string> } | { parts: Record<string, ValueType> };

/** A result that has another type than in the run before. */
export class TypeChangedError extends DuctaflowError {
  /** The run, whose record says that it failed. */
  run?: Run;
  /** What differs, a line each. */
  readonly changes: string[];

  /** Makes the error of a step from what differs, a line each. */
  constructor(step: string, changes: string[]) {
    const list = changes.slice(0, 20).map((change) => `\n  - ${change}`).join("");
    const more = changes.length > 20 ? `\n  - and ${changes.length - 20} more` : "";
    super(`The result of ${step} has another type than in the run before:${list}${more}`, {
      code: "type-changed",
      hint:
        "If it is meant, say so once: .allowTypeChange() on the artifact, or allowTypeChange: true in the options of ops()",
    });
    this.name = "TypeChangedError";
    this.changes = changes;
  }
}

/** The type of a stored value. */
export function typeOfStored(value: StoredValue): ValueType {
  if (value.kind === "parts") {
    return { parts: Object.fromEntries(Object.entries(value.parts).map(([key, part]) => [key, typeOfStored(part)])) };
  }
  if (value.table) return { table: Object.fromEntries(value.table.columns.map(({ name, type }) => [name, type])) };
  if (value.kind === "text") return "string";
  return value.kind === "json" ? value.json ?? "json" : value.kind;
}

/** What differs, a line each. What nobody has seen a value of (`null`, an empty list) is no difference. */
export function typeChanges(before: ValueType, now: ValueType, name = ""): string[] {
  if (before === now || isOpen(before, now) || isOpen(now, before)) return [];
  if (typeof before === "string" || typeof now === "string" || ("table" in before) !== ("table" in now)) {
    return [`${name || "the value"}: ${words(before)} became ${words(now)}`];
  }
  const [old, fresh] = [membersOf(before), membersOf(now)];
  return [...new Set([...Object.keys(old), ...Object.keys(fresh)])].flatMap((key) => {
    const path = name ? `${name}.${key}` : key;
    if (!Object.hasOwn(fresh, key)) return [`${path}: ${words(old[key])} is gone`];
    if (!Object.hasOwn(old, key)) return [`${path}: ${words(fresh[key])} is new`];
    return typeChanges(old[key], fresh[key], path);
  });
}

/** Whether a type says too little to differ from another: an empty list may be a table, an object may have parts. */
function isOpen(type: ValueType, other: ValueType): boolean {
  if (type === "null" || type === "undefined") return true;
  if (typeof other === "string") return false;
  return type === "object" && "parts" in other || type === "array";
}

function membersOf(type: Exclude<ValueType, string>): Record<string, ValueType> {
  return "table" in type ? type.table : type.parts;
}

function words(type: ValueType): string {
  if (typeof type === "string") return type;
  const count = Object.keys(membersOf(type)).length;
  return "table" in type ? `a table of ${count} columns` : `${count} outputs`;
}

/** The type that a step has, with the id of the run that had it first. */
interface KnownType {
  run: string;
  type: ValueType;
}

/**
 * Compares with the type of the run before, and remembers this one. An older run that is reused had the type of its time.
 * @throws {TypeChangedError} with a line for each column that differs
 */
export function checkType(
  runsDir: string,
  { step, cached, record: { id } }: Run,
  value: StoredValue,
  { mayChange, former }: { mayChange: boolean; former: string[] },
): void {
  const pathOf = (step: string) => join(runsDir, ".ductaflow", "types", `${step}.json`);
  const path = pathOf(step);
  const now = typeOfStored(value);
  // Under a new name it has the type that it had under the one before, until it has one of its own.
  const own = maybeType(maybeText(path));
  const known = own ?? former.map((name) => maybeType(maybeText(pathOf(name)))).find((type) => type !== undefined);
  if (known && cached && id < known.run) return;
  const changes = known === undefined ? [] : typeChanges(known.type, now);
  if (changes.length > 0 && !mayChange) throw new TypeChangedError(step, changes);
  const type = known === undefined ? now : merged(known.type, now);
  if (own && JSON.stringify(type) === JSON.stringify(own.type)) return;
  Deno.mkdirSync(dirname(path), { recursive: true });
  writeFileAtomic(path, JSON.stringify({ run: id, type } satisfies KnownType));
}

/** The types of now; where they are not known, those of before. */
function merged(before: ValueType, now: ValueType): ValueType {
  if (isOpen(now, before)) return before;
  if (typeof now === "string" || typeof before === "string") return now;
  if ("table" in now) {
    const known = "table" in before ? before.table : {};
    return {
      table: Object.fromEntries(
        Object.entries(now.table).map(([key, type]) => [key, type === "null" ? known[key] ?? type : type]),
      ),
    };
  }
  const known = "parts" in before ? before.parts : {};
  const parts = Object.entries(now.parts).map((
    [key, type],
  ) => [key, Object.hasOwn(known, key) ? merged(known[key], type) : type]);
  return { parts: Object.fromEntries(parts) };
}

function maybeType(text: string | undefined): KnownType | undefined {
  try {
    const value = JSON.parse(text ?? "");
    return typeof value?.run === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
