/** The asymptotic growth rate of a matrix: its largest |eigenvalue|, real or complex. */
import { norm } from './norm.ts';

const TOLERANCE = 1e-8;
// The power 2³⁰: a value that has not converged by then changes too slowly to matter.
const MOST_SQUARINGS = 30;

/**
 * The spectral radius of a square matrix, row by row.
 *
 *     ρ(A) = lim ‖Aⁿ‖^(1/n) = lim (‖A²ⁿ‖ / ‖Aⁿ‖)^(1/n)        n = 1, 2, 4, 8, …
 *
 * Gelfand (1941), by repeated squaring, normalising each power; the quotient of two powers cancels constant factors of their
 * norms. Power iteration would fail: recurrent weights have complex eigenvalues, under which vectors do not converge.
 */
export function spectralRadius(values: ArrayLike<number>, size: number): number {
  let power = Float64Array.from(values);
  const first = norm(power);
  if (first === 0 || !Number.isFinite(first)) return first;
  divide(power, first);
  // ln ‖Aⁿ‖, so that nothing overflows.
  let logNorm = Math.log(first);
  let radius = Number.NaN;
  for (let k = 0, n = 1; k < MOST_SQUARINGS; k++, n *= 2) {
    power = squared(power, size);
    const scale = norm(power);
    if (scale === 0) return 0;
    divide(power, scale);
    const logNext = 2 * logNorm + Math.log(scale);
    const before = radius;
    radius = Math.exp((logNext - logNorm) / n);
    logNorm = logNext;
    // A nilpotent matrix vanishes only at the power of its size, and may look converged before.
    if (n > size && Math.abs(radius - before) <= TOLERANCE * radius) break;
  }
  return radius;
}

function divide(values: Float64Array, by: number): void {
  for (let i = 0; i < values.length; i++) values[i]! /= by;
}

function squared(a: Float64Array, size: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let k = 0; k < size; k++) {
      const factor = a[i * size + k]!;
      if (factor === 0) continue;
      for (let j = 0; j < size; j++) out[i * size + j]! += factor * a[k * size + j]!;
    }
  return out;
}
