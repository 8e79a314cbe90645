/** The pre-tokenizers of a `tokenizer.json`, which split text into words and keep their positions. */
import { byteOffsets, toByteCharacters } from './byte-level.ts';
import { escaped, type Part } from './reader.ts';

/** A word as the model sees it, and the position of each of its units in the original text. */
export interface Word {
  readonly text: string;
  place(unit: number): number;
}

/** Splits a word further; `first` is true at the start of the text. */
export type PreTokenizer = (word: Word, first: boolean) => Word[];

const KNOWN = ['BertPreTokenizer', 'ByteLevel', 'Digits', 'Metaspace', 'Punctuation', 'Sequence', 'Split', 'Whitespace', 'WhitespaceSplit']; // biome-ignore format: one list
const BEHAVIORS = ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'];

// BERT's punctuation: Unicode's, and all of ASCII except letters, digits, spaces and controls.
const PUNCTUATION = '\\p{P}$+<=>^`|~';
// The word characters of Rust's regular expressions, for which these files are written.
const WORD = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\u200C\\u200D';
/** GPT-2's pattern, with spaces before the words. */
const GPT2_WORD = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** Reads the field `pre_tokenizer`; by default, the text is one word. */
export function preTokenizerOf(part: Part | undefined): PreTokenizer {
  if (part === undefined) return (word) => [word];
  const type = part.string('type');
  switch (type) {
    case 'Sequence': {
      const steps = part.parts('pretokenizers').map(preTokenizerOf);
      return (word, first) =>
        steps.reduce((words, step) => words.flatMap((each, i) => step(each, first && i === 0)), [word]);
    }
    case 'ByteLevel':
      return byteLevel(part.flag('add_prefix_space', true), part.flag('use_regex', true));
    case 'Metaspace':
      return metaspace(part);
    case 'Split':
      return splitting(part.pattern(), behaviorOf(part, part.string('behavior')), part.flag('invert', false));
    case 'Punctuation':
      return splitting(
        new RegExp(`[${PUNCTUATION}]`, 'gu'),
        behaviorOf(part, part.string('behavior', 'Isolated')),
      );
    case 'Digits':
      return splitting(/\p{N}/gu, part.flag('individual_digits', false) ? 'Isolated' : 'Contiguous');
    case 'Whitespace':
      return matching(new RegExp(`[${WORD}]+|[^${WORD}\\s]+`, 'gu'));
    case 'WhitespaceSplit':
      return matching(/\S+/gu);
    case 'BertPreTokenizer':
      return matching(new RegExp(`[${PUNCTUATION}]|[^\\s${PUNCTUATION}]+`, 'gu'));
    default:
      return part.unsupported('pre-tokenizer', KNOWN);
  }
}

function behaviorOf(part: Part, behavior: string): string {
  return BEHAVIORS.includes(behavior) ? behavior : part.refuse('behavior', `one of ${BEHAVIORS.join(', ')}`);
}

/** The units of a word from `start` up to `end`. */
function within({ text, place }: Word, start: number, end: number): Word {
  return { text: text.slice(start, end), place: (unit) => place(start + unit) };
}

function matching(pattern: RegExp): PreTokenizer {
  return (word) =>
    Array.from(word.text.matchAll(pattern), ({ 0: match, index }) =>
      within(word, index, index + match.length),
    );
}

/** Splits at the matches of a pattern or, inverted, between them; `behavior` determines the treatment of delimiters. */
function splitting(pattern: RegExp, behavior: string, inverted = false): PreTokenizer {
  return (word) => {
    const spans: { start: number; end: number; delimiter: boolean }[] = [];
    const add = (start: number, end: number, matched: boolean) => {
      if (start === end) return;
      const delimiter = matched !== inverted;
      const last = spans.at(-1);
      const joins =
        last !== undefined &&
        ((behavior === 'Contiguous' && last.delimiter === delimiter) ||
          (behavior === 'MergedWithPrevious' && delimiter && !last.delimiter) ||
          (behavior === 'MergedWithNext' && last.delimiter && !delimiter));
      // A merged span counts as its last part, so that it does not merge again.
      if (joins) spans[spans.length - 1] = { start: last.start, end, delimiter };
      else spans.push({ start, end, delimiter });
    };
    let at = 0;
    for (const { 0: match, index } of word.text.matchAll(pattern)) {
      add(at, index, false);
      add(index, index + match.length, true);
      at = index + match.length;
    }
    add(at, word.text.length, false);
    return spans
      .filter(({ delimiter }) => behavior !== 'Removed' || !delimiter)
      .map(({ start, end }) => within(word, start, end));
  };
}

/** A word with a prefix that is not in the text. */
function prefixed(prefix: string, { text, place }: Word): Word {
  return { text: prefix + text, place: (unit) => place(Math.max(0, unit - prefix.length)) };
}

function byteLevel(addSpace: boolean, cuts: boolean): PreTokenizer {
  const cut = cuts ? matching(GPT2_WORD) : (word: Word) => [word];
  return (word, first) =>
    cut(addSpace && !word.text.startsWith(' ') ? prefixed(' ', word) : word, first).map(({ text, place }) => {
      let offsets: Int32Array | undefined;
      return {
        text: toByteCharacters(text),
        place: (unit) => {
          offsets ??= byteOffsets(text);
          return place(offsets[unit]!);
        },
      };
    });
}

function metaspace(part: Part): PreTokenizer {
  const mark = part.string('replacement', '▁');
  const scheme = part.string('prepend_scheme', part.flag('add_prefix_space', true) ? 'always' : 'never');
  if (!['always', 'first', 'never'].includes(scheme))
    part.refuse('prepend_scheme', 'one of always, first, never');
  const cut = part.flag('split', true)
    ? splitting(new RegExp(escaped(mark), 'gu'), 'MergedWithNext')
    : (word: Word) => [word];
  return (word, first) => {
    const marked = { text: word.text.replaceAll(' ', mark), place: word.place };
    const prepends = scheme === 'always' || (scheme === 'first' && first);
    return cut(prepends && !marked.text.startsWith(mark) ? prefixed(mark, marked) : marked, first);
  };
}
