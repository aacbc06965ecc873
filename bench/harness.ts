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

/** Runs `deno` to its end; throws when it fails. */
export async function spawnDeno(args: string[], cwd: string): Promise<void> {
  const command = new Deno.Command(Deno.execPath(), { args, cwd, stdin: "null", stdout: "null", stderr: "null" });
  const { code } = await command.spawn().status;
  if (code !== 0) throw new Error(`deno ${args.join(" ")} ended with code ${code}`);
}

/** The middle of some numbers. */
export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Prints a Markdown table under a heading, with the machine it was measured on. */
export function printTable(title: string, rows: string[][]): void {
  const machine =
    `${navigator.hardwareConcurrency} cores, ${Deno.build.os} ${Deno.build.arch}, Deno ${Deno.version.deno}`;
  console.log(`\n${title} (${machine})\n\n| what | median | ratio |\n|---|---|---|`);
  for (const row of rows) console.log(`| ${row.join(" | ")} |`);
}
