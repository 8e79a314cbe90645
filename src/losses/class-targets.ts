/** Class targets for class losses and accuracy: checked, time-major, with omitted rows marked. */
import { rangeError } from '../common/errors.ts';
import type { Indices } from '../common/tensor.ts';
import { checkTensor } from '../signal/checks.ts';
import type { DenseSignal } from '../signal/signal.ts';

/**
 * The class of each row of the output, time-major; −1 for `ignoreIndex` and beyond each length, where the target's value is
 * arbitrary.
 *
 * @param target `[batch, time]`, or `[batch]` for an output without a time axis.
 * @throws TypeError if the target is not indices; RangeError if its shape does not match, or a class is out of range.
 */
export function classTargets(
  where: string,
  output: DenseSignal,
  target: Indices,
  ignoreIndex: number | undefined,
): Int32Array {
  const { batch, time, timed, width, lengths } = output;
  checkTensor(where, 'targets', target, 'index');
  const expected = timed ? [batch, time] : [batch];
  if (target.shape.join() !== expected.join())
    throw rangeError(
      where,
      'targets',
      `has shape [${target.shape.join(', ')}]`,
      `[${expected.join(', ')}], the output's without its classes`,
    );
  const classes = new Int32Array(time * batch).fill(-1);
  for (let b = 0; b < batch; b++)
    for (let t = 0; t < (lengths?.[b] ?? time); t++) {
      const k = target.data[b * time + t]!;
      if (k === ignoreIndex) continue;
      if (!(k >= 0 && k < width))
        throw rangeError(
          where,
          `targets[${timed ? `${b}, ${t}` : b}]`,
          `is ${k}`,
          `a class from 0 to ${width - 1}${ignoreIndex === undefined ? '' : `, or ignoreIndex ${ignoreIndex}`}`,
        );
      classes[t * batch + b] = k;
    }
  return classes;
}
