// ---
// title: Flights index
// description: Compares all slices that delay_model described, and links to their reports.
// timeout: 1m
// ---

// %% [markdown]
// # When do flights run late?
//
// Puts all instances of `delay_model` side by side, by region, time of day and distance. The intervals are 95 %
// intervals that take whole days as the unit, as explained in the single reports.

// %% Parameters tags=["parameters"]
// What to compare. The conductor gives `await getAllInstances("delay_model")`; each arrives with its folder, relative
// to the current one. Left empty, all instances below runs/delay_model are taken.
const sourceInstances: { step: string; instance: string; dir: string }[] = [];

// %% Read
import { check, md, metric, svg, table } from "../lib/flow.ts";
import { bandLabel, type DelayModel, type Estimate, periods, regions } from "./lib/flights.ts";

interface RunRecord {
  metrics: { name: string; value: number }[];
}

function instancesBelow(dir: string) {
  return [...Deno.readDirSync(dir)].filter((entry) => entry.isDirectory)
    .map(({ name }) => ({ step: "delay_model", instance: name, dir: `${dir}/${name}` }));
}

const instances = sourceInstances.length > 0 ? sourceInstances : instancesBelow("runs/delay_model");
const order = [...Object.keys(regions), ...Object.keys(periods)];
const slices = instances.map(({ instance, dir }) => {
  const model: DelayModel = JSON.parse(Deno.readTextFileSync(`${dir}/model.json`));
  const record: RunRecord = JSON.parse(Deno.readTextFileSync(`${dir}/run.json`));
  const [first, end] = periods[model.slice.period];
  return {
    instance,
    dir,
    ...model,
    period: `${model.slice.period} ${first}–${end % 24}`,
    band: bandLabel(model.slice),
    metrics: Object.fromEntries(record.metrics.map(({ name, value }) => [name, value])),
  };
}).toSorted((a, b) =>
  order.indexOf(a.slice.region) - order.indexOf(b.slice.region) ||
  order.indexOf(a.slice.period) - order.indexOf(b.slice.period) ||
  a.slice.minMiles - b.slice.minMiles
);

const flights = slices.reduce((sum, { slice }) => sum + slice.flights, 0);
metric("instances", slices.length);
metric("flights", flights);
check("more than one instance to compare", slices.length > 1);
check("one definition of late", new Set(slices.map((slice) => slice.lateMinutes)).size === 1, { severity: "error" });

const count = (value: number) => value.toLocaleString("en");
md(`**${slices.length} slices with ${count(flights)} flights**`);

// %% [markdown]
// ## Side by side
//
// `late` is the share of late flights in percent with the ends of its interval; `median` and `p90` are minutes of delay
// (one flight in ten is later than `p90`); `bad_days` had more late flights than chance explains; `auc` is explained
// below.

// %%
import { toCsv } from "./lib/csv.ts";

const percent = (share: number) => (100 * share).toFixed(1);
const rows = slices.map(({ instance, slice, band, shareLate, auc, metrics }) => ({
  instance,
  region: slice.region,
  period: slice.period,
  band,
  flights: slice.flights,
  late: Number(percent(shareLate.value)),
  low: Number(percent(shareLate.interval[0])),
  high: Number(percent(shareLate.interval[1])),
  median: metrics.median_delay,
  p90: Math.round(metrics.p90_delay),
  bad_days: metrics.bad_days,
  auc: Number(auc.value.toFixed(2)),
}));
Deno.writeTextFileSync("index.csv", toCsv(rows));
table(rows);

// %% Heat map
import { chart, colors, Plot } from "./lib/chart.ts";

const placeOf = ({ slice, band }: typeof slices[number]) => `${slice.region}, ${band}`;
const places = Map.groupBy(slices, ({ slice }) => slice.region).values()
  .flatMap((rows) => new Set(rows.toSorted((a, b) => a.slice.minMiles - b.slice.minMiles).map(placeOf))).toArray();
const heatMap = chart(
  "Share of late flights by departure, region and distance",
  `Arrived ${slices[0].lateMinutes} minutes or more late; ${count(flights)} flights`,
  {
    height: 54 + 46 * places.length,
    marginLeft: 180,
    marginTop: 10,
    padding: 0.04,
    x: { label: "hours of departure (local time)", domain: slices.map((slice) => slice.period) },
    y: { label: null, domain: places },
    color: { range: ["#f4cdb0", "#e0763d"] },
    marks: [
      Plot.cell(slices, { x: "period", y: placeOf, fill: (slice) => slice.shareLate.value }),
      Plot.text(slices, {
        x: "period",
        y: placeOf,
        fill: "#282828",
        lineHeight: 1.3,
        text: ({ shareLate, slice }) => `${percent(shareLate.value)} %\nn = ${count(slice.flights)}`,
      }),
    ],
  },
);
svg(heatMap);

// %% Intervals
const rowHeight = 20;
const lateChart = chart(
  "Share of late flights with intervals",
  "95 % intervals; where two overlap widely, the difference may be chance",
  {
    height: 54 + rowHeight * slices.length,
    marginTop: 10,
    marginLeft: 180,
    x: { label: "late flights (%) →", grid: true, percent: true, nice: true },
    y: { label: null, domain: slices.map((slice) => slice.instance) },
    marks: [
      Plot.ruleX([0]),
      Plot.ruleY(slices, {
        y: "instance",
        x1: (slice) => slice.shareLate.interval[0],
        x2: (slice) => slice.shareLate.interval[1],
        strokeWidth: 1.5,
      }),
      Plot.dot(slices, { y: "instance", x: (slice) => slice.shareLate.value, r: 4.5, fill: colors.late }),
    ],
  },
);
svg(lateChart);

// %% [markdown]
// ## Can it be told in advance?
//
// Each slice has its own model, fitted on January and February. The chart shows how often it gave a late flight of March
// a higher score than a punctual one.

// %%
const modelChart = chart(
  "Models judged on March",
  "Area under the ROC curve with 95 % intervals; 0.5 is guessing, 1 is perfect",
  {
    height: 54 + rowHeight * slices.length,
    marginTop: 10,
    marginLeft: 180,
    x: { label: "AUC on the flights of March →", domain: [0.2, 1], grid: true },
    y: { label: null, domain: slices.map((slice) => slice.instance) },
    marks: [
      Plot.ruleX([0.5], { strokeDasharray: "4 3" }),
      Plot.ruleY(slices, {
        y: "instance",
        x1: (slice) => slice.auc.interval[0],
        x2: (slice) => slice.auc.interval[1],
        strokeWidth: 1.5,
      }),
      Plot.dot(slices, { y: "instance", x: (slice) => slice.auc.value, r: 4.5, fill: colors.onTime }),
    ],
  },
);
svg(modelChart);

// %% Conclusion
// The most and the least punctual slices, and what follows from all of them.
const range = ({ interval }: Estimate) => `${percent(interval[0])} to ${percent(interval[1])} %`;
const ranking = slices.toSorted((a, b) => a.shareLate.value - b.shareLate.value);
const [best, worst] = [ranking[0], ranking[ranking.length - 1]];
metric("best_share_late", 100 * best.shareLate.value, { unit: "%", description: best.instance });
metric("worst_share_late", 100 * worst.shareLate.value, { unit: "%", description: worst.instance });

const inOrder = ranking.map(({ instance, shareLate }, i) =>
  `${i + 1}. **${instance}**: ${percent(shareLate.value)} % late (${range(shareLate)})`
);
const ends = inOrder.length > 12 ? [...inOrder.slice(0, 5), "", "…", "", ...inOrder.slice(-5)] : inOrder;
// Two intervals overlap when each begins before the other ends.
const overlap = (a: Estimate, b: Estimate) => a.interval[0] <= b.interval[1] && b.interval[0] <= a.interval[1];
const parts = [...Map.groupBy(slices, ({ slice }) => `${slice.region} ${slice.period}`).values()]
  .filter((part) => part.length > 1);
const alike = parts.filter((part) => part.every((a) => part.every((b) => overlap(a.shareLate, b.shareLate))));
const ratio = worst.shareLate.value / best.shareLate.value;
const bestAuc = Math.max(...slices.map((slice) => slice.auc.value));
const useful = slices.filter((slice) => slice.auc.interval[0] > 0.5);

const findings = [
  `A flight of **${worst.instance}** was late **${ratio.toFixed(1)} times** as often as one of **${best.instance}**.`,
  `In ${alike.length} of ${parts.length} pairs of region and time of day the intervals of all distances overlap:
  distance makes no clear difference there.`,
  `${useful.length} of ${slices.length} models rank the flights of March better than guessing; the best AUC is
  ${bestAuc.toFixed(2)}. Hour, distance and weekday leave most of the delay unexplained.`,
  `The hours are those of the actual departures. Late flights drift into later hours, which makes the evening look
  worse than its timetable.`,
];
md([...ends, "", ...findings.map((finding) => `- ${finding}`)].join("\n"));

// %% [markdown]
// The same as a page of its own, with links to the single reports: `index.html` in this folder.

// %% Page
import { escapeXml } from "./lib/chart.ts";

const link = (dir: string, text: string) => `<a href="${escapeXml(encodeURI(dir))}/report.html">${escapeXml(text)}</a>`;
const line = (tag: string, cells: string[]) => `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join("")}</tr>`;
const header = [
  "Slice",
  "Region",
  "Departure",
  "Distance",
  "Flights",
  "Late",
  "95 % interval",
  "Median delay",
  "AUC, March",
];
const lines = slices.map(({ instance, dir, slice, band, shareLate, auc, metrics }) =>
  line("td", [
    link(dir, instance),
    escapeXml(slice.region),
    escapeXml(slice.period),
    escapeXml(band),
    count(slice.flights),
    `${percent(shareLate.value)} %`,
    range(shareLate),
    `${metrics.median_delay} min`,
    auc.value.toFixed(2),
  ])
);

Deno.writeTextFileSync(
  "index.html",
  `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>When do flights run late?</title>
<style>
  body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem; font: 15px/1.5 system-ui, sans-serif }
  .wide { overflow-x: auto }
  table { border-collapse: collapse; white-space: nowrap }
  th, td { padding: 0.3rem 0.6rem; border-bottom: 1px solid #8886; text-align: left }
  td:nth-child(n + 5), th:nth-child(n + 5) { text-align: right }
  svg { max-width: 100%; height: auto; margin: 1rem 0 }
</style>
<h1>When do flights run late?</h1>
<p>${count(flights)} US domestic flights, January to March 2001. Late: ${
    slices[0].lateMinutes
  } minutes or more behind the timetable on arrival. The hours are those of the actual departures. More in
<a href="report.html">the report</a>.</p>
<div class="wide"><table>${line("th", header)}${lines.join("")}</table></div>
${heatMap}${lateChart}${modelChart}
</html>
`,
);
