/** The values of a graph: arrays of one kind, row-major, of any shape. */
import { isBuiltin } from '../../common/builtin.ts';
import { elementsOf, isShape } from '../../common/tensor.ts';
import { spanOf, takeElements, Unfit } from './room.ts';

/** Real numbers, whole numbers (exact up to 2⁵³), or booleans as 0 and 1. */
export type Kind = 'real' | 'whole' | 'truth';

/** An array of a graph. */
export interface Value {
  readonly kind: Kind;
  readonly data: Float32Array | Float64Array;
  readonly shape: readonly number[];
}

// 1 GiB of float32: more than any useful graph needs for one value.
const MOST = 2 ** 28;
// The positions of elements are computed axis by axis.
const MOST_AXES = 64;

/** Whether a value may have a shape. */
export function isValueShape(shape: readonly number[]): boolean {
  return shape.length <= MOST_AXES && isShape(shape) && spanOf(shape) <= MOST;
}

function checkShape(shape: readonly number[]): void {
  if (!isValueShape(shape))
    throw new Unfit(
      `makes a value of shape ${listed(shape)}`,
      `at most 2²⁸ elements along at most ${MOST_AXES} axes`,
    );
}

/** A list of numbers in an error. */
export function listed(numbers: readonly number[]): string {
  const rest = numbers.length > MOST_AXES ? ', …' : '';
  return `[${numbers.slice(0, MOST_AXES).join(', ')}${rest}]`;
}

/**
 * Allocates a value: real numbers in the precision of `like`, all others as float64.
 *
 * @throws Unfit if the shape is invalid, or there is no room for it.
 */
export function allocate(kind: Kind, shape: readonly number[], like?: Value['data']): Value {
  checkShape(shape);
  takeElements(spanOf(shape));
  const count = elementsOf(shape);
  const single = kind === 'real' && isBuiltin(like, 'Float32Array');
  return { kind, data: single ? new Float32Array(count) : new Float64Array(count), shape };
}

export function whole(numbers: readonly number[], shape: readonly number[] = [numbers.length]): Value {
  return { kind: 'whole', data: Float64Array.from(numbers), shape };
}

/** The same elements in another shape. @throws Unfit if the shape is invalid. */
export function reshaped({ kind, data }: Value, shape: readonly number[]): Value {
  checkShape(shape);
  return { kind, data, shape };
}

/** Resolves an axis that may be counted from the end. */
export function axisOf(axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(at) || at < 0 || at >= rank)
    throw new Unfit(
      `uses axis ${axis} of ${rank} axes`,
      rank === 0 ? 'a value with axes' : `one from ${-rank} to ${rank - 1}`,
    );
  return at;
}

/** The broadcast shape of two shapes. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [x, y] = [a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1];
    if (x !== y && x !== 1 && y !== 1)
      throw new Unfit(`joins shapes ${listed(a)} and ${listed(b)}`, 'equal ones, or 1');
    return x === 1 ? y : x;
  });
}

/** Maps each element of `shape` to the index of its source in `from`, which is broadcast. */
export function broadcastIndices(from: readonly number[], shape: readonly number[]): (at: number) => number {
  const count = elementsOf(from);
  if (count === elementsOf(shape)) return (at) => at;
  if (count === 1) return () => 0;
  const strides = stridesOf(from);
  const offset = shape.length - from.length;
  const steps = shape.map((_, axis) =>
    axis < offset || from[axis - offset] === 1 ? 0 : strides[axis - offset]!,
  );
  return (at) => indexOf(at, shape, steps);
}

/** The strides of a row-major shape. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis]!;
  }
  return strides;
}

/** The offset of element `at` of a row-major shape, under other strides. */
export function indexOf(at: number, shape: readonly number[], strides: readonly number[]): number {
  let rest = at;
  let index = 0;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis]!;
    index += (rest % size) * strides[axis]!;
    rest = Math.floor(rest / size);
  }
  return index;
}

/** Picks elements by index. */
export function picked(value: Value, shape: readonly number[], place: (at: number) => number): Value {
  const out = allocate(value.kind, shape, value.data);
  for (let at = 0; at < out.data.length; at++) out.data[at] = value.data[place(at)]!;
  return out;
}

/** Permutes the axes; the elements are shared where only axes of one element move. */
export function transposed(value: Value, order: readonly number[]): Value {
  const shape = order.map((axis) => value.shape[axis]!);
  const long = order.filter((axis) => value.shape[axis] !== 1);
  if (long.every((axis, at) => at === 0 || long[at - 1]! < axis)) return reshaped(value, shape);
  const strides = stridesOf(value.shape);
  const steps = order.map((axis) => strides[axis]!);
  return picked(value, shape, (at) => indexOf(at, shape, steps));
}

/** `count` slices of an axis from `start`, every `step`-th; the value itself if these are all. */
export function sliced(value: Value, axis: number, start: number, count: number, step = 1): Value {
  if (step === 1 && count === value.shape[axis]) return value;
  const strides = stridesOf(value.shape);
  const shape = value.shape.map((size, at) => (at === axis ? count : size));
  const steps = strides.map((stride, at) => (at === axis ? stride * step : stride));
  const offset = start * (strides[axis] ?? 0);
  return picked(value, shape, (at) => offset + indexOf(at, shape, steps));
}
