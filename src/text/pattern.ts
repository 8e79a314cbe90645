/**
 * The tokenizer by a regular expression: the same on every engine, and the fastest.
 *
 * Answers for what the expression matches; linear time is the expression's own duty.
 */
import { show, typeError } from '../errors.ts';
import { type NormalizationOptions, normalizationOptions } from './normalize.ts';
import { type Tokenizer, tokenizerOf } from './tokenizer.ts';

/** Runs of letters, marks, digits and `_`, with apostrophes inside: `don't` is one word. */
const DEFAULT_WORD = /[\p{L}\p{M}\p{N}_]+(?:['’][\p{L}\p{M}\p{N}_]+)*/gu;

/**
 * Takes as tokens whatever a regular expression matches, from left to right; empty matches are no tokens.
 *
 * Without an expression, words are runs of letters, marks, digits and `_`, with apostrophes inside.
 * scikit-learn's words (`\b\w\w+\b`) are `/[\p{L}\p{N}_]{2,}/u`. JavaScript's `\w` knows ASCII alone: Korean needs
 * `\p{L}` and the flag `u`.
 *
 * @throws TypeError if `expression` is no RegExp, or a text is not a string.
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
  if (!(expression instanceof RegExp))
    throw typeError('pattern', 'expression', `is ${show(expression)}`, 'a RegExp');
  const flags = `${expression.flags.replace(/[gy]/g, '')}g`;
  const matcher = new RegExp(expression.source, flags);
  return tokenizerOf({
    kind: 'pattern',
    normalization: normalizationOptions('pattern', options),
    *scan(text) {
      for (const { 0: match, index } of text.matchAll(matcher)) {
        if (match !== '') yield [index, index + match.length];
      }
    },
    options: { source: expression.source, flags },
  });
}
