/** The scheduler with a clock of its own and runs that only tell that they ran. */
import { assert, assertEquals, assertRejects } from "../../lib/deps/assert.ts";
import type { RunRecord } from "../../lib/base/record.ts";
import { jsonText } from "../../lib/base/json.ts";
import { acquireLock } from "../../lib/base/lock.ts";
import { makeFlowRun } from "../../lib/workflow/run/make_flow_run.ts";
import { executeTicket } from "../../lib/workflow/run/execute_ticket.ts";
import { resume } from "../../lib/workflow/run/trigger.ts";
import type { RunVersionOptions } from "../../lib/workflow/run/run_version.ts";
import { Scheduler, type SchedulerEvent } from "../../lib/workflow/scheduler/scheduler.ts";
import { parseSettings, writeDeclared } from "../../lib/workflow/settings.ts";
import { writeState } from "../../lib/workflow/state.ts";
import { maybeTicket, readTicket, ticketIds } from "../../lib/workflow/ticket.ts";
import { versionPaths, type WorkflowPaths, workflowPaths } from "../../lib/workflow/workflow_paths.ts";

const start = Date.parse("2026-11-22T12:00:00Z");
const minute = 60_000;

/** A world with a clock that stands still unless it is moved. */
class World {
  now = start;
  readonly ran: string[] = [];
  readonly events: SchedulerEvent[] = [];
  /** Runs that do not end before they are let go. */
  readonly held = new Map<string, PromiseWithResolvers<void>>();
  hold = false;
  /** How runs end. */
  status = "succeeded";
  /** What runs measure. */
  metrics: { name: string; value: number }[] = [];
  readonly runsDir = Deno.makeTempDirSync();

  publish(name: string, settings: object): WorkflowPaths {
    const paths = workflowPaths(name, this);
    Deno.mkdirSync(versionPaths(paths, 1).dir, { recursive: true });
    const version = { version: 1, kind: "flow", parameters: [{ name: "day", today: "UTC" }] };
    Deno.writeTextFileSync(versionPaths(paths, 1).manifest, jsonText(version));
    writeState(paths, { dealtUntil: this.now });
    writeDeclared(paths, parseSettings({ ...settings }));
    return paths;
  }

  scheduler(): Scheduler {
    return new Scheduler({
      runsDir: this.runsDir,
      concurrency: 4,
      now: () => this.now,
      onEvent: (event) => this.events.push(event),
      execute: (paths, id, options) => executeTicket(paths, id, { ...options, run: (each) => this.#run(each) }),
    });
  }

  async #run({ paths, ticket, signal }: RunVersionOptions): Promise<RunRecord> {
    this.ran.push(`${paths.name}/${ticket.id}`);
    const startedAt = new Date(this.now).toISOString();
    let { status } = this;
    if (this.hold) {
      const gate = Promise.withResolvers<void>();
      this.held.set(ticket.id, gate);
      signal?.addEventListener("abort", () => gate.resolve(), { once: true });
      await gate.promise;
      if (signal?.aborted) status = "cancelled";
    }
    const endedAt = new Date(this.now).toISOString();
    const parts = { status, statusText: status, startedAt, endedAt, durationMs: 0, metrics: this.metrics };
    return parts as unknown as RunRecord;
  }
}

function inWorld(name: string, test: (world: World) => Promise<void>): void {
  Deno.test(name, async () => {
    const world = new World();
    try {
      await test(world);
    } finally {
      Deno.removeSync(world.runsDir, { recursive: true });
    }
  });
}

/** Looks, and waits until nothing goes on. */
async function look(scheduler: Scheduler): Promise<void> {
  await scheduler.look();
  await scheduler.idle();
}

inWorld("a tick becomes one run, whose day is that of the tick", async (world) => {
  const paths = world.publish("hourly", { schedule: "1h" });
  const scheduler = world.scheduler();
  await look(scheduler);
  assertEquals(world.ran, []);
  world.now = start + 60 * minute + 500;
  await look(scheduler);
  await look(scheduler);
  assertEquals(world.ran, ["hourly/20261122T130000000-tick"]);
  const { ticket, end } = readTicket(paths, "latest");
  assertEquals([ticket.scheduledFor, ticket.params, end?.status], [
    "2026-11-22T13:00:00.000Z",
    { day: "2026-11-22" },
    "succeeded",
  ]);
});

inWorld("two schedulers that look at the same moment make one run of a tick", async (world) => {
  world.publish("often", { schedule: "1m" });
  const schedulers = [world.scheduler(), world.scheduler(), world.scheduler()];
  for (let i = 1; i <= 5; i++) {
    world.now = start + i * minute;
    // A tick that one of them deals with right now is there for the others with their next look.
    for (let looks = 0; looks < 2; looks++) await Promise.all(schedulers.map((scheduler) => look(scheduler)));
  }
  assertEquals(world.ran.length, 5);
  assertEquals(new Set(world.ran).size, 5);
});

inWorld("ticks that nobody was there for become one run, which says how many", async (world) => {
  const paths = world.publish("hourly", { schedule: "1h" });
  world.now = start + 5 * 60 * minute + 10 * minute;
  await look(world.scheduler());
  assertEquals(world.ran, ["hourly/20261122T170000000-tick"]);
  assertEquals(readTicket(paths, "latest").ticket.missed, 4);
});

inWorld("onMissed skip leaves out ticks that nobody was there for, not those that are on time", async (world) => {
  world.publish("hourly", { schedule: "1h", onMissed: "skip" });
  const scheduler = world.scheduler();
  world.now = start + 5 * 60 * minute + 10 * minute;
  await look(scheduler);
  assertEquals(world.ran, []);
  assertEquals(world.events, [{ t: "passed", workflow: "hourly", why: "missed" }]);
  world.now = start + 6 * 60 * minute + 30_000;
  await look(scheduler);
  assertEquals(world.ran, ["hourly/20261122T180000000-tick"]);
});

inWorld("a workflow that is paused until a moment runs from the first tick at that moment", async (world) => {
  const paths = world.publish("hourly", { schedule: "1h", pausedUntil: "2026-11-22T15:00Z" });
  const scheduler = world.scheduler();
  for (const hours of [1, 2]) {
    world.now = start + hours * 60 * minute;
    await look(scheduler);
  }
  assertEquals([world.ran, world.events.map((event) => event.t === "passed" && event.why)], [[], ["paused", "paused"]]);
  world.now = start + 3 * 60 * minute;
  await look(scheduler);
  assertEquals([world.ran, readTicket(paths, "latest").ticket.missed], [["hourly/20261122T150000000-tick"], undefined]);
});

inWorld("ticks in a pause that ended while nobody looked are not missed ones", async (world) => {
  const paths = world.publish("hourly", { schedule: "1h", pausedUntil: "2026-11-22T15:30Z" });
  world.now = start + 5 * 60 * minute;
  await look(world.scheduler());
  assertEquals([world.ran, readTicket(paths, "latest").ticket.missed], [["hourly/20261122T170000000-tick"], 1]);
  const other = world.publish("half", { schedule: "30m", pausedUntil: "2026-11-22T17:45Z" });
  world.now += 40 * minute;
  await look(world.scheduler());
  assertEquals([other, world.ran.filter((run) => run.startsWith("half"))], [other, []]);
});

inWorld("a workflow that is paused until a moment does not follow what ended before it", async (world) => {
  world.publish("first", { schedule: "1h" });
  world.publish("second", { schedule: { after: "first" }, pausedUntil: "2026-11-22T13:30Z" });
  const scheduler = world.scheduler();
  world.now = start + 60 * minute;
  await look(scheduler);
  await look(scheduler);
  assertEquals(world.ran, ["first/20261122T130000000-tick"]);
  world.now = start + 120 * minute;
  await look(scheduler);
  await look(scheduler);
  assertEquals(world.ran.slice(1).map((run) => run.split("/")[0]), ["first", "second"]);
});

inWorld("a paused workflow lets ticks pass, and does not make up for them", async (world) => {
  const paths = world.publish("hourly", { schedule: "1h" });
  writeDeclared(paths, parseSettings({ schedule: "1h", paused: true }));
  world.now = start + 60 * minute;
  await look(world.scheduler());
  writeDeclared(paths, parseSettings({ schedule: "1h" }));
  world.now += 30 * minute;
  await look(world.scheduler());
  assertEquals(world.ran, []);
  world.now += 30 * minute;
  await look(world.scheduler());
  assertEquals(world.ran, ["hourly/20261122T140000000-tick"]);
});

inWorld("a clock that was set back makes nothing run twice", async (world) => {
  world.publish("often", { schedule: "1m" });
  const scheduler = world.scheduler();
  for (const at of [1, 2, 3, 1, 2, 3, 4]) {
    world.now = start + at * minute;
    await look(scheduler);
  }
  assertEquals(world.ran.length, 4);
});

/** Starts the run of the first tick, which does not end, and looks at the second. */
async function overlapping(world: World, overlap: string): Promise<{ paths: WorkflowPaths; scheduler: Scheduler }> {
  const paths = world.publish("slow", { schedule: "1m", overlap });
  const scheduler = world.scheduler();
  world.hold = true;
  world.now = start + minute;
  await scheduler.look();
  await until(() => world.held.size === 1);
  world.now = start + 2 * minute;
  await scheduler.look();
  return { paths, scheduler };
}

async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !condition();) {
    assert(Date.now() < end, "It did not happen");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const [first, second] = ["20261122T120100000-tick", "20261122T120200000-tick"];

inWorld("overlap skip notes a tick that comes while a run goes on as skipped", async (world) => {
  const { paths, scheduler } = await overlapping(world, "skip");
  world.held.get(first)!.resolve();
  await scheduler.idle();
  await look(scheduler);
  assertEquals(world.ran, [`slow/${first}`]);
  assertEquals(maybeTicket(paths, second)?.end?.statusText, `Skipped: the run ${first} had not ended`);
});

inWorld("overlap queue runs it afterwards", async (world) => {
  const { scheduler } = await overlapping(world, "queue");
  assertEquals(world.ran, [`slow/${first}`]);
  world.hold = false;
  world.held.get(first)!.resolve();
  await scheduler.idle();
  await look(scheduler);
  assertEquals(world.ran, [`slow/${first}`, `slow/${second}`]);
});

inWorld("overlap cancel-old ends the run that goes on, and runs the new one", async (world) => {
  const { paths, scheduler } = await overlapping(world, "cancel-old");
  world.hold = false;
  await scheduler.idle();
  await look(scheduler);
  assertEquals(world.ran, [`slow/${first}`, `slow/${second}`]);
  assertEquals(maybeTicket(paths, first)?.end?.status, "cancelled");
  assertEquals(maybeTicket(paths, second)?.end?.status, "succeeded");
});

inWorld("overlap allow runs both at once", async (world) => {
  const { scheduler } = await overlapping(world, "allow");
  await until(() => world.held.size === 2);
  for (const gate of world.held.values()) gate.resolve();
  await scheduler.idle();
  assertEquals(world.ran, [`slow/${first}`, `slow/${second}`]);
});

inWorld(
  "a workflow follows another one once for each of its runs, and retention does not bring it back",
  async (world) => {
    world.publish("upstream", { schedule: "1m" });
    const paths = world.publish("downstream", { schedule: { after: "upstream" }, keep: 1 });
    const scheduler = world.scheduler();
    for (const at of [1, 2, 3, 3, 3]) {
      world.now = start + at * minute;
      await look(scheduler);
      await look(scheduler);
      await look(world.scheduler());
    }
    assertEquals(world.ran.filter((run) => run.startsWith("downstream/")).length, 3);
    assertEquals(ticketIds(paths).length, 1);
  },
);

inWorld("a failed run is followed only by workflows that follow however it ended", async (world) => {
  world.publish("upstream", { schedule: "1m" });
  world.publish("on-success", { schedule: { after: "upstream" } });
  world.publish("on-finish", { schedule: { after: "upstream", on: "finish" } });
  const scheduler = world.scheduler();
  world.status = "failed";
  world.now = start + minute;
  await look(scheduler);
  await look(scheduler);
  assertEquals(world.ran.map((run) => run.split("/")[0]), ["upstream", "on-finish"]);
});

inWorld(
  "a workflow that follows another takes parameters and metrics from it, or fails where there are none",
  async (world) => {
    world.publish("upstream", { schedule: { cron: "0 23 * * *", tz: "UTC" } });
    const follow = (name: string, pass: object) => world.publish(name, { schedule: { after: "upstream", pass } });
    world.metrics = [{ name: "rows", value: 7 }];
    const [taken, strange, unlike] = [
      follow("taken", { day: "day" }),
      follow("strange", { day: { metric: "columns" } }),
      follow("unlike", { day: { metric: "rows" } }),
    ];
    const scheduler = world.scheduler();
    // The day of the tick is over by now.
    world.now = start + 12 * 60 * minute + minute;
    await look(scheduler);
    await look(scheduler);
    assertEquals(world.ran.map((run) => run.split("/")[0]), ["upstream", "taken"]);
    assertEquals(readTicket(taken, "latest").ticket.params, { day: "2026-11-22" });
    const ends = [strange, unlike].map((paths) => readTicket(paths, "latest").end);
    assertEquals(ends.map((end) => end?.status), ["failed", "failed"]);
    assert(
      ends[0]!.statusText.includes(`its parameter "day" is the metric "columns" of upstream/`),
      ends[0]!.statusText,
    );
    assert(ends[1]!.statusText.includes(`"day" is 7; accepted is a string`), ends[1]!.statusText);
    await assertRejects(() => resume(strange, "latest", { run: false }), Error, "has no parameters to resume with");
  },
);

inWorld("a scheduler that stops leaves its runs to the next one", async (world) => {
  const paths = world.publish("slow", { schedule: "1m" });
  world.hold = true;
  world.now = start + minute;
  const stop = new AbortController();
  const serving = world.scheduler().serve(stop.signal);
  await until(() => world.held.size === 1);
  stop.abort(new Error("SIGTERM"));
  await serving;
  assertEquals(maybeTicket(paths, first)?.end, undefined);
  world.hold = false;
  await look(world.scheduler());
  assertEquals(world.ran, [`slow/${first}`, `slow/${first}`]);
  assertEquals(maybeTicket(paths, first)?.end?.status, "succeeded");
});

inWorld("a run that schedulers left in good order, however often, is not given up", async (world) => {
  const paths = world.publish("slow", { schedule: "1m" });
  world.hold = true;
  world.now = start + minute;
  for (let i = 0; i < 4; i++) {
    world.held.clear();
    const stop = new AbortController();
    const serving = world.scheduler().serve(stop.signal);
    await until(() => world.held.size === 1);
    stop.abort(new Error("SIGTERM"));
    await serving;
    const run = makeFlowRun(paths, readTicket(paths, first));
    assertEquals(run.statusText, "Waits to begin again: the process that ran it was stopped");
  }
  world.hold = false;
  await look(world.scheduler());
  assertEquals(maybeTicket(paths, first)?.end?.status, "succeeded");
});

inWorld("a run whose process dies again and again is given up", async (world) => {
  const paths = world.publish("slow", { schedule: "1m", overlap: "queue" });
  world.now = start + minute;
  // What a scheduler leaves that is killed: the ticket, and a line for each start.
  const lock = await acquireLock(paths.active, "somebody");
  await look(world.scheduler());
  lock.release();
  const { paths: files } = readTicket(paths, first);
  Deno.writeTextFileSync(files.starts, `{"at":"2026-11-22T12:01:00.000Z"}\n`.repeat(3));
  await look(world.scheduler());
  assertEquals(world.ran, []);
  assertEquals(maybeTicket(paths, first)?.end?.statusText, "Given up: the process that ran it died 3 times");
});

inWorld("one workflow that cannot be read does not stop the others", async (world) => {
  const paths = world.publish("broken", { schedule: "1m" });
  world.publish("whole", { schedule: "1m" });
  Deno.writeTextFileSync(paths.overrides, "{");
  world.now = start + minute;
  await look(world.scheduler());
  assertEquals(world.ran, [`whole/${first}`]);
  assert(world.events.some((event) => event.t === "problem" && event.workflow === "broken"));
});
