/** What losses and metrics look at: a model's output, copied into a heap. */

import { isBuiltin } from '../common/builtin.ts';
import { type Checks, later } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import { type Backend, backendOption } from '../kernels/backend.ts';
import { float32, float64 } from '../kernels/index.ts';
import type { Arena } from '../matrix/arena.ts';
import { denseInput } from '../signal/boundary.ts';
import type { DenseSignal } from '../signal/signal.ts';

/** What may come with an output. */
export interface LossOptions {
  /**
   * The valid steps of each sequence; all are unless given. What lies beyond counts nothing and gets no gradient. Of an
   * output without a time axis, such as a last step's, they play no part.
   */
  readonly lengths?: readonly number[] | undefined;
  /**
   * What each term is multiplied by, shaped like the target, `[batch]` of `ctc`; default 1. A mean is still divided by what
   * it is without them, as in PyTorch's binary cross-entropy.
   */
  readonly weights?: Tensor | undefined;
  /** What to compute with: unless given, `float64()` of float64 outputs and `float32()` of float32 outputs. */
  readonly backend?: Backend | undefined;
}

export const lossChecks: Checks<LossOptions> = { lengths: later, weights: later, backend: backendOption };

/** The backend that computes with this output. */
export function backendOf(output: Tensor, { backend }: LossOptions): Backend {
  return backend ?? (isBuiltin(output?.data, 'Float64Array') ? float64() : float32());
}

/**
 * Copies `[batch, time, width]` or `[batch, width]` into the arena.
 *
 * @throws TypeError if it is not a tensor; RangeError if its shape or the lengths do not fit.
 */
export function outputSignal(
  arena: Arena,
  where: string,
  output: Tensor,
  { lengths }: LossOptions,
): DenseSignal {
  const expectation = { where, argument: 'output', width: undefined, widthName: 'width' };
  return denseInput(arena, expectation, output, output?.shape?.length === 2 ? undefined : lengths);
}
