/** Labellings as CTC reads them: a list of classes for each sequence, checked. */
import { rangeError } from '../common/errors.ts';
import type { Indices } from '../common/tensor.ts';
import { checkTensor } from '../signal/checks.ts';
import type { DenseSignal } from '../signal/signal.ts';

/** What fills a target up behind its labels. */
const PADDING = -1;

/**
 * The labels of each sequence.
 *
 * @param target `[batch, labels]`, filled up with −1.
 * @throws TypeError if it is not indices; RangeError if its shape does not fit, or a label is blank or no class.
 */
export function labelsOf(
  where: string,
  { batch, width }: DenseSignal,
  target: Indices,
  blank: number,
): number[][] {
  checkTensor(where, 'target', target, 'index');
  const [rows, longest = 0] = target.shape;
  if (target.shape.length !== 2 || rows !== batch)
    throw rangeError(where, 'target', `has shape [${target.shape.join(', ')}]`, `[${batch}, labels]`);
  return Array.from({ length: batch }, (_, b) => {
    const row = Array.from(target.data.subarray(b * longest, (b + 1) * longest));
    const end = row.indexOf(PADDING);
    const labels = end < 0 ? row : row.slice(0, end);
    row.forEach((label, i) => {
      const fits = i < labels.length ? label >= 0 && label < width && label !== blank : label === PADDING;
      if (!fits)
        throw rangeError(
          where,
          `target[${b}, ${i}]`,
          `is ${label}`,
          i < labels.length
            ? `a class from 0 to ${width - 1} that is not ${blank}, the blank, or −1 behind the last label`
            : '−1, as one stands before it',
        );
    });
    return labels;
  });
}
