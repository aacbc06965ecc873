// ---
// title: Delay model
// description: How late the flights of one slice arrive, when, and how much of it can be told in advance.
// timeout: 2m
// ---

// %% [markdown]
// # Delay model
//
// Describes the arrival delay of the flights that `prepare_flights` cut out, and asks how much of it hour, distance and
// weekday explain.
//
// A flight is **late** when it arrives `lateMinutes` or more behind the timetable; the US Department of Transportation
// counts from 15. Delays are skewed (most flights are within minutes of the timetable, a few are hours behind), so
// medians and shares say more here than means.
//
// Every interval is a 95 % interval from redrawing whole days instead of single flights: a snowstorm delays hundreds of
// flights at once, and those are not hundreds of independent observations.

// %% Parameters tags=["parameters"]
const source = "west_morning_short"; // the instance of prepare_flights to read
const lateMinutes = 15; // a flight this many minutes behind the timetable is late

// %% Load
import { check, input, md, metric, svg, table } from "../lib/flow.ts";
import { parquetReadObjects } from "npm:hyparquet@1.31.5";
import { bandLabel, clock, type DelayModel, type Flight, friday, type Slice } from "./lib/flights.ts";

const slice: Slice = JSON.parse(Deno.readTextFileSync(input("prepare_flights", source, "slice.json")));
const file = Deno.readFileSync(input("prepare_flights", source, "flights.parquet")).buffer;
const flights = await parquetReadObjects({ file }) as Flight[];
check("all flights read", flights.length === slice.flights, { severity: "error" });

const label = `${slice.period} flights from the ${slice.region}, ${bandLabel(slice)}`;
const count = (value: number) => value.toLocaleString("en");
md(`**${count(flights.length)} ${label}**`);

// %% How late
import { chart, chartFile, colors, Plot } from "./lib/chart.ts";
import { atLeast, auc, mean, middle95, quantile, redraw, share } from "./lib/statistics.ts";

const isLate = (flight: Flight) => flight.delay >= lateMinutes;
const byDay = (flight: Flight) => flight.day;
const shareLate = (rows: Flight[]) => share(rows, isLate);
const percent = (value: number, digits = 1) => (100 * value).toFixed(digits);

const delays = flights.map((flight) => flight.delay);
const lateShare = shareLate(flights);
const lateInterval = middle95(redraw(flights, byDay, 400).map(shareLate).toArray());

metric("flights", flights.length);
metric("share_late", 100 * lateShare, { unit: "%", description: `Arrived ${lateMinutes} minutes or more late` });
metric("median_delay", quantile(delays, 0.5), { unit: "min" });
metric("p90_delay", quantile(delays, 0.9), { unit: "min", description: "One flight in ten is later than this" });
metric("mean_delay", mean(delays), { unit: "min", description: "Pulled up by a few very late flights" });

const shown = flights.filter(({ delay }) => delay >= -60 && delay < 180);
const beyond = flights.length - shown.length;
const fiveMinutes = Array.from({ length: 49 }, (_, i) => 5 * i - 60);
const histogram = (fill: string) =>
  Plot.binX<Plot.RectYOptions>({ y: "count" }, { x: "delay", thresholds: fiveMinutes, fill });

const delayChart = chart(
  "Arrival delay",
  `n = ${count(flights.length)} ${label}` + (beyond > 0 ? `; ${beyond} beyond three hours not shown` : ""),
  {
    x: { label: "arrival delay (minutes) →", domain: [-60, 180], ticks: 10 },
    y: { label: "↑ flights per 5 minutes", grid: true, nice: true },
    marks: [
      Plot.rectY(shown.filter((flight) => !isLate(flight)), histogram(colors.onTime)),
      Plot.rectY(shown.filter(isLate), histogram(colors.late)),
      Plot.ruleY([0]),
      Plot.ruleX([lateMinutes], { stroke: "currentColor", strokeDasharray: "4 3" }),
      Plot.text([`late: ${percent(lateShare)} %`], { x: lateMinutes, frameAnchor: "top", dx: 8, textAnchor: "start" }),
    ],
  },
);
Deno.writeTextFileSync("delay.svg", chartFile(delayChart));
svg(delayChart);

// %% [markdown]
// ## By hour of departure
//
// The hour is that of the actual departure. The later the hour, the more of its flights are there only *because* they
// are late, so the rise towards the night is steeper than a timetable would show.

// %%
import { toCsv } from "./lib/csv.ts";

const hours = [...Map.groupBy(flights, (flight) => flight.hour)]
  .toSorted(([a], [b]) => a - b)
  .map(([hour, rows]) => {
    const [low, high] = middle95(redraw(rows, byDay, 400).map(shareLate).toArray());
    const delays = rows.map((flight) => flight.delay);
    return {
      departure: clock(hour),
      flights: rows.length,
      shareLate: shareLate(rows),
      low,
      high,
      medianDelay: quantile(delays, 0.5),
      meanDelay: mean(delays),
    };
  });
Deno.writeTextFileSync("delay_by_hour.csv", toCsv(hours));

// A share of a handful of flights says nothing.
const full = hours.filter((hour) => hour.flights >= 25);
const few = hours.filter((hour) => hour.flights < 25).map((hour) => hour.departure);
const hourChart = chart(
  "Share of late flights by hour of departure",
  "Line: 95 % interval; n: flights" + (few.length > 0 ? `; too few to show: ${few.join(", ")}` : ""),
  {
    x: { label: "hour of departure (local time)", type: "band", padding: 0.2 },
    y: { label: "↑ late flights (%)", grid: true, percent: true },
    marks: [
      Plot.ruleY([0]),
      Plot.barY(full, { x: "departure", y: "shareLate", fill: colors.late, fillOpacity: 0.55 }),
      Plot.ruleX(full, { x: "departure", y1: "low", y2: "high", stroke: "currentColor", strokeWidth: 1.5 }),
      Plot.dot(full, { x: "departure", y: "shareLate", fill: "currentColor", r: 3.5 }),
      Plot.text(full, { x: "departure", y: 0, dy: -8, text: (hour) => `n = ${hour.flights}` }),
    ],
  },
);
Deno.writeTextFileSync("late_by_hour.svg", chartFile(hourChart));
svg(hourChart);

// %% [markdown]
// ## Day by day
//
// Were all days alike, the daily share would scatter by chance alone. A **bad day** has so many late flights that chance
// would give one such day in a hundred at most, so no more than about one in the quarter.

// %%
const days = [...Map.groupBy(flights, byDay)].map(([day, rows]) => {
  const chance = atLeast(rows.filter(isLate).length, rows.length, lateShare);
  return { date: new Date(day), shareLate: shareLate(rows), bad: chance < 0.01 };
});
const week = 7 * 24 * 60 * 60 * 1000;
const firstMonday = Date.parse("2001-01-01");
const weeks = [...Map.groupBy(flights, ({ day }) => Math.floor((Date.parse(day) - firstMonday) / week))]
  .map(([number, rows]) => ({ middle: new Date(firstMonday + (number + 0.5) * week), shareLate: shareLate(rows) }));
const flightsADay = Math.round(flights.length / days.length);
const badDays = days.filter((day) => day.bad);
metric("bad_days", badDays.length, { description: `Of ${days.length} days: more late flights than chance explains` });
check("bad days are few", badDays.length <= 0.1 * days.length, {
  message: `${badDays.length} of ${days.length} days`,
});

svg(chart(
  "Share of late flights by day",
  `Dot: a day of about ${flightsADay} flights; orange: bad; line: the week; dashed: all (${percent(lateShare)} %)`,
  {
    x: { label: "day of departure, 2001", type: "utc", inset: 6 },
    y: { label: "↑ late flights (%)", grid: true, percent: true },
    marks: [
      Plot.ruleY([0]),
      Plot.ruleY([lateShare], { strokeDasharray: "4 3" }),
      Plot.line(weeks, { x: "middle", y: "shareLate", stroke: "currentColor", strokeOpacity: 0.5 }),
      Plot.dot(days, { x: "date", y: "shareLate", r: 3.5, fill: (day) => day.bad ? colors.late : colors.onTime }),
    ],
  },
));

// %% [markdown]
// ## What can be told in advance
//
// A logistic regression of "late" on the hour of departure, the distance and whether it is a Friday. Of the weekdays
// only that one stands out in January and February, and a model of all seven would need more late flights than a slice
// has: about ten for each number that is fitted. It is judged on March, which it has not seen: a random split would put
// flights of the same snowstorm on both sides and flatter the model.

// %%
import { fitLogistic, predict } from "./lib/logistic.ts";

const firstHour = Math.min(...flights.map((flight) => flight.hour));
const features = ["one hour later", "100 miles farther", "Friday, not another day"];
const featuresOf = ({ hour, distance, weekday }: Flight) => [
  hour - firstHour,
  distance / 100,
  weekday === friday ? 1 : 0,
];
const fit = (rows: Flight[]) => fitLogistic(rows.map((row) => [1, ...featuresOf(row)]), rows.map(isLate));

const known = flights.filter((flight) => flight.day < "2001-03-01");
const march = flights.filter((flight) => flight.day >= "2001-03-01");
const weights = fit(known);
const redrawn = redraw(known, byDay, 100).map(fit).toArray();

const odds = features.map((feature, i) => {
  const [low, high] = middle95(redrawn.map((weights) => Math.exp(weights[i + 1])));
  return { feature, oddsRatio: Math.exp(weights[i + 1]), low, high };
});
const times = {
  type: "log",
  domain: [0.1, 10],
  clamp: true,
  ticks: [0.1, 0.2, 0.5, 1, 2, 5, 10],
  tickFormat: "~g",
} as const;
svg(chart(
  "What goes with being late",
  `Odds ratios with 95 % intervals, cut at 0.1 and 10; 1: no difference; n = ${count(known.length)}, January, February`,
  {
    height: 150,
    marginTop: 10,
    marginLeft: 160,
    x: { label: "odds of being late, times →", grid: true, ...times },
    y: { label: null, domain: features },
    marks: [
      Plot.ruleX([1], { strokeDasharray: "4 3" }),
      Plot.ruleY(odds, { y: "feature", x1: "low", x2: "high", strokeWidth: 1.5 }),
      Plot.dot(odds, { y: "feature", x: "oddsRatio", r: 4, fill: colors.onTime }),
    ],
  },
));

// %% Judged on March
interface Judged {
  day: string;
  score: number;
  isCase: boolean;
}
const judged: Judged[] = march.map((flight) => ({
  day: flight.day,
  score: predict(weights, [1, ...featuresOf(flight)]),
  isCase: isLate(flight),
}));

// Against the plainest forecast there is: every flight gets the share of January and February.
const brier = (rows: Judged[], score: (row: Judged) => number) =>
  mean(rows.map((row) => (score(row) - (row.isCase ? 1 : 0)) ** 2));
const skillOf = (rows: Judged[]) => 1 - brier(rows, (row) => row.score) / brier(rows, () => shareLate(known));
const skill = skillOf(judged);
const marchAuc = auc(judged);
const redrawnMarch = redraw(judged, (row) => row.day, 400).toArray();
const aucInterval = middle95(redrawnMarch.map(auc));
const skillInterval = middle95(redrawnMarch.map(skillOf));

metric("auc", marchAuc, {
  description: "How often a late flight of March scored above a punctual one; 0.5 is guessing",
});
metric("brier_skill", 100 * skill, { unit: "%", description: "Less squared error than with one probability for all" });
check("enough late flights to fit", known.filter(isLate).length >= 10 * features.length, {
  message: "Fewer than ten late flights a feature",
});
check("enough late flights in March", judged.filter((row) => row.isCase).length >= 10, {
  message: "Fewer than ten late flights to judge the model by",
});
check("no worse than one probability for all in March", skillInterval[1] >= 0, {
  message: `Its squared error is larger by ${percent(-skillInterval[1])} to ${percent(-skillInterval[0])} %`,
});

// Do the forecast shares come true? A quarter of the flights of March a line, the least likely to be late first.
const ranked = judged.toSorted((a, b) => a.score - b.score);
table(["lowest", "second", "third", "highest"].map((quarter, i) => {
  const rows = ranked.slice(Math.floor(i * ranked.length / 4), Math.floor((i + 1) * ranked.length / 4));
  return {
    "quarter by forecast": quarter,
    flights: rows.length,
    "forecast late": `${percent(mean(rows.map((row) => row.score)))} %`,
    "were late": `${percent(share(rows, (row) => row.isCase))} %`,
  };
}));

// %% Save the model
const model: DelayModel = {
  slice,
  lateMinutes,
  shareLate: { value: lateShare, interval: lateInterval },
  auc: { value: marchAuc, interval: aucInterval },
  brierSkill: skill,
  fittedOn: known.length,
  judgedOn: march.length,
  intercept: weights[0],
  odds,
};
Deno.writeTextFileSync("model.json", JSON.stringify(model, null, 2));

// %% Conclusion
const range = ([low, high]: [number, number], digits = 1) => `${percent(low, digits)} to ${percent(high, digits)} %`;
const [median, p90] = [quantile(delays, 0.5), Math.round(quantile(delays, 0.9))];
const [first, last] = [full[0], full[full.length - 1]];
const ranks = aucInterval[0] > 0.5 ? "better than guessing" : "no better than guessing, as far as March can tell";
const error = `${percent(Math.abs(skill))} % ${skill > 0 ? "smaller" : "larger"}`;

const findings = [
  `**${percent(lateShare)} % of the ${count(flights.length)} ${label} were late** (95 %: ${range(lateInterval)}).`,
  `The median delay is ${median} minutes; one flight in ten was ${p90} minutes late or more.`,
  `At ${first.departure} the share is ${percent(first.shareLate)} %, at ${last.departure} ${
    percent(last.shareLate)
  } %.`,
  `${badDays.length} of ${days.length} days had more late flights than chance explains.`,
  `Hour, distance and weekday rank flights ${ranks}: of a late and a punctual flight of March, the late one scored
  higher in ${percent(marchAuc, 0)} % of all pairs (95 %: ${range(aucInterval, 0)}; guessing: 50 %).`,
  `As a forecast of the single flight, its squared error is ${error} than with one probability for all.`,
];
md(findings.map((finding) => `- ${finding}`).join("\n"));
