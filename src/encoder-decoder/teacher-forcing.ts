/** Batches for an encoder–decoder, from lists of tokens. */

import { rangeError, show, typeError } from '../common/errors.ts';
import { count, record } from '../common/options.ts';
import { type Indices, isInt32 } from '../common/tensor.ts';
import type { EncoderDecoder } from './encoder-decoder.ts';
import type { EncoderDecoderInput } from './options.ts';

/** A batch for `train` and `evaluate`. */
export interface TeacherForced {
  readonly inputs: EncoderDecoderInput;
  /** `[batch, target time]` Each target followed by the end token, then padding. */
  readonly targets: Indices;
}

/**
 * Makes a batch from pairs of token lists: at each step the decoder reads the true previous token and predicts the next one
 * (teacher forcing, Williams and Zipser 1989).
 *
 * A target `y_1 … y_n` becomes the decoder's input `start, y_1 … y_n` and the expected output `y_1 … y_n, end`.
 *
 * @throws TypeError if a list contains anything but whole numbers; RangeError if the numbers of sources and targets differ,
 * or a target contains the end token.
 *
 * @example
 * ```ts
 * import { teacherForcing } from 'recurrent-cells';
 *
 * const { inputs, targets } = teacherForcing({ start: 0, end: 1 }, [[5, 6], [7]], [[2], [3, 4]]);
 * Array.from(inputs.source.data) // → [5, 6, 7, 0]
 * inputs.sourceLengths // → [2, 1]
 * Array.from(inputs.target.data) // → [0, 2, 0, 0, 3, 4]
 * inputs.targetLengths // → [2, 3]
 * Array.from(targets.data) // → [2, 1, 0, 3, 4, 1]
 * ```
 */
export function teacherForcing(
  model: Pick<EncoderDecoder, 'start' | 'end'>,
  sources: readonly (readonly number[])[],
  targets: readonly (readonly number[])[],
): TeacherForced {
  const { start, end } = record('teacherForcing', 'model', model) as typeof model;
  count('teacherForcing', 'start', start);
  count('teacherForcing', 'end', end);
  checkLists('sources', sources);
  checkLists('targets', targets);
  if (sources.length !== targets.length)
    throw rangeError(
      'teacherForcing',
      'targets',
      `has ${targets.length} lists`,
      `${sources.length}, as sources`,
    );
  targets.forEach((target, b) => {
    if (target.includes(end))
      throw rangeError(
        'teacherForcing',
        `targets[${b}]`,
        `holds the end token ${end}`,
        'tokens before it only',
      );
  });
  return {
    inputs: {
      source: padded(sources),
      sourceLengths: sources.map(({ length }) => length),
      target: padded(targets.map((target) => [start, ...target])),
      targetLengths: targets.map(({ length }) => length + 1),
    },
    targets: padded(targets.map((target) => [...target, end])),
  };
}

/** Pads lists to one block; the padding lies beyond the lengths and has no effect. */
function padded(lists: readonly (readonly number[])[]): Indices {
  const time = lists.reduce((most, { length }) => Math.max(most, length), 1);
  const data = new Int32Array(lists.length * time);
  lists.forEach((list, b) => {
    data.set(list, b * time);
  });
  return { data, shape: [lists.length, time] };
}

function checkLists(argument: string, lists: unknown): void {
  if (!Array.isArray(lists) || lists.length === 0)
    throw typeError('teacherForcing', argument, `is ${show(lists)}`, 'lists of tokens, at least one');
  for (const [b, list] of (lists as unknown[]).entries()) {
    if (!Array.isArray(list))
      throw typeError('teacherForcing', `${argument}[${b}]`, `is ${show(list)}`, 'an array of tokens');
    const wrong = list.findIndex((token) => !isInt32(token) || token < 0);
    if (wrong >= 0)
      throw typeError(
        'teacherForcing',
        `${argument}[${b}]`,
        `has ${show(list[wrong])}`,
        'tokens (whole numbers from 0)',
      );
  }
}
