/** Joins signals, side by side or by adding them, and their backward passes. */
import { rangeError } from '../common/errors.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { add, copy } from '../matrix/operations.ts';
import { type DenseSignal, dense } from '../signal/signal.ts';
import type { JoinKind } from './node.ts';

/** A signal to be joined, and its name in errors. */
export interface JoinPart {
  readonly name: string;
  readonly signal: DenseSignal;
}

/** A join and its backward pass. */
export interface Joined {
  readonly output: DenseSignal;
  /** The gradient of each part, in order. */
  backward(dOutput: Matrix): Matrix[];
}

/** @throws RangeError if the parts differ in sequences, steps or lengths, or the parts of a sum in width. */
export function join(arena: Arena, where: string, kind: JoinKind, parts: readonly JoinPart[]): Joined {
  const like = aligned(where, parts);
  return kind === 'concatenate' ? concatenated(arena, like, parts) : added(arena, where, like, parts);
}

function concatenated(arena: Arena, like: DenseSignal, parts: readonly JoinPart[]): Joined {
  let width = 0;
  const places = parts.map(({ signal }) => {
    const start = width;
    width += signal.width;
    return { signal, columnsOf: (of: Matrix) => of.columnsFrom(start, signal.width) };
  });
  const values = arena.matrix(like.time * like.batch, width);
  for (const { signal, columnsOf } of places) everyStep(signal, like, columnsOf(values), copy);
  return {
    output: dense(like, values),
    backward: (dOutput) =>
      places.map(({ signal, columnsOf }) => gradientOf(arena, signal, like, columnsOf(dOutput))),
  };
}

function added(arena: Arena, where: string, like: DenseSignal, parts: readonly JoinPart[]): Joined {
  const [first, ...rest] = parts as [JoinPart, ...JoinPart[]];
  const { width } = first.signal;
  const values = arena.matrix(like.time * like.batch, width);
  everyStep(first.signal, like, values, copy);
  for (const { name, signal } of rest) {
    if (signal.width !== width)
      throw rangeError(where, name, `has width ${signal.width}`, `${width}, as ${first.name} has: their sum`);
    everyStep(signal, like, values, (out, x) => add(out, out, x));
  }
  return {
    output: dense(like, values),
    backward: (dOutput) => parts.map(({ signal }) => gradientOf(arena, signal, like, dOutput)),
  };
}

/** Applies `write` to the rows of `out`: at once, or for a part without a time axis at every step of `like`. */
function everyStep(
  part: DenseSignal,
  like: DenseSignal,
  out: Matrix,
  write: (out: Matrix, x: Matrix) => void,
): void {
  if (part.timed === like.timed) write(out, part.values);
  else for (let t = 0; t < like.time; t++) write(out.rowsFrom(t * like.batch, like.batch), part.values);
}

/** The gradient of a part, from that of all its copies. */
function gradientOf(arena: Arena, part: DenseSignal, like: DenseSignal, dOut: Matrix): Matrix {
  const { batch, time } = like;
  if (part.timed !== like.timed) {
    const sum = arena.zeros(batch, part.width);
    for (let t = 0; t < time; t++) add(sum, sum, dOut.rowsFrom(t * batch, batch));
    return sum;
  }
  const d = arena.matrix(dOut.rows, part.width);
  copy(d, dOut);
  return d;
}

/** The first part with a time axis, or the first, whose extent all others share. */
function aligned(where: string, parts: readonly JoinPart[]): DenseSignal {
  const like = parts.find(({ signal }) => signal.timed) ?? parts[0]!;
  const { batch, time, lengths } = like.signal;
  const differs = (name: string, came: string, expected: string) =>
    rangeError(where, name, `has ${came}`, `${expected}, as ${like.name} has: they are joined`);
  for (const { name, signal } of parts) {
    if (signal.batch !== batch) throw differs(name, `${signal.batch} sequences`, `${batch}`);
    if (!signal.timed) continue;
    if (signal.time !== time) throw differs(name, `${signal.time} steps`, `${time}`);
    for (let b = 0; b < batch; b++) {
      const [own, other] = [signal.lengths?.[b] ?? time, lengths?.[b] ?? time];
      if (own !== other) throw differs(name, `length ${own} at sequence ${b}`, `${other}`);
    }
  }
  return like.signal;
}
