/**
 * What benches share: a folder of their own, a clock, a bounded loop, a table.
 * @module
 */

/** A new folder outside the repository. */
export function makeBenchFolder(): string {
  return Deno.makeTempDirSync({ prefix: "ductaflow-bench-" });
}

/** Milliseconds that some work takes. */
export async function measure(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Runs `work(0)` to `work(count - 1)`, `width` at a time, started in order. */
export async function inParallel(width: number, count: number, work: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/** Runs `deno` to its end and gives what it printed; throws when it fails. */
export async function spawnDeno(args: string[], cwd: string): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), { args, cwd, stdin: "null", stdout: "piped", stderr: "piped" });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  if (code !== 0) throw new Error(`deno ${args.join(" ")} ended with code ${code}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

/** Runs a program to its end; false when there is none of that name. */
export async function spawnProgram(name: string, args: string[]): Promise<boolean> {
  try {
    const command = new Deno.Command(name, { args, stdin: "null", stdout: "null", stderr: "null" });
    const { code } = await command.spawn().status;
    if (code !== 0) throw new Error(`${name} ${args.join(" ")} ended with code ${code}`);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The floor: the trivial cells as a plain script, each in a process and a folder of its own, and nothing kept of it. */
export async function bareLoop(folder: string, name: string, { count, width }: { count: number; width: number }) {
  await inParallel(width, count, async (i) => {
    const dir = `${folder}/${name}/i${i}`;
    await Deno.mkdir(dir, { recursive: true });
    const permissions = ["--no-prompt", `--allow-read=${folder}`, `--allow-write=${dir}`];
    const args = ["run", "--quiet", "--no-config", "--no-lock", ...permissions, `${folder}/flows/trivial.ts`];
    const options = { args, cwd: dir, stdin: "null", stdout: "null", stderr: "null" } as const;
    const { code } = await new Deno.Command(Deno.execPath(), options).spawn().status;
    if (code !== 0) throw new Error(`The bare loop ended with code ${code}`);
  });
}

/** The middle of some numbers. */
export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Prints a Markdown table under a heading, with the machine it was measured on. */
export function printTable(title: string, rows: string[][], columns = ["what", "median", "ratio"]): void {
  const machine =
    `${navigator.hardwareConcurrency} cores, ${Deno.build.os} ${Deno.build.arch}, Deno ${Deno.version.deno}`;
  console.log(`\n${title} (${machine})\n\n| ${columns.join(" | ")} |\n|${columns.map(() => "---|").join("")}`);
  for (const row of rows) console.log(`| ${row.join(" | ")} |`);
}
