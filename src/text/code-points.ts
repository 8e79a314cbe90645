/**
 * The order of strings by code point, which JavaScript's own order (by UTF-16 unit) is not.
 *
 * Answers for comparing; Python, Rust, Go and scikit-learn sort by code point.
 */

/**
 * Compares by code point: negative if `a` comes first, 0 if they're equal.
 *
 * @example
 * ```ts
 * import { compareCodePoints } from 'recurrent-cells/text';
 * ['\u{1F600}', '\uFB01', 'a'].sort(compareCodePoints); // → ['a', '\uFB01', '\u{1F600}']
 * ```
 */
export function compareCodePoints(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  let at = 0;
  while (at < shared && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at === shared) return a.length - b.length;
  // After a shared first half of a surrogate pair, the code points that differ began one unit earlier.
  if (at > 0 && a.charCodeAt(at - 1) >= 0xd800 && a.charCodeAt(at - 1) < 0xdc00) {
    const difference = a.codePointAt(at - 1)! - b.codePointAt(at - 1)!;
    if (difference !== 0) return difference;
  }
  return a.codePointAt(at)! - b.codePointAt(at)!;
}
