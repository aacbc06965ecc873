/**
 * Which runs may go: those on which all criteria agree, without those that other runs depend on.
 * @module
 */
import { formatDuration } from "../../base/duration.ts";
import type { RunStatus } from "../../base/record.ts";

/** A run, as far as it matters here. */
export interface RetentionRun {
  /** `step/instance`. */
  name: string;
  step: string;
  status: RunStatus;
  /** Milliseconds. */
  time: number;
  /** The runs whose files it read or that its config refers to. */
  uses: string[];
  /** Why it must not be touched at all, such as `is being run`. */
  busy?: string;
  /** What is freed with it. */
  bytes(): number;
}

/** What must hold of a run for it to go. */
export interface RetentionRules {
  /** Only runs of these steps. */
  steps?: string[];
  /** Only runs of these statuses. */
  status?: RunStatus[];
  /** Only runs that ended longer ago than this, in milliseconds. */
  olderThanMs?: number;
  /** Only those beyond so many of the newest of each step (counted among those of the wanted statuses). */
  keep?: number;
  /** Oldest first, until so many bytes are freed. */
  bytesToFree?: number;
  /** Also runs that a kept one has read. */
  withUsed?: boolean;
}

/** A run that goes. */
export interface GoingRun<T> {
  run: T;
  reason: string;
  /** The kept runs that read its files. */
  usedBy: string[];
}

/** A run that the criteria chose, and that stays all the same. */
export interface KeptRun<T> {
  run: T;
  why: string;
}

/** Splits what the criteria choose into what goes, oldest first, and what stays all the same. */
export function chooseRuns<T extends RetentionRun>(
  runs: T[],
  rules: RetentionRules,
  now: number,
): { going: GoingRun<T>[]; kept: KeptRun<T>[] } {
  const chosen = chosenBy(rules, runs, now);
  const candidates = chosen.filter((run) => run.busy === undefined).sort((a, b) => a.time - b.time);
  const users = usersOf(runs);
  const going = new Set(rules.bytesToFree === undefined ? candidates : []);
  const keptUsers = ({ name }: T) => (users.get(name) ?? []).filter((user) => !going.has(user));
  if (rules.bytesToFree !== undefined) takeUntilFree(rules.bytesToFree);
  else if (!rules.withUsed) letGoOfUsed();
  const reason = reasonOf(rules);
  // For a size, those matter that were passed over on the way to it.
  const last = isEnough() ? Math.max(...[...going].map((run) => run.time)) : Infinity;
  const kept = chosen.filter((run) => run.time <= last && (run.busy !== undefined || keptUsers(run).length > 0));
  return {
    going: [...going].map((run) => ({ run, reason, usedBy: keptUsers(run).map(({ name }) => name) })),
    kept: kept.filter((run) => !going.has(run)).map((run) => ({ run, why: run.busy ?? usedPhrase(keptUsers(run)) })),
  };

  function isEnough(): boolean {
    const { bytesToFree } = rules;
    return bytesToFree !== undefined && [...going].reduce((sum, run) => sum + run.bytes(), 0) >= bytesToFree;
  }

  /** What a kept run has read is kept as well, and so is what that has read. */
  function letGoOfUsed(): void {
    for (let before = -1; before !== going.size;) {
      before = going.size;
      for (const run of candidates) if (going.has(run) && keptUsers(run).length > 0) going.delete(run);
    }
  }

  /** Once a run has gone, what it has read may go as well, though it is older. */
  function takeUntilFree(bytes: number): void {
    for (let before = -1, free = 0; before !== going.size;) {
      before = going.size;
      for (const run of candidates) {
        if (free >= bytes) return;
        if (going.has(run) || !rules.withUsed && keptUsers(run).length > 0) continue;
        going.add(run);
        free += run.bytes();
      }
    }
  }
}

function chosenBy<T extends RetentionRun>(rules: RetentionRules, runs: T[], now: number): T[] {
  const { steps, status, olderThanMs, keep } = rules;
  const wanted = runs.filter((run) => (steps?.includes(run.step) ?? true) && (status?.includes(run.status) ?? true));
  const newest = new Set<T>();
  if (keep !== undefined) {
    for (const ofStep of Map.groupBy(wanted, (run) => run.step).values()) {
      for (const run of ofStep.toSorted((a, b) => b.time - a.time).slice(0, keep)) newest.add(run);
    }
  }
  const isOld = (run: T) => olderThanMs === undefined || now - run.time > olderThanMs;
  return wanted.filter((run) => !newest.has(run) && isOld(run));
}

function usersOf<T extends RetentionRun>(runs: T[]): Map<string, T[]> {
  const users = new Map<string, T[]>();
  for (const run of runs) {
    for (const name of run.uses) {
      if (name === run.name) continue;
      const known = users.get(name);
      if (known) known.push(run);
      else users.set(name, [run]);
    }
  }
  return users;
}

function reasonOf({ status, olderThanMs, keep, bytesToFree }: RetentionRules): string {
  const parts = [
    status?.join(" or "),
    olderThanMs !== undefined && `older than ${age(olderThanMs)}`,
    keep !== undefined && (keep === 0 ? "none is kept" : `beyond the newest ${keep}`),
    bytesToFree !== undefined && "oldest first, for the size",
  ];
  return parts.filter(Boolean).join(", ");
}

/** `30 d` rather than `30 d 00 h`. */
function age(ms: number): string {
  return ms > 0 && ms % 86_400_000 === 0 ? `${ms / 86_400_000} d` : formatDuration(ms);
}

function usedPhrase(users: RetentionRun[]): string {
  const names = users.map(({ name }) => name);
  const more = names.length - 2;
  return `is used by ${more > 1 ? `${names.slice(0, 2).join(", ")} and ${more} more` : names.join(", ")}`;
}
