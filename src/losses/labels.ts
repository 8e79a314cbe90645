/** Checks CTC targets and converts them to a list of labels per sequence. */
import { rangeError } from '../common/errors.ts';
import type { Indices } from '../common/tensor.ts';
import { checkTensor } from '../signal/checks.ts';
import type { DenseSignal } from '../signal/signal.ts';

/**
 * The labels of each sequence.
 *
 * @param target `[batch, labels]`, padded with `padding`.
 * @throws TypeError if it is not indices; RangeError if its shape does not fit, or a label is the blank or not a class.
 */
export function labelsOf(
  where: string,
  { batch, width }: DenseSignal,
  target: Indices,
  blank: number,
  padding: number,
): number[][] {
  checkTensor(where, 'targets', target, 'index');
  const [rows, longest = 0] = target.shape;
  if (target.shape.length !== 2 || rows !== batch)
    throw rangeError(where, 'targets', `has shape [${target.shape.join(', ')}]`, `[${batch}, labels]`);
  return Array.from({ length: batch }, (_, b) => {
    const row = Array.from(target.data.subarray(b * longest, (b + 1) * longest));
    const end = row.indexOf(padding);
    const labels = end < 0 ? row : row.slice(0, end);
    row.forEach((label, i) => {
      const fits = i < labels.length ? label >= 0 && label < width && label !== blank : label === padding;
      if (!fits)
        throw rangeError(
          where,
          `targets[${b}, ${i}]`,
          `is ${label}`,
          i < labels.length
            ? `a class from 0 to ${width - 1} that is not ${blank}, the blank, or ${padding} behind the last label`
            : `${padding}, as one stands before it`,
        );
    });
    return labels;
  });
}
