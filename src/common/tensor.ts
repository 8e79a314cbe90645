/** The data types of the public boundary: plain typed arrays with a shape, on the ordinary JavaScript heap. */
import { rangeError, show, typeError } from './errors.ts';

/** Real numbers, row-major: `[batch, time, features]`, or `[batch, features]` for a single step. */
export interface Tensor<Shape extends readonly number[] = readonly number[]> {
  readonly data: Float32Array | Float64Array;
  readonly shape: Shape;
}

/** The shape of one feature vector per step. */
export type StepsShape<Features extends number = number> = readonly [
  batch: number,
  time: number,
  features: Features,
];

/** The shape of one feature vector per sequence. */
export type VectorShape<Features extends number = number> = readonly [batch: number, features: Features];

/** Whole numbers, row-major: token or class indices, `[batch, time]`. */
export interface Indices {
  readonly data: Int32Array;
  readonly shape: readonly number[];
}

/** The targets of a batch: one, or one for each head of a model, by name. */
export type Targets = Tensor | Indices | { readonly [head: string]: Tensor | Indices };

/** Nested arrays of numbers, of equal length at each depth; the innermost may be typed arrays. */
export type Nested = number | ArrayLike<number> | readonly Nested[];

/**
 * A float64 tensor from nested arrays, or from row-major values and a shape.
 *
 * @throws RangeError if the arrays are ragged or the number of values does not match the shape; TypeError if a value is not a
 * number.
 *
 * @example
 * ```ts
 * import { tensor } from 'recurrent-cells';
 *
 * tensor([[[1, 2], [3, 4], [5, 6]]]).shape // → [1, 3, 2]
 * tensor([1, 2, 3, 4], [2, 2]).shape // → [2, 2]
 * ```
 */
export function tensor(values: Nested): Tensor;
export function tensor(values: ArrayLike<number>, shape: readonly number[]): Tensor;
export function tensor(values: Nested, shape?: readonly number[]): Tensor {
  const flat = flatten('tensor', values, shape);
  return { data: Float64Array.from(flat.values), shape: flat.shape };
}

/**
 * Indices from nested arrays, or from row-major values and a shape.
 *
 * @throws RangeError if the arrays are ragged, the number of values does not match the shape, or a value is not a 32-bit whole
 * number; TypeError if one is not a number.
 *
 * @example
 * ```ts
 * import { indices } from 'recurrent-cells';
 *
 * indices([[4, 2, 7], [1, 0, 0]]).shape // → [2, 3]
 * indices([Int32Array.of(4, 2, 7)]).shape // → [1, 3]
 * indices(Int32Array.of(4, 2, 7)).shape // → [3]
 * ```
 */
export function indices(values: Nested): Indices;
export function indices(values: ArrayLike<number>, shape: readonly number[]): Indices;
export function indices(values: Nested, shape?: readonly number[]): Indices {
  const flat = flatten('indices', values, shape);
  const bad = flat.values.findIndex((value) => !isInt32(value));
  if (bad >= 0) throw rangeError('indices', 'values', `has ${flat.values[bad]}`, 'whole numbers of 32 bits');
  return { data: Int32Array.from(flat.values), shape: flat.shape };
}

/** The largest whole number of 32 bits. */
export const MOST_INT32: number = 2 ** 31 - 1;

/** Whether a value is a whole number of 32 bits whose negative is one too. */
export function isInt32(value: unknown): value is number {
  return Number.isInteger(value) && Math.abs(value as number) <= MOST_INT32;
}

/** The number of elements of a shape. */
export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

/** Whether all dimensions are whole numbers of at least 0, without holes. */
export function isShape(shape: readonly unknown[]): boolean {
  // A loop, because array methods skip holes.
  for (const dimension of shape)
    if (!Number.isSafeInteger(dimension) || (dimension as number) < 0) return false;
  return true;
}

/** A generous limit, so that an array that contains itself is detected. */
const MOST_AXES = 64;

interface Flat {
  readonly values: readonly number[];
  readonly shape: readonly number[];
}

function flatten(where: string, values: Nested, shape: readonly number[] | undefined): Flat {
  if (shape === undefined) {
    const found: number[] = [];
    for (let level: unknown = values; isRow(level); level = level[0])
      if (found.push(level.length) > MOST_AXES)
        throw rangeError(where, 'values', 'is nested without end', `at most ${MOST_AXES} axes`);
    const flat: number[] = [];
    collect(where, values, found, 0, flat);
    return { values: flat, shape: found };
  }
  if (!Array.isArray(shape)) throw typeError(where, 'shape', `is ${show(shape)}`, 'an array of dimensions');
  if (!isShape(shape))
    throw rangeError(where, 'shape', `is [${shape.join(', ')}]`, 'whole numbers of at least 0');
  const expected = 'numbers in one array beside a shape';
  const given = (values as ArrayLike<number> | null)?.length;
  if (typeof values === 'string' || typeof given !== 'number')
    throw typeError(where, 'values', `is ${show(values)}`, expected);
  const length = elementsOf(shape);
  if (given !== length)
    throw rangeError(where, 'values', `has length ${given}`, `${length} for shape [${shape.join(', ')}]`);
  const flat = Array.from(values as ArrayLike<number>);
  const other = flat.findIndex((value) => typeof value !== 'number');
  if (other >= 0) throw typeError(where, 'values', `has ${show(flat[other])} among them`, expected);
  return { values: flat, shape: [...shape] };
}

function collect(where: string, values: Nested, shape: number[], depth: number, into: number[]): void {
  if (depth === shape.length) {
    if (typeof values !== 'number')
      throw typeError(where, 'values', `has ${show(values)} at depth ${depth}`, 'a number');
    into.push(values);
    return;
  }
  if (!isRow(values) || values.length !== shape[depth]) {
    const came = isRow(values) ? `${values.length} elements` : show(values);
    throw rangeError(
      where,
      'values',
      `has ${came} at depth ${depth}`,
      `${shape[depth]} elements like the first there`,
    );
  }
  for (const value of values as readonly Nested[]) collect(where, value, shape, depth + 1, into);
}

/** Whether a value is an array or a typed array. */
export function isRow(values: unknown): values is ArrayLike<unknown> {
  return Array.isArray(values) || (ArrayBuffer.isView(values) && 'length' in values);
}
