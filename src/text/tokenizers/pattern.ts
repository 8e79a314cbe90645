/**
 * The tokenizer from a regular expression: the fastest, and identical on every engine.
 *
 * Linear time depends on the expression.
 */

import { isBuiltin } from '../../common/builtin.ts';
import { rangeError, show, typeError } from '../../common/errors.ts';
import { checkOptions } from '../../common/options.ts';
import { type NormalizationOptions, normalizationChecks, normalizationOptions } from './normalize.ts';
import { type Tokenizer, tokenizerOf } from './tokenizer.ts';

// Bounded, because V8 stores a backtracking point for every repetition of such a class, and its stack overflows at some millions.
const DEFAULT_WORD = /[\p{L}\p{M}\p{N}_]{1,4096}(?:['’][\p{L}\p{M}\p{N}_]{1,4096}){0,64}/gu;

/**
 * Takes the matches of a regular expression as tokens, from left to right; empty matches are ignored.
 *
 * By default, words are runs of letters, marks, digits and `_` (split after 4,096), with apostrophes inside.
 * scikit-learn's words (`\b\w\w+\b`) are `/[\p{L}\p{N}_]{2,}/u`. JavaScript's `\w` matches only ASCII: Korean needs
 * `\p{L}` and the flag `u`.
 *
 * @throws TypeError if `expression` is not a RegExp, or a text is not a string; RangeError if the expression overflows
 * the engine's stack (a match of millions of characters by an unbounded repetition).
 *
 * @example
 * ```ts
 * import { pattern } from 'recurrent-cells/text';
 * pattern().tokenize("Don't panic, 강에서!"); // → ["Don't", 'panic', '강에서']
 * pattern(/\d+/, { normalization: 'none' }).tokenize('7 of 12'); // → ['7', '12']
 * [...pattern().tokens('a bc')].map((token) => [token.start, token.end]); // → [[0, 1], [2, 4]]
 * ```
 */
export function pattern(expression: RegExp = DEFAULT_WORD, options: NormalizationOptions = {}): Tokenizer {
  if (!isBuiltin(expression, 'RegExp'))
    throw typeError('pattern', 'expression', `is ${show(expression)}`, 'a RegExp');
  const flags = `${expression.flags.replace(/[gy]/g, '')}g`;
  const matcher = new RegExp(expression.source, flags);
  return tokenizerOf({
    kind: 'pattern',
    normalization: normalizationOptions(checkOptions('pattern', options, normalizationChecks)),
    scan: (text) => matches(text, matcher),
    strings(text) {
      const found: string[] | null = bounded(() => text.match(matcher));
      return found?.includes('') ? found.filter((match) => match !== '') : (found ?? []);
    },
    options: { source: expression.source, flags },
  });
}

function* matches(text: string, matcher: RegExp): Iterable<readonly number[]> {
  const found = text.matchAll(matcher);
  for (;;) {
    const next = bounded(() => found.next());
    if (next.done) return;
    const { 0: match, index } = next.value;
    if (match !== '') yield [index, index + match.length];
  }
}

function bounded<Result>(match: () => Result): Result {
  try {
    return match();
  } catch {
    const expected = 'bounded repetitions, such as {1,4096}, for words this long';
    throw rangeError('pattern', 'expression', "overflowed the engine's stack", expected);
  }
}
