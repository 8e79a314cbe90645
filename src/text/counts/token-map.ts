/**
 * Numbers tokens in order of first occurrence, in any quantity.
 *
 * Spreads them over several Maps, and copies tokens so that they do not keep the source text in memory.
 */

// V8's Map is limited to 2^24 entries, and needs the old table while growing; half the limit per Map avoids both.
const MAP_LIMIT = 2 ** 23;

/** A map from a token to its number: 0 for the first, 1 for the second, … */
export class TokenMap {
  readonly #maps: Map<string, number>[] = [new Map()];
  readonly #limit: number;

  constructor(limit: number = MAP_LIMIT) {
    this.#limit = limit;
  }

  get size(): number {
    const last = this.#maps.length - 1;
    return last * this.#limit + this.#maps[last]!.size;
  }

  /** The token's number; undefined if it was never added. */
  get(token: string): number | undefined {
    const maps = this.#maps;
    for (let i = 0; i < maps.length; i++) {
      const number = maps[i]!.get(token);
      if (number !== undefined) return number;
    }
    return undefined;
  }

  /** Adds a new token and returns its number. */
  add(token: string): number {
    const number = this.size;
    if (this.#maps[this.#maps.length - 1]!.size === this.#limit) this.#maps.push(new Map());
    this.#maps[this.#maps.length - 1]!.set(token, number);
    return number;
  }

  /** All tokens, by number. */
  *tokens(): IterableIterator<string> {
    for (const map of this.#maps) yield* map.keys();
  }
}

// V8 represents a slice of 13 characters or more as a view of its source, which would keep the whole text alive.
const VIEW_LENGTH = 13;

/** A copy of the characters, independent of the source text. */
export function flat(token: string): string {
  if (token.length < VIEW_LENGTH) return token;
  const parts: string[] = [];
  for (let at = 0; at < token.length; at += VIEW_LENGTH - 1)
    parts.push(token.slice(at, at + VIEW_LENGTH - 1));
  return parts.join('');
}
