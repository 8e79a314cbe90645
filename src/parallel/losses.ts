/** How each loss is built again from its options. */
import { rangeError, show } from '../common/errors.ts';
import { binaryCrossEntropy } from '../losses/binary-cross-entropy.ts';
import { crossEntropy, negativeLogLikelihood } from '../losses/cross-entropy.ts';
import { ctc } from '../losses/ctc.ts';
import { huber, smoothL1 } from '../losses/huber.ts';
import type { Loss, LossSettings } from '../losses/loss.ts';
import { meanSquaredError } from '../losses/squared.ts';

/** Builds a loss from its options. */
// biome-ignore lint/suspicious/noExplicitAny: each loss has its own options and targets
export type LossBuilder = (options: any) => Loss<any, any>;

/** Builders by the names of their losses. */
export interface LossBuilders {
  readonly [name: string]: LossBuilder;
}

const builders: LossBuilders = {
  binaryCrossEntropy,
  crossEntropy,
  ctc,
  huber,
  meanSquaredError,
  negativeLogLikelihood,
  smoothL1,
};

/**
 * Builds a loss.
 *
 * @throws RangeError if it is neither the library's nor among `own`.
 */
export function buildLoss(
  where: string,
  { name, options }: { readonly name: string; readonly options: LossSettings },
  own: LossBuilders,
): ReturnType<LossBuilder> {
  const builder = Object.hasOwn(own, name)
    ? own[name]
    : Object.hasOwn(builders, name)
      ? builders[name]
      : undefined;
  if (builder === undefined)
    throw rangeError(
      where,
      'loss',
      `is ${show(name)}`,
      'a loss of the library, or a builder for it in options.losses',
    );
  return builder(options);
}
