/**
 * Byte-pair encoding: splits a word into characters and merges pairs in the order in which they were learned.
 *
 * counts/byte-pair-training.ts learns the merges.
 */
import { Heap } from './heap.ts';
import { byteTokens, inBytes, type Segment, type SubwordModel } from './model.ts';

/** The options of a byte-pair model, as named in `tokenizer.json`. */
export interface BytePairOptions {
  readonly vocabulary: ReadonlyMap<string, number>;
  /** The pairs, in the order learned. */
  readonly merges: readonly (readonly [string, string])[];
  /** The token for characters outside the vocabulary. */
  readonly unknown: string | undefined;
  /** Whether consecutive unknown characters become one token. */
  readonly fuseUnknown: boolean;
  /** Whether unknown characters are encoded as byte tokens. */
  readonly byteFallback: boolean;
  /** Whether a word in the vocabulary stays whole, regardless of merges. */
  readonly ignoreMerges: boolean;
  /** Prefixes each piece of a word except the first. */
  readonly prefix: string;
  /** Suffixes the last piece of a word. */
  readonly suffix: string;
}

// A cache of the pieces of words, since most words of a text repeat. The reference implementation has the same size.
const CACHE = 10_000;

/**
 * Source: R. Sennrich, B. Haddow and A. Birch, Neural machine translation of rare words with subword units, arXiv 1508.07909.
 */
export function bytePairModel(options: BytePairOptions): SubwordModel {
  const { vocabulary, merges, unknown, fuseUnknown, byteFallback, ignoreMerges, prefix, suffix } = options;
  const ranks = new Map(merges.map(([left, right], rank) => [`${left} ${right}`, rank]));
  const bytes = byteFallback ? byteTokens(vocabulary) : undefined;
  const unknownIndex = unknown === undefined ? undefined : vocabulary.get(unknown);
  const cache = new Map<string, readonly Segment[]>();

  function segment(word: string): readonly Segment[] {
    const known = cache.get(word);
    if (known !== undefined) return known;
    const whole = ignoreMerges ? vocabulary.get(word) : undefined;
    const segments = whole === undefined ? cut(word) : [{ index: whole, start: 0, end: word.length }];
    if (cache.size < CACHE) cache.set(word, segments);
    return segments;
  }

  function cut(word: string): Segment[] {
    const { spellings, ends } = merged(word, ranks, prefix, suffix);
    const segments: Segment[] = [];
    let start = 0;
    let unknownBefore = false;
    for (const [i, spelling] of spellings.entries()) {
      const end = ends[i]!;
      const index = vocabulary.get(spelling);
      const last = segments.at(-1);
      if (index !== undefined) segments.push({ index, start, end });
      else if (bytes !== undefined) for (const byte of inBytes(word, start, end, bytes)) segments.push(byte);
      else if (unknownIndex !== undefined) {
        if (fuseUnknown && unknownBefore) segments[segments.length - 1] = { ...last!, end };
        else segments.push({ index: unknownIndex, start, end });
      }
      unknownBefore = index === undefined && bytes === undefined;
      start = end;
    }
    return segments;
  }

  return { vocabulary, segment };
}

/** A pair that may be merged: the position of its left piece, and both pieces' versions when it was found. */
interface Candidate {
  readonly rank: number;
  readonly left: number;
  readonly right: number;
  readonly spelling: string;
}

/**
 * Merges the pair learned first, leftmost on ties, until none is left. Takes n log n time: pairs wait in a
 * heap, and pairs whose pieces have changed since are skipped.
 */
function merged(
  word: string,
  ranks: ReadonlyMap<string, number>,
  prefix: string,
  suffix: string,
): { spellings: string[]; ends: number[] } {
  const characters = Array.from(word);
  const pieces = characters.map((character, i) => (i === 0 ? '' : prefix) + character + (i === characters.length - 1 ? suffix : '')); // biome-ignore format: one piece
  const next = pieces.map((_, i) => i + 1);
  const before = pieces.map((_, i) => i - 1);
  const heap = new Heap(comesFirst);
  const offer = (left: number, right: number) => {
    if (left < 0 || right >= pieces.length) return;
    const rank = ranks.get(`${pieces[left]} ${pieces[right]}`);
    if (rank !== undefined) heap.push({ rank, left, right, spelling: pieces[left]! + pieces[right]! });
  };
  for (let i = 0; i + 1 < pieces.length; i++) offer(i, i + 1);
  for (let pair = heap.pop(); pair !== undefined; pair = heap.pop()) {
    const { left, right, spelling } = pair;
    if (pieces[left] === '' || next[left] !== right || pieces[left]! + pieces[right]! !== spelling) continue;
    pieces[left] = pieces[left]! + pieces[right]!.slice(prefix.length);
    pieces[right] = '';
    next[left] = next[right]!;
    if (next[left]! < pieces.length) before[next[left]!] = left;
    offer(before[left]!, left);
    offer(left, next[left]!);
  }
  const spellings: string[] = [];
  const ends: number[] = [];
  let unit = 0;
  for (let i = 0; i < pieces.length; ) {
    for (let j = i; j < next[i]!; j++) unit += characters[j]!.length;
    spellings.push(pieces[i]!);
    ends.push(unit);
    i = next[i]!;
  }
  return { spellings, ends };
}

/** The pair of the lowest rank first, leftmost on ties. */
const comesFirst = (a: Candidate, b: Candidate) => a.rank < b.rank || (a.rank === b.rank && a.left < b.left);
