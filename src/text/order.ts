/**
 * The k largest of many, without sorting them all by comparison.
 *
 * Answers for the choice and its order (value, then code point).
 */
import { compareCodePoints } from './code-points.ts';

/** The k-th largest value, k counted from 1; `values` is left in another order. */
export function kthLargest(values: Float64Array, k: number): number {
  // Without a comparison function typed arrays sort natively: a second for ten million.
  return values.sort()[values.length - k]!;
}

/** The `k` entries of the largest values, largest first; ties by code point of the token. */
export function largest<Entry extends { readonly token: string }>(
  entries: readonly Entry[],
  k: number,
  value: (entry: Entry) => number,
): Entry[] {
  return largestOf(() => entries, k, value);
}

/** Like {@link largest}, over entries that are gone through twice instead of held: there may be ten million. */
export function largestOf<Entry extends { readonly token: string }>(
  entries: () => Iterable<Entry>,
  k: number,
  value: (entry: Entry) => number,
): Entry[] {
  let values = new Float64Array(1024);
  let length = 0;
  for (const entry of entries()) {
    if (length === values.length) {
      const grown = new Float64Array(2 * length);
      grown.set(values);
      values = grown;
    }
    values[length++] = value(entry);
  }
  const least = k >= length ? Number.NEGATIVE_INFINITY : kthLargest(values.subarray(0, length), k);
  const candidates: Entry[] = [];
  for (const entry of entries()) if (value(entry) >= least) candidates.push(entry);
  candidates.sort((a, b) => value(b) - value(a) || compareCodePoints(a.token, b.token));
  return candidates.slice(0, k);
}
