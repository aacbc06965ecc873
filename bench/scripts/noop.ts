/** One batch over `count` instances, in a process of its own: `noop.ts <count> <runsDir> [changed row]`. */
import { grid, runInstances } from "../../mod.ts";

const [count, runsDir, changed] = Deno.args;
const rows = grid({ n: Array.from({ length: Number(count) }, (_, i) => i) });
const instance = (_row: object, index: number) => `i${index}`;
if (changed) rows[Number(changed)].n = -1;
const batch = await runInstances("flows/trivial.ts", rows, { instance: changed ? instance : "i{n}", runsDir });
batch.throwIfFailed();
const peak = /VmHWM:\s*(\d+)/.exec(Deno.readTextFileSync("/proc/self/status"))?.[1];
console.log(JSON.stringify({ fresh: batch.cached.length, peakMB: Number(peak) / 1024 }));
