/** The normalisation of rows and its backward, in plain TypeScript on any backend. */
import type { Matrix } from './matrix.ts';

/**
 * Each row of out ← (a − μ)·r, where μ is the row's mean and r = 1/√(σ² + ε) goes into `deviations` [rows, 1].
 *
 * σ² is the biased variance; where σ² + ε is 0, as in padding, so is r. `out` may be `a`.
 */
export function normalize(out: Matrix, deviations: Matrix, a: Matrix, epsilon: number): void {
  const { values } = out.backend.heap;
  const { rows, columns } = a;
  for (let i = 0; i < rows; i++) {
    const from = a.offset + i * a.stride;
    let mean = 0;
    for (let j = 0; j < columns; j++) mean += values[from + j]!;
    mean /= columns;
    let variance = 0;
    for (let j = 0; j < columns; j++) variance += (values[from + j]! - mean) ** 2;
    const spread = variance / columns + epsilon;
    const r = spread === 0 ? 0 : 1 / Math.sqrt(spread);
    values[deviations.offset + i * deviations.stride] = r;
    const to = out.offset + i * out.stride;
    for (let j = 0; j < columns; j++) values[to + j] = (values[from + j]! - mean) * r;
  }
}

/**
 * The gradient of `normalize` from its output y: each row of out ← r·(dy − mean(dy) − y·mean(dy * y)).
 *
 * `out` may be `dy`.
 */
export function normalizeBackward(out: Matrix, deviations: Matrix, y: Matrix, dy: Matrix): void {
  const { values } = out.backend.heap;
  const { rows, columns } = y;
  for (let i = 0; i < rows; i++) {
    const [atY, atDy, to] = [y, dy, out].map(({ offset, stride }) => offset + i * stride) as [
      number,
      number,
      number,
    ];
    const r = values[deviations.offset + i * deviations.stride]!;
    let mean = 0;
    let along = 0;
    for (let j = 0; j < columns; j++) {
      mean += values[atDy + j]!;
      along += values[atDy + j]! * values[atY + j]!;
    }
    mean /= columns;
    along /= columns;
    for (let j = 0; j < columns; j++)
      values[to + j] = r * (values[atDy + j]! - mean - along * values[atY + j]!);
  }
}
