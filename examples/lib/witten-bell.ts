/** The n-gram baseline for recurrent networks: counts interpolated as proposed by Witten and Bell (1991). */

/** The total count of a context, and the counts of the symbols that followed it. */
interface Followers {
  total: number;
  readonly counts: Map<number, number>;
}

/**
 * The mean cross-entropy in nats of `test` under n-gram models of `train`, for contexts of 0 to `longest` symbols.
 *
 *     P(s | context) = (count(context s) + T · P(s | shorter context)) / (count(context) + T)
 *
 * T is the number of different symbols that followed the context; below the empty context all symbols are equally likely.
 * `counted` selects the symbols included in the mean, default all.
 */
export function wittenBell(
  train: ArrayLike<number>,
  test: ArrayLike<number>,
  symbols: number,
  longest: number,
  counted: (symbol: number) => boolean = () => true,
): number[] {
  const tables = Array.from({ length: longest + 1 }, (_, order) => count(train, order, symbols));
  const nats = new Array<number>(longest + 1).fill(0);
  let tested = 0;
  for (let at = 0; at < test.length; at++) {
    if (!counted(test[at]!)) continue;
    tested++;
    let probability = 1 / symbols;
    tables.forEach((table, order) => {
      // The first symbols of the test text have their context in the training text.
      const followers = table.get(keyOf(train, test, at, order, symbols));
      if (followers !== undefined) {
        const { total, counts } = followers;
        probability = ((counts.get(test[at]!) ?? 0) + counts.size * probability) / (total + counts.size);
      }
      nats[order]! -= Math.log(probability);
    });
  }
  return nats.map((sum) => sum / tested);
}

function count(train: ArrayLike<number>, order: number, symbols: number): Map<number, Followers> {
  const table = new Map<number, Followers>();
  for (let at = order; at < train.length; at++) {
    let key = 0;
    for (let i = at - order; i < at; i++) key = key * symbols + train[i]!;
    let followers = table.get(key);
    if (followers === undefined) {
      followers = { total: 0, counts: new Map() };
      table.set(key, followers);
    }
    followers.total++;
    followers.counts.set(train[at]!, (followers.counts.get(train[at]!) ?? 0) + 1);
  }
  return table;
}

function keyOf(
  train: ArrayLike<number>,
  test: ArrayLike<number>,
  at: number,
  order: number,
  symbols: number,
): number {
  let key = 0;
  for (let i = at - order; i < at; i++) key = key * symbols + (i < 0 ? train[train.length + i]! : test[i]!);
  return key;
}
