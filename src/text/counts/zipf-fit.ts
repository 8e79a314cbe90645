/**
 * Zipf's law fitted to a rank–frequency table: f(r) = C · r^(−s).
 *
 * Two estimators with standard errors; neither tests whether the law holds.
 */

import { rangeError, show, typeError } from '../../common/errors.ts';
import { type Checks, checkOptions, size } from '../../common/options.ts';
import { checkTable, type RankFrequency } from './rank-frequency.ts';

/** The ranks and the estimator. */
export interface ZipfFitOptions {
  /** The first rank used (default 1). */
  readonly from?: number | undefined;
  /** The last rank used (default: the last). */
  readonly to?: number | undefined;
  /** See {@link fitZipf}. Default `'least-squares'`. */
  readonly method?: 'least-squares' | 'maximum-likelihood' | undefined;
}

const checks: Checks<ZipfFitOptions> = {
  from: size,
  to: size,
  method: ['least-squares', 'maximum-likelihood'],
};

/** A fitted law. */
export interface ZipfFit {
  /** s, positive: the slope in log–log axes is −s. */
  readonly exponent: number;
  /** The standard error of the exponent, under the method's assumptions. */
  readonly standardError: number;
  /** C: the law's count for rank 1. */
  readonly scale: number;
  readonly from: number;
  readonly to: number;
  readonly method: 'least-squares' | 'maximum-likelihood';
  /** The share of the variance of ln f explained by the line. */
  readonly rSquared: number;
}

/**
 * Fits the exponent over the ranks from `from` to `to`; x = ln r, y = ln f(r), n ranks.
 *
 * - `'least-squares'`: the straight line through the points in log–log axes, with equal weight for every rank:
 *   s = −Σ(x − x̄)(y − ȳ) / Σ(x − x̄)², standard error √( Σ(y − ŷ)² / ((n − 2) Σ(x − x̄)²) ).
 *   The textbook method. Counts are sorted, so neighbouring residuals correlate, and the standard error is too
 *   small: treat it as a measure of fit.
 * - `'maximum-likelihood'`: N tokens drawn independently with p(r) = r^(−s) / Σ r^(−s) over these ranks.
 *   s solves Σ f(r) ln r / N = mean of ln r under p; standard error 1 / √(N Var_p(ln r)). Frequent words dominate.
 *   Correct if the law holds exactly, which it does not for language.
 *
 * Source: least squares as in G. Zipf (1949); maximum likelihood as in A. Clauset, C. Shalizi and M. Newman,
 * arXiv 0706.1062, here for a finite range of ranks.
 *
 * @throws RangeError for ranks out of order or out of range, fewer than three ranks, or an unknown method.
 *
 * @example
 * ```ts
 * import { fitZipf, RankFrequency, TokenCounts } from 'recurrent-cells/text';
 * const counts = new TokenCounts();
 * for (let rank = 1; rank <= 50; rank++) counts.add(`word${rank}`, Math.round(1e9 / rank));
 * const fit = fitZipf(RankFrequency.of(counts));
 * fit.exponent.toFixed(6); // → '1.000000'
 * fit.standardError < 1e-6; // → true
 * ```
 */
export function fitZipf(table: RankFrequency, options: ZipfFitOptions = {}): ZipfFit {
  const where = 'fitZipf';
  checkTable(where, table);
  const { from = 1, to = table.types, method = 'least-squares' } = checkOptions(where, options, checks);
  if (to > table.types)
    throw rangeError(where, 'to', `is ${to}`, `at most ${table.types}, the number of types`);
  if (to - from < 2) throw rangeError(where, 'the ranks', `are ${from} to ${to}`, 'at least three');
  const counts = table.counts.subarray(from - 1, to);
  const x = Float64Array.from(counts, (_, i) => Math.log(from + i));
  const y = Float64Array.from(counts, Math.log);
  const line = method === 'least-squares' ? leastSquares(x, y) : maximumLikelihood(x, counts);
  return { ...line, from, to, method, rSquared: explained(x, y, line) };
}

type Line = Pick<ZipfFit, 'exponent' | 'standardError' | 'scale'>;

function leastSquares(x: Float64Array, y: Float64Array): Line {
  const [meanX, meanY] = [mean(x), mean(y)];
  const spread = sumOf(x, (value) => (value - meanX) ** 2);
  const slope = sumOf(x, (value, i) => (value - meanX) * (y[i]! - meanY)) / spread;
  const residual = sumOf(x, (value, i) => (y[i]! - meanY - slope * (value - meanX)) ** 2);
  return {
    exponent: 0 - slope,
    standardError: Math.sqrt(residual / (x.length - 2) / spread),
    scale: Math.exp(meanY - slope * meanX),
  };
}

// Newton's method starts close and doubles the correct digits per step; it never needs this many steps.
const MOST_STEPS = 100;

function maximumLikelihood(x: Float64Array, counts: Float64Array): Line {
  const tokens = sumOf(counts, (count) => count);
  const observed = sumOf(x, (value, i) => value * counts[i]!) / tokens;
  let exponent = 1;
  let moments = momentsOf(x, exponent);
  for (let step = 0; step < MOST_STEPS; step++) {
    const change = (moments.mean - observed) / moments.variance;
    exponent += change;
    moments = momentsOf(x, exponent);
    if (Math.abs(change) < 1e-12) break;
  }
  return {
    exponent,
    standardError: 1 / Math.sqrt(tokens * moments.variance),
    scale: tokens / moments.normalizer,
  };
}

/** The moments of ln r, under p(r) ∝ r^(−s). */
function momentsOf(
  x: Float64Array,
  exponent: number,
): { normalizer: number; mean: number; variance: number } {
  const weights = x.map((value) => Math.exp(-exponent * value));
  const normalizer = sumOf(weights, (weight) => weight);
  const average = sumOf(x, (value, i) => value * weights[i]!) / normalizer;
  const variance = sumOf(x, (value, i) => (value - average) ** 2 * weights[i]!) / normalizer;
  return { normalizer, mean: average, variance };
}

function explained(x: Float64Array, y: Float64Array, { exponent, scale }: Line): number {
  const average = mean(y);
  const all = sumOf(y, (value) => (value - average) ** 2);
  const left = sumOf(y, (value, i) => (value - Math.log(scale) + exponent * x[i]!) ** 2);
  return all === 0 ? 1 : 1 - left / all;
}

function sumOf(values: Float64Array, term: (value: number, i: number) => number): number {
  return values.reduce((sum, value, i) => sum + term(value, i), 0);
}

function mean(values: Float64Array): number {
  return sumOf(values, (value) => value) / values.length;
}

/** Checks a fit to be drawn. */
export function checkFit(where: string, fit: ZipfFit): void {
  const isFit = [fit?.exponent, fit?.standardError, fit?.scale, fit?.from, fit?.to].every(Number.isFinite);
  if (!isFit) throw typeError(where, 'fit', `is ${show(fit)}`, 'what fitZipf gave');
}
