/** Splits rows into training, validation and test, or into folds: at random, stratified by class, or by whole groups. */
import { rangeError, wholeNumber } from '../../common/errors.ts';
import { type Checks, checkOptions, fraction, later, size } from '../../common/options.ts';
import { type RandomSource, randomSource, shuffle } from '../../random/random.ts';
import { checkLabels, type Label, type Labels } from './label-encoder.ts';

/** How rows are distributed. */
export interface DealOptions {
  /** A seed or a generator. Default: rows keep their order. */
  readonly random?: number | RandomSource | undefined;
  /** [rows] Each row's class: every part has about the same share of each class. */
  readonly stratify?: Labels | undefined;
  /** [rows] Each row's group, such as its author: no group is split. Not together with `stratify`. */
  readonly groups?: Labels | undefined;
}

/** The shares of the parts; training gets the remainder. */
export interface SplitOptions extends DealOptions {
  readonly test?: number | undefined;
  readonly validation?: number | undefined;
}

/** The number of folds. */
export interface FoldOptions extends DealOptions {
  /** At least 2 (default 5). */
  readonly folds?: number | undefined;
}

/** The rows of each part, ascending. */
export interface Split {
  readonly train: number[];
  readonly validation: number[];
  readonly test: number[];
}

const dealChecks: Checks<DealOptions> = { random: later, stratify: later, groups: later };
const splitChecks = (): Checks<SplitOptions> => ({ ...dealChecks, test: fraction, validation: fraction });
const foldChecks = (): Checks<FoldOptions> => ({ ...dealChecks, folds: size });

/**
 * Splits rows into training, validation and test.
 *
 * By classes, each part's number of a class is within 2 of its share, and each part's size within 1. By groups, whole groups
 * are dealt until a part has its share, so that parts are as large as groups allow.
 *
 * @param rows - the number of rows
 * @throws RangeError if the shares leave no row for training, a part with a share gets no row, or the number of labels
 * differs from `rows`.
 *
 * @example
 * ```ts
 * import { split } from 'recurrent-cells/text';
 * const labels = ['a', 'a', 'a', 'a', 'b', 'b', 'b', 'b'];
 * const { train, test } = split(labels.length, { test: 0.25, stratify: labels });
 * test; // → [2, 6]
 * train.length; // → 6
 * ```
 */
export function split(rows: number, options: SplitOptions = {}): Split {
  const where = 'split';
  wholeNumber(where, 'rows', rows);
  const { test = 0, validation = 0 } = checkOptions(where, options, splitChecks());
  if (test + validation >= 1)
    throw rangeError(where, 'validation and test', `have the sum ${validation + test}`, 'less than 1');
  const train = 1 - validation - test;
  const [first, second, third] = deal(where, rows, [train, validation, test], options);
  for (const [
    name,
    share,
    part,
  ] of [['train', train, first], ['validation', validation, second], ['test', test, third]] as const) // biome-ignore format: parts
    if (share > 0 && part!.length === 0)
      throw rangeError(where, name, 'gets no row', 'at least one; more rows or another share');
  return { train: first!, validation: second!, test: third! };
}

/**
 * Splits rows into folds; each is the test part once and belongs to training in all other rounds.
 *
 * @param rows - the number of rows
 * @throws RangeError for fewer than two folds, or fewer rows or groups than folds.
 *
 * @example
 * ```ts
 * import { kFolds } from 'recurrent-cells/text';
 * kFolds(4, { folds: 2 }); // → [{ train: [2, 3], test: [0, 1] }, { train: [0, 1], test: [2, 3] }]
 * ```
 */
export function kFolds(
  rows: number,
  options: FoldOptions = {},
): { readonly train: number[]; readonly test: number[] }[] {
  const where = 'kFolds';
  wholeNumber(where, 'rows', rows);
  const { folds = 5 } = checkOptions(where, options, foldChecks());
  if (folds < 2) throw rangeError(where, 'folds', `is ${folds}`, 'at least 2');
  const tests = deal(where, rows, Array(folds).fill(1 / folds), options);
  if (tests.some((part) => part.length === 0))
    throw rangeError(where, 'folds', `is ${folds}`, 'at most the number of rows, or of groups');
  const foldOf = new Int32Array(rows);
  for (const [fold, test] of tests.entries()) for (const row of test) foldOf[row] = fold;
  const all = Array.from(foldOf.keys());
  return tests.map((test, fold) => ({ train: all.filter((row) => foldOf[row] !== fold), test }));
}

/** Distributes rows to parts of these shares, each ascending. */
function deal(where: string, rows: number, shares: readonly number[], options: DealOptions): number[][] {
  const { random, stratify, groups } = options;
  const source = random === undefined ? undefined : randomSource(where, random);
  const ordered = <Item>(items: Item[]) => (source === undefined ? items : shuffle(items, source));
  if (stratify !== undefined && groups !== undefined)
    throw rangeError(where, 'groups', 'is given beside stratify', 'one of the two');
  const parts: number[][] = shares.map(() => []);
  if (stratify !== undefined) {
    // Class by class, each row goes to the part that lacks the most.
    let dealt = 0;
    for (const members of rowsBy(where, 'stratify', rows, stratify)) {
      for (const row of ordered(members)) parts[neediest(shares, ++dealt, parts)]!.push(row);
    }
  } else if (groups === undefined) {
    const order = ordered(Array.from({ length: rows }, (_, row) => row));
    let share = 0;
    let from = 0;
    for (const [i, own] of shares.entries()) {
      share += own;
      const to = i === shares.length - 1 ? rows : Math.round(share * rows);
      for (const row of order.slice(from, to)) parts[i]!.push(row);
      from = to;
    }
  } else {
    // Largest groups first, each goes to the part that lacks the most.
    const wholes = ordered(rowsBy(where, 'groups', rows, groups)).sort((a, b) => b.length - a.length);
    for (const members of wholes) {
      const part = neediest(shares, rows, parts);
      for (const row of members) parts[part]!.push(row);
    }
  }
  return parts.map((part) => part.sort((a, b) => a - b));
}

/** The part that lacks the most of its share of this many rows. */
function neediest(shares: readonly number[], rows: number, parts: readonly (readonly number[])[]): number {
  const lacks = shares.map((share, i) => share * rows - parts[i]!.length);
  return lacks.reduce((most, lack, i) => (lack > lacks[most]! ? i : most), 0);
}

/** The rows of each label, with labels in order of first occurrence. */
function rowsBy(where: string, argument: string, rows: number, given: Labels): number[][] {
  const labels = checkLabels(where, argument, given);
  if (labels.length !== rows)
    throw rangeError(where, argument, `has ${labels.length} entries`, `${rows}, one for each row`);
  const byLabel = new Map<Label, number[]>();
  for (const [row, label] of labels.entries()) {
    const members = byLabel.get(label);
    if (members === undefined) byLabel.set(label, [row]);
    else members.push(row);
  }
  return [...byLabel.values()];
}
