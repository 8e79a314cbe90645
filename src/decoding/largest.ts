/** The most probable token. */
import type { Values } from '../kernels/heap.ts';

/** Where the largest value is, the first of them. */
export function largest(values: Values): number {
  let at = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[at]!) at = i;
  return at;
}
