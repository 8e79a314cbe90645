/** Precision, recall and F₁ of classes from their counts, and how the values of classes are combined. */

/** How the values of classes are combined: their unweighted mean, a value over all steps, or not at all. */
export type Averaging = 'macro' | 'micro' | 'none';

export const averagings: readonly Averaging[] = ['macro', 'micro', 'none'];

/** Counts for one class, or for all together: the correct predictions, all predictions, and all targets. */
export interface Counts {
  readonly right: number;
  readonly taken: number;
  readonly wanted: number;
}

/** A ratio of counts; NaN, for 0/0, stands for 0. */
export type Ratio = (counts: Counts) => number;

export const ratios: { readonly precision: Ratio; readonly recall: Ratio; readonly f1: Ratio } = {
  precision: ({ right, taken }) => right / taken,
  recall: ({ right, wanted }) => right / wanted,
  f1: ({ right, taken, wanted }) => (2 * right) / (taken + wanted),
};

/** The ratio of each class. */
export function each(classes: readonly Counts[], ratio: Ratio): number[] {
  return classes.map((counts) => ratio(counts) || 0);
}

/** The mean of the ratios of the classes that occur, or the ratio of all their counts; NaN if none occurs. */
export function combined(classes: readonly Counts[], average: 'macro' | 'micro', ratio: Ratio): number {
  const seen = classes.filter(({ taken, wanted }) => taken + wanted > 0);
  if (seen.length === 0) return Number.NaN;
  if (average === 'macro') return each(seen, ratio).reduce((sum, value) => sum + value, 0) / seen.length;
  const sum = (of: Ratio) => seen.reduce((total, counts) => total + of(counts), 0);
  const all = {
    right: sum(({ right }) => right),
    taken: sum(({ taken }) => taken),
    wanted: sum(({ wanted }) => wanted),
  };
  return each([all], ratio)[0]!;
}
