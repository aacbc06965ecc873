/** The flights of the examples: what a row is, and how the raw text becomes one. Pure functions, no files. */

/** One flight as the package `vega-datasets` has it. */
export interface RawFlight {
  /** Local departure time at the origin, such as `2001/01/13 14:56`. */
  date: string;
  /** Minutes behind the timetable; negative is early. */
  delay: number;
  /** Miles. */
  distance: number;
  origin: string;
  destination: string;
}

/** One flight, ready for analysis. */
export interface Flight {
  /** The operating day, `2001-01-13`: it ends at 05:00, so a flight at 00:30 belongs to the evening before. */
  day: string;
  /** 0 is Monday, 6 is Sunday. */
  weekday: number;
  /** The hour of departure, from 5 to 28: 24 is the hour after midnight. */
  hour: number;
  /** Minutes behind the timetable; negative is early. */
  delay: number;
  /** Miles. */
  distance: number;
  origin: string;
  destination: string;
}

/** What `prepare_flights` cut out. */
export interface Slice {
  /** Where the flights took off. */
  region: Region;
  period: Period;
  /** The band of distances: from this one, */
  minMiles: number;
  /** up to, not including, this one. */
  maxMiles: number;
  flights: number;
}

/** What `delay_model` found out about a slice. Shares are from 0 to 1. */
export interface DelayModel {
  slice: Slice;
  lateMinutes: number;
  shareLate: Estimate;
  /** How well the model ranks flights that it has not seen; 0.5 is guessing. */
  auc: Estimate;
  brierSkill: number;
  fittedOn: number;
  judgedOn: number;
  intercept: number;
  odds: { feature: string; oddsRatio: number; low: number; high: number }[];
}

/** A number with its 95 % interval. */
export interface Estimate {
  value: number;
  interval: [low: number, high: number];
}

/** The parts of an operating day, each from its first hour up to, not including, its last. */
export const periods = {
  morning: [5, 11],
  midday: [11, 15],
  afternoon: [15, 19],
  evening: [19, 29],
} as const;

export type Period = keyof typeof periods;

/** The parts of the country, by state of the airport. */
export const regions = {
  west: ["AZ", "CA", "ID", "NM", "NV", "OR", "UT", "WA"],
  central: ["AR", "LA", "MO", "MS", "NE", "OK", "TX"],
  east: ["AL", "CT", "FL", "IL", "IN", "KY", "MD", "MI", "NC", "NH", "NY", "OH", "RI", "TN"],
} as const;

export type Region = keyof typeof regions;

/** Which of the weekdays of a flight is Friday. */
export const friday = 4;

const dayStart = 5;

export function parseFlight({ date, delay, distance, origin, destination }: RawFlight): Flight {
  // As if it were UTC, so that the computer's own time zone plays no part; five hours back to begin the day at 05:00.
  const time = new Date(`${date.replaceAll("/", "-").replace(" ", "T")}Z`);
  time.setUTCHours(time.getUTCHours() - dayStart);
  return {
    day: time.toISOString().slice(0, 10),
    weekday: (time.getUTCDay() + 6) % 7,
    hour: time.getUTCHours() + dayStart,
    delay,
    distance,
    origin,
    destination,
  };
}

/** Whether a flight has all that it should have, with values that can be. */
export function isComplete(flight: Flight): boolean {
  return /^2001-\d\d-\d\d$/.test(flight.day) && flight.hour >= dayStart && flight.distance > 0 &&
    Number.isFinite(flight.delay) && flight.origin !== "" && flight.destination !== "";
}

/** An airport of the package's list. */
export interface Airport {
  city: string;
  state: string;
}

/** The airports of `airports.csv` by their codes. */
export function parseAirports(csv: string): Map<string, Airport> {
  const fields = (line: string) => line.match(/("[^"]*"|[^,])+/g) ?? []; // some names have a comma, in quotes
  return new Map(
    csv.trim().split("\n").map(fields).map(([code = "", , city = "", state = ""]) => [code, { city, state }]),
  );
}

/** `17:00` for 17, `00:00` for 24. */
export function clock(hour: number): string {
  return `${String(hour % 24).padStart(2, "0")}:00`;
}

/** The band of a slice in words, such as `400 to 2,999 miles`. */
export function bandLabel({ minMiles, maxMiles }: Slice): string {
  return minMiles > 0 ? `${minMiles} to ${(maxMiles - 1).toLocaleString("en")} miles` : `under ${maxMiles} miles`;
}
