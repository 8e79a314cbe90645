/** The k largest values without sorting all by comparison; ties by code point. */
/** The k-th largest value, with k counted from 1; reorders `values`. */
export function kthLargest(values: Float64Array, k: number): number {
  // Without a comparison function, typed arrays sort natively: a second for ten million.
  return values.sort()[values.length - k]!;
}

/** The `k` entries with the largest values, largest first; ties by code point of the token. */
export function largest<Entry extends { readonly token: string }>(
  entries: readonly Entry[],
  k: number,
  value: (entry: Entry) => number,
): Entry[] {
  return largestOf(() => entries, k, value);
}

/**
 * Like {@link largest}, for up to ten million entries: iterates over them twice instead of storing them. `order` replaces the order of
 * the result, but not the choice of entries.
 */
export function largestOf<Entry extends { readonly token: string }>(
  entries: () => Iterable<Entry>,
  k: number,
  value: (entry: Entry) => number,
  order?: (a: Entry, b: Entry) => number,
): Entry[] {
  const byValue = (a: Entry, b: Entry) => value(b) - value(a) || compareCodePoints(a.token, b.token);
  if (k === Number.POSITIVE_INFINITY) return [...entries()].sort(order ?? byValue);
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
  if (order !== undefined && candidates.length <= k) return candidates.sort(order);
  candidates.sort(byValue);
  const best = candidates.slice(0, k);
  return order === undefined ? best : best.sort(order);
}

/**
 * Compares by code point, as Python, Rust, Go and scikit-learn do; JavaScript compares UTF-16 units. Negative if
 * `a` comes first, 0 if they are equal.
 */
export function compareCodePoints(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  let at = 0;
  while (at < shared && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at === shared) return a.length - b.length;
  // If the first half of a surrogate pair is shared, the differing code points begin one unit earlier.
  if (at > 0 && a.charCodeAt(at - 1) >= 0xd800 && a.charCodeAt(at - 1) < 0xdc00) {
    const difference = a.codePointAt(at - 1)! - b.codePointAt(at - 1)!;
    if (difference !== 0) return difference;
  }
  return a.codePointAt(at)! - b.codePointAt(at)!;
}
