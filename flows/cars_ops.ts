/**
 * Operators on the table `cars` of the demo database: how many miles a car goes on a gallon, told from what it is like.
 * `publish_cars.ts` makes a workflow of them.
 * @module
 */
import { defineMetric } from "../lib/flow.ts";
import LinearRegression from "npm:ml-regression-multivariate-linear@2.0.4";

/** A row of the table. Some cars have no consumption, some no horsepower. */
export interface Car {
  Name: string;
  Miles_per_Gallon: number | null;
  Cylinders: number;
  Displacement: number;
  Horsepower: number | null;
  Weight_in_lbs: number;
  Acceleration: number;
  Year: Date;
  Origin: string;
}

/** A car whose horsepower is known or guessed. */
export type FilledCar = Car & { Horsepower: number };

/** A car as a model sees it; the origin is two columns, both 0 for one from the USA. */
export interface CarFeatures {
  name: string;
  mpg: number | null;
  displacement: number;
  horsepower: number;
  weight: number;
  acceleration: number;
  year: number;
  europe: number;
  japan: number;
}

/** A car with the consumption that the model tells. */
export type Prediction = CarFeatures & { predicted: number };

/** Missing horsepower becomes the mean of the cars with as many cylinders. */
export function fillHorsepower(cars: Car[]): FilledCar[] {
  const known = Map.groupBy(cars.filter((car) => car.Horsepower !== null), (car) => car.Cylinders);
  return cars.map((car) => ({ ...car, Horsepower: car.Horsepower ?? mean(known.get(car.Cylinders)!) }));
}

function mean(cars: Car[]): number {
  return cars.reduce((sum, car) => sum + car.Horsepower!, 0) / cars.length;
}

/** The origin as numbers. */
export function encodeOrigin(cars: FilledCar[]): (FilledCar & { europe: number; japan: number })[] {
  return cars.map((car) => ({
    ...car,
    europe: Number(car.Origin === "Europe"),
    japan: Number(car.Origin === "Japan"),
  }));
}

/** The columns that count. */
export function features(cars: (FilledCar & { europe: number; japan: number })[]): CarFeatures[] {
  return cars.map((car) => ({
    name: car.Name,
    mpg: car.Miles_per_Gallon,
    displacement: car.Displacement,
    horsepower: car.Horsepower,
    weight: car.Weight_in_lbs,
    acceleration: car.Acceleration,
    year: car.Year.getUTCFullYear(),
    europe: car.europe,
    japan: car.japan,
  }));
}

/** Least squares over the cars whose consumption is known, told for all. */
export function predictMpg(cars: CarFeatures[]): Prediction[] {
  const labelled = cars.filter((car) => car.mpg !== null);
  const model = new LinearRegression(labelled.map(numbers), labelled.map((car) => [car.mpg!]), { statistics: false });
  return cars.map((car) => ({ ...car, predicted: model.predict(numbers(car))[0] }));
}

function numbers({ displacement, horsepower, weight, acceleration, year, europe, japan }: CarFeatures): number[] {
  return [displacement, horsepower, weight, acceleration, year, europe, japan];
}

/** The cars that a model can learn from. */
export const labelled = defineMetric((cars: Car[]) => cars.filter((car) => car.Miles_per_Gallon !== null).length);

/** How far the model is off, where that is known. */
export const rmse = defineMetric((cars: Prediction[]) => {
  const known = cars.filter((car) => car.mpg !== null);
  return Math.sqrt(known.reduce((sum, car) => sum + (car.predicted - car.mpg!) ** 2, 0) / known.length);
}, { unit: "mpg" });
