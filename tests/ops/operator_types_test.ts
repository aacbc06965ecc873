/** What must not pass `deno check`: each `@ts-expect-error` is an error of its own when the line is right after all. */
import { assertEquals } from "../../lib/deps/assert.ts";
import { type Artifact, ops, param } from "../../mod.ts";

interface Wine {
  id: number;
  quality: number | null;
}
interface Module {
  load: (path: string, limit?: number) => Promise<Wine[]>;
  clean: (wine: Wine[], least: number) => Wine[];
  stream: () => AsyncGenerator<Wine[]>;
  train: (wine: Wine[]) => { model: { slope: number }; rows: Wine[] };
  both: (n: number) => [number, string];
  rmse: (wine: Wine[]) => number;
  merge: (tables: Wine[][], names: { a: string }) => Wine[];
  columns: () => { x: Float64Array; y: string[] };
  version: string;
}
type Is<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
function isType<A, B>(_: Is<A, B>): void {}

/** Never called: it is only checked. */
async function wiring() {
  const { load, clean, stream, train, both, rmse, merge, columns } = ops<Module>(import.meta.resolve("./none.ts"));
  const wine = load("a.csv");
  isType<Awaited<ReturnType<typeof wine.get>>, Wine[]>(true);
  isType<Awaited<ReturnType<ReturnType<typeof stream>["get"]>>, Wine[]>(true);
  clean(wine, 5);
  clean([{ id: 1, quality: null }], rmse(wine));
  clean(wine, param("least", 5));
  merge([wine, clean(wine, 3)], { a: param("a", "x") });
  const { model, rows } = train(wine);
  isType<Awaited<ReturnType<typeof rows.get>>, Wine[]>(true);
  model.slope.bound({ upper: 1 });
  const [number, text] = both(1);
  isType<Awaited<ReturnType<typeof number.get>>, number>(true);
  isType<Awaited<ReturnType<typeof text.get>>, string>(true);
  rmse(wine).bound({ upper: 1 }).bound({ upper: 3, severity: "error" }, { name: "far off" });
  wine.mean("quality").bound({ lower: 1 });
  wine.unique(["id", "quality"]).notNull("quality").head(3);
  columns().max("x");
  const passed: Artifact<Wine[]> = wine.named("wine").allowTypeChange();

  // @ts-expect-error: a text where rows belong
  clean("wine", 5);
  // @ts-expect-error: an artifact of another type
  clean(rmse(wine), 5);
  // @ts-expect-error: a parameter of another type
  clean(wine, param("least", "5"));
  // @ts-expect-error: an argument is missing
  clean(wine);
  // @ts-expect-error: one argument too many
  rmse(wine, 5);
  // @ts-expect-error: what is exported is no function
  ops<Module>("file:///x.ts").version();
  // @ts-expect-error: there is no such export
  ops<Module>("file:///x.ts").cleen(wine);
  // @ts-expect-error: a table has no bounds
  wine.bound({ upper: 1 });
  // @ts-expect-error: a number has no columns
  rmse(wine).mean("quality");
  // @ts-expect-error: there is no such column
  wine.mean("qualty");
  // @ts-expect-error: there is no such bound
  rmse(wine).bound({ uper: 1 });
  // @ts-expect-error: there is no such output
  train(wine).modell;
  // @ts-expect-error: a part of another type
  clean(model, 5);
  // @ts-expect-error: another severity
  rmse(wine).bound({ upper: 1, severity: "fatal" });
  // @ts-expect-error: tables of something else
  merge([wine, both(1)], { a: "x" });
  // @ts-expect-error: a value out of the set of a parameter
  param("colour", "red", { enum: [1, 2] });
  return await passed.get();
}

Deno.test("ops() has the types of the module (held by deno check)", () => assertEquals(typeof wiring, "function"));
