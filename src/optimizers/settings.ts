/** The checks of optimisers' settings. */
import { number } from '../common/errors.ts';

/** Passes `value` on if it is a number with 0 ≤ value < 1: how much of a running mean stays. */
export function share(where: string, argument: string, value: unknown): number {
  const fits = (value: number) => value >= 0 && value < 1;
  return number(where, argument, value, 'a number of at least 0 and below 1', fits);
}
