/**
 * Schedulers that are killed again and again while ticks come every second: no tick is lost, none becomes two runs, and no
 * run stays open. The seed is printed; give another one with DUCTAFLOW_SEED.
 */
import { assert, assertEquals } from "../../lib/deps/assert.ts";
import { readTicket, startsSoFar, ticketIds } from "../../lib/workflow/ticket.ts";
import { workflowPaths } from "../../lib/workflow/workflow_paths.ts";
import { getFlow, publishFlow } from "../../mod.ts";
import { mod } from "./command_line.ts";
import { pause, sandboxed, until } from "./sandbox.ts";

const seed = Number(Deno.env.get("DUCTAFLOW_SEED") ?? Math.floor(Math.random() * 1e9));

/** Numbers from 0 to 1 that a seed decides: mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

Deno.test(
  `schedulers that are killed with SIGKILL at random times lose no tick and double none (seed ${seed})`,
  sandboxed(async (box) => {
    const random = randomOf(seed);
    const ran = box.path("ran");
    Deno.mkdirSync(ran);
    box.flow(
      "tick",
      `// %% Work
await new Promise((resolve) => setTimeout(resolve, 150));
const { run } = await import(${JSON.stringify(import.meta.resolve("../../lib/flow.ts"))});
Deno.writeTextFileSync(${JSON.stringify(ran)} + "/" + run.instance + "." + crypto.randomUUID(), "");
`,
    );
    const runsDir = box.path("runs");
    await publishFlow("tick", {
      flow: box.path("flows", "tick.ts"),
      schedule: "1s",
      overlap: "queue",
      permissions: { write: [ran] },
      runsDir,
    });
    const published = JSON.parse(Deno.readTextFileSync(workflowPaths("tick", { runsDir }).state)).dealtUntil;
    await using schedulers = new AsyncDisposableStack();
    const serve = (...args: string[]) => {
      const process = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--quiet", mod, "serve", "--scheduler-only", ...args],
        cwd: box.dir,
        stdout: "null",
        stderr: "null",
      }).spawn();
      schedulers.defer(async () => {
        try {
          process.kill("SIGKILL");
        } catch {
          // It has ended.
        }
        await process.status;
      });
      return process;
    };
    const kills = 8;
    for (let i = 0; i < kills; i++) {
      const two = [serve(), serve()];
      // How long they live is what the seed decides.
      await pause(300 + random() * 1500);
      for (const one of two) one.kill("SIGKILL");
      await Promise.all(two.map((one) => one.status));
    }
    const flow = await getFlow("tick", { runsDir });
    const paths = workflowPaths("tick", { runsDir });
    const from = new Date().toISOString();
    const last = serve();
    await until("a run of the last scheduler ends", async () => {
      const [run] = await flow.runs({ limit: 1 });
      return run?.status === "succeeded" && run.startedAt! > from;
    }, 60_000);
    await flow.pause();
    last.kill("SIGTERM");
    assertEquals((await last.status).code, 0);
    // What SIGTERM left is taken up by a scheduler that looks once.
    assertEquals((await serve("--once").status).success, true);

    const tickets = ticketIds(paths).map((id) => readTicket(paths, id));
    const open = tickets.filter(({ end }) => !end).map(({ ticket }) => ticket.id);
    assertEquals(open, [], "no run stays open");
    assertEquals(
      tickets.filter(({ end }) => end?.status !== "succeeded").map(({ ticket, end }) =>
        `${ticket.id} ${end?.statusText}`
      ),
      [],
    );
    // Each tick is a run, or is counted by the run that was made for it and others.
    const covered = tickets.reduce((sum, { ticket }) => sum + 1 + (ticket.missed ?? 0), 0);
    const newest = Date.parse(tickets.at(-1)!.ticket.scheduledFor!);
    assertEquals(covered, Math.floor(newest / 1000) - Math.floor(published / 1000));
    assertEquals(new Set(tickets.map(({ ticket }) => ticket.scheduledFor)).size, tickets.length);
    const done = [...Deno.readDirSync(ran)].map(({ name }) => name.split(".")[0]);
    for (const { ticket, starts } of tickets) {
      const times = done.filter((id) => id === ticket.id).length;
      const begun = startsSoFar(starts).length;
      // Only a kill between its last line and the record lets a run do its work again.
      assert(times >= 1 && times <= begun, `${ticket.id} ran ${times} times in ${begun} starts`);
    }
  }),
);
