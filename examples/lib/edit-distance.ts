/** How far apart two sequences are. */

/** The fewest insertions, deletions and replacements that make `b` of `a` (Levenshtein 1966). */
export function editDistance<Item>(a: readonly Item[], b: readonly Item[]): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  a.forEach((item, i) => {
    const row = [i + 1];
    b.forEach((other, j) => {
      row.push(Math.min(above[j]! + (item === other ? 0 : 1), above[j + 1]! + 1, row[j]! + 1));
    });
    above = row;
  });
  return above[b.length]!;
}
