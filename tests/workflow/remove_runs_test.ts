import { assertEquals } from "../../lib/deps/assert.ts";
import { oldRuns } from "../../lib/workflow/run/remove_runs.ts";
import type { KeepOptions } from "../../lib/workflow/settings.ts";
import type { TicketState } from "../../lib/workflow/ticket.ts";

const now = Date.parse("2026-11-30T12:00:00Z");
const statuses = ["succeeded", "failed", "succeeded", "timed-out", "succeeded", "skipped"] as const;
/** Six runs, one a day, the last one two hours ago. */
const ended = statuses.map((status, i) => {
  const endedAt = new Date(now - 7_200_000 - (5 - i) * 86_400_000).toISOString();
  return { ticket: { id: `run${i}` }, end: { status, endedAt } } as unknown as TicketState;
});
/** Each run takes as many bytes as its number tells hundreds. */
const sizeOf = (id: string) => Number(id.at(-1)) * 100;
const gone = (keep: KeepOptions | undefined, runs = ended) =>
  oldRuns(runs, keep, now, sizeOf).map(({ ticket }) => ticket.id);

Deno.test("oldRuns() keeps what any of the limits keeps, and all without limits", () => {
  assertEquals(gone(undefined), []);
  assertEquals(gone({ runs: 2 }), ["run0", "run1", "run2", "run3"]);
  assertEquals(gone({ days: 3 }), ["run0", "run1", "run2"]);
  assertEquals(gone({ runs: 1, days: 2 }), ["run0", "run1", "run2", "run3"]);
  assertEquals(gone({ runs: 1, failed: 1 }), ["run0", "run1", "run2", "run4"]);
  assertEquals(gone({ failed: 1 }), ["run1"]);
  assertEquals(gone({ runs: 0 }), ["run0", "run1", "run2", "run3", "run4", "run5"]);
});

Deno.test("oldRuns() keeps the newest runs that together take so many bytes", () => {
  assertEquals(gone({ bytes: 500 }), ["run0", "run1", "run2", "run3", "run4"]);
  assertEquals(gone({ bytes: 1199 }), ["run0", "run1", "run2", "run3"]);
  assertEquals(gone({ bytes: 1200 }), ["run0", "run1", "run2"]);
  assertEquals(gone({ bytes: 900, runs: 3 }), ["run0", "run1", "run2"]);
  assertEquals(gone({ bytes: 0 }).length, 6);
});

Deno.test("oldRuns() passes over pinned runs, and does not count them", () => {
  const pinned = ended.map((state, i) => i === 0 || i === 5 ? { ...state, pinned: true as const } : state);
  assertEquals(gone({ runs: 2 }, pinned), ["run1", "run2"]);
  assertEquals(gone({ bytes: 400 }, pinned), ["run1", "run2", "run3"]);
  assertEquals(gone({ runs: 0 }, pinned), ["run1", "run2", "run3", "run4"]);
});
