/** The little statistics that the examples need. Pure functions over arrays. */

export function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The value that the share `p` of all values does not exceed, interpolated between neighbours. */
export function quantile(values: number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * p;
  const low = Math.floor(position);
  const high = Math.ceil(position);
  return sorted[low] + (sorted[high] - sorted[low]) * (position - low);
}

/** The share of rows for which the test holds, from 0 to 1. */
export function share<T>(rows: T[], test: (row: T) => boolean): number {
  return rows.filter(test).length / rows.length;
}

/** How likely it is that at least `cases` of `n` come true when each does with probability `p`. */
export function atLeast(cases: number, n: number, p: number): number {
  let exactly = (1 - p) ** n;
  let fewer = 0;
  for (let k = 0; k < cases; k++) {
    fewer += exactly;
    exactly *= (n - k) / (k + 1) * p / (1 - p);
  }
  return 1 - fewer;
}

/** Where the middle 95 % of the values lie. */
export function middle95(values: number[]): [low: number, high: number] {
  return [quantile(values, 0.025), quantile(values, 0.975)];
}

/**
 * Bootstrap samples of rows that come in groups (here: the flights of one day, which share their weather): whole groups
 * are drawn at random, as many as there are, with repetition. The same samples in every run.
 */
export function* redraw<T>(rows: T[], group: (row: T) => string, times: number): Generator<T[]> {
  const groups = [...Map.groupBy(rows, group).values()];
  const random = randomNumbers(2001);
  for (let time = 0; time < times; time++) {
    yield groups.flatMap(() => groups[Math.floor(random() * groups.length)]);
  }
}

/**
 * The area under the ROC curve: how often the model gives a higher score to a case than to a non-case, both drawn at
 * random. 0.5 is guessing, 1 is perfect.
 */
export function auc(rows: { score: number; isCase: boolean }[]): number {
  const sorted = rows.toSorted((a, b) => a.score - b.score);
  const cases = rows.filter((row) => row.isCase).length;
  let rankSum = 0;
  for (let start = 0; start < sorted.length;) {
    let end = start;
    while (end < sorted.length && sorted[end].score === sorted[start].score) end++;
    const rank = (start + 1 + end) / 2; // equal scores share their mean rank
    for (let i = start; i < end; i++) if (sorted[i].isCase) rankSum += rank;
    start = end;
  }
  return (rankSum - cases * (cases + 1) / 2) / (cases * (rows.length - cases));
}

/** Numbers from 0 to 1 that are the same in every run (Mulberry32). */
function randomNumbers(seed: number): () => number {
  return () => {
    seed = seed + 0x6d2b79f5 | 0;
    let t = Math.imul(seed ^ seed >>> 15, 1 | seed);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return ((t ^ t >>> 14) >>> 0) / 2 ** 32;
  };
}
