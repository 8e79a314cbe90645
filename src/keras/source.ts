import { rangeError, show } from '../common/errors.ts';
import { elementsOf, type Tensor } from '../common/tensor.ts';
import type { Backend } from '../kernels/backend.ts';
import type { AnyLayer } from '../layers/sequential.ts';
import type { Parameter } from '../matrix/parameter.ts';
import type { KerasLayer } from './config.ts';

/** Looks up the weights of a layer, or of one of its directions, by Keras name. */
export type Weights = (
  layer: KerasLayer,
  direction: 'forward' | 'backward' | undefined,
  name: string,
) => Tensor;

/** The context for building layers. */
export interface Source {
  readonly where: string;
  readonly weights: Weights;
  readonly backend: Backend;
  /** Whether steps are masked before this layer. */
  masked: boolean;
}

/** Builds the layers equivalent to a Keras layer. */
export type Maker = (layer: KerasLayer, source: Source) => readonly AnyLayer[];

/** An error about a layer. */
export function refused(
  { where }: Source,
  { type, name }: KerasLayer,
  came: string,
  expected: string,
): RangeError {
  return rangeError(where, `layer ${show(name)} (${type})`, came, expected);
}

/** A weight with this number of axes. */
export function weight(
  source: Source,
  layer: KerasLayer,
  name: string,
  axes: number,
  direction?: 'forward' | 'backward',
): Tensor {
  const tensor = source.weights(layer, direction, name);
  if (tensor.shape.length === axes && tensor.data.length === elementsOf(tensor.shape)) return tensor;
  throw refused(source, layer, `has ${name} of shape [${tensor.shape.join(', ')}]`, `${axes} axes`);
}

/** Writes a parameter of the same length. */
export function write(
  source: Source,
  layer: KerasLayer,
  name: string,
  parameter: Parameter,
  values: ArrayLike<number>,
): void {
  const count = elementsOf(parameter.shape);
  if (values.length !== count)
    throw refused(
      source,
      layer,
      `has ${name} of ${values.length} numbers`,
      `${count} for shape [${parameter.shape.join(', ')}]`,
    );
  parameter.write(values);
}

/** [rows, columns] → [columns, rows] */
export function turned({ data, shape: [rows, columns] }: Tensor): Float64Array {
  return Float64Array.from(data, (_, at) => data[(at % rows!) * columns! + Math.floor(at / rows!)]!);
}

/** Reorders blocks: block i comes from `order[i]`. */
export function ordered(values: ArrayLike<number>, order: readonly number[]): Float64Array {
  const block = values.length / order.length;
  return Float64Array.from(values, (_, at) => values[order[Math.floor(at / block)]! * block + (at % block)]!);
}

/** A setting with the given allowed values; the first is the default. */
export function setting<Word>(source: Source, layer: KerasLayer, name: string, words: readonly Word[]): Word {
  const value = (layer.options[name] ?? words[0]) as Word;
  if (words.includes(value)) return value;
  throw refused(source, layer, `has ${name} ${show(value)}`, words.map(show).join(' or '));
}

/** A whole number, alone or in a list of one, as for kernel sizes. */
export function size(source: Source, layer: KerasLayer, name: string, otherwise: number): number {
  const value = [layer.options[name] ?? otherwise].flat()[0];
  if (Number.isSafeInteger(value) && (value as number) > 0) return value as number;
  throw refused(source, layer, `has ${name} ${show(value)}`, 'a whole number of at least 1');
}

/** Whether a layer has a bias, the default. */
export const hasBias = ({ options }: KerasLayer): boolean => options.use_bias !== false;
