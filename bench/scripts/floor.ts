/**
 * The least that a look at `count` instances costs a Deno program: reads the journal of seals and asks for each run folder
 * and its output. `floor.ts <count> <runsDir>`.
 */
const [count, runsDir] = Deno.args;
const lines = Deno.readTextFileSync(`${runsDir}/.ductaflow/seals/trivial.ndjson`).split("\n");
let bytes = 0;
for (let i = 0; i < Number(count); i++) {
  bytes += Deno.statSync(`${runsDir}/trivial/i${i}`).size + Deno.statSync(`${runsDir}/trivial/i${i}/out.json`).size;
}
if (bytes === 0 || lines.length < Number(count)) throw new Error("There is nothing to look at");
