/** The order of examples within an epoch. */
import type { Random } from '../random/random.ts';

/** How the examples of an epoch are ordered and divided, as in `BatchesOptions`. */
interface Order {
  readonly batchSize: number;
  readonly shuffle?: boolean | undefined;
  readonly dropLast?: boolean | undefined;
  readonly byLength?: boolean | undefined;
  readonly balanced?: boolean | undefined;
}

/** The properties of examples that some orders depend on. */
interface Traits {
  /** Of each example, for `byLength`. */
  readonly lengths: readonly number[] | undefined;
  /** Of each example, for `balanced`. */
  readonly classes: ArrayLike<number> | undefined;
}

/** The indices of the examples in each of an epoch's `steps` batches. */
export function groupsOf(
  random: Random,
  examples: number,
  steps: number,
  { batchSize, shuffle = false, dropLast = false, byLength = false, balanced = false }: Order,
  { lengths, classes }: Traits,
): number[][] {
  let rows = balanced ? balancedRows(random, classes!) : Array.from({ length: examples }, (_, i) => i);
  if (shuffle) random.shuffle(rows);
  if (dropLast) rows = rows.slice(0, steps * batchSize);
  if (byLength) rows.sort((a, b) => lengths![a]! - lengths![b]!);
  const groups = Array.from({ length: steps }, (_, i) => rows.slice(i * batchSize, (i + 1) * batchSize));
  if (byLength && shuffle) random.shuffle(groups);
  return groups;
}

/** As many examples as there are, from the classes in turn; each class's own examples are reshuffled at every pass. */
function balancedRows(random: Random, classes: ArrayLike<number>): number[] {
  const members = new Map<number, number[]>();
  for (let i = 0; i < classes.length; i++) {
    const own = members.get(classes[i]!);
    if (own === undefined) members.set(classes[i]!, [i]);
    else own.push(i);
  }
  const decks = [...members.values()].map((rows) => ({ rows, left: [] as number[] }));
  return Array.from(classes, (_, i) => {
    const deck = decks[i % decks.length]!;
    if (deck.left.length === 0) deck.left = random.shuffle([...deck.rows]);
    return deck.left.pop()!;
  });
}
