/**
 * Operators against bare `deno run`s that read the same input, compute the same and write the same output.
 *
 *     deno run --allow-all bench/ops.ts [calls] [rows]
 */
import { toFileUrl } from "../lib/deps/path.ts";
import { type Artifact, type Operators, ops, runWorkflow } from "../mod.ts";
import { inParallel, makeBenchFolder, measure, spawnDeno } from "./harness.ts";

const calls = Number(Deno.args[0] ?? 100);
const rows = Number(Deno.args[1] ?? 1_000_000);
const width = navigator.hardwareConcurrency;
const rounds = 3;
const folder = makeBenchFolder();

interface Work {
  load: (seed: number) => { id: number; x: number; word: string }[];
  work: (rows: { id: number; x: number; word: string }[], seed: number) => { id: number; x: number; word: string }[];
  make: (count: number) => Record<string, unknown>[];
  pass: (rows: Record<string, unknown>[]) => number;
  makeColumns: (count: number) => Record<string, Float64Array>;
  passColumns: (columns: Record<string, Float64Array>) => number;
}

const work = `
export const load = (seed: number) => Array.from({ length: 1000 }, (_, id) => ({ id, x: id * seed / 7, word: "w" + id % 9 }));
export const work = (rows: ReturnType<typeof load>, seed: number) => rows.map((row) => ({ ...row, x: Math.sqrt(row.x + seed) }));
const names = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
export const make = (count: number) => Array.from({ length: count }, (_, id) => ({
  id, a: id / 3, b: id * 2, c: Math.sin(id), d: id % 7, word: names[id % 9], even: id % 2 === 0, when: new Date(1e12 + id * 1000),
  some: id % 5 === 0 ? null : id, text: "row " + id,
}));
export const pass = (rows: unknown[]) => rows.length;
export const makeColumns = (count: number) =>
  Object.fromEntries(names.concat("j").map((name, k) => [name, Float64Array.from({ length: count }, (_, i) => i * k)]));
export const passColumns = (columns: Record<string, Float64Array>) => columns.a.length;
`;

/** The same by hand: what an operator's process does, without anything kept about it. */
const bare = `
import { work } from "./work.ts";
import { encodeValue } from ${JSON.stringify(import.meta.resolve("../lib/ops/values/encode_value.ts"))};
import { decodeValue } from ${JSON.stringify(import.meta.resolve("../lib/ops/values/decode_value.ts"))};
const stored = { kind: "rows", file: "value.parquet", type: "" } as const;
await encodeValue(work(decodeValue(stored, Deno.args[0]) as never, Number(Deno.args[1])), ".");
`;

async function main(): Promise<void> {
  Deno.writeTextFileSync(`${folder}/deno.json`, "{}");
  Deno.writeTextFileSync(`${folder}/work.ts`, work);
  Deno.writeTextFileSync(`${folder}/bare.ts`, bare);
  const made = ops<Work>(toFileUrl(`${folder}/work.ts`), { runsDir: `${folder}/runs`, concurrency: width });
  await overhead(made.load(1), made.work);
  const here = await import(`${folder}/work.ts`);
  await passing("rows", await measure(() => here.make(rows)), () => made.make(rows) as never, made.pass as never);
  await passing(
    "columns",
    await measure(() => here.makeColumns(rows)),
    () => made.makeColumns(rows) as never,
    made.passColumns as never,
  );
  Deno.removeSync(folder, { recursive: true });
}

type Call = Operators<Work>["work"];
type Table = Artifact<Record<string, unknown>[]>;

/** Many calls of one operator on one input, as one workflow, against the same by hand. */
async function overhead(input: Artifact<ReturnType<Work["load"]>>, call: Call): Promise<void> {
  // What a conductor pays once, a first call has paid.
  await call(input, -1).get();
  const source = `${folder}/runs/work.load/latest`;
  const [ours, theirs]: number[][] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const all = Array.from({ length: calls }, (_, i) => call(input, round * calls + i));
    const options = { runsDir: `${folder}/runs`, concurrency: width, run: `r${round}` };
    ours.push(await measure(async () => (await runWorkflow("bench", all, options)).throwIfFailed()));
    theirs.push(
      await measure(() =>
        inParallel(width, calls, async (i) => {
          const dir = `${folder}/bare/${round}-${i}`;
          await Deno.mkdir(dir, { recursive: true });
          const permissions = ["--no-prompt", `--allow-read=${folder}`, `--allow-write=${dir}`];
          await spawnDeno(["run", "--quiet", "--no-lock", ...permissions, `${folder}/bare.ts`, source, `${i}`], dir);
        })
      ),
    );
  }
  const [a, b] = [ours, theirs].map((times) => Math.min(...times) / calls);
  const ratio = (a / b).toFixed(2);
  console.log(
    `one call: ${a.toFixed(1)} ms, bare ${b.toFixed(1)} ms, ratio ${ratio} (${calls} calls, ${width} at a time)`,
  );
}

/** A large table from one operator to the next: what the two calls take besides making the table. */
async function passing(name: string, own: number, make: () => Table, pass: (table: Table) => Artifact<number>) {
  const table = make();
  const first = await measure(() => table.head(1));
  const second = await measure(async () => {
    if (await pass(table).get() !== rows) throw new Error("Rows were lost");
  });
  const peak = Math.max(await table.memory().get(), await pass(table).memory().get());
  const [a, b, passed] = [first, second, first + second - own].map((ms) => Math.round(ms));
  console.log(
    `${rows} rows x 10 as ${name}: made and stored in ${a} ms, read in ${b} ms, passed in ${passed} ms, at most ${
      Math.round(peak)
    } MB`,
  );
}

await main();
