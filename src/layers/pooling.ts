/** Pooling over time. */
import type { Architecture } from '../common/architecture.ts';
import { type Checks, checkOptions } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import { type Backend, backendOption } from '../kernels/backend.ts';
import { float32 } from '../kernels/index.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { addColumnSums, copyRow, scale } from '../matrix/operations.ts';
import type { Expectation } from '../signal/checks.ts';
import { type DenseSignal, vectors } from '../signal/signal.ts';
import { Layer } from './layer.ts';
import type { Trace } from './trace.ts';

/** Options of {@link Pooling}. */
export interface PoolingOptions {
  /** The mean or the maximum of each feature over the steps. */
  readonly kind: 'mean' | 'max';
  /** The compute backend: default `float32()`. */
  readonly backend?: Backend | undefined;
}

const checks: Checks<PoolingOptions> = { kind: { required: ['mean', 'max'] }, backend: backendOption };

/** Pools the steps of one sequence: `x` [length, width] into `y` [1, width]; its backward pass writes `dX`. */
type Pool = (x: Matrix, y: Matrix) => (dX: Matrix, dY: Matrix) => void;

const mean: Pool = (x, y) => {
  addColumnSums(y, x);
  scale(y, y, 1 / x.rows);
  return (dX, dY) => {
    copyRow(dX, dY);
    scale(dX, dX, 1 / x.rows);
  };
};

const max: Pool = (x, y) => {
  const { values } = x.backend.heap;
  const chosen = Int32Array.from({ length: x.columns }, (_, j) => {
    let best = 0;
    for (let t = 0; t < x.rows; t++) {
      const value = values[x.offset + t * x.stride + j]!;
      if (value > values[x.offset + best * x.stride + j]! || Number.isNaN(value)) best = t;
      if (Number.isNaN(value)) break;
    }
    values[y.offset + j] = values[x.offset + best * x.stride + j]!;
    return best;
  });
  return (dX, dY) => {
    const { values: d } = dX.backend.heap;
    chosen.forEach((t, j) => {
      d[dX.offset + t * dX.stride + j] = d[dY.offset + j]!;
    });
  };
};

/**
 * Pools a sequence over time: `[batch, time, width]` → `[batch, width]`.
 *
 *     mean   y = 1/T Σ_t x_t
 *     max    y_j = max_t x_tj
 *
 * Only the valid steps of each sequence count; a sequence of length 0 gives zeros. The gradient of a maximum goes to the first
 * step that attains it. Conneau et al. (2017), arXiv:1705.02364, compare the two over a bidirectional LSTM.
 *
 * @example
 * ```ts
 * import { Pooling, tensor } from 'recurrent-cells';
 *
 * const x = tensor([[[1, 8], [3, 4], [100, 100]]]);
 * Array.from(new Pooling({ kind: 'mean' }).infer(x, { lengths: [2] }).output.data) // → [2, 6]
 * Array.from(new Pooling({ kind: 'max' }).infer(x, { lengths: [2] }).output.data) // → [3, 8]
 * ```
 */
export class Pooling extends Layer<Tensor, number, number, undefined> {
  readonly type = 'Pooling';
  readonly accepts = 'dense';
  readonly preservesWidth = true;
  readonly inputSize = undefined;
  readonly outputSize = undefined;
  readonly backend: Backend;
  readonly kind: 'mean' | 'max';

  /** @throws RangeError if `kind` is unknown. */
  constructor(options: PoolingOptions) {
    super();
    const { kind, backend = float32() } = checkOptions('Pooling', options, checks);
    this.kind = kind;
    this.backend = backend;
  }

  architecture(): Architecture {
    return { type: this.type, options: { kind: this.kind } };
  }

  record(arena: Arena, input: DenseSignal): Trace<undefined, DenseSignal> {
    const pool = this.kind === 'mean' ? mean : max;
    const { batch, time, width, lengths, values: x } = input;
    const sequence = (of: Matrix, b: number) => of.rowsFrom(b, lengths?.[b] ?? time, batch);
    const values = arena.zeros(batch, width);
    const backwards = Array.from({ length: batch }, (_, b) => {
      const steps = sequence(x, b);
      return steps.rows === 0 ? () => {} : pool(steps, values.rowsFrom(b, 1));
    });
    return {
      output: vectors(values),
      backward: (dOutput) => {
        const dInput = arena.zeros(time * batch, width);
        backwards.forEach((backward, b) => {
          backward(sequence(dInput, b), dOutput.rowsFrom(b, 1));
        });
        return { input: dInput };
      },
    };
  }

  override expectation(where: string): Expectation {
    return { ...super.expectation(where), timed: true };
  }
}
