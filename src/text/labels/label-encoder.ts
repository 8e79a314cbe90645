/**
 * Converts labels to indices and back, and computes class weights.
 *
 * Classes are ordered: numbers by size, then names by code point.
 */
import { isBuiltin } from '../../common/builtin.ts';
import { rangeError, show, typeError, wholeNumber } from '../../common/errors.ts';
import { checkOwn, own } from '../../common/instance.ts';
import { readArray, readSaved } from '../../common/saved.ts';
import { compareCodePoints } from '../counts/order.ts';

/** A document's class: a name or a number. */
export type Label = string | number;

/** The classes of documents: labels, or the indices of a {@link LabelEncoder}. */
export type Labels = readonly Label[] | Int32Array;

/** The saved form of an encoder. */
export interface SavedLabelEncoder {
  readonly format: 'recurrent-cells/text/label-encoder';
  readonly version: 1;
  readonly classes: Label[];
}

const FORMAT = 'recurrent-cells/text/label-encoder';

const isLabel = (value: unknown): value is Label =>
  typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));

/** Labels as an array, from an array or from the indices of an encoder: names or finite numbers. */
export function checkLabels(where: string, argument: string, given: unknown): readonly Label[] {
  const labels = isBuiltin(given, 'Int32Array') ? Array.from(given) : given;
  if (!Array.isArray(labels)) throw typeError(where, argument, `is ${show(labels)}`, 'an array of labels');
  for (let i = 0; i < labels.length; i++)
    if (!isLabel(labels[i]))
      throw typeError(where, argument, `has ${show(labels[i])}`, 'strings or finite numbers');
  return labels;
}

/**
 * Numbers the classes from 0 to classes − 1.
 *
 * @example
 * ```ts
 * import { LabelEncoder } from 'recurrent-cells/text';
 * const encoder = LabelEncoder.fit(['spam', 'ham', 'spam']);
 * encoder.classes; // → ['ham', 'spam']
 * [...encoder.encode(['spam', 'ham'])]; // → [1, 0]
 * encoder.decode([0]); // → ['ham']
 * ```
 */
export class LabelEncoder {
  /** The classes by index: numbers by size, then names by code point. */
  readonly classes: readonly Label[];
  readonly #indices: ReadonlyMap<Label, number>;

  private constructor(key: typeof own, classes: readonly Label[]) {
    checkOwn('LabelEncoder', key, 'LabelEncoder.fit(…) or fromJSON(…)');
    this.classes = Object.freeze([...classes]);
    this.#indices = new Map(classes.map((label, index) => [label, index]));
  }

  /** Finds the classes. @throws TypeError for invalid labels; RangeError for an empty list. */
  static fit(labels: Labels): LabelEncoder {
    const where = 'LabelEncoder.fit';
    const classes = [...new Set(checkLabels(where, 'labels', labels))];
    if (classes.length === 0) throw rangeError(where, 'labels', 'is empty', 'at least one label');
    return new LabelEncoder(own, classes.sort(inOrder));
  }

  /** The number of classes. */
  get size(): number {
    return this.classes.length;
  }

  /** Converts labels to indices: [labels]. @throws RangeError for an unknown label. */
  encode(labels: Labels): Int32Array {
    const where = 'LabelEncoder.encode';
    return Int32Array.from(checkLabels(where, 'labels', labels), (label) => {
      const index = this.#indices.get(label);
      if (index !== undefined) return index;
      throw rangeError(where, 'labels', `has ${show(label)}`, 'classes that it was fitted on');
    });
  }

  /** Converts indices to labels. @throws RangeError for an index out of range. */
  decode(indices: Iterable<number>): Label[] {
    if (typeof indices?.[Symbol.iterator] !== 'function')
      throw typeError('LabelEncoder.decode', 'indices', `is ${show(indices)}`, 'an iterable of indices');
    return Array.from(indices, (index) => {
      const label = this.classes[index];
      if (label !== undefined) return label;
      const expected = `whole numbers from 0 to ${this.size - 1}`;
      throw rangeError('LabelEncoder.decode', 'indices', `has ${show(index)}`, expected);
    });
  }

  /** The versioned form that {@link LabelEncoder.fromJSON} reads. */
  toJSON(): SavedLabelEncoder {
    return { format: FORMAT, version: 1, classes: [...this.classes] };
  }

  /** Reads the output of `toJSON`. @throws TypeError or RangeError naming the invalid field. */
  static fromJSON(saved: unknown): LabelEncoder {
    const where = 'LabelEncoder.fromJSON';
    const fields = readSaved(where, saved, FORMAT);
    const classes = readArray(where, fields, 'classes', isLabel, 'an array of strings or finite numbers');
    const ascend = classes.every((label, i) => i === 0 || inOrder(classes[i - 1]!, label) < 0);
    if (ascend && classes.length > 0) return new LabelEncoder(own, classes);
    throw rangeError(
      where,
      'classes',
      `has ${classes.length} entries`,
      'different classes in order, at least one',
    );
  }
}

function inOrder(a: Label, b: Label): number {
  if (typeof a === 'number') return typeof b === 'number' ? a - b : -1;
  return typeof b === 'number' ? 1 : compareCodePoints(a, b);
}

/**
 * Weights that balance the classes: labels / (classes · labels of the class), as in scikit-learn's
 * `'balanced'`; 0 for a class without labels.
 *
 * @param indices - [labels] class indices, as from {@link LabelEncoder}
 * @param classes - the number of classes
 * @returns [classes]
 * @throws TypeError for invalid indices; RangeError for an index of `classes` or more, or no indices.
 *
 * @example
 * ```ts
 * import { classWeights } from 'recurrent-cells/text';
 * [...classWeights([0, 0, 0, 1], 2)]; // → [0.6666666666666666, 2]
 * ```
 */
export function classWeights(indices: ArrayLike<number>, classes: number): Float64Array {
  const where = 'classWeights';
  if (typeof indices !== 'object' || typeof indices?.length !== 'number')
    throw typeError(where, 'indices', `is ${show(indices)}`, 'an array of indices');
  if (indices.length === 0) throw rangeError(where, 'indices', 'is empty', 'at least one');
  const counts = new Float64Array(wholeNumber(where, 'classes', classes));
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i];
    if (counts[index as number] === undefined)
      throw rangeError(
        where,
        `indices[${i}]`,
        `is ${show(index)}`,
        `a whole number from 0 to ${classes - 1}`,
      );
    counts[index as number]! += 1;
  }
  return counts.map((count) => (count === 0 ? 0 : indices.length / (classes * count)));
}
