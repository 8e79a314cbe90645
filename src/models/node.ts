/** The nodes of a graph: inputs, layers applied to a node, and joins of several nodes. `graph.ts` runs them. */
import { Cell } from '../cells/cell.ts';
import { rangeError, show, typeError } from '../common/errors.ts';
import { instanceOf } from '../common/instance.ts';
import { size as sizeCheck, text } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import { Layer } from '../layers/layer.ts';
import type { AnyLayer, InputOf, Taking, WidthAfter } from '../layers/sequential.ts';

/** The input of this name before a layer decides whether it is a tensor or indices. */
export interface RawInput<Name extends string> {
  readonly raw: Name;
}

/** The inputs a node needs, by name; an input that no layer takes is a tensor. */
export type NeededBy<Needs> = Needs extends RawInput<infer Name> ? { readonly [N in Name]: Tensor } : Needs;

/** The inputs needed once a layer takes the node. */
type NeededThrough<Needs, L> =
  Needs extends RawInput<infer Name> ? { readonly [N in Name]: InputOf<L> } : Needs;

/** Any node. */
// biome-ignore lint/suspicious/noExplicitAny: any inputs
export type AnyNode = GraphNode<number, any>;

type SizeOf<Of> = Of extends GraphNode<infer Size, infer _Needs> ? Size : number;
type NeedsOf<Of> = Of extends GraphNode<number, infer Needs> ? NeededBy<Needs> : never;

/** Everything that any of the members needs. */
type All<Members> = (Members extends unknown ? (of: Members) => void : never) extends (of: infer Both) => void
  ? Both
  : never;

/** The inputs of several nodes together. */
export type NeedsOfAll<Nodes extends readonly unknown[]> = All<NeedsOf<Nodes[number]>>;

/** A node of width `Size`, for readable errors on a mismatch. */
export interface NodeOfSize<Size extends number> {
  readonly size: Size;
}

/** The nodes, if each may be of this width; widths known only as `number` are checked at run time. */
type OfSize<Nodes extends readonly unknown[], Size extends number> = {
  readonly [At in keyof Nodes]: number extends Size | SizeOf<Nodes[At]>
    ? Nodes[At]
    : SizeOf<Nodes[At]> extends Size
      ? Nodes[At]
      : NodeOfSize<Size>;
};

/** The ways to join nodes. */
export type JoinKind = 'concatenate' | 'sum';

/** The origin of a node's values. */
export type Origin =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'layer'; readonly layer: AnyLayer; readonly name: string | undefined }
  | { readonly kind: JoinKind };

/**
 * A value in a graph: an {@link input}, a layer's output, or a join. It computes nothing itself.
 *
 * @example
 * ```ts
 * import { Dense, input } from 'recurrent-cells';
 *
 * const hidden = input('features', 3).to(new Dense({ inputSize: 3, outputSize: 8 }), 'hidden');
 * hidden.size // → 8
 * ```
 */
export class GraphNode<Size extends number = number, Needs = unknown> {
  /** @internal The inputs it needs, for the compiler only. */
  declare readonly needs: Needs;
  /** The number of features; undefined if it is known only when the graph runs. */
  readonly size: Size | undefined;
  /** @internal */
  readonly origin: Origin;
  /** @internal The nodes it is computed from. */
  readonly from: readonly AnyNode[];

  /** @internal */
  constructor(origin: Origin, from: readonly AnyNode[], size: number | undefined) {
    this.origin = origin;
    this.from = from;
    this.size = size as Size | undefined;
  }

  /**
   * Applies a layer to this node. A layer applied to several nodes shares its parameters.
   *
   * @param name the prefix of the layer's parameters and the name of its state: default that of its head, or else its position
   * among the layers of the graph.
   * @throws TypeError if it is not a layer; RangeError if it takes another width, or indices where a layer gives features.
   */
  to<const L extends AnyLayer>(
    layer: L & Taking<L, Size>,
    name?: string,
  ): GraphNode<WidthAfter<L, Size>, NeededThrough<Needs, L>> {
    const where = 'GraphNode.to';
    const hint = (layer as unknown) instanceof Cell ? ': new Sequence(cell) makes one of a cell' : '';
    const { type, inputSize, outputSize, accepts } = instanceOf<AnyLayer>(
      where,
      'layer',
      layer,
      Layer,
      `a layer${hint}`,
    );
    if (name !== undefined && (key(where, 'name', name) === '' || name.includes('.')))
      throw rangeError(where, 'name', `is ${show(name)}`, 'a name without dots');
    if (accepts === 'indices' && this.origin.kind !== 'input')
      throw rangeError(
        where,
        `layer (${type})`,
        'takes indices',
        `one that takes what ${labelOf(this)} gives`,
      );
    if (this.size !== undefined && inputSize !== undefined && inputSize !== this.size)
      throw rangeError(
        where,
        `layer (${type})`,
        `has inputSize ${inputSize}`,
        `${this.size}, the width of ${labelOf(this, true)}`,
      );
    const width = outputSize ?? this.size ?? inputSize;
    return new GraphNode({ kind: 'layer', layer, name }, [this], width);
  }
}

/**
 * An input of a graph. It is indices if a layer of indices is applied to it, and a tensor otherwise.
 *
 * @param size the number of features of a tensor: default the width that the layers applied to it take.
 * @throws TypeError if the name is not a string; RangeError if `size` is not a whole number of at least 1.
 *
 * @example
 * ```ts
 * import { Embedding, graph, indices, input } from 'recurrent-cells';
 *
 * const model = graph(input('words').to(new Embedding({ classes: 5, outputSize: 3 })));
 * model.infer({ words: indices([[4, 0]]) }).output.shape // → [1, 2, 3]
 * ```
 */
export function input<const Name extends string, const Size extends number = number>(
  name: Name,
  size?: Size,
): GraphNode<Size, RawInput<Name>> {
  recordName('input', 'name', name);
  if (size !== undefined) sizeCheck('input', 'size', size);
  return new GraphNode({ kind: 'input', name }, [], size);
}

/**
 * Joins nodes side by side: `[batch, time, a]` and `[batch, time, b]` give `[batch, time, a + b]`. A node without a time axis,
 * `[batch, b]`, joins every step of a sequence.
 *
 * @throws TypeError if a value is not a node; RangeError if there are fewer than two. When the graph runs, RangeError if the
 * sequences differ in number or length.
 *
 * @example
 * ```ts
 * import { Activation, concatenate, graph, input, tensor } from 'recurrent-cells';
 *
 * const joined = concatenate(input('a', 2), input('b', 1));
 * const model = graph(joined.to(new Activation({ kind: 'relu' })));
 * const { output } = model.infer({ a: tensor([[[1, 2], [3, 4]]]), b: tensor([[9]]) });
 * Array.from(output.data) // → [1, 2, 9, 3, 4, 9]
 * ```
 */
export function concatenate<const Nodes extends readonly [AnyNode, AnyNode, ...AnyNode[]]>(
  ...nodes: Nodes
): GraphNode<number, NeedsOfAll<Nodes>> {
  return concatenation(nodes) as GraphNode<number, NeedsOfAll<Nodes>>;
}

/**
 * Adds nodes of one width. A node without a time axis is added to every step of a sequence.
 *
 * @throws TypeError if a value is not a node; RangeError if there are fewer than two or they differ in width. When the graph
 * runs, RangeError if the sequences differ in number or length.
 *
 * @example
 * ```ts
 * import { Activation, graph, input, sum, tensor } from 'recurrent-cells';
 *
 * const total = sum(input('a', 2), input('b', 2));
 * const model = graph(total.to(new Activation({ kind: 'relu' })));
 * const { output } = model.infer({ a: tensor([[1, 2]]), b: tensor([[10, 20]]) });
 * Array.from(output.data) // → [11, 22]
 * ```
 */
export function sum<const First extends AnyNode, const Rest extends readonly [AnyNode, ...AnyNode[]]>(
  first: First,
  ...rest: Rest & OfSize<Rest, SizeOf<First>>
): GraphNode<SizeOf<First>, NeedsOfAll<[First, ...Rest]>> {
  return addition([first, ...(rest as Rest)]) as GraphNode<SizeOf<First>, NeedsOfAll<[First, ...Rest]>>;
}

/** {@link concatenate}, of a list. */
export function concatenation(nodes: readonly AnyNode[]): AnyNode {
  checkNodes('concatenate', nodes);
  const width = nodes.reduce<number | undefined>(
    (sum, { size }) => (sum === undefined || size === undefined ? undefined : sum + size),
    0,
  );
  return new GraphNode({ kind: 'concatenate' }, nodes, width);
}

/** {@link sum}, of a list. */
export function addition(nodes: readonly AnyNode[]): AnyNode {
  checkNodes('sum', nodes);
  const known = nodes.findIndex(({ size }) => size !== undefined);
  const width = nodes[known]?.size;
  for (const [at, node] of nodes.entries())
    if (node.size !== undefined && node.size !== width)
      throw rangeError(
        'sum',
        `nodes[${at}] (${labelOf(node)})`,
        `has width ${node.size}`,
        `${width}, as nodes[${known}] (${labelOf(nodes[known]!)}) has`,
      );
  return new GraphNode({ kind: 'sum' }, nodes, width);
}

/** Returns a name if it is a string that objects can have as a key. */
function key(where: string, argument: string, name: unknown): string {
  if (text(where, argument, name) !== '__proto__') return name as string;
  throw rangeError(
    where,
    argument,
    `is ${show(name)}`,
    'another name: this is that of the prototype of objects',
  );
}

/** @throws RangeError if a record with this name could be mistaken for a tensor. */
export function recordName(where: string, argument: string, name: unknown): void {
  if (['', 'data', 'shape'].includes(key(where, argument, name)))
    throw rangeError(where, argument, `is ${show(name)}`, 'a name, but not that of a part of a tensor');
}

/** The joins named inside a join. A join of joins repeats the names of their parts, which may double with each join. */
const DEEPEST_LABEL = 3;

/** A node in errors, such as `concatenate(words, Embedding)`, with its width if `sized`. */
export function labelOf({ origin, from, size }: AnyNode, sized = false, depth = 0): string {
  if (origin.kind === 'input' || origin.kind === 'layer') {
    const name = origin.kind === 'input' ? origin.name : (origin.name ?? origin.layer.type);
    return sized && size !== undefined ? `${name} ${size}` : name;
  }
  if (depth === DEEPEST_LABEL) return `${origin.kind}(${from.length} nodes)`;
  return `${origin.kind}(${from.map((node) => labelOf(node, sized, depth + 1)).join(', ')})`;
}

function checkNodes(where: string, nodes: readonly unknown[]): void {
  if (nodes.length < 2) throw rangeError(where, 'nodes', `has ${nodes.length}`, 'at least two');
  for (const [at, node] of nodes.entries())
    instanceOf(
      where,
      `nodes[${at}]`,
      node,
      GraphNode,
      'a node: an input(…), a layer applied to one, or a join',
    );
}

/** @throws TypeError if it is not a node. */
export function nodeOf(where: string, argument: string, value: unknown): AnyNode {
  if (value instanceof Layer)
    throw typeError(where, argument, `is a layer (${value.type})`, 'a node: input(…).to(layer)');
  return instanceOf<AnyNode>(
    where,
    argument,
    value,
    GraphNode,
    'a node: an input(…), a layer applied to one, or a join',
  );
}
