/** Reads Keras's JSON description of a model: a chain of layers, from any file format. */
import { rangeError, show } from '../common/errors.ts';

/** The supported part of a layer's configuration. */
export interface KerasLayer {
  readonly type: string;
  readonly name: string;
  readonly options: { readonly [name: string]: unknown };
}

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads a layer from `{ class_name, config }`. */
export function layerOf(where: string, of: unknown): KerasLayer {
  const { class_name: type, config, name } = isObject(of) ? of : {};
  if (typeof type !== 'string' || !isObject(config))
    throw rangeError(where, 'the model', `holds ${show(of)}`, 'layers of a class_name and a config');
  const own = typeof config.name === 'string' ? config.name : name;
  return { type, name: typeof own === 'string' ? own : type, options: config };
}

/** The layers of a Sequential model, or of a functional model without branches, in order. */
export function layersOf(where: string, model: unknown): KerasLayer[] {
  const { type, options } = layerOf(where, model);
  const { layers } = options;
  if (!Array.isArray(layers))
    throw rangeError(
      where,
      'the model',
      `is a ${show(type)} without layers`,
      'a Sequential or functional model',
    );
  if (type === 'Sequential') return layers.map((of) => layerOf(where, of));
  if (type !== 'Model' && type !== 'Functional')
    throw rangeError(where, 'the model', `is a ${show(type)}`, 'a Sequential or functional model');
  return straight(where, layers, options.output_layers);
}

/** Follows a functional model from its output back to its input. */
function straight(where: string, layers: readonly unknown[], outputs: unknown): KerasLayer[] {
  const byName = new Map<string, unknown>(layers.map((of) => [layerOf(where, of).name, of]));
  const ends = historiesOf(outputs);
  const chain: KerasLayer[] = [];
  let names = ends;
  while (names.length > 0) {
    const [name] = names as [string];
    const of = byName.get(name);
    if (names.length > 1 || of === undefined || chain.length >= layers.length)
      throw rangeError(
        where,
        'the model',
        `joins ${names.map(show).join(' and ')}`,
        'layers one after another',
      );
    chain.unshift(layerOf(where, of));
    names = historiesOf((of as { inbound_nodes?: unknown }).inbound_nodes);
  }
  return chain;
}

/** Layer names from `[["name", 0, 0]]`, `[[["name", 0, 0, {}]]]`, or the tensors of Keras 3. */
function historiesOf(nodes: unknown, depth = 0): string[] {
  if (depth > 8) return [];
  if (isObject(nodes)) {
    const { keras_history: history, args, config } = nodes;
    if (Array.isArray(history)) return historiesOf(history, depth + 1);
    return [...historiesOf(args, depth + 1), ...historiesOf(config, depth + 1)];
  }
  if (!Array.isArray(nodes)) return [];
  if (typeof nodes[0] === 'string') return [nodes[0]];
  return nodes.flatMap((node) => historiesOf(node, depth + 1));
}
