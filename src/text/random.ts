/**
 * A small seeded generator, for shuffles that repeat on every machine.
 *
 * Answers for uniform numbers in [0, 1) and for shuffling; anything with `next()` may take its place.
 */
import { show, typeError } from '../common/errors.ts';

/** Anything that gives numbers in [0, 1). */
export interface RandomSource {
  /** A uniform number in [0, 1). */
  next(): number;
}

/**
 * A generator from a seed: sfc32 (Chris Doty-Humphrey's PractRand), 32 bits a number, period at least 2^32.
 * Integer arithmetic alone, so the numbers are the same on every engine.
 */
export function sfc32(seed: number): RandomSource {
  let a = 0;
  let b = seed >>> 0;
  let c = Math.floor(seed / 0x100000000) >>> 0;
  let counter = 1;
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 0x100000000;
  };
  // As its author starts it: the first dozen numbers still show the seed.
  for (let i = 0; i < 12; i++) next();
  return { next };
}

/** The generator a caller gave, or one from the seed a caller gave. */
export function randomSource(where: string, random: unknown): RandomSource {
  if (typeof random === 'number' && Number.isSafeInteger(random)) return sfc32(random);
  const source = random as RandomSource | null | undefined;
  if (typeof source === 'object' && typeof source?.next === 'function') return source;
  throw typeError(
    where,
    'random',
    `is ${show(random)}`,
    'a whole number (the seed) or an object with next()',
  );
}

/** Shuffles in place (Fisher and Yates): every order is equally likely. */
export function shuffle<Element>(elements: Element[], random: RandomSource): Element[] {
  for (let last = elements.length - 1; last > 0; last--) {
    const other = Math.floor(random.next() * (last + 1));
    const element = elements[last]!;
    elements[last] = elements[other]!;
    elements[other] = element;
  }
  return elements;
}
