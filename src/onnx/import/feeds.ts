/** The inputs of a run, checked against their declarations in the graph. */
import { isBuiltin } from '../../common/builtin.ts';
import { rangeError, show, typeError } from '../../common/errors.ts';
import { elementsOf, type Indices, type Tensor } from '../../common/tensor.ts';
import type { GraphValue } from './graph.ts';
import { isValueShape, type Kind, type Value } from './value.ts';

/** Whole numbers as ONNX Runtime takes and gives them. */
export interface Int64s {
  readonly data: BigInt64Array;
  readonly shape: readonly number[];
}

/** The inputs of a graph by name: real or whole numbers. */
export interface OnnxFeeds {
  readonly [name: string]: Tensor | Indices | Int64s;
}

const WHERE = 'OnnxModel.run';

/** The values of all inputs, by name. */
export function fed(inputs: readonly GraphValue[], feeds: OnnxFeeds): [string, Value][] {
  const names = inputs.map(({ name }) => show(name)).join(', ');
  if (typeof feeds !== 'object' || feeds === null)
    throw typeError(WHERE, 'feeds', `is ${show(feeds)}`, `an object with ${names || 'no inputs'}`);
  for (const name of Object.keys(feeds))
    if (!inputs.some((input) => input.name === name))
      throw rangeError(WHERE, 'feeds', `has ${show(name)}`, names);
  return inputs.map((input) => [input.name, feedOf(input, feeds)]);
}

function feedOf({ name, kind, shape }: GraphValue, feeds: OnnxFeeds): Value {
  const feed = Object.hasOwn(feeds, name) ? feeds[name] : undefined;
  if (feed === undefined) throw rangeError(WHERE, 'feeds', `lacks ${show(name)}`, 'all inputs of the graph');
  const argument = `feeds[${show(name)}]`;
  if (!ArrayBuffer.isView(feed?.data) || !Array.isArray(feed.shape))
    throw typeError(WHERE, argument, `is ${show(feed)}`, 'a tensor or indices');
  const fits =
    shape === undefined ||
    (feed.shape.length === shape.length &&
      shape.every((size, at) => typeof size === 'string' || size === feed.shape[at]));
  if (!fits || !isValueShape(feed.shape) || elementsOf(feed.shape) !== feed.data.length)
    throw rangeError(
      WHERE,
      argument,
      `has ${feed.data.length} elements of shape [${feed.shape.join(', ')}]`,
      `[${(shape ?? []).map((size) => (size === '' ? 'any' : size)).join(', ')}]`,
    );
  return { kind, data: elementsFor(kind, argument, feed.data), shape: feed.shape };
}

const whole: { readonly [K in Kind]?: readonly [fits: (x: number) => boolean, expected: string] } = {
  whole: [Number.isSafeInteger, 'whole numbers up to 2⁵³'],
  truth: [(x) => x === 0 || x === 1, '0 or 1'],
};

/** The numbers of an input; indices and lengths may come as real numbers, but must be whole. */
function elementsFor(kind: Kind, argument: string, data: OnnxFeeds[string]['data']): Value['data'] {
  const long = isBuiltin(data, 'BigInt64Array');
  if (!long && !isBuiltin(data, 'Float32Array', 'Float64Array', 'Int32Array'))
    throw typeError(WHERE, argument, `has data that is ${show(data)}`, 'a tensor or indices');
  if (long && kind === 'real')
    throw typeError(WHERE, argument, 'has data of int64', 'real numbers: a Float32Array or Float64Array');
  const numbers = isBuiltin(data, 'Float32Array', 'Float64Array')
    ? data
    : Float64Array.from(data as ArrayLike<number | bigint>, Number);
  const [fits, expected] = whole[kind] ?? [];
  const bad = fits === undefined ? -1 : numbers.findIndex((x: number) => !fits(x));
  if (bad >= 0) throw rangeError(WHERE, argument, `has ${show(data[bad])} at ${bad}`, expected!);
  return numbers;
}
