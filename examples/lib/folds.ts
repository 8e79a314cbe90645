/** Cross-validation: everything is tested on once, by what was learned from the rest. */
import type { Random } from 'recurrent-cells';

/** One round: what is learned from, and what it is tested on. */
export interface Round<Item> {
  readonly training: Item[];
  readonly test: Item[];
}

/**
 * Deals items out into `count` parts, each of which is the test part of one round.
 *
 * They are shuffled, then dealt group by group, as cards are, so that all parts have the same share of each group; and
 * since they stay in that order, so has every n-th item of a part.
 */
export function crossValidation<Item>(
  items: readonly Item[],
  groupOf: (item: Item) => number,
  count: number,
  random: Random,
): Round<Item>[] {
  const dealt = random.shuffle([...items]).sort((a, b) => groupOf(a) - groupOf(b));
  return Array.from({ length: count }, (_, part) => ({
    training: dealt.filter((_, i) => i % count !== part),
    test: dealt.filter((_, i) => i % count === part),
  }));
}
