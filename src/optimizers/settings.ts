/** The checks of optimisers' settings. */
import { rangeError, show, typeError } from '../errors.ts';

/** Passes `value` on if it is a finite number of at least 0. */
export function magnitude(where: string, argument: string, value: number): number {
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) return value;
  const error = typeof value === 'number' ? rangeError : typeError;
  throw error(where, argument, `is ${show(value)}`, 'a finite number of at least 0');
}

/** Passes `value` on if it is a number with 0 ≤ value < 1: how much of a running mean stays. */
export function share(where: string, argument: string, value: number): number {
  if (typeof value === 'number' && value >= 0 && value < 1) return value;
  const error = typeof value === 'number' ? rangeError : typeError;
  throw error(where, argument, `is ${show(value)}`, 'a number of at least 0 and below 1');
}
