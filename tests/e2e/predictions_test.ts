/**
 * The example workflow of operators on cars, and the same shape on wine ratings: published, triggered, and its error
 * compared with that of normal equations, solved here.
 */
import { DatabaseSync } from "node:sqlite";
import { assert, assertAlmostEquals, assertEquals } from "../../lib/deps/assert.ts";
import { readTable, triggerFlow } from "../../mod.ts";
import { flowUrl, modUrl, projectTest } from "./project.ts";

const root = new URL("../../", import.meta.url);
const wineFile = new URL("../shared/data/wine.csv", root);
const hasWine = isThere(wineFile);
if (!hasWine) console.warn(`Skipped: the wine ratings are not there (${wineFile.pathname})`);

function isThere(url: URL): boolean {
  try {
    return Deno.statSync(url).isFile;
  } catch {
    return false;
  }
}

type Numbers = Record<string, number | null>;
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const isKnown = (value: number | null) => value !== null;

/** The least root mean square error that a linear model of these columns can have where the target is known. */
function leastError(rows: Numbers[], target: string, columns: string[]): number {
  const known = rows.filter((row) => row[target] !== null);
  // Centred and scaled: the equations of raw columns lose digits.
  const scaled = columns.map((column) => {
    const values = known.map((row) => row[column]!);
    const centre = mean(values);
    const spread = Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
    return values.map((value) => (value - centre) / spread);
  });
  const x = known.map((_, i) => [1, ...scaled.map((values) => values[i])]);
  const y = known.map((row) => row[target]!);
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  const column = (i: number) => x.map((row) => row[i]);
  const size = columns.length + 1;
  const equations = Array.from({ length: size }, (_, i) => [
    ...Array.from({ length: size }, (_, j) => dot(column(i), column(j))),
    dot(column(i), y),
  ]);
  const weights = solve(equations);
  return Math.sqrt(mean(x.map((row, i) => (dot(row, weights) - y[i]) ** 2)));
}

/** Gauss's elimination with pivots. */
function solve(equations: number[][]): number[] {
  const size = equations.length;
  for (let i = 0; i < size; i++) {
    const pivot = equations.reduce(
      (best, row, j) => j >= i && Math.abs(row[i]) > Math.abs(equations[best][i]) ? j : best,
      i,
    );
    [equations[i], equations[pivot]] = [equations[pivot], equations[i]];
    for (let j = 0; j < size; j++) {
      if (j === i) continue;
      const factor = equations[j][i] / equations[i][i];
      equations[j] = equations[j].map((value, k) => value - factor * equations[i][k]);
    }
  }
  return equations.map((row, i) => row[size] / row[i]);
}

function rowsOf(path: string, query: string): Numbers[] {
  using database = new DatabaseSync(path, { readOnly: true });
  return database.prepare(query).all() as Numbers[];
}

projectTest(
  "publish_cars.ts predicts with the error of least squares, and saves the predictions",
  {},
  async (project) => {
    const flags = ["--allow-read", "--allow-write=runs", "--allow-run=deno"];
    const said = await project.deno(["run", "--no-prompt", ...flags, new URL("publish_cars.ts", root).href]);
    assertEquals(said.code, 0, said.stderr);
    const run = await triggerFlow("cars", { runsDir: project.runsDir });
    assertEquals([run.status, run.metrics.labelled], ["succeeded", 398], run.statusText);

    const cars = rowsOf(
      project.path("runs", "demo.db"),
      `select Miles_per_Gallon as mpg, Cylinders as cylinders, Displacement as displacement, Horsepower as horsepower,
      Weight_in_lbs as weight, Acceleration as acceleration, cast(substr(Year, 1, 4) as integer) as year,
      Origin = 'Europe' as europe, Origin = 'Japan' as japan from cars`,
    );
    const horsepower = new Map(cars.map(({ cylinders }) => {
      const alike = cars.filter((car) => car.cylinders === cylinders && isKnown(car.horsepower));
      return [cylinders, mean(alike.map((car) => car.horsepower!))];
    }));
    const filled = cars.map((car) => ({ ...car, horsepower: car.horsepower ?? horsepower.get(car.cylinders)! }));
    assert(filled.some((car, i) => car.horsepower !== cars[i].horsepower));
    const columns = ["displacement", "horsepower", "weight", "acceleration", "year", "europe", "japan"];
    assertAlmostEquals(run.metrics.rmse, leastError(filled, "mpg", columns), 1e-9);

    const saved = rowsOf(project.path("runs", "cars.db"), "select mpg, predicted from pred_mpg");
    assertEquals([saved.length, saved.filter(({ mpg }) => !isKnown(mpg)).length], [406, 8]);
    const known = saved.filter(({ mpg }) => isKnown(mpg));
    assertAlmostEquals(Math.sqrt(mean(known.map((car) => (car.predicted! - car.mpg!) ** 2))), run.metrics.rmse, 1e-9);
  },
);

const measures = [
  "fixed_acidity",
  "volatile_acidity",
  "citric_acid",
  "residual_sugar",
  "chlorides",
  "free_sulfur_dioxide",
  "total_sulfur_dioxide",
  "density",
  "ph",
  "sulphates",
  "alcohol",
];

const wineOps = `import { defineMetric } from ${JSON.stringify(flowUrl)};
import LinearRegression from "npm:ml-regression-multivariate-linear@2.0.4";
export interface Wine {
  id: number;
  color: string;
  quality: number | null;
  ${measures.map((name) => `${name}: number${name === "residual_sugar" ? " | null" : ""};`).join("\n  ")}
}
const measures = ${JSON.stringify(measures)} as const;
export function fixResidualSugar(wines: Wine[]): Wine[] {
  const known = Map.groupBy(wines.filter((wine) => wine.residual_sugar !== null), (wine) => wine.color);
  const means = new Map([...known].map(([color, alike]) => [
    color,
    alike.reduce((sum, wine) => sum + wine.residual_sugar!, 0) / alike.length,
  ]));
  return wines.map((wine) => ({ ...wine, residual_sugar: wine.residual_sugar ?? means.get(wine.color)! }));
}
export const encodeColor = (wines: Wine[]) => wines.map((wine) => ({ ...wine, red: Number(wine.color === "red") }));
export function features(wines: (Wine & { red: number })[]) {
  return wines.map((wine) => ({
    id: wine.id,
    quality: wine.quality,
    values: [...measures.map((name) => wine[name]!), wine.red],
  }));
}
export function predictQuality(wines: { id: number; quality: number | null; values: number[] }[]) {
  const labelled = wines.filter((wine) => wine.quality !== null);
  const model = new LinearRegression(labelled.map(({ values }) => values), labelled.map((wine) => [wine.quality!]), {
    statistics: false,
  });
  return wines.map(({ id, quality, values }) => ({ id, quality, predicted: model.predict(values)[0] }));
}
export const labelled = defineMetric((wines: Wine[]) => wines.filter((wine) => wine.quality !== null).length);
export const rmse = defineMetric((wines: { quality: number | null; predicted: number }[]) => {
  const known = wines.filter((wine) => wine.quality !== null);
  return Math.sqrt(known.reduce((sum, wine) => sum + (wine.predicted - wine.quality!) ** 2, 0) / known.length);
});
`;

const wineConductor = `import { daily, ops, publishFlow, sqlite } from ${JSON.stringify(modUrl)};
import type * as Wines from "./wine_ops.ts";
const { fixResidualSugar, encodeColor, features, predictQuality, labelled, rmse } = ops<typeof Wines>(
  import.meta.resolve("./wine_ops.ts"),
);
const cellar = sqlite("runs/wine.db", { name: "cellar" });
const wine = cellar.sql<Wines.Wine>\`select * from wine\`.named("wine");
labelled(wine).bound({ lower: 1000 }, { severity: "error" });
const predictions = predictQuality(features(encodeColor(fixResidualSugar(wine)))).named("predictions");
rmse(predictions).bound({ upper: 0.5 }).bound({ upper: 3, severity: "error" });
predictions.save(cellar.table("pred_wine_quality", { mode: "replace" }));
await publishFlow("wine-ratings", { artifacts: [predictions], schedule: daily({ at: "06:00", tz: "Europe/Berlin" }) });
`;

projectTest(
  "wine ratings: filled, encoded, predicted, measured, saved; the bound of a warning warns",
  { "wine_ops.ts": wineOps, "publish.ts": wineConductor, "runs/.keep": "" },
  async (project) => {
    // Some values are taken away, as they are in the table of which this is the shape.
    const wines = (await readTable(wineFile)).map((row, i): Numbers & { color: string } => {
      const values = Object.fromEntries(["id", ...measures, "quality"].map((name) => [name, Number(row[name])]));
      const lost = { ...i % 13 === 0 ? { residual_sugar: null } : {}, ...i % 11 === 0 ? { quality: null } : {} };
      return { ...values, color: String(row.color), ...lost } as Numbers & { color: string };
    });
    assertEquals(wines.length, 6497);
    const names = ["id", "color", ...measures, "quality"];
    const database = new DatabaseSync(project.path("runs", "wine.db"));
    database.exec(`create table wine (${names.map((name) => `${name} ${typeOf(name)}`).join(", ")}); begin`);
    const insert = database.prepare(`insert into wine values (${names.map(() => "?").join(", ")})`);
    for (const wine of wines) {
      insert.run(...names.map((name) => (wine as Record<string, string | number | null>)[name]));
    }
    database.exec("commit");
    database.close();

    const said = await project.deno(["run", "-A", "--check", "publish.ts"]);
    assertEquals(said.code, 0, said.stderr);
    const run = await triggerFlow("wine-ratings", { runsDir: project.runsDir });
    const quality = wines.filter((wine) => isKnown(wine.quality)).length;
    assertEquals([run.status, run.metrics.labelled], ["warned", quality], run.statusText);
    const sugar = new Map(["red", "white"].map((color) => {
      const known = wines.filter((wine) => wine.color === color && isKnown(wine.residual_sugar));
      return [color, mean(known.map((wine) => wine.residual_sugar!))];
    }));
    const filled = wines.map(({ color, ...wine }) => ({
      ...wine,
      residual_sugar: wine.residual_sugar ?? sugar.get(color)!,
      red: Number(color === "red"),
    }));
    assertAlmostEquals(run.metrics.rmse, leastError(filled, "quality", [...measures, "red"]), 1e-6);
    const saved = rowsOf(project.path("runs", "wine.db"), "select count(*) as n from pred_wine_quality");
    assertEquals(saved[0].n, wines.length);
  },
  { ignore: !hasWine },
);

function typeOf(name: string): string {
  return name === "id" ? "integer" : name === "color" ? "text" : "real";
}
