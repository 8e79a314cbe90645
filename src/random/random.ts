/** The seeded random number generator, identical on every engine. The library uses no other source of randomness. */

import { rangeError, show, typeError, wholeNumber } from '../common/errors.ts';
import { instanceOf } from '../common/instance.ts';
import { type Check, type Checks, count } from '../common/options.ts';
import { logarithm } from '../math/elementary.ts';

/** The generator's complete state: four 32-bit words, not all zero. */
export type RandomState = readonly [number, number, number, number];

/**
 * A seeded generator: xoshiro128** (Blackman and Vigna 2018, arXiv:1805.01407), its state filled by splitmix32.
 *
 * @example
 * ```ts
 * import { Random } from 'recurrent-cells';
 *
 * const random = new Random(42);
 * const kept = random.state;
 * const first = random.next();
 * random.state = kept;
 * random.next() === first // → true
 * random.shuffle([1, 2, 3]).sort() // → [1, 2, 3]
 * ```
 */
export class Random {
  // Signed, because an interpreter, which runs most early draws, boxes each word above 2³¹ − 1.
  readonly #words = new Int32Array(4);

  /** @param seed any whole number from 0 to 2⁵³ − 1. */
  constructor(seed: number) {
    wholeNumber('Random', 'seed', seed, 0);
    let counter = (seed ^ Math.imul(Math.floor(seed / 2 ** 32), 0x85ebca6b)) >>> 0;
    for (let i = 0; i < 4; i++) {
      counter = (counter + 0x9e3779b9) >>> 0;
      let word = counter;
      word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
      word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
      this.#words[i] = word ^ (word >>> 15);
    }
  }

  /** The state, to be saved and restored: the same numbers then follow. */
  get state(): RandomState {
    const [a, b, c, d] = this.#words;
    return [a! >>> 0, b! >>> 0, c! >>> 0, d! >>> 0];
  }

  /** @throws RangeError if it is not four 32-bit words, or all are zero. */
  set state(state: RandomState) {
    const isWord = (word: number) => Number.isInteger(word) && word >= 0 && word < 2 ** 32;
    if (
      !Array.isArray(state) ||
      state.length !== 4 ||
      !Array.from(state).every(isWord) ||
      !state.some(Boolean)
    )
      throw rangeError(
        'Random.state',
        'state',
        `is ${Array.isArray(state) ? `[${state.join(', ')}]` : show(state)}`,
        'four 32-bit words, not all zero',
      );
    this.#words.set(state);
  }

  /** A number in [0, 1), a multiple of 2⁻⁵³. */
  next(): number {
    const high = this.#word() >>> 5;
    const low = this.#word() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** A uniform number from `least` to `most`; `most` itself can occur only by rounding. */
  uniform(least: number, most: number): number {
    if (typeof least !== 'number')
      throw typeError('Random.uniform', 'least', `is ${show(least)}`, 'a number');
    if (typeof most !== 'number') throw typeError('Random.uniform', 'most', `is ${show(most)}`, 'a number');
    return least + (most - least) * this.next();
  }

  /** A uniformly distributed whole number in [0, below). */
  integer(below: number): number {
    wholeNumber('Random.integer', 'below', below);
    return Math.floor(this.next() * below);
  }

  /** A standard normal number, by Marsaglia's polar method. */
  normal(): number {
    for (;;) {
      const u = this.uniform(-1, 1);
      const v = this.uniform(-1, 1);
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * logarithm(s)) / s);
    }
  }

  /** Shuffles `items` in place and returns them (Fisher and Yates). */
  shuffle<Item>(items: Item[]): Item[] {
    if (!Array.isArray(items)) throw typeError('Random.shuffle', 'items', `is ${show(items)}`, 'an array');
    return shuffle(items, this);
  }

  /** A separate generator seeded by this one, so that the draws of one consumer do not shift those of another. */
  fork(): Random {
    return new Random(Math.floor(this.next() * 2 ** 53));
  }

  #word(): number {
    const words = this.#words;
    const a = words[0]!;
    const b = words[1]!;
    const c = words[2]! ^ a;
    const d = words[3]! ^ b;
    const product = Math.imul(b, 5);
    words[0] = a ^ d;
    words[1] = b ^ c;
    words[2] = c ^ (b << 9);
    // Left rotations by 11 and by 7, inlined: most draws happen before this code is compiled.
    words[3] = (d << 11) | (d >>> 21);
    return Math.imul((product << 7) | (product >>> 25), 9);
  }
}

/** A source of random numbers, such as a {@link Random}. */
export interface RandomSource {
  /** A uniform number in [0, 1). */
  next(): number;
}

/** Shuffles `items` in place and returns them (Fisher and Yates). */
export function shuffle<Item>(items: Item[], random: RandomSource): Item[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1));
    const item = items[i]!;
    items[i] = items[j]!;
    items[j] = item;
  }
  return items;
}

/** The source passed to `where`, with its range checked; or a {@link Random} if a seed was passed. */
export function randomSource(where: string, random: unknown): RandomSource {
  if (typeof random === 'number' && Number.isSafeInteger(random) && random >= 0) return new Random(random);
  if (random instanceof Random) return random;
  const source = random as RandomSource | null | undefined;
  if (typeof source !== 'object' || typeof source?.next !== 'function')
    throw typeError(
      where,
      'random',
      `is ${show(random)}`,
      'a whole number of at least 0 (the seed) or an object with next()',
    );
  const next = () => {
    const drawn: unknown = source.next();
    if (typeof drawn === 'number' && drawn >= 0 && drawn < 1) return drawn;
    throw rangeError(where, 'random.next()', `gave ${show(drawn)}`, 'a number from 0 to 1, without 1');
  };
  return { next };
}

/** Checks that an option is a generator. */
export const randomOption: Check<Random> = (where, argument, value) =>
  instanceOf(where, argument, value, Random, 'a Random, such as new Random(1)');

/** Options of functions that draw immediately. */
export interface DrawOptions {
  /** A generator, continuing from its current state. Default: the program's shared generator, seeded with 0. */
  readonly random?: Random | undefined;
  /** Instead of `random`: the seed of a generator for this call alone. */
  readonly seed?: number | undefined;
}

export const drawChecks: Checks<DrawOptions> = { random: randomOption, seed: count };

/** The generator given by `random` or `seed`. */
export function drawingFrom(where: string, { random, seed }: DrawOptions): Random {
  if (seed === undefined) return generatorOf(where, random);
  if (random === undefined) return new Random(seed);
  throw rangeError(where, 'seed', `is ${show(seed)} and random given`, 'one of them');
}

let shared: Random | undefined;

/**
 * The generator passed to `where`; by default one shared by the whole program and seeded with 0, so that programs are
 * reproducible.
 */
export function generatorOf(where: string, given: Random | undefined): Random {
  if (given === undefined) {
    shared ??= new Random(0);
    return shared;
  }
  return randomOption(where, 'random', given);
}

/** Like `generatorOf`, for objects that keep their generator: by default a fork of the shared one. */
export function ownGenerator(where: string, given: Random | undefined): Random {
  return given === undefined ? generatorOf(where, given).fork() : generatorOf(where, given);
}
