/** What a training is given, checked once before its first step. */
import { rangeError, requiredOptions, show, typeError } from '../common/errors.ts';
import { checkBatches } from '../data/batch.ts';
import { Loss } from '../losses/loss.ts';
import { Optimizer } from '../optimizers/optimizer.ts';

/** @throws TypeError if something is not what a training needs. */
export function checkTraining(
  where: string,
  batches: unknown,
  options: { readonly loss: unknown; readonly optimizer: unknown },
): void {
  const { loss, optimizer } = requiredOptions(where, options, '{ loss, optimizer }');
  if (!(loss instanceof Loss))
    throw typeError(where, 'loss', `is ${show(loss)}`, 'a loss such as crossEntropy()');
  if (!(optimizer instanceof Optimizer))
    throw typeError(where, 'optimizer', `is ${show(optimizer)}`, 'an optimiser such as new Adam()');
  checkBatches(where, batches);
}

/** @throws RangeError if two metrics have one name. */
export function checkNames(where: string, names: readonly string[]): void {
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined) throw rangeError(where, 'metrics', `has ${show(twice)} twice`, 'a name for each');
}
