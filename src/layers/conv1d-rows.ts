/** The rows that the filters of a convolution over time multiply. */
import { rangeError } from '../common/errors.ts';
import type { Arena } from '../matrix/arena.ts';
import { Matrix } from '../matrix/matrix.ts';
import { add, copy } from '../matrix/operations.ts';
import { clearPadding } from '../signal/boundary.ts';
import type { DenseSignal } from '../signal/signal.ts';

/** The padding of a {@link Conv1d}, in steps: by name, at both ends, or before and after. */
export type Conv1dPadding = 'causal' | 'same' | 'valid' | number | readonly [before: number, after: number];

/** The extent of a convolution's filters. */
export interface Filters {
  readonly kernelSize: number;
  readonly dilation: number;
  readonly stride: number;
  readonly padding: Conv1dPadding;
  readonly paddingMode: 'zeros' | 'reflect';
}

/** Rows of one matrix mapped to as many rows of another. */
export interface Move {
  readonly at: (rows: Matrix) => Matrix;
  readonly from: (rows: Matrix) => Matrix;
}

function rowsMove(at: number, from: number, count: number): Move {
  return { at: (rows) => rows.rowsFrom(at, count), from: (rows) => rows.rowsFrom(from, count) };
}

/** The input as the filters see it: mirrored, or zero beyond each length if a filter looks ahead. */
export function paddedInput(
  arena: Arena,
  filters: Filters,
  input: DenseSignal,
  mirrored: readonly Move[],
): Matrix {
  const { values: given } = input;
  const [before, after] = margins(filters);
  if (mirrored.length > 0) {
    const padded = arena.zeros(given.rows + (before + after) * input.batch, given.columns);
    for (const { at, from } of mirrored) copy(at(padded), from(given));
    return padded;
  }
  if (after === 0 || input.lengths === undefined) return given;
  const bounded = arena.matrix(given.rows, given.columns);
  copy(bounded, given);
  clearPadding(bounded, input.lengths, input.batch, input.time);
  return bounded;
}

/** The gradient of the input, from that of the padded input: mirrored rows add to their source. */
export function unpadded(
  arena: Arena,
  { values, lengths, batch, time }: DenseSignal,
  mirrored: readonly Move[],
  dX: Matrix,
): Matrix {
  let dInput = dX;
  if (mirrored.length > 0) {
    dInput = arena.zeros(values.rows, values.columns);
    for (const { at, from } of mirrored) add(from(dInput), from(dInput), at(dX));
  }
  if (lengths !== undefined) clearPadding(dInput, lengths, batch, time);
  return dInput;
}

/** The numbers of padding steps before the first and after the last step. */
function margins({ padding, kernelSize, dilation }: Filters): readonly [before: number, after: number] {
  const reach = (kernelSize - 1) * dilation;
  if (padding === 'causal') return [reach, 0];
  if (padding === 'same') return [Math.floor(reach / 2), reach - Math.floor(reach / 2)];
  if (padding === 'valid') return [0, 0];
  return typeof padding === 'number' ? [padding, padding] : padding;
}

/** The source row in the input for each row of a mirrored input. */
export function mirroredRows(filters: Filters, { batch, time, lengths }: DenseSignal): Move[] {
  if (filters.paddingMode === 'zeros') return [];
  const [before, after] = margins(filters);
  const moves = [rowsMove(before * batch, 0, time * batch)];
  for (let b = 0; b < batch; b++) {
    const length = lengths?.[b] ?? time;
    if (length === 0) continue;
    if (length <= Math.max(before, after))
      throw rangeError(
        'Conv1d',
        'its input',
        `has a sequence of ${length} steps`,
        `more than ${Math.max(before, after)}, as many as are mirrored`,
      );
    for (let i = 1; i <= before; i++) moves.push(rowsMove((before - i) * batch + b, i * batch + b, 1));
    for (let i = 1; i <= after; i++)
      moves.push(rowsMove((before + length - 1 + i) * batch + b, (length - 1 - i) * batch + b, 1));
  }
  return moves;
}

/**
 * Gives the number of outputs for the number of steps of a sequence.
 *
 * @throws RangeError if `steps`, those of the longest sequence, are too few for the filters.
 */
export function outputSteps(filters: Filters, steps: number): (length: number) => number {
  const { kernelSize, dilation, stride } = filters;
  const [before, after] = margins(filters);
  // The steps that a filter spans beyond its first, minus the padding.
  const reach = (kernelSize - 1) * dilation - before - after;
  const outputs = (length: number) =>
    length === 0 ? 0 : Math.max(Math.floor((length - reach - 1) / stride) + 1, 0);
  if (reach > 0 && outputs(steps) < 1)
    throw rangeError(
      'Conv1d',
      'its input',
      `has ${steps} steps`,
      `more than ${reach}, what its kernel spans`,
    );
  return outputs;
}

/** The rows that one step of the filters multiplies, and those of its results. */
export interface Tap extends Move {
  /** The step of the filters. */
  readonly k: number;
}

/** For each k, the input rows that W_k multiplies, and the output rows to which the product is added. */
export function tapsOf(filters: Filters, batch: number, steps: number, time: number): Tap[] {
  const { kernelSize, dilation, stride } = filters;
  const before = filters.paddingMode === 'reflect' ? 0 : margins(filters)[0];
  return Array.from({ length: kernelSize }, (_, k) => {
    const shift = k * dilation - before;
    const first = Math.max(0, Math.ceil(-shift / stride));
    const last = Math.min(time, Math.floor((steps - 1 - shift) / stride) + 1);
    const count = Math.max(last - first, 0);
    const from = first * stride + shift;
    if (stride === 1) return [{ k, ...rowsMove(first * batch, from * batch, count * batch) }];
    return Array.from({ length: batch }, (_, b) => ({
      k,
      at: (rows: Matrix) => rows.rowsFrom(first * batch + b, count, batch),
      from: (rows: Matrix) => rows.rowsFrom(from * batch + b, count, stride * batch),
    }));
  }).flat();
}

/**
 * The windows of all filters, [time, kernelSize], as one view of a single signal with overlapping rows, so that a short-time
 * Fourier transform is one product. Undefined with dilation, or beyond the ends.
 */
export function windowsOf(filters: Filters, x: Matrix, { batch, time }: DenseSignal): Matrix | undefined {
  const { kernelSize, dilation, stride } = filters;
  // Steps that lie one element apart are single features.
  const single = batch === 1 && dilation === 1 && x.stride === 1;
  const inside = (time - 1) * stride + kernelSize <= x.rows;
  if (stride === 1 || !single || !inside || (margins(filters)[0] > 0 && filters.paddingMode === 'zeros'))
    return undefined;
  return new Matrix(x.backend, x.offset, time, kernelSize, stride, x.owner);
}
