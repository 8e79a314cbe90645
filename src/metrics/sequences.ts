/** Distances between decoded sequences and targets. Items are compared whole: code points of a string, elements of an array. */
import { rangeError, show, typeError } from '../common/errors.ts';

/**
 * The smallest number of insertions, deletions and substitutions that turns one sequence into the other (Levenshtein 1966).
 *
 * Time is proportional to the product of the lengths. A string is a sequence of code points.
 *
 * @throws TypeError if `a` or `b` cannot be iterated.
 *
 * @example
 * ```ts
 * import { editDistance } from 'recurrent-cells';
 *
 * editDistance('kitten', 'sitting') // → 3
 * editDistance([1, 2, 3], [1, 3]) // → 1
 * ```
 */
export function editDistance<Item>(a: Iterable<Item>, b: Iterable<Item>): number {
  return distance(itemsOf('editDistance', 'a', a), itemsOf('editDistance', 'b', b));
}

/**
 * The total edit distance of decoded sequences to their targets, divided by the total length of the targets: the word error
 * rate for words, the phoneme error rate for phonemes, the character error rate for strings.
 *
 * It can exceed 1; it is NaN if the targets have no items.
 *
 * @throws TypeError if an argument is not an array of sequences; RangeError if their numbers differ.
 *
 * @example
 * ```ts
 * import { errorRate } from 'recurrent-cells';
 *
 * errorRate([['a', 'cat'], ['sat']], [['the', 'cat'], ['sat', 'down']]) // → 0.5
 * ```
 */
export function errorRate<Item>(
  found: readonly Iterable<Item>[],
  targets: readonly Iterable<Item>[],
): number {
  let edits = 0;
  let items = 0;
  for (const [own, target] of pairsOf('errorRate', found, targets)) {
    edits += distance(own, target);
    items += target.length;
  }
  return edits / items;
}

/**
 * The share of decoded sequences equal to their targets, item by item; NaN without sequences.
 *
 * @throws TypeError if an argument is not an array of sequences; RangeError if their numbers differ.
 *
 * @example
 * ```ts
 * import { exactMatch } from 'recurrent-cells';
 *
 * exactMatch([[1, 2], [3]], [[1, 2], [4]]) // → 0.5
 * ```
 */
export function exactMatch<Item>(
  found: readonly Iterable<Item>[],
  targets: readonly Iterable<Item>[],
): number {
  const pairs = pairsOf('exactMatch', found, targets);
  const right = pairs.filter(
    ([own, target]) => own.length === target.length && own.every((item, i) => Object.is(item, target[i])),
  );
  return right.length / pairs.length;
}

/** Computes the table of distances between prefixes row by row. */
function distance<Item>(a: readonly Item[], b: readonly Item[]): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  a.forEach((item, i) => {
    const row = [i + 1];
    b.forEach((other, j) => {
      const replaced = above[j]! + (Object.is(item, other) ? 0 : 1);
      row.push(Math.min(replaced, above[j + 1]! + 1, row[j]! + 1));
    });
    above = row;
  });
  return above[b.length]!;
}

function pairsOf<Item>(
  where: string,
  found: readonly Iterable<Item>[],
  targets: readonly Iterable<Item>[],
): [Item[], Item[]][] {
  for (const [name, list] of Object.entries({ found, targets }))
    if (!Array.isArray(list)) throw typeError(where, name, `is ${show(list)}`, 'an array of sequences');
  if (found.length !== targets.length)
    throw rangeError(
      where,
      'found',
      `has ${found.length} sequences`,
      `${targets.length}, one for each target`,
    );
  return Array.from(found, (own, i) => [
    itemsOf(where, `found[${i}]`, own),
    itemsOf(where, `targets[${i}]`, targets[i]!),
  ]);
}

function itemsOf<Item>(where: string, argument: string, sequence: Iterable<Item>): Item[] {
  if (typeof (sequence as Iterable<Item> | undefined)?.[Symbol.iterator] === 'function') {
    const items = Array.from(sequence);
    const hole = Array.isArray(sequence) ? items.findIndex((_, i) => !(i in sequence)) : -1;
    if (hole >= 0) throw typeError(where, `${argument}[${hole}]`, 'is a hole', 'an item');
    return items;
  }
  throw typeError(where, argument, `is ${show(sequence)}`, 'a sequence, such as an array or a string');
}
