/** Operators that make values, or give their elements another shape or order. */
import { elementsOf } from '../../common/tensor.ts';
import {
  listOf,
  type Making,
  numberOf,
  numbersOf,
  type Operator,
  refused,
  required,
  tensorOf,
  unary,
  wholesOf,
} from './operator.ts';
import { allocate, axisOf, listed, reshaped, transposed, type Value, whole } from './value.ts';

const same = unary(() => (x) => x);

const dropout = unary(({ node }) => (x, inputs) => {
  if (inputs[2]?.data[0]) throw refused(node, 'drops elements, as in training', 'a training_mode of false');
  return x;
});

const constant: Operator = (making) => {
  const { attributes } = making.node;
  const name = ['value_float', 'value_int', 'value_floats', 'value_ints'].find((each) =>
    attributes.has(each),
  );
  const made = name === undefined ? tensorOf(making, 'value') : numbersIn(making, name);
  if (made === undefined)
    throw refused(making.node, 'has no numbers', 'a tensor, a number, or a list of them');
  return () => [made];
};

function numbersIn(making: Making, name: string): Value {
  const kind = name.startsWith('value_float') ? 'real' : 'whole';
  const list = name.endsWith('s') ? numbersOf(making, name)! : undefined;
  return { ...(list === undefined ? whole([numberOf(making, name, 0)], []) : whole(list)), kind };
}

const shape: Operator = (making) => {
  const [start, end] = [numberOf(making, 'start', 0), numberOf(making, 'end', Number.MAX_SAFE_INTEGER)];
  return (inputs) => [whole(required(making.node, inputs[0], 0).shape.slice(start, end))];
};

const reshape = unary((making) => {
  const keepZero = numberOf(making, 'allowzero', 0) !== 0;
  return (x, inputs) => {
    const wanted = Array.from(required(making.node, inputs[1], 1).data, (size, at) =>
      size === 0 && !keepZero ? (x.shape[at] ?? 0) : size,
    );
    const known = wanted.reduce((product, size) => (size === -1 ? product : product * size), 1);
    const sizes = wanted.map((size) => (size === -1 ? x.data.length / (known || 1) : size));
    if (elementsOf(sizes) !== x.data.length || sizes.some((size) => !Number.isInteger(size)))
      throw refused(making.node, `makes shape ${listed(wanted)} of ${listed(x.shape)}`, 'as many elements');
    return reshaped(x, sizes);
  };
});

const squeeze = unary((making) => {
  const axes = listOf(making, 'axes', 1);
  return (x, inputs) => {
    const rank = x.shape.length;
    const given = axes(inputs)?.map((axis) => axisOf(axis, rank));
    const gone = (size: number, at: number) => (given === undefined ? size === 1 : given.includes(at));
    if (x.shape.some((size, at) => size !== 1 && gone(size, at)))
      throw refused(making.node, `removes an axis of [${x.shape.join(', ')}] that is not 1`, 'axes of 1');
    return reshaped(
      x,
      x.shape.filter((size, at) => !gone(size, at)),
    );
  };
});

const unsqueeze = unary((making) => {
  const axes = listOf(making, 'axes', 1);
  return (x, inputs) => {
    const given = axes(inputs) ?? [];
    const rank = x.shape.length + given.length;
    const added = new Set(given.map((axis) => axisOf(axis, rank)));
    const rest = [...x.shape];
    return reshaped(
      x,
      Array.from({ length: rank }, (_, at) => (added.has(at) ? 1 : rest.shift()!)),
    );
  };
});

const flatten = unary((making) => {
  const given = numberOf(making, 'axis', 1);
  return (x) => {
    const axis = given === x.shape.length ? given : axisOf(given, x.shape.length);
    return reshaped(x, [elementsOf(x.shape.slice(0, axis)), elementsOf(x.shape.slice(axis))]);
  };
});

const transpose = unary((making) => {
  const given = numbersOf(making, 'perm');
  return (x) => {
    const order = given ?? x.shape.map((_, at) => x.shape.length - 1 - at);
    if (
      order.length !== x.shape.length ||
      new Set(order).size !== order.length ||
      order.some((axis) => x.shape[axis] === undefined)
    )
      throw refused(making.node, `orders ${listed(order)} of ${x.shape.length} axes`, 'each axis once');
    return transposed(x, order);
  };
});

const concat: Operator = (making) => {
  const given = numberOf(making, 'axis', 0);
  return (inputs) => {
    const parts = inputs.map((part, at) => required(making.node, part, at));
    const first = required(making.node, parts[0], 0);
    const axis = axisOf(given, first.shape.length);
    const others = (of: Value) => of.shape.filter((_, at) => at !== axis).join();
    if (parts.some((part) => part.shape.length !== first.shape.length || others(part) !== others(first)))
      throw refused(
        making.node,
        `joins shapes ${parts.map((part) => `[${part.shape.join(', ')}]`).join(', ')}`,
        'ones that fit',
      );
    const sizes = first.shape.map((size, at) =>
      at === axis ? parts.reduce((sum, part) => sum + part.shape[axis]!, 0) : size,
    );
    const out = allocate(first.kind, sizes, first.data);
    const inner = elementsOf(first.shape.slice(axis + 1));
    const width = sizes[axis]! * inner;
    let offset = 0;
    for (const part of parts) {
      const piece = part.shape[axis]! * inner;
      for (let i = 0; i * piece < part.data.length; i++)
        out.data.set(part.data.subarray(i * piece, (i + 1) * piece), i * width + offset);
      offset += piece;
    }
    return [out];
  };
};

const constantOfShape: Operator = (making) => {
  const { node } = making;
  const { kind, data } = tensorOf(making, 'value') ?? { kind: 'real', data: Float32Array.of(0) };
  if (data.length !== 1) throw refused(node, `fills with ${data.length} numbers`, 'one');
  return (inputs) => {
    const out = allocate(kind, wholesOf(node, required(node, inputs[0], 0)), data);
    out.data.fill(data[0]!);
    return [out];
  };
};

const range: Operator =
  ({ node }) =>
  (inputs) => {
    const [start, limit, delta] = [0, 1, 2].map((at) => required(node, inputs[at], at).data[0]!) as [
      number,
      number,
      number,
    ];
    const out = allocate(inputs[0]!.kind, [Math.max(Math.ceil((limit - start) / delta), 0)], inputs[0]!.data);
    for (let i = 0; i < out.data.length; i++) out.data[i] = start + i * delta;
    return [out];
  };

export const arrangement: { readonly [op: string]: Operator } = {
  Concat: concat,
  Constant: constant,
  ConstantOfShape: constantOfShape,
  // Active only in training.
  Dropout: dropout,
  Flatten: flatten,
  Identity: same,
  Range: range,
  Reshape: reshape,
  Shape: shape,
  Size: unary(() => (x) => whole([x.data.length], [])),
  Squeeze: squeeze,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
};
