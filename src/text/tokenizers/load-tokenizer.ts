/**
 * Loads saved tokenizers.
 *
 * It finds the right kind; each kind checks its own options.
 */
import { oneOf, rangeError, show, typeError } from '../../common/errors.ts';
import { readFields, readSaved, type SavedFields } from '../../common/saved.ts';
import { type CharacterOptions, characters } from './characters.ts';
import { custom, type TokenizeFunction } from './custom.ts';
import { type NgramOptions, ngrams } from './ngrams.ts';
import type { NormalizationOptions } from './normalize.ts';
import { pattern } from './pattern.ts';
import { STOPWORDS_FORMAT, Stopwords, without } from './stopwords.ts';
import { huggingFace } from './subwords/hugging-face.ts';
import { type CharacterTokenizer, TOKENIZER_FORMAT, type Tokenizer } from './tokenizer.ts';
import { type WordOptions, words } from './words.ts';

const KINDS = ['characters', 'words', 'pattern', 'ngrams', 'without', 'subwords', 'custom'] as const;

/** The saved options of each kind. */
const OPTIONS: Readonly<Record<(typeof KINDS)[number], readonly string[]>> = {
  characters: ['normalization', 'lowercase', 'unit'],
  words: ['normalization', 'lowercase', 'locale', 'keep'],
  pattern: ['normalization', 'lowercase', 'source', 'flags'],
  ngrams: ['from', 'to', 'joiner', 'tokenizer'],
  without: ['tokenizer', 'stopwords'],
  subwords: ['json'],
  custom: ['normalization', 'lowercase', 'name'],
};

/**
 * Reads the output of a tokenizer's `toJSON`. The type of the result is stated or expected, as for `load`.
 *
 * @param saved - the object or its JSON text
 * @param functions - the functions of tokenizers made by {@link custom}, by name
 * @throws TypeError or RangeError if it is not a saved tokenizer, has another version or an unknown kind, or if
 * `functions` lacks its name.
 *
 * @example
 * ```ts
 * import { loadTokenizer, words } from 'recurrent-cells/text';
 * const saved = JSON.stringify(words({ lowercase: true }));
 * loadTokenizer(saved).tokenize('A Boat'); // → ['a', 'boat']
 * ```
 */
export function loadTokenizer<Loaded extends Tokenizer = Tokenizer | CharacterTokenizer>(
  saved: unknown,
  functions?: Readonly<Record<string, TokenizeFunction>>,
): Loaded;
export function loadTokenizer(
  saved: unknown,
  functions: Readonly<Record<string, TokenizeFunction>> = {},
): Tokenizer | CharacterTokenizer {
  const where = 'loadTokenizer';
  const hint = '; huggingFace reads others';
  const fields = readSaved(where, saved, TOKENIZER_FORMAT, undefined, hint);
  const kind = oneOf(where, 'kind', fields.kind, KINDS);
  const given = readFields(where, fields, 'options');
  for (const name of OPTIONS[kind]) {
    // A default for a missing option could give a different tokenizer than the saved one.
    if (given[name] === undefined || given[name] === null)
      throw typeError(where, `options.${name}`, `is ${show(given[name])}`, `the ${kind} tokenizer's own`);
  }
  switch (kind) {
    case 'characters':
      return characters(given as CharacterOptions);
    case 'words':
      return words(given as WordOptions);
    case 'pattern': {
      const { source, flags, ...own } = given;
      return pattern(expression(given), own as NormalizationOptions);
    }
    case 'ngrams': {
      const { tokenizer, ...own } = given;
      readSaved(where, tokenizer, TOKENIZER_FORMAT, 'options.tokenizer');
      return ngrams(loadTokenizer(tokenizer, functions), own as NgramOptions);
    }
    case 'without':
      readSaved(where, given.tokenizer, TOKENIZER_FORMAT, 'options.tokenizer');
      readSaved(where, given.stopwords, STOPWORDS_FORMAT, 'options.stopwords');
      return without(loadTokenizer(given.tokenizer, functions), Stopwords.fromJSON(given.stopwords));
    case 'subwords':
      return huggingFace(given.json);
    case 'custom': {
      const name = readString(where, given, 'name');
      if (!Object.hasOwn(functions, name))
        throw rangeError(where, 'functions', `has no ${show(name)}`, 'the function saved under that name');
      return custom(functions[name]!, { ...(given as NormalizationOptions), name });
    }
  }
}

function expression(options: SavedFields): RegExp {
  const source = readString('loadTokenizer', options, 'source');
  const flags = readString('loadTokenizer', options, 'flags');
  try {
    return new RegExp(source, flags);
  } catch {
    const came = `are ${show(source)} and ${show(flags)}`;
    throw rangeError('loadTokenizer', 'options.source and flags', came, 'a regular expression');
  }
}

function readString(where: string, options: SavedFields, name: string): string {
  const value = options[name];
  if (typeof value === 'string') return value;
  throw typeError(where, `options.${name}`, `is ${show(value)}`, 'a string');
}
