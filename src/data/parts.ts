/** The parts of a data set: tensors, indices and sequences of varying length, from which examples are selected. */
import { isBuiltin } from '../common/builtin.ts';
import { rangeError, show, typeError } from '../common/errors.ts';
import { type Indices, isInt32, isRow, type Tensor } from '../common/tensor.ts';
import { checkTensor } from '../signal/checks.ts';

const REAL = '; real numbers are a tensor(…), or sequences of vectors [[…], …]';

/** Sequences of indices, of varying length. */
export type IndexSequences = readonly ArrayLike<number>[];

/** Sequences whose steps are sequences of indices, such as the characters of words; the innermost are `Int32Array`s. */
export type NestedIndexSequences = readonly (readonly Int32Array[])[];

/** Sequences of feature vectors, of varying length. */
export type FeatureSequences = readonly (readonly ArrayLike<number>[])[];

/**
 * One part of a data set, with its examples along the first axis: a tensor or indices; one class per example, in an array or
 * an `Int32Array`; sequences of indices or of feature vectors, of varying length; sequences with a sequence of indices at each step, for `EachStep`,
 * padded with −1.
 */
export type Data =
  | Tensor
  | Indices
  | ArrayLike<number>
  | IndexSequences
  | NestedIndexSequences
  | FeatureSequences;

/** The type of a part within a batch. */
export type Taken<D extends Data> = D extends Indices
  ? Indices
  : D extends Tensor
    ? Tensor
    : D extends ArrayLike<number>
      ? Indices
      : D extends NestedIndexSequences
        ? Indices
        : D extends FeatureSequences
          ? Tensor
          : Indices;

/** A checked part. */
export interface DataPart {
  readonly name: string;
  readonly count: number;
  /** The steps of each example, for parts of varying length. */
  readonly lengths: readonly number[] | undefined;
  /** The steps of the longest example; undefined without a time axis. */
  readonly time?: number | undefined;
  /** A copy of some examples, with sequences padded to the longest of them. */
  take(rows: readonly number[]): Tensor | Indices;
  /** The class of each example, if the part holds classes. */
  readonly classes: ArrayLike<number> | undefined;
}

/**
 * @param padding the padding of index sequences.
 * @throws TypeError or RangeError if it is not valid data.
 */
export function partOf(where: string, name: string, data: unknown, padding: number): DataPart {
  if (!isRow(data)) return blockPart(where, name, data as Tensor | Indices);
  checkIndexArray(where, name, data);
  return listPart(where, name, data as readonly never[], padding);
}

/** The part that an array holds, by its first item that is a number or is not empty. */
// biome-ignore lint/suspicious/noExplicitAny: found out here
function listPart(where: string, name: string, data: readonly any[], padding: number): DataPart {
  if (data.length === 0) throw rangeError(where, name, 'has no examples', 'at least one');
  const leading = data.find((item) => typeof item === 'number' || item?.length > 0);
  if (typeof leading === 'number') return classPart(where, name, data);
  for (const [i, item] of Array.from(data).entries())
    if (typeof item !== 'object' || item === null || !Number.isSafeInteger(item.length))
      throw typeError(where, `${name}[${i}]`, `is ${show(item)}`, sequenceFor(item));
  if (
    isBuiltin(
      leading?.find?.((step: unknown) => step !== undefined),
      'Int32Array',
    )
  )
    return nestedPart(where, name, data as NestedIndexSequences);
  return typeof leading?.[0] === 'object'
    ? featurePart(where, name, data, leading[0].length)
    : indexPart(where, name, data, padding);
}

function blockPart(where: string, name: string, block: Tensor | Indices): DataPart {
  const kind = isBuiltin(block?.data, 'Int32Array') ? 'index' : 'real';
  checkTensor(where, name, block, kind);
  const { data, shape } = block;
  const [count = 0, ...rest] = shape;
  if (count === 0) throw rangeError(where, name, `has shape [${shape.join(', ')}]`, 'at least one example');
  const each = data.length / count;
  const take = (rows: readonly number[]) => {
    const taken = newData(data, rows.length * each);
    rows.forEach((row, i) => {
      taken.set(data.subarray(row * each, (row + 1) * each), i * each);
    });
    return { data: taken, shape: [rows.length, ...rest] } as Tensor | Indices;
  };
  return {
    name,
    count,
    lengths: undefined,
    time: rest.length > (kind === 'index' ? 0 : 1) ? rest[0] : undefined,
    take,
    classes: kind === 'index' && rest.length === 0 ? data : undefined,
  };
}

function newData(like: Tensor['data'] | Int32Array, length: number): Tensor['data'] | Int32Array {
  if (isBuiltin(like, 'Int32Array')) return new Int32Array(length);
  return isBuiltin(like, 'Float32Array') ? new Float32Array(length) : new Float64Array(length);
}

function classPart(where: string, name: string, classes: ArrayLike<number>): DataPart {
  for (let i = 0; i < classes.length; i++) checkIndex(where, `${name}[${i}]`, classes[i]);
  return {
    name,
    count: classes.length,
    lengths: undefined,
    take: (rows) => ({ data: Int32Array.from(rows, (row) => classes[row]!), shape: [rows.length] }),
    classes,
  };
}

function indexPart(where: string, name: string, sequences: IndexSequences, padding: number): DataPart {
  sequences.forEach((sequence, i) => {
    checkIndexArray(where, `${name}[${i}]`, sequence);
    for (let t = 0; t < sequence.length; t++) checkIndex(where, `${name}[${i}][${t}]`, sequence[t]);
  });
  const lengths = sequences.map(({ length }) => length);
  const take = (rows: readonly number[]) => {
    const time = longest(lengths, rows);
    const data = new Int32Array(rows.length * time).fill(padding);
    rows.forEach((row, i) => {
      data.set(sequences[row]!, i * time);
    });
    return { data, shape: [rows.length, time] };
  };
  return { name, count: sequences.length, lengths, take, classes: undefined };
}

function nestedPart(where: string, name: string, sequences: NestedIndexSequences): DataPart {
  const inner = sequences.map((steps, i) => {
    let most = 1;
    for (let t = 0; t < steps.length; t++) {
      const step: unknown = steps[t];
      if (!isBuiltin(step, 'Int32Array'))
        throw typeError(where, `${name}[${i}][${t}]`, `is ${show(step)}`, 'an Int32Array, as the first is');
      most = Math.max(most, (step as Int32Array).length);
    }
    return most;
  });
  const lengths = sequences.map(({ length }) => length);
  const take = (rows: readonly number[]) => {
    const [time, steps] = [longest(lengths, rows), longest(inner, rows)];
    const data = new Int32Array(rows.length * time * steps).fill(-1);
    rows.forEach((row, i) => {
      sequences[row]!.forEach((sequence, t) => {
        data.set(sequence, (i * time + t) * steps);
      });
    });
    return { data, shape: [rows.length, time, steps] };
  };
  return { name, count: sequences.length, lengths, take, classes: undefined };
}

function featurePart(where: string, name: string, sequences: FeatureSequences, width: number): DataPart {
  sequences.forEach((sequence, i) => {
    for (let t = 0; t < sequence.length; t++) {
      const features = sequence[t]!;
      if (features?.length !== width)
        throw rangeError(
          where,
          `${name}[${i}][${t}]`,
          `has ${features?.length} features`,
          `${width}, as the first has; sequences of indices are Int32Arrays`,
        );
      for (let k = 0; k < width; k++)
        if (typeof features[k] !== 'number')
          throw typeError(where, `${name}[${i}][${t}][${k}]`, `is ${show(features[k])}`, 'a number');
    }
  });
  const lengths = sequences.map(({ length }) => length);
  const take = (rows: readonly number[]) => {
    const time = longest(lengths, rows);
    const data = new Float32Array(rows.length * time * width);
    rows.forEach((row, i) => {
      sequences[row]!.forEach((features, t) => {
        data.set(features, (i * time + t) * width);
      });
    });
    return { data, shape: [rows.length, time, width] };
  };
  return { name, count: sequences.length, lengths, take, classes: undefined };
}

/** At least 1: a batch always has a time axis. */
function longest(lengths: readonly number[], rows: readonly number[]): number {
  return rows.reduce((most, row) => Math.max(most, lengths[row]!), 1);
}

/** What to expect instead of an item that is not a sequence. */
function sequenceFor(item: unknown): string {
  return typeof item === 'string' || typeof item === 'boolean'
    ? 'a whole number or a sequence of them; LabelEncoder numbers labels, Vocabulary tokens'
    : 'a sequence';
}

/** Refuses real numbers, whole or not, or the kind of a data set would depend on them. */
function checkIndexArray(where: string, argument: string, values: unknown): void {
  if (isBuiltin(values, 'Float32Array', 'Float64Array'))
    throw typeError(where, argument, `is ${show(values)}`, `an array or Int32Array${REAL}`);
}

function checkIndex(where: string, argument: string, value: unknown): void {
  if (isInt32(value)) return;
  const error = typeof value === 'number' ? rangeError : typeError;
  const real = typeof value === 'number' && Number.isFinite(value) && !Number.isInteger(value);
  const hint = real ? REAL : '';
  throw error(where, argument, `is ${show(value)}`, `a whole number of 32 bits${hint}`);
}
