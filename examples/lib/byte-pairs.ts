/** Byte-pair encoding: a small vocabulary of pieces that can spell every word (Sennrich et al. 2016, arXiv:1508.07909). */

/** Separates the two halves of a pair; does not occur in the texts. */
const AND = '\u0000';

/** The merged pairs in order of learning, the most frequent first. */
export class BytePairs {
  readonly #rank: ReadonlyMap<string, number>;

  private constructor(pairs: readonly string[]) {
    this.#rank = new Map(pairs.map((pair, rank) => [pair, rank]));
  }

  /** Learns from words by repeatedly merging the most frequent pair of neighbours; ties are resolved by code units. */
  static learn(words: readonly string[], joins: number): BytePairs {
    const counts = new Map<string, number>();
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    let spelled = [...counts].map(([word, count]) => ({ pieces: [...word], count }));
    const pairs: string[] = [];
    while (pairs.length < joins) {
      const best = mostFrequent(spelled);
      if (best === undefined) break;
      pairs.push(best);
      spelled = spelled.map(({ pieces, count }) => ({ pieces: joined(pieces, best), count }));
    }
    return new BytePairs(pairs);
  }

  /** The pieces of a word: its characters, merged in the order in which the pairs were learned. */
  split(word: string): string[] {
    const rankOf = (pair: string) => this.#rank.get(pair) ?? Number.POSITIVE_INFINITY;
    let pieces = [...word];
    for (;;) {
      const pairs = pieces.slice(1).map((piece, i) => pieces[i] + AND + piece);
      const best = pairs.reduce((a, b) => (rankOf(b) < rankOf(a) ? b : a), '');
      if (best === '') return pieces;
      pieces = joined(pieces, best);
    }
  }
}

/** The most frequent pair that occurs more than once. */
function mostFrequent(spelled: readonly { pieces: readonly string[]; count: number }[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { pieces, count } of spelled)
    for (let i = 1; i < pieces.length; i++) {
      const pair = pieces[i - 1] + AND + pieces[i];
      counts.set(pair, (counts.get(pair) ?? 0) + count);
    }
  const [first, ...others] = [...counts].filter(([, count]) => count > 1);
  return others.reduce((a, b) => (b[1] > a[1] || (b[1] === a[1] && b[0] < a[0]) ? b : a), first ?? [])[0];
}

/** Merges each occurrence of a pair, from the left. */
function joined(pieces: readonly string[], pair: string): string[] {
  const result: string[] = [];
  for (let i = 0; i < pieces.length; i++) {
    if (i + 1 < pieces.length && pieces[i] + AND + pieces[i + 1] === pair)
      result.push(pieces[i]! + pieces[++i]!);
    else result.push(pieces[i]!);
  }
  return result;
}
