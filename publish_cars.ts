/**
 * A workflow of operators: cars are read by SQL, missing values filled, origins encoded, their consumption predicted by
 * least squares, the error measured and bounded, the predictions saved. Publish it, and run it now:
 *
 *     deno run --allow-read --allow-write=runs --allow-run=deno publish_cars.ts
 *     deno run -A mod.ts trigger cars --set oldest=1975
 *
 * `docs/porting.md` goes there step by step.
 * @module
 */
import { daily, ops, param, publishFlow, resource, sqlite } from "./mod.ts";
import type * as Cars from "./flows/cars_ops.ts";

const { fillHorsepower, encodeOrigin, features, predictMpg, labelled, rmse } = ops<typeof Cars>(
  import.meta.resolve("./flows/cars_ops.ts"),
);

const oldest = param("oldest", 1970, { min: 1970, max: 1980, description: "Cars of earlier years are left out" });
const cars = resource("demo").sql<Cars.Car>`
  select * from cars where cast(strftime('%Y', Year) as integer) >= ${oldest}`.named("cars");
labelled(cars).bound({ lower: 100 }, { severity: "error" });

const predictions = predictMpg(features(encodeOrigin(fillHorsepower(cars)))).named("predictions");
rmse(predictions).bound({ upper: 3.5 }).bound({ upper: 5, severity: "error" });
predictions.save(sqlite("runs/cars.db", { name: "garage" }).table("pred_mpg", { mode: "replace" }));

const { version, next } = await publishFlow("cars", {
  artifacts: [predictions],
  schedule: daily({ at: "06:00", tz: "Europe/Berlin" }),
  keep: 30,
});
console.log(`Version ${version} of cars runs next at ${next[0]}; or now: deno run -A mod.ts trigger cars`);
