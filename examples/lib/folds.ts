/** Cross-validation: every item is tested once, by a model trained on the rest. */
import type { Random } from 'recurrent-cells';

/** One round: training and test items. */
export interface Round<Item> {
  readonly training: Item[];
  readonly test: Item[];
}

/**
 * Divides items into `count` parts, each of which is the test part of one round.
 *
 * The items are shuffled, then dealt to the parts group by group, so that all parts have the same share of each group. The order
 * is kept, so every n-th item of a part has these shares too.
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
