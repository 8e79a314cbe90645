/** Converts terms between the public batch-major order and the internal time-major order. */
import { rangeError, show, typeError } from '../common/errors.ts';
import { elementsOf, type Tensor } from '../common/tensor.ts';
import { type Backend, newValues } from '../kernels/backend.ts';
import type { Values } from '../kernels/heap.ts';
import type { SignalExtent } from '../signal/signal.ts';

/** The number of sequences and steps that have terms. */
export type TermsExtent = Pick<SignalExtent, 'batch' | 'time'>;

/** Converts terms to a tensor of `shape`, the target's shape. */
export function batchMajor(
  backend: Backend,
  terms: Values,
  { batch, time }: TermsExtent,
  shape: readonly number[],
): Tensor {
  const data = newValues(backend, terms.length);
  exchange(data, terms, time, batch);
  return { data, shape: [...shape] };
}

/** A description, for errors, of the tensor to be reordered. */
export interface Ordered {
  readonly where: string;
  readonly argument: string;
  /** The required shape and where it comes from. */
  readonly shape: readonly number[];
  readonly of: string;
  /** Why it must be a tensor. */
  readonly why: string;
}

/**
 * The elements of a tensor, such as an upstream gradient, in the order of the terms.
 *
 * @throws TypeError if it is not a tensor; RangeError if it has the wrong shape.
 */
export function timeMajor(
  given: unknown,
  { where, argument, shape: expected, of, why }: Ordered,
  { batch, time }: TermsExtent,
): Float64Array {
  const { data, shape } = (given ?? {}) as Partial<Tensor>;
  if (data === undefined || !Array.isArray(shape))
    throw typeError(where, argument, `is ${show(given)}`, `a tensor { data, shape }${why}`);
  const length = elementsOf(expected);
  if (shape.join() !== expected.join() || data.length !== length)
    throw rangeError(
      where,
      argument,
      `has shape [${shape.join(', ')}] and ${data.length} values`,
      `[${expected.join(', ')}], ${of}`,
    );
  const terms = new Float64Array(data.length);
  exchange(terms, data, batch, time);
  return terms;
}

/** Swaps the two leading axes: out[j, i] ← a[i, j] for i < outer and j < inner. */
function exchange(out: Values, a: Values, outer: number, inner: number): void {
  const each = a.length / (outer * inner) || 0;
  for (let i = 0; i < outer; i++)
    for (let j = 0; j < inner; j++)
      for (let k = 0; k < each; k++) out[(j * outer + i) * each + k] = a[(i * inner + j) * each + k]!;
}
