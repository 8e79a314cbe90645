/**
 * Saved tokenizers, read back.
 *
 * Answers for finding the right kind; each kind checks its own options as it does for a user.
 */
import { rangeError, show, typeError } from '../errors.ts';
import { type CharacterOptions, characters } from './characters.ts';
import { custom, type TokenizeFunction } from './custom.ts';
import { type NgramOptions, ngrams } from './ngrams.ts';
import type { NormalizationOptions } from './normalize.ts';
import { pattern } from './pattern.ts';
import { readSaved } from './saved.ts';
import { type CharacterTokenizer, TOKENIZER_FORMAT, type Tokenizer } from './tokenizer.ts';
import { type WordOptions, words } from './words.ts';

/**
 * Reads a tokenizer that `toJSON` saved.
 *
 * @param saved - the object or its JSON text
 * @param functions - for tokenizers made by {@link custom}: their functions, by name
 * @throws TypeError or RangeError if it's no saved tokenizer, of another version, of unknown kind, or if
 * `functions` has none of that name.
 *
 * @example
 * ```ts
 * import { loadTokenizer, words } from 'recurrent-cells/text';
 * const saved = JSON.stringify(words({ lowercase: true }));
 * loadTokenizer(saved).tokenize('A Boat'); // → ['a', 'boat']
 * ```
 */
export function loadTokenizer(
  saved: unknown,
  functions: Readonly<Record<string, TokenizeFunction>> = {},
): Tokenizer | CharacterTokenizer {
  const where = 'loadTokenizer';
  const { kind, options } = readSaved(where, saved, TOKENIZER_FORMAT);
  if (typeof options !== 'object' || options === null)
    throw typeError(where, 'options', `is ${show(options)}`, 'an object');
  const given = options as Readonly<Record<string, unknown>>;
  switch (kind) {
    case 'characters':
      return characters(given as CharacterOptions);
    case 'words':
      return words(given as WordOptions);
    case 'pattern':
      return pattern(expression(given), given as NormalizationOptions);
    case 'ngrams':
      return ngrams(loadTokenizer(given.tokenizer, functions), given as NgramOptions);
    case 'custom': {
      const name = String(given.name);
      if (!Object.hasOwn(functions, name))
        throw rangeError(where, 'functions', `has no ${show(name)}`, 'the function saved under that name');
      return custom(functions[name]!, { ...(given as NormalizationOptions), name });
    }
    default:
      throw rangeError(where, 'kind', `is ${show(kind)}`, 'characters, words, pattern, ngrams or custom');
  }
}

function expression(options: Readonly<Record<string, unknown>>): RegExp {
  try {
    return new RegExp(String(options.source), String(options.flags));
  } catch {
    throw rangeError('loadTokenizer', 'source', `is ${show(options.source)}`, 'a regular expression');
  }
}
