/** The input of losses and metrics: a model's output, copied into a heap. */

import { isBuiltin } from '../common/builtin.ts';
import { typeError } from '../common/errors.ts';
import { type Checks, later } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import { type Backend, backendOption } from '../kernels/backend.ts';
import { float32, float64 } from '../kernels/index.ts';
import type { Arena } from '../matrix/arena.ts';
import { denseInput } from '../signal/boundary.ts';
import type { DenseSignal } from '../signal/signal.ts';

/** Options passed with an output. */
export interface LossOptions {
  /**
   * The valid steps of each sequence: default all. Later steps are left out and get no gradient. Ignored for an output
   * without a time axis, such as that of the last step.
   */
  readonly lengths?: readonly number[] | undefined;
  /**
   * The factor of each term, shaped like the target, or `[batch]` for `ctc`: default 1. The divisor of a mean does not include
   * these weights, and negative ones are taken, both as in PyTorch's binary cross-entropy. A metric that is not a loss counts
   * each term by its weight, so its mean is weighted.
   */
  readonly weights?: Tensor | undefined;
  /** The compute backend: default `float64()` for float64 outputs and `float32()` for float32 outputs. */
  readonly backend?: Backend | undefined;
}

export const lossChecks: Checks<LossOptions> = { lengths: later, weights: later, backend: backendOption };

/** The backend for this output. */
export function backendOf(output: Tensor, { backend }: LossOptions): Backend {
  return backend ?? (isBuiltin(output?.data, 'Float64Array') ? float64() : float32());
}

/** @throws TypeError if it is a record of several heads. */
export function checkOneOutput(where: string, output: unknown): void {
  const heads = Object(output) as { readonly [head: string]: Partial<Tensor> | null };
  // A model's whole result has an output too; the check of tensors hints at it.
  if (!heads.output && Object.values(heads).some((head) => head?.data))
    throw typeError(where, 'output', `has ${Object.keys(heads)}`, 'one tensor: headMetric(head, …)');
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
  checkOneOutput(where, output);
  const expectation = { where, argument: 'output', width: undefined, widthName: 'width' };
  return denseInput(arena, expectation, output, output?.shape?.length === 2 ? undefined : lengths);
}
