/** Operators without arithmetic: they rearrange elements or return shapes. */
import { elementsOf } from '../common/tensor.ts';
import {
  listOf,
  type Making,
  numberOf,
  numbersOf,
  type Operator,
  refused,
  required,
  textOf,
  unary,
} from './operator.ts';
import {
  allocate,
  axisOf,
  broadcastIndices,
  broadcastShape,
  picked,
  reshaped,
  sliced,
  stridesOf,
  transposed,
  type Value,
  whole,
} from './value.ts';

const same = unary(() => (x) => x);

const constant: Operator = ({ node }) => {
  const { attributes } = node;
  const value = attributes.get('value');
  const single = attributes.get('value_float') ?? attributes.get('value_int');
  const list = attributes.get('value_floats') ?? attributes.get('value_ints');
  const real = attributes.has('value_float') || attributes.has('value_floats');
  const numbers = (typeof single === 'number' ? [single] : list) as readonly number[] | undefined;
  const made =
    numbers === undefined
      ? (value as Value | undefined)
      : {
          ...whole(numbers, typeof single === 'number' ? [] : [numbers.length]),
          kind: real ? ('real' as const) : ('whole' as const),
        };
  if (made?.data === undefined)
    throw refused(node, 'has no numbers', 'a tensor, a number, or a list of them');
  return () => [made];
};

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
      throw refused(
        making.node,
        `makes shape [${wanted.join(', ')}] of [${x.shape.join(', ')}]`,
        'as many elements',
      );
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
      throw refused(making.node, `orders [${order.join(', ')}] of ${x.shape.length} axes`, 'each axis once');
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

const slice = unary((making) => {
  const [starts, ends, axes] = ['starts', 'ends', 'axes'].map((name, at) => listOf(making, name, at + 1)) as [
    ReturnType<typeof listOf>,
    ReturnType<typeof listOf>,
    ReturnType<typeof listOf>,
  ];
  return (x, inputs) => {
    const from = starts(inputs) ?? [];
    const to = ends(inputs) ?? [];
    const along = axes(inputs) ?? from.map((_, at) => at);
    const steps = inputs[4] ? Array.from(inputs[4].data) : from.map(() => 1);
    return from.reduce((value, start, i) => {
      const axis = axisOf(along[i] ?? Number.NaN, x.shape.length);
      const size = value.shape[axis]!;
      const step = steps[i] ?? 1;
      if (step === 0) throw refused(making.node, 'has step 0', 'another');
      const bound = (place: number, least: number, most: number) =>
        Math.min(Math.max(place < 0 ? place + size : place, least), most);
      const [first, last] =
        step > 0
          ? [bound(start, 0, size), bound(to[i]!, 0, size)]
          : [bound(start, -1, size - 1), to[i]! < -size ? -1 : bound(to[i]!, -1, size - 1)];
      return sliced(value, axis, first, Math.max(Math.ceil((last - first) / step), 0), step);
    }, x);
  };
});

const split: Operator = (making) => {
  const given = numberOf(making, 'axis', 0);
  const sizes = listOf(making, 'split', 1);
  const { node } = making;
  return (inputs) => {
    const x = required(node, inputs[0], 0);
    const axis = axisOf(given, x.shape.length);
    const parts = node.outputs.length;
    const size = Math.ceil(x.shape[axis]! / parts);
    const lengths = sizes(inputs) ?? node.outputs.map((_, i) => Math.min(size, x.shape[axis]! - i * size));
    let start = 0;
    return lengths.map((length) => {
      start += length;
      if (start > x.shape[axis]!)
        throw refused(node, `cuts ${start} of ${x.shape[axis]}`, 'as many as there are');
      return sliced(x, axis, start - length, length);
    });
  };
};

const expand = unary((making) => (x, inputs) => {
  const wanted = broadcastShape(x.shape, Array.from(required(making.node, inputs[1], 1).data));
  return picked(x, wanted, broadcastIndices(x.shape, wanted));
});

const tile = unary((making) => (x, inputs) => {
  const repeats = Array.from(required(making.node, inputs[1], 1).data);
  const strides = stridesOf(x.shape);
  const wanted = x.shape.map((size, axis) => size * (repeats[axis] ?? 1));
  const outer = stridesOf(wanted);
  return picked(x, wanted, (at) =>
    x.shape.reduce(
      (place, size, axis) =>
        place + ((Math.floor(at / outer[axis]!) % wanted[axis]!) % size) * strides[axis]!,
      0,
    ),
  );
});

const constantOfShape: Operator = ({ node }) => {
  const value = (node.attributes.get('value') as Value | undefined) ?? {
    kind: 'real' as const,
    data: Float32Array.of(0),
    shape: [1],
  };
  return (inputs) => {
    const out = allocate(value.kind, Array.from(required(node, inputs[0], 0).data), value.data);
    out.data.fill(value.data[0]!);
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

const oneHot: Operator = (making) => {
  const { node } = making;
  if (numberOf(making, 'axis', -1) !== -1) throw refused(node, 'has another axis', '-1');
  return (inputs) => {
    const [indices, depth, values] = [0, 1, 2].map((at) => required(node, inputs[at], at)) as [
      Value,
      Value,
      Value,
    ];
    const classes = depth.data[0]!;
    const out = allocate(values.kind, [...indices.shape, classes], values.data);
    out.data.fill(values.data[0]!);
    indices.data.forEach((index: number, at: number) => {
      const place = index < 0 ? index + classes : index;
      if (place >= 0 && place < classes) out.data[at * classes + place] = values.data[1]!;
    });
    return [out];
  };
};

const pad = unary((making) => {
  const mode = textOf(making, 'mode', 'constant');
  const { node } = making;
  if (mode !== 'constant' && mode !== 'reflect')
    throw refused(node, `has mode ${mode}`, 'constant or reflect');
  const amounts = listOf(making, 'pads', 1);
  return (x, inputs) => {
    const pads = amounts(inputs) ?? [];
    const rank = x.shape.length;
    if (pads.length !== 2 * rank)
      throw refused(node, `pads ${pads.length} sides of ${rank} axes`, `${2 * rank}`);
    const wanted = x.shape.map((size, axis) => size + pads[axis]! + pads[axis + rank]!);
    const filling = inputs[2]?.data[0] ?? numberOf(making, 'value', 0);
    const [outer, strides] = [stridesOf(wanted), stridesOf(x.shape)];
    if (
      mode === 'reflect' &&
      x.shape.some((size, axis) => Math.max(pads[axis]!, pads[axis + rank]!) >= Math.max(size, 1))
    )
      throw refused(node, `mirrors more than shape [${x.shape.join(', ')}] has`, 'fewer');
    const out = allocate(x.kind, wanted, x.data);
    for (let at = 0; at < out.data.length; at++) {
      let [place, inside] = [0, true];
      for (let axis = 0; axis < rank; axis++) {
        const size = x.shape[axis]!;
        let i = (Math.floor(at / outer[axis]!) % wanted[axis]!) - pads[axis]!;
        if (mode === 'reflect') i = i < 0 ? -i : i >= size ? 2 * size - 2 - i : i;
        inside &&= i >= 0 && i < size;
        place += i * strides[axis]!;
      }
      out.data[at] = inside ? x.data[place]! : filling;
    }
    return out;
  };
});

/** Picks elements along an axis by index. */
export function gathered(x: Value, indices: Value, axis: number, making: Making): Value {
  const size = x.shape[axis]!;
  const inner = elementsOf(x.shape.slice(axis + 1));
  const wanted = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  const bad = indices.data.find((index: number) => !(index >= -size && index < size));
  if (bad !== undefined) throw refused(making.node, `takes element ${bad} of ${size}`, 'one that there is');
  const count = indices.data.length;
  return picked(x, wanted, (at) => {
    const index = indices.data[Math.floor(at / inner) % count]!;
    return (
      (Math.floor(at / inner / count) * size + (index < 0 ? index + size : index)) * inner + (at % inner)
    );
  });
}

export const arrangement: { readonly [op: string]: Operator } = {
  Concat: concat,
  Constant: constant,
  ConstantOfShape: constantOfShape,
  // Active only in training.
  Dropout: same,
  Expand: expand,
  Flatten: flatten,
  Identity: same,
  OneHot: oneHot,
  Pad: pad,
  Range: range,
  Reshape: reshape,
  Shape: shape,
  Size: unary(() => (x) => whole([x.data.length], [])),
  Slice: slice,
  Split: split,
  Squeeze: squeeze,
  Tile: tile,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
};
