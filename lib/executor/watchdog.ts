/**
 * The lifeline of all flows of one conductor: a process of its own that kills them when the conductor dies. The conductor
 * tells it on stdin what runs (`+pid`, with a minus for a process group), what ended (`-pid`) and, when it may not do so
 * itself, whom to signal (`SIGTERM pid`); the end of stdin means that the conductor is gone. Written into the build
 * folder as text, so it imports nothing.
 * @module
 */

const alive = new Set<number>();

// A terminal's Ctrl-C or hang-up is for the conductor to answer; this process ends when its stdin does.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  if (Deno.build.os !== "windows" || signal === "SIGINT") Deno.addSignalListener(signal, () => {});
}

for await (const line of lines()) {
  if (line.startsWith("+")) alive.add(Number(line.slice(1)));
  else if (line.startsWith("-")) alive.delete(Number(line.slice(1)));
  else {
    const [signal, pid] = line.split(" ");
    kill(Number(pid), signal as Deno.Signal);
  }
}
for (const pid of alive) kill(pid, "SIGKILL");
Deno.exit(0);

async function* lines(): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(4096);
  let rest = "";
  for (let n = await Deno.stdin.read(buffer); n !== null; n = await Deno.stdin.read(buffer)) {
    const parts = (rest + decoder.decode(buffer.subarray(0, n))).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
}

function kill(pid: number, signal: Deno.Signal): void {
  // Not a number, everything (-1), the own group (0), the first process (1): none of these is ever meant.
  if (!(Math.abs(pid) > 1)) return;
  try {
    Deno.kill(pid, signal);
  } catch {
    // It is gone already.
  }
}

export {};
