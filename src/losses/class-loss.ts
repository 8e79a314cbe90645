/** The base of losses with one term per row of class scores. */
import { rangeError } from '../common/errors.ts';
import type { Indices } from '../common/tensor.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { addProduct, exp, fill, logSoftmax, product, scale } from '../matrix/operations.ts';
import type { DenseSignal } from '../signal/signal.ts';
import { classTargets } from './class-targets.ts';
import { Loss, type Terms } from './loss.ts';
import type { LossSettings } from './objective.ts';
import type { Reduction } from './reduction.ts';

/** The settings of a class loss, with defaults filled in. */
export interface ClassSettings {
  /** Whether the output is logits, which are normalised first, or log-probabilities. */
  readonly logits: boolean;
  readonly smoothing: number;
  readonly classWeights: ArrayLike<number> | undefined;
  readonly ignoreIndex: number | undefined;
}

/**
 * A loss with one term per row. For log-probabilities p over C classes, target k, smoothing ε and class weights w:
 *
 *     a_c  = (1 − ε)·w_k·[c = k] + (ε/C)·w_c         (1)
 *     term = −Σ_c a_c·p_c                             (2)
 *
 *     dp_c = −dTerm·a_c                               from (2)
 *     dx_c = dp_c − softmax(x)_c·Σ_j dp_j             for logits x, p = ln softmax(x)
 */
export class ClassLoss<R extends Reduction> extends Loss<Indices, R> {
  readonly #settings: ClassSettings;

  constructor(name: string, reduction: R, settings: ClassSettings, options: LossSettings) {
    super(name, reduction, options);
    this.#settings = settings;
  }

  terms(arena: Arena, where: string, output: DenseSignal, target: Indices): Terms {
    const { logits, smoothing, classWeights, ignoreIndex } = this.#settings;
    const { rows, columns } = output.values;
    if (classWeights !== undefined && classWeights.length !== columns)
      throw rangeError(
        where,
        'classWeights',
        `has ${classWeights.length} entries`,
        `${columns}, the classes`,
      );
    const classes = classTargets(where, output, target, ignoreIndex);
    const logarithms = logits ? arena.matrix(rows, columns) : output.values;
    if (logits) logSoftmax(logarithms, output.values);
    const spread = smoothing === 0 ? undefined : spreadOver(arena, logarithms, smoothing, classWeights);

    const { values, weight, own } = rowTerms(classes, logarithms, classWeights, smoothing, spread);

    const gradient = (dTerms: number | Float64Array) => {
      const kept = factors(classes, dTerms);
      const out = arena.matrix(rows, columns);
      if (logits) {
        exp(out, logarithms);
        scaleRows(
          out,
          kept.map((factor, i) => factor * (own[i]! + (spread?.total ?? 0))),
        );
      } else fill(out, 0);
      if (spread !== undefined) subtractOuter(arena, out, kept, spread.weights);
      const { values: elements } = arena.backend.heap;
      for (let i = 0; i < rows; i++)
        if (kept[i] !== 0) elements[out.offset + i * columns + classes[i]!]! -= kept[i]! * own[i]!;
      return out;
    };
    return { values, weight, gradient };
  }
}

/** (2) of each row, with the sum of its targets' class weights, and (1 − ε)·w_k of each row. */
function rowTerms(
  classes: Int32Array,
  logarithms: Matrix,
  classWeights: ArrayLike<number> | undefined,
  smoothing: number,
  spread: Spread | undefined,
): { values: Float64Array; weight: number; own: Float64Array } {
  const values = new Float64Array(classes.length);
  const own = new Float64Array(classes.length);
  let weight = 0;
  const elements = logarithms.backend.heap.values;
  for (let i = 0; i < classes.length; i++) {
    const k = classes[i]!;
    if (k < 0) continue;
    const classWeight = classWeights?.[k] ?? 1;
    weight += classWeight;
    own[i] = (1 - smoothing) * classWeight;
    values[i] = -own[i]! * elements[logarithms.offset + i * logarithms.stride + k]!;
    if (spread !== undefined) values[i]! -= elements[spread.sums.offset + i]!;
  }
  return { values, weight, own };
}

/** The part of (1) that does not depend on the target. */
interface Spread {
  /** (ε/C)·w_c [1, C] */
  readonly weights: Matrix;
  readonly total: number;
  /** Σ_c (ε/C)·w_c·p_c [rows, 1] */
  readonly sums: Matrix;
}

function spreadOver(
  arena: Arena,
  logarithms: Matrix,
  smoothing: number,
  classWeights: ArrayLike<number> | undefined,
): Spread {
  const { rows, columns } = logarithms;
  const each = Array.from({ length: columns }, (_, c) => (smoothing / columns) * (classWeights?.[c] ?? 1));
  const weights = arena.matrix(1, columns);
  weights.write(each);
  const sums = arena.matrix(rows, 1);
  product(sums, logarithms, weights.T);
  return { weights, total: each.reduce((sum, weight) => sum + weight, 0), sums };
}

/** The factor of each row: 0 if the row is left out. */
function factors(classes: Int32Array, dTerms: number | Float64Array): Float64Array {
  return Float64Array.from(classes, (k, i) => {
    if (k < 0) return 0;
    return typeof dTerms === 'number' ? dTerms : dTerms[i]!;
  });
}

/** Multiplies each row of `out` by its factor; rows with factor 0 become zeros, even if they held NaN. */
function scaleRows(out: Matrix, rowFactors: Float64Array): void {
  for (let start = 0, end = 0; start < out.rows; start = end) {
    const factor = rowFactors[start]!;
    // Adjacent rows mostly have the same factor and are scaled in one call.
    for (end = start + 1; end < out.rows && rowFactors[end] === factor; ) end++;
    const run = out.rowsFrom(start, end - start);
    if (factor === 0) fill(run, 0);
    else scale(run, run, factor);
  }
}

/** out ← out − column · row */
function subtractOuter(arena: Arena, out: Matrix, column: Float64Array, row: Matrix): void {
  const negative = arena.matrix(out.rows, 1);
  negative.write(column.map((factor) => -factor));
  addProduct(out, negative, row);
}
