/**
 * The options argument itself.
 *
 * Answers for null and other values that hold no options; what an option may be, its function says.
 */
import { show, typeError } from '../common/errors.ts';

/** Passes on an object of options. */
export function optionsOf<Options extends object>(where: string, options: Options): Options {
  const value: unknown = options;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return options;
  throw typeError(where, 'options', `is ${show(value)}`, 'an object of options');
}
