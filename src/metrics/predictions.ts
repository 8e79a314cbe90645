/** Predictions from a model's output: the class of each step, or class probabilities. */

import { rangeError } from '../common/errors.ts';
import { type Checks, checkOptions } from '../common/options.ts';
import type { Indices, Tensor } from '../common/tensor.ts';
import { checkOneOutput } from '../losses/output.ts';
import { exponential, softmax } from '../math/elementary.ts';
import { checkTensor } from '../signal/checks.ts';

/** Options of {@link probabilitiesOf}. */
export interface ProbabilityOptions {
  /**
   * Whether the classes of a step exclude each other (`softmax`), or each is an independent yes or no
   * (`sigmoid`, as with `binaryCrossEntropy`). Default `softmax`.
   */
  readonly of?: 'softmax' | 'sigmoid' | undefined;
}

const checks: Checks<ProbabilityOptions> = { of: ['softmax', 'sigmoid'] };

/**
 * The highest-scoring class of each step, the first of equal ones; −1 if a score is NaN.
 *
 * @param output `[batch, time, classes]` or `[batch, classes]`.
 * @returns `[batch, time]` or `[batch]`. Values beyond a length are meaningless.
 * @throws TypeError if it is not a tensor; RangeError if it has no classes.
 *
 * @example
 * ```ts
 * import { classesOf, tensor } from 'recurrent-cells';
 *
 * Array.from(classesOf(tensor([[1, 3, 2], [5, 0, 0]])).data) // → [1, 0]
 * ```
 */
export function classesOf(output: Tensor): Indices {
  const classes = classesIn('classesOf', output);
  const { data, shape } = output;
  const found = new Int32Array(data.length / classes);
  for (let i = 0; i < found.length; i++) found[i] = largest(data.subarray(i * classes, (i + 1) * classes));
  return { data: found, shape: shape.slice(0, -1) };
}

/**
 * The class probabilities of each step.
 *
 * @param output `[batch, time, classes]` or `[batch, classes]`, logits.
 * @returns a tensor of the same shape.
 * @throws TypeError if it is not a tensor; RangeError if it has no classes.
 *
 * @example
 * ```ts
 * import { probabilitiesOf, tensor } from 'recurrent-cells';
 *
 * Array.from(probabilitiesOf(tensor([[0, 0, Math.log(2)]])).data, (p) => p.toFixed(2)) // → ['0.25', '0.25', '0.50']
 * Array.from(probabilitiesOf(tensor([[0, Math.log(3)]]), { of: 'sigmoid' }).data, (p) => p.toFixed(2)) // → ['0.50', '0.75']
 * ```
 */
export function probabilitiesOf(output: Tensor, options: ProbabilityOptions = {}): Tensor {
  const { of = 'softmax' } = checkOptions('probabilitiesOf', options, checks);
  const classes = classesIn('probabilitiesOf', output);
  const { data, shape } = output;
  if (of === 'sigmoid') return { data: data.map((x) => 1 / (1 + exponential(-x))), shape: [...shape] };
  const found = data.slice();
  for (let start = 0; start < found.length; start += classes) softmax(found.subarray(start, start + classes));
  return { data: found, shape: [...shape] };
}

function classesIn(where: string, output: Tensor): number {
  checkOneOutput(where, output);
  checkTensor(where, 'output', output, 'real');
  const classes = output.shape.at(-1) ?? 0;
  if (output.shape.length < 1 || classes === 0)
    throw rangeError(where, 'output', `has shape [${output.shape.join(', ')}]`, '[batch, …, classes]');
  return classes;
}

/** The index of the largest score; ties go to the first; −1 if a score is NaN. */
export function largest(scores: ArrayLike<number>): number {
  let at = 0;
  for (let k = 0; k < scores.length; k++) {
    if (Number.isNaN(scores[k])) return -1;
    if (scores[k]! > scores[at]!) at = k;
  }
  return at;
}
