/** Operators that select elements by position: parts of a value, repetitions and padding. */
import { show } from '../../common/errors.ts';
import { elementsOf } from '../../common/tensor.ts';
import {
  listOf,
  type Making,
  numberOf,
  type Operator,
  refused,
  required,
  textOf,
  unary,
  wholesOf,
} from './operator.ts';
import {
  allocate,
  axisOf,
  broadcastIndices,
  broadcastShape,
  picked,
  sliced,
  stridesOf,
  type Value,
} from './value.ts';

const slice = unary((making) => {
  const lists = ['starts', 'ends', 'axes', 'steps'].map((name, at) => listOf(making, name, at + 1));
  return (x, inputs) => {
    const [from = [], to = [], axes, given] = lists.map((list) => list(inputs));
    const along = axes ?? from.map((_, at) => at);
    const steps = given ?? from.map(() => 1);
    if ([to, along, steps].some(({ length }) => length !== from.length))
      throw refused(making.node, 'has starts, ends, axes and steps of other lengths', 'as many of each');
    return from.reduce((value, start, i) => {
      const axis = axisOf(along[i]!, x.shape.length);
      const size = value.shape[axis]!;
      const step = steps[i]!;
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
  const wanted = broadcastShape(x.shape, wholesOf(making.node, required(making.node, inputs[1], 1)));
  return picked(x, wanted, broadcastIndices(x.shape, wanted));
});

const tile = unary((making) => (x, inputs) => {
  const repeats = wholesOf(making.node, required(making.node, inputs[1], 1));
  if (repeats.length !== x.shape.length)
    throw refused(making.node, `repeats ${repeats.length} of ${x.shape.length} axes`, 'each');
  const strides = stridesOf(x.shape);
  const wanted = x.shape.map((size, axis) => size * repeats[axis]!);
  const outer = stridesOf(wanted);
  return picked(x, wanted, (at) =>
    x.shape.reduce(
      (place, size, axis) =>
        place + ((Math.floor(at / outer[axis]!) % wanted[axis]!) % size) * strides[axis]!,
      0,
    ),
  );
});

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
    if (values.data.length !== 2)
      throw refused(node, `has ${values.data.length} values`, 'one off and one on');
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
    throw refused(node, `has mode ${show(mode)}`, 'constant or reflect');
  const amounts = listOf(making, 'pads', 1);
  const usual = numberOf(making, 'value', 0);
  return (x, inputs) => {
    if (inputs[3] !== undefined) throw refused(node, 'pads chosen axes', 'all axes');
    const pads = amounts(inputs) ?? [];
    const rank = x.shape.length;
    if (pads.length !== 2 * rank)
      throw refused(node, `pads ${pads.length} sides of ${rank} axes`, `${2 * rank}`);
    const wanted = x.shape.map((size, axis) => size + pads[axis]! + pads[axis + rank]!);
    const filling = inputs[2]?.data[0] ?? usual;
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
  const bad = indices.data.find(
    (index: number) => !(index >= -size && index < size && Number.isInteger(index)),
  );
  if (bad !== undefined) throw refused(making.node, `takes element ${bad} of ${size}`, 'one that there is');
  const count = indices.data.length;
  return picked(x, wanted, (at) => {
    const index = indices.data[Math.floor(at / inner) % count]!;
    return (
      (Math.floor(at / inner / count) * size + (index < 0 ? index + size : index)) * inner + (at % inner)
    );
  });
}

/** The operators by name. Gather is among those with weights. */
export const indexing: { readonly [op: string]: Operator } = {
  Expand: expand,
  OneHot: oneHot,
  Pad: pad,
  Slice: slice,
  Split: split,
  Tile: tile,
};
