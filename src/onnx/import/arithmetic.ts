/** Operators that compute elementwise or over axes. */
import { elementsOf } from '../../common/tensor.ts';
import { logSum, softmax } from '../../math/elementary.ts';
import { kindOf } from './graph.ts';
import { listOf, type Making, numberOf, type Operator, refused, required, unary } from './operator.ts';
import { spanOf, takeElements, takeOperations } from './room.ts';
import {
  allocate,
  axisOf,
  broadcastIndices,
  broadcastShape,
  type Kind,
  reshaped,
  stridesOf,
  type Value,
} from './value.ts';

const each = (f: (x: number) => number): Operator =>
  unary(() => (x) => {
    const out = allocate(x.kind, x.shape, x.data);
    for (let i = 0; i < out.data.length; i++) out.data[i] = f(x.data[i]!);
    return out;
  });

function combined(a: Value, b: Value, kind: Kind, f: (a: number, b: number) => number): Value {
  const shape = broadcastShape(a.shape, b.shape);
  const out = allocate(kind, shape, a.data);
  const [ofA, ofB] = [broadcastIndices(a.shape, shape), broadcastIndices(b.shape, shape)];
  for (let i = 0; i < out.data.length; i++) out.data[i] = f(a.data[ofA(i)]!, b.data[ofB(i)]!);
  return out;
}

const pair =
  (f: (a: number, b: number, kind: Kind) => number, kind?: Kind): Operator =>
  ({ node }) =>
  (inputs) => {
    const [a, b] = [required(node, inputs[0], 0), required(node, inputs[1], 1)];
    return [combined(a, b, kind ?? a.kind, (x, y) => f(x, y, a.kind))];
  };

const truth = (f: (a: number, b: number) => boolean) => pair((a, b) => (f(a, b) ? 1 : 0), 'truth');

const where: Operator =
  ({ node }) =>
  (inputs) => {
    const [condition, a, b] = [0, 1, 2].map((at) => required(node, inputs[at], at)) as [Value, Value, Value];
    const shape = broadcastShape(condition.shape, broadcastShape(a.shape, b.shape));
    const out = allocate(a.kind, shape, a.data);
    const of = [condition, a, b].map((value) => broadcastIndices(value.shape, shape)) as ((
      at: number,
    ) => number)[];
    for (let i = 0; i < out.data.length; i++)
      out.data[i] = condition.data[of[0]!(i)] === 0 ? b.data[of[2]!(i)]! : a.data[of[1]!(i)]!;
    return [out];
  };

const cast = unary((making) => {
  const kind = kindOf(numberOf(making, 'to', 1));
  return (x) => {
    const out = allocate(kind, x.shape, x.kind === 'real' ? x.data : new Float32Array());
    for (let i = 0; i < out.data.length; i++) {
      const value = x.data[i]!;
      out.data[i] = kind === 'truth' ? (value === 0 ? 0 : 1) : kind === 'whole' ? Math.trunc(value) : value;
    }
    return out;
  };
});

// The cost of a reduced element, in multiply–adds of the kernels.
const PER_REDUCED = 16;

/** Folds the elements along axes to one. */
const reduce = (fold: (values: ArrayLike<number>) => number): Operator =>
  unary((making) => {
    const axes = listOf(making, 'axes', 1);
    const keep = numberOf(making, 'keepdims', 1) !== 0;
    const noneMeansNone = numberOf(making, 'noop_with_empty_axes', 0) !== 0;
    return (x, inputs) => {
      const given = axes(inputs);
      if ((given === undefined || given.length === 0) && noneMeansNone) return x;
      const rank = x.shape.length;
      const over = new Set(
        (given?.length ? given : x.shape.map((_, at) => at)).map((axis) => axisOf(axis, rank)),
      );
      const inner = x.shape.filter((_, at) => over.has(at));
      const outer = x.shape.filter((_, at) => !over.has(at));
      const strides = stridesOf(x.shape);
      const [innerSteps, outerSteps] = [true, false].map((of) =>
        strides.filter((_, at) => over.has(at) === of),
      ) as [number[], number[]];
      const out = allocate(x.kind, outer, x.data);
      takeElements(spanOf(inner));
      takeOperations(PER_REDUCED * x.data.length);
      const values = new Float64Array(elementsOf(inner));
      for (let i = 0; i < out.data.length; i++) {
        const from = placed(i, outer, outerSteps);
        for (let j = 0; j < values.length; j++) values[j] = x.data[from + placed(j, inner, innerSteps)]!;
        out.data[i] = fold(values);
      }
      return keep
        ? reshaped(
            out,
            x.shape.map((size, at) => (over.has(at) ? 1 : size)),
          )
        : out;
    };
  });

function placed(at: number, shape: readonly number[], steps: readonly number[]): number {
  let rest = at;
  let place = 0;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    place += (rest % shape[axis]!) * steps[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return place;
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}

function largest(values: ArrayLike<number>): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) most = Math.max(most, values[i]!);
  return most;
}

/** exp(x − max) over an axis, divided by its sum, or the logarithm of that. */
const softmaxOver = (log: boolean): Operator =>
  unary((making) => {
    const { opset, node } = making;
    const given = numberOf(making, 'axis', opset < 13 ? 1 : -1);
    return (x) => {
      const rank = x.shape.length;
      const axis = axisOf(given, rank);
      // Before version 13, this axis and all later ones were treated as one.
      if (opset < 13 && axis !== rank - 1)
        throw refused(node, `has axis ${given}`, 'the last axis, before opset 13');
      const stride = stridesOf(x.shape)[axis]!;
      const size = x.shape[axis]!;
      const out = allocate('real', x.shape, x.data);
      for (let i = 0; i < x.data.length; i++) {
        if (Math.floor(i / stride) % size !== 0) continue;
        const at = (k: number) => i + k * stride;
        const row = Float64Array.from({ length: size }, (_, k) => x.data[at(k)]!);
        if (log) {
          const total = logSum(row);
          row.forEach((value, k) => {
            row[k] = value - total;
          });
        } else softmax(row);
        row.forEach((value, k) => {
          out.data[at(k)] = value;
        });
      }
      return out;
    };
  });

const layerNormalization: Operator = (making) => {
  const { node } = making;
  const [given, epsilon] = [numberOf(making, 'axis', -1), numberOf(making, 'epsilon', 1e-5)];
  return (inputs) => {
    const [x, scale, shift] = [required(node, inputs[0], 0), required(node, inputs[1], 1), inputs[2]];
    const width = elementsOf(x.shape.slice(axisOf(given, x.shape.length)));
    for (const each of [scale, shift])
      if (each !== undefined && each.data.length !== width)
        throw refused(node, `scales ${width} features by ${each.data.length}`, 'one for each');
    const out = allocate('real', x.shape, x.data);
    for (let from = 0; from < x.data.length; from += width) {
      const row = Float64Array.from(x.data.subarray(from, from + width));
      const mean = sum(row) / width;
      const variance = sum(row.map((value) => (value - mean) ** 2)) / width;
      row.forEach((value, j) => {
        out.data[from + j] =
          ((value - mean) / Math.sqrt(variance + epsilon)) * scale.data[j]! + (shift?.data[j] ?? 0);
      });
    }
    return [out];
  };
};

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

const clip: Operator = (making) => {
  const low = numberOf(making, 'min', Number.NEGATIVE_INFINITY);
  const high = numberOf(making, 'max', Number.POSITIVE_INFINITY);
  return (inputs) => {
    const x = required(making.node, inputs[0], 0);
    const [least, most] = [inputs[1]?.data[0] ?? low, inputs[2]?.data[0] ?? high];
    const out = allocate(x.kind, x.shape, x.data);
    for (let i = 0; i < out.data.length; i++) out.data[i] = Math.min(Math.max(x.data[i]!, least), most);
    return [out];
  };
};

// The cost of a multiply–add here, in those of the kernels.
const PER_MULTIPLIED = 4;

/** The matrix product of two values that are not weights. */
export function product(a: Value, b: Value, making: Making): Value {
  const [left, right] = [
    a.shape.length === 1 ? [1, ...a.shape] : a.shape,
    b.shape.length === 1 ? [...b.shape, 1] : b.shape,
  ];
  const [rows, inner] = left.slice(-2) as [number, number];
  const [innerB, columns] = right.slice(-2) as [number, number];
  if (inner !== innerB || left.length < 2 || right.length < 2)
    throw refused(
      making.node,
      `multiplies shapes [${a.shape.join(', ')}] and [${b.shape.join(', ')}]`,
      'ones that fit',
    );
  const [outerA, outerB] = [left.slice(0, -2), right.slice(0, -2)];
  const outer = broadcastShape(outerA, outerB);
  takeOperations(PER_MULTIPLIED * spanOf([...outer, rows, inner, columns]));
  const out = allocate('real', [...outer, rows, columns], a.data);
  const [ofA, ofB] = [broadcastIndices(outerA, outer), broadcastIndices(outerB, outer)];
  for (let m = 0; m < elementsOf(outer); m++) {
    const [atA, atB, at] = [ofA(m) * rows * inner, ofB(m) * inner * columns, m * rows * columns];
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        let total = 0;
        for (let k = 0; k < inner; k++)
          total += a.data[atA + i * inner + k]! * b.data[atB + k * columns + j]!;
        out.data[at + i * columns + j] = total;
      }
  }
  const shape = [
    ...outer,
    ...(a.shape.length === 1 ? [] : [rows]),
    ...(b.shape.length === 1 ? [] : [columns]),
  ];
  return reshaped(out, shape);
}

export const arithmetic: { readonly [op: string]: Operator } = {
  Abs: each(Math.abs),
  Add: pair((a, b) => a + b),
  And: truth((a, b) => a !== 0 && b !== 0),
  Cast: cast,
  Ceil: each(Math.ceil),
  Clip: clip,
  Cos: each(Math.cos),
  Div: pair((a, b, kind) => (kind === 'whole' ? Math.trunc(a / b) : a / b)),
  Equal: truth((a, b) => a === b),
  Exp: each(Math.exp),
  Floor: each(Math.floor),
  Greater: truth((a, b) => a > b),
  GreaterOrEqual: truth((a, b) => a >= b),
  LayerNormalization: layerNormalization,
  Less: truth((a, b) => a < b),
  LessOrEqual: truth((a, b) => a <= b),
  Log: each(Math.log),
  LogSoftmax: softmaxOver(true),
  Max: pair((a, b) => Math.max(a, b)),
  Min: pair((a, b) => Math.min(a, b)),
  Mul: pair((a, b) => a * b),
  Neg: each((x) => -x),
  Not: each((x) => (x === 0 ? 1 : 0)),
  Or: truth((a, b) => a !== 0 || b !== 0),
  Pow: pair((a, b) => a ** b),
  Reciprocal: each((x) => 1 / x),
  ReduceMax: reduce(largest),
  ReduceMean: reduce((values) => sum(values) / values.length),
  ReduceSum: reduce(sum),
  Relu: each((x) => Math.max(x, 0)),
  Sigmoid: each(sigmoid),
  Sin: each(Math.sin),
  Softmax: softmaxOver(false),
  Sqrt: each(Math.sqrt),
  Sub: pair((a, b) => a - b),
  Tanh: each(Math.tanh),
  Where: where,
};
