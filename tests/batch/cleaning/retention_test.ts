import { assertEquals } from "../../../lib/deps/assert.ts";
import { chooseRuns, type RetentionRules, type RetentionRun } from "../../../lib/batch/cleaning/retention.ts";

const day = 86_400_000;
const now = 1000 * day;

/** A run that ended so many days ago, of 10 bytes. */
function run(name: string, age: number, more: Partial<RetentionRun> = {}): RetentionRun {
  return {
    name,
    step: name.split("/")[0],
    status: "succeeded",
    time: now - age * day,
    uses: [],
    bytes: () => 10,
    ...more,
  };
}

function choose(runs: RetentionRun[], rules: RetentionRules): { going: string[]; kept: string[] } {
  const { going, kept } = chooseRuns(runs, rules, now);
  return { going: going.map(({ run }) => run.name), kept: kept.map(({ run, why }) => `${run.name} ${why}`) };
}

const steps = [run("a/1", 1), run("a/2", 2), run("a/3", 3), run("b/1", 40), run("b/2", 50)];

const cases: { title: string; runs?: RetentionRun[]; rules: RetentionRules; going: string[]; kept?: string[] }[] = [
  { title: "keeps the newest of each step", rules: { keep: 1 }, going: ["b/2", "a/3", "a/2"] },
  { title: "takes all when none is kept", rules: { keep: 0 }, going: ["b/2", "b/1", "a/3", "a/2", "a/1"] },
  { title: "takes what is older than the age", rules: { olderThanMs: 30 * day }, going: ["b/2", "b/1"] },
  { title: "takes only what all criteria agree on", rules: { olderThanMs: 2.5 * day, keep: 1 }, going: ["b/2", "a/3"] },
  { title: "looks at the wanted steps only", rules: { keep: 0, steps: ["b"] }, going: ["b/2", "b/1"] },
  { title: "takes the oldest until enough is free", rules: { bytesToFree: 15 }, going: ["b/2", "b/1"] },
  {
    title: "takes no more than the age allows for a size",
    rules: { bytesToFree: 50, olderThanMs: 45 * day },
    going: ["b/2"],
  },
  {
    title: "counts the newest among those of the wanted status",
    runs: [run("a/1", 1), run("a/2", 2, { status: "failed" }), run("a/3", 3, { status: "failed" })],
    rules: { status: ["failed"], keep: 1 },
    going: ["a/3"],
  },
  {
    title: "keeps what a kept run has read, and what that has read",
    runs: [run("a/1", 9), run("b/1", 8, { uses: ["a/1"] }), run("c/1", 1, { uses: ["b/1"] }), run("a/2", 9)],
    rules: { olderThanMs: 5 * day },
    going: ["a/2"],
    kept: ["a/1 is used by b/1", "b/1 is used by c/1"],
  },
  {
    title: "takes what has been read only by runs that go as well",
    runs: [run("a/1", 9), run("b/1", 8, { uses: ["a/1"] })],
    rules: { olderThanMs: 5 * day },
    going: ["a/1", "b/1"],
  },
  {
    title: "takes what is used when told to",
    runs: [run("a/1", 9), run("b/1", 1, { uses: ["a/1"] })],
    rules: { olderThanMs: 5 * day, withUsed: true },
    going: ["a/1"],
  },
  {
    title: "goes on to the next oldest when a used one is passed over for a size",
    runs: [run("a/1", 9), run("a/2", 8), run("b/1", 1, { uses: ["a/1"] })],
    rules: { bytesToFree: 10 },
    going: ["a/2"],
    kept: ["a/1 is used by b/1"],
  },
  {
    title: "frees what a run had read once that run has to go for a size",
    runs: [run("a/1", 9), run("b/1", 1, { uses: ["a/1"] })],
    rules: { bytesToFree: 20 },
    going: ["b/1", "a/1"],
  },
  {
    title: "never takes a busy run, nor what it has read",
    runs: [run("a/1", 9), run("b/1", 8, { uses: ["a/1"], busy: "is being run" })],
    rules: { keep: 0 },
    going: [],
    kept: ["a/1 is used by b/1", "b/1 is being run"],
  },
  {
    title: "is not confused by a run that has read its own folder",
    runs: [run("a/1", 9, { uses: ["a/1"] })],
    rules: { keep: 0 },
    going: ["a/1"],
  },
];

for (const { title, runs = steps, rules, going, kept } of cases) {
  Deno.test(`chooseRuns() ${title}`, () => {
    const chosen = choose(runs, rules);
    assertEquals(chosen.going, going);
    if (kept) assertEquals(chosen.kept, kept);
  });
}

Deno.test("chooseRuns() tells why: the criteria, and by whom a run is used", () => {
  const runs = [run("a/1", 40, { status: "failed" }), run("b/1", 1, { uses: ["a/1"] })];
  const { going } = chooseRuns(
    runs,
    { status: ["failed", "cancelled"], olderThanMs: 30 * day, keep: 0, withUsed: true },
    now,
  );
  assertEquals(going.map(({ reason, usedBy }) => [reason, usedBy]), [
    ["failed or cancelled, older than 30 d, none is kept", ["b/1"]],
  ]);
});
