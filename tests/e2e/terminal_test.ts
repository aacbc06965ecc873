/** A conductor in a real terminal (`script` makes one), whose signals reach the conductor and its flows alike. */
import { assert, assertEquals } from "../../lib/deps/assert.ts";
import { conductorFlags, isAlive, numberIn, type Sandbox, sandboxed, until } from "./sandbox.ts";

const flow = `// %% Long\nDeno.writeTextFileSync("pid", Deno.pid + "\\n");
console.log("so far");\nsetInterval(() => {}, 1000);\nawait new Promise(() => {});\n`;

/** Starts a conductor in a terminal; resolves when its flow is at work. */
async function inTerminal(box: Sandbox): Promise<{ terminal: Deno.ChildProcess; flowPid: number }> {
  box.flow("long", flow);
  const mod = JSON.stringify(import.meta.resolve("../../mod.ts"));
  Deno.writeTextFileSync(box.path("c.ts"), `import { runStepFlow } from ${mod};\nawait runStepFlow("long", "a");\n`);
  const command = [Deno.execPath(), "run", ...conductorFlags, "--no-lock", "c.ts"].join(" ");
  const terminal = new Deno.Command("script", {
    args: ["--quiet", "--return", "--command", command, "/dev/null"],
    cwd: box.dir,
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  return { terminal, flowPid: await until("the flow works", () => numberIn(box.path("runs/long/a/pid"))) };
}

function ignored(): boolean {
  try {
    return Deno.build.os !== "linux" || !new Deno.Command("script", { args: ["--version"] }).outputSync().success;
  } catch {
    return true;
  }
}

Deno.test({
  name: "case 12: Ctrl-C in a terminal cancels the run, which is recorded with its outputs, and ends the conductor",
  ignore: ignored(),
  fn: sandboxed(async (box) => {
    const { terminal, flowPid } = await inTerminal(box);
    const keys = terminal.stdin.getWriter();
    await keys.write(new Uint8Array([3]));
    const { code } = await terminal.status;
    await keys.close().catch(() => {});
    assertEquals(code, 130);
    assert(!isAlive(flowPid));
    const { status, statusText, cells } = box.record("long", "a");
    assertEquals([status, statusText], ["cancelled", 'Cancelled in cell 2 "Long" (SIGINT)']);
    assertEquals(cells[1].status, "failed");
    assert(JSON.stringify(box.notebook("long", "a")).includes("so far"));
  }),
});

Deno.test({
  name: "case 12: a terminal that is closed cancels the run and leaves nothing running",
  ignore: ignored(),
  fn: sandboxed(async (box) => {
    const { terminal, flowPid } = await inTerminal(box);
    terminal.kill("SIGKILL");
    await terminal.status;
    await terminal.stdin.close().catch(() => {});
    await until("the flow is gone", () => !isAlive(flowPid));
    const { status, statusText } = await until("the run is recorded", () => {
      const record = box.record("long", "a");
      return record.status === "running" ? undefined : record;
    });
    assertEquals([status, statusText], ["cancelled", 'Cancelled in cell 2 "Long" (SIGHUP)']);
  }),
});
