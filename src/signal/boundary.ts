/**
 * Converts public tensors to signals and back: checks once, copies, and changes between batch-major and time-major order.
 *
 * `checks.ts` has the checks.
 */
import { rangeError } from '../common/errors.ts';
import type { Indices, Tensor } from '../common/tensor.ts';
import { newValues } from '../kernels/backend.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { copy, fill } from '../matrix/operations.ts';
import { checkLengths, checkTensor, type Expectation, extent } from './checks.ts';
import type { DenseSignal, OneHotSignal, Signal } from './signal.ts';

/**
 * Copies `[batch, time, width]` or `[batch, width]` into the arena.
 *
 * @throws TypeError if it is not a tensor; RangeError if its shape or `lengths` do not fit.
 */
export function denseInput(
  arena: Arena,
  expectation: Expectation,
  input: Tensor,
  lengths: readonly number[] | undefined,
): DenseSignal {
  const { where, argument = 'inputs' } = expectation;
  checkTensor(where, argument, input, 'real');
  const width = expectation.width ?? input.shape.at(-1) ?? 0;
  const { batch, time, timed } = extent(expectation, input.shape, [width]);
  const valid = checkLengths(where, lengths, batch, time, expectation.lengthsName);
  const values = timeMajor(arena, input.data, batch, time, width);
  if (valid !== undefined) clearPadding(values, valid, batch, time);
  return { kind: 'dense', batch, time, timed, width, lengths: valid, values };
}

/**
 * Copies indices `[batch, time]` into the arena.
 *
 * @throws TypeError if they are not indices; RangeError if their shape, values or `lengths` do not fit.
 */
export function indexInput(
  arena: Arena,
  expectation: Expectation,
  input: Indices,
  lengths: readonly number[] | undefined,
): OneHotSignal {
  const { where, argument = 'inputs', width = 0, widthName } = expectation;
  checkTensor(where, argument, input, 'index');
  const { batch, time } = extent({ ...expectation, timed: true }, input.shape, []);
  const valid = checkLengths(where, lengths, batch, time, expectation.lengthsName);
  const row = arena.matrix(1, time * batch);
  const elements = row.backend.heap.values;
  for (let b = 0; b < batch; b++) {
    const length = valid?.[b] ?? time;
    for (let t = 0; t < time; t++) {
      const index = t < length ? input.data[b * time + t]! : -1;
      if (t < length && !(index >= 0 && index < width))
        throw rangeError(
          where,
          `${argument}[${b}, ${t}]`,
          `is ${index}`,
          `an index from 0 to ${width - 1} (${widthName} is ${width})`,
        );
      elements[row.offset + t * batch + b] = index;
    }
  }
  return { kind: 'oneHot', batch, time, timed: true, width, lengths: valid, indices: row };
}

/**
 * Copies an upstream gradient, shaped like its output, into the arena; zeros if it is undefined.
 *
 * @param place the destination; default new memory.
 * @throws TypeError if it is not a tensor; RangeError if it has the wrong shape.
 */
export function gradientInput(
  arena: Arena,
  where: string,
  output: Signal,
  gradient: Tensor,
  place?: Matrix,
): Matrix {
  checkTensor(where, 'dOutput', gradient, 'real');
  const { batch, time, width, lengths } = output;
  const expected = shapeOf(output).join(', ');
  if (gradient.shape.join(', ') !== expected)
    throw rangeError(
      where,
      'dOutput',
      `has shape [${gradient.shape.join(', ')}]`,
      `[${expected}], the output's`,
    );
  const values = timeMajor(arena, gradient.data, batch, time, width, place);
  if (lengths !== undefined) clearPadding(values, lengths, batch, time);
  return values;
}

/** Copies a signal to a tensor, with zeros beyond each length. */
export function output(arena: Arena, signal: Signal): Tensor {
  return arena.scope(() => {
    const { lengths, batch, time, width } = signal;
    const values = signal.kind === 'dense' ? signal.values : materialised(arena, signal);
    const data = batchMajor(arena, values, batch, time);
    lengths?.forEach((length, b) => {
      data.fill(0, (b * time + length) * width, (b + 1) * time * width);
    });
    return { data, shape: shapeOf(signal) };
  });
}

/** Copies a gradient with the extent of `signal` to a tensor. */
export function gradientOutput(arena: Arena, signal: Signal, gradient: Matrix): Tensor {
  return { data: batchMajor(arena, gradient, signal.batch, signal.time), shape: shapeOf(signal) };
}

/** The public shape of a signal. */
export function shapeOf({ batch, time, timed, width }: Signal): number[] {
  return timed ? [batch, time, width] : [batch, width];
}

/** Zeros the rows beyond each length. */
export function clearPadding(values: Matrix, lengths: readonly number[], batch: number, time: number): void {
  lengths.forEach((length, b) => {
    fill(values.rowsFrom(length * batch + b, time - length, batch), 0);
  });
}

function materialised(arena: Arena, { indices, width }: OneHotSignal): Matrix {
  const out = arena.zeros(indices.columns, width);
  const { values } = out.backend.heap;
  for (let i = 0; i < out.rows; i++) {
    const index = values[indices.offset + i]!;
    if (index >= 0) values[out.offset + i * width + index] = 1;
  }
  return out;
}

/** [batch, time, width] → [time·batch, width] */
function timeMajor(
  arena: Arena,
  data: Tensor['data'] | Indices['data'],
  batch: number,
  time: number,
  width: number,
  out: Matrix = arena.matrix(time * batch, width),
): Matrix {
  const { heap } = arena.backend;
  if (time === 1 || batch === 1) heap.values.set(data, out.offset);
  else
    arena.scope(() => {
      const sequence = arena.matrix(time, width);
      for (let b = 0; b < batch; b++) {
        heap.values.set(data.subarray(b * time * width, (b + 1) * time * width), sequence.offset);
        copy(out.rowsFrom(b, time, batch), sequence);
      }
    });
  return out;
}

/** [time·batch, width] → [batch, time, width] */
function batchMajor(arena: Arena, values: Matrix, batch: number, time: number): Tensor['data'] {
  if (time === 1 || batch === 1) return values.read();
  const { columns: width } = values;
  const data = newValues(arena.backend, batch * time * width);
  arena.scope(() => {
    const sequence = arena.matrix(time, width);
    for (let b = 0; b < batch; b++) {
      copy(sequence, values.rowsFrom(b, time, batch));
      const { offset } = sequence;
      data.set(arena.backend.heap.values.subarray(offset, offset + time * width), b * time * width);
    }
  });
  return data;
}
