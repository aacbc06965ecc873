/** Logistic regression, small enough to read. */

/**
 * Fits weights so that `predict(weights, x)` is the probability of `y`, by Newton's method. Every row of `x` begins
 * with 1 (the intercept). A slight ridge penalty keeps the weights finite when a feature separates the cases.
 */
export function fitLogistic(x: number[][], y: boolean[], ridge = 1e-3): number[] {
  const size = x[0].length;
  let weights = new Array<number>(size).fill(0);
  for (let step = 0; step < 20; step++) {
    const gradient = weights.map((weight) => -ridge * weight);
    const curvature = weights.map((_, i) => weights.map((_, j) => i === j ? ridge : 0));
    x.forEach((row, n) => {
      const p = predict(weights, row);
      for (let i = 0; i < size; i++) {
        gradient[i] += ((y[n] ? 1 : 0) - p) * row[i];
        for (let j = 0; j < size; j++) curvature[i][j] += p * (1 - p) * row[i] * row[j];
      }
    });
    const change = solve(curvature, gradient);
    weights = weights.map((weight, i) => weight + change[i]);
    if (change.every((value) => Math.abs(value) < 1e-6)) break;
  }
  return weights;
}

/** The probability that the weights give to one row. */
export function predict(weights: number[], row: number[]): number {
  return 1 / (1 + Math.exp(-weights.reduce((sum, weight, i) => sum + weight * row[i], 0)));
}

/** Solves `a x = b` by elimination; `a` is symmetric and positive definite, so no pivoting is needed. */
function solve(a: number[][], b: number[]): number[] {
  const rows = a.map((row, i) => [...row, b[i]]);
  rows.forEach((pivot, i) => {
    for (const row of rows.slice(i + 1)) {
      const factor = row[i] / pivot[i];
      for (let j = i; j < row.length; j++) row[j] -= factor * pivot[j];
    }
  });
  const x = new Array<number>(b.length).fill(0);
  for (let i = b.length - 1; i >= 0; i--) {
    const known = rows[i].slice(i + 1, -1).reduce((sum, value, j) => sum + value * x[i + 1 + j], 0);
    x[i] = (rows[i][b.length] - known) / rows[i][i];
  }
  return x;
}
