/** Converts texts to character indices, and to batches for a language model. */
import type { Batch, Indices } from 'recurrent-cells';
import { indices } from 'recurrent-cells';

/** The characters of a text and the index of each. */
export class Alphabet {
  readonly characters: readonly string[];
  readonly #index: ReadonlyMap<string, number>;

  constructor(characters: readonly string[]) {
    this.characters = characters;
    this.#index = new Map(characters.map((character, index) => [character, index]));
  }

  /** The alphabet of a text, in order of code points. */
  static of(text: string): Alphabet {
    return new Alphabet([...new Set(text)].sort());
  }

  get size(): number {
    return this.characters.length;
  }

  /** The indices of a text. */
  encode(text: string): Int32Array {
    return Int32Array.from(text, (character) => {
      const index = this.#index.get(character);
      if (index === undefined)
        throw new RangeError(
          `the character ${JSON.stringify(character)} does not occur in the training text`,
        );
      return index;
    });
  }

  /** The text of indices. */
  decode(ids: Iterable<number>): string {
    return Array.from(ids, (id) => this.characters[id]).join('');
  }
}

/**
 * Cuts a text into `streams` equal parts that are read in parallel, `steps` characters at a time. Each batch continues the
 * previous one, so the state can be carried; the target of each character is the next one.
 */
export function* streams(ids: Int32Array, count: number, steps: number): Generator<Batch<Indices, Indices>> {
  const length = Math.floor((ids.length - 1) / count);
  for (let start = 0; start < length; start += steps) {
    const time = Math.min(steps, length - start);
    const piece = (shift: number) =>
      indices(
        Array.from({ length: count }, (_, stream) => {
          const from = stream * length + start + shift;
          return Array.from(ids.subarray(from, from + time));
        }),
      );
    yield { inputs: piece(0), targets: piece(1), continues: start > 0 };
  }
}

/** Repeats the {@link streams} of a text for `batches` batches. */
export function* epochs(
  ids: Int32Array,
  count: number,
  steps: number,
  batches: number,
): Generator<Batch<Indices, Indices>> {
  let made = 0;
  while (made < batches)
    for (const batch of streams(ids, count, steps)) {
      if (made++ >= batches) return;
      yield batch;
    }
}
