// ---
// title: Prepare flights
// description: Cuts one region, one part of the day and one distance band out of 20,000 US flights of early 2001.
// timeout: 1m
// ---

// %% [markdown]
// # Prepare flights
//
// Takes the flights that left one region in one part of the day and flew a distance within a band, cleans them and
// writes them as `flights.parquet` and `flights.csv`. What the slice is goes into `slice.json`, so that later steps need
// not be told.
//
// **The data.** 20,000 US domestic flights of January to March 2001, a random sample from the package
// [vega-datasets](https://www.npmjs.com/package/vega-datasets/v/2.11.0). They go back to the on-time records that
// airlines report to the US Department of Transportation, by way of the ASA Data Expo 2009. Three things to know:
//
// - **The delay is that of the arrival**, in minutes behind the timetable; negative is early.
// - **The time is the actual departure**, local, not the scheduled one. It shows in the small hours: nobody schedules a
//   03:25 from Dallas to Houston, and each of the few flights there is hours late. So late evening looks worse here than
//   in a timetable: delay moves flights into it.
// - **No airline is named, but it is one**: the 59 airports (Love Field, Midway and Hobby, but no Atlanta, O'Hare or
//   DFW) are those that Southwest flew to. The results are not about US aviation as a whole.

// %% Parameters tags=["parameters"]
const region: "west" | "central" | "east" = "west"; // of the airport of departure
const period: "morning" | "midday" | "afternoon" | "evening" = "morning"; // 5–11, 11–15, 15–19, 19–5 o'clock
const minMiles = 0; // the shortest distance that belongs to the band
const maxMiles = 400; // the first distance beyond it

// %% Load
import { md, table } from "../lib/flow.ts";
import flights from "npm:vega-datasets@2.11.0/data/flights-20k.json" with { type: "json" };
import airportsCsv from "npm:vega-datasets@2.11.0/data/airports.csv" with { type: "text" };

table(flights.slice(0, 5));

// %% [markdown]
// ## Clean and cut
//
// An operating day ends at 05:00, not at midnight: a flight that left at 00:30 is one of the evening before, running
// late, and is counted there.

// %%
import { isComplete, parseAirports, parseFlight, periods, regions } from "./lib/flights.ts";

const airports = parseAirports(airportsCsv);
const states: readonly string[] = regions[region];
const [firstHour, endHour] = periods[period];
const slice = flights
  .map(parseFlight)
  .filter((flight) => states.includes(airports.get(flight.origin)?.state ?? ""))
  .filter((flight) => flight.hour >= firstHour && flight.hour < endHour)
  .filter((flight) => flight.distance >= minMiles && flight.distance < maxMiles)
  .toSorted((a, b) => a.day.localeCompare(b.day) || a.hour - b.hour);

// %% Check
import { check, metric } from "../lib/flow.ts";

metric("flights", slice.length, { description: "Flights in this slice" });
metric("share_of_all", 100 * slice.length / flights.length, { unit: "%", description: "Of all flights in the sample" });

check("enough flights", slice.length >= 400, { severity: "error", message: `Only ${slice.length} flights: too few` });
check("nothing missing", slice.every(isComplete), { severity: "error" });
check("distance within the band", slice.every(({ distance }) => distance >= minMiles && distance < maxMiles));
check("all three months", new Set(slice.map(({ day }) => day.slice(0, 7))).size === 3);

md(`**${slice.length.toLocaleString("en")}** of ${flights.length.toLocaleString("en")} flights are left.`);

// %% Busiest airports
const busiest = [...Map.groupBy(slice, (flight) => flight.origin)]
  .map(([airport, { length }]) => ({ airport, city: airports.get(airport)?.city, flights: length }))
  .toSorted((a, b) => b.flights - a.flights);

table(busiest.slice(0, 10));

// %% Write
import { parquetWriteBuffer } from "npm:hyparquet-writer@0.17.0";
import { toCsv } from "./lib/csv.ts";

const parquet = parquetWriteBuffer({
  columnData: [
    { name: "day", data: slice.map((flight) => flight.day), type: "STRING" },
    { name: "weekday", data: slice.map((flight) => flight.weekday), type: "INT32" },
    { name: "hour", data: slice.map((flight) => flight.hour), type: "INT32" },
    { name: "delay", data: slice.map((flight) => flight.delay), type: "INT32" },
    { name: "distance", data: slice.map((flight) => flight.distance), type: "INT32" },
    { name: "origin", data: slice.map((flight) => flight.origin), type: "STRING" },
    { name: "destination", data: slice.map((flight) => flight.destination), type: "STRING" },
  ],
});
// The current folder is the folder of this run; nothing else may be written.
Deno.writeFileSync("flights.parquet", new Uint8Array(parquet));
Deno.writeTextFileSync("flights.csv", toCsv(slice));
Deno.writeTextFileSync(
  "slice.json",
  JSON.stringify({ region, period, minMiles, maxMiles, flights: slice.length }, null, 2),
);
