/**
 * Adjacent tokens in words, and the counts of pairs while pairs are merged.
 *
 * Finds the most frequent pair and keeps the counts correct by revisiting only the words that contain a pair.
 */

import { Heap } from '../tokenizers/subwords/heap.ts';

/** Two adjacent tokens, by index. */
export interface Pair {
  readonly left: number;
  readonly right: number;
}

interface Found {
  count: number;
  /** The words that contain it or contained it. */
  readonly words: Set<number>;
}

interface Item {
  readonly key: number;
  readonly count: number;
}

/** The most frequent pair first; ties by smaller indices. */
const comesFirst = (a: Item, b: Item) => a.count > b.count || (a.count === b.count && a.key < b.key);

// Indices are below 2^20, so that a pair is encoded as an exact integer.
const RADIX = 2 ** 20;

/** Counts pairs; negative tokens form no pairs. */
export class PairQueue {
  readonly #words: { tokens: number[]; readonly count: number }[] = [];
  readonly #pairs = new Map<number, Found>();
  // A heap of pairs with their counts at insertion; pairs whose counts change are inserted again.
  readonly #heap = new Heap<Item>(comesFirst);
  #counted = false;

  /** Adds a word with its count; all words must be added before the first query. */
  addWord(tokens: number[], count: number): void {
    this.#change(this.#words.push({ tokens, count }) - 1, 1);
  }

  /** Removes and returns the most frequent pair, ties by smaller indices; undefined if its count is below `least`. */
  mostFrequent(least: number): Pair | undefined {
    if (!this.#counted) for (const key of this.#pairs.keys()) this.#push(key);
    this.#counted = true;
    for (let top = this.#heap.pop(); top !== undefined; top = this.#heap.pop()) {
      const { key, count } = top;
      // A pair whose count has changed was inserted again with its new count.
      if (this.#pairs.get(key)?.count !== count) continue;
      return count < least ? undefined : { left: Math.floor(key / RADIX), right: key % RADIX };
    }
    return undefined;
  }

  /** Merges a pair into one token wherever it occurs. */
  join({ left, right }: Pair, joined: number): void {
    const { words } = this.#pairs.get(left * RADIX + right)!;
    const changed = new Set<number>();
    for (const word of [...words].sort((a, b) => a - b)) {
      for (const key of this.#change(word, -1)) changed.add(key);
      this.#words[word]!.tokens = merged(this.#words[word]!.tokens, left, right, joined);
      for (const key of this.#change(word, 1)) changed.add(key);
    }
    changed.delete(left * RADIX + right);
    this.#pairs.delete(left * RADIX + right);
    for (const key of changed) this.#push(key);
  }

  /** Adds or subtracts all pairs of a word; returns them. */
  #change(word: number, sign: 1 | -1): number[] {
    const { tokens, count } = this.#words[word]!;
    const keys: number[] = [];
    for (let i = 0; i + 1 < tokens.length; i++) {
      const [left, right] = [tokens[i]!, tokens[i + 1]!];
      if (left < 0 || right < 0) continue;
      const key = left * RADIX + right;
      const found = this.#pairs.get(key) ?? { count: 0, words: new Set<number>() };
      found.count += sign * count;
      if (sign > 0) found.words.add(word);
      this.#pairs.set(key, found);
      keys.push(key);
    }
    return keys;
  }

  #push(key: number): void {
    const { count } = this.#pairs.get(key)!;
    if (count > 0) this.#heap.push({ key, count });
  }
}

function merged(tokens: readonly number[], left: number, right: number, joined: number): number[] {
  const done: number[] = [];
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i] === left && tokens[i + 1] === right) {
      done.push(joined);
      i++;
    } else done.push(tokens[i]!);
  }
  return done;
}
