/** The order in which a graph is computed: its layers and joins with their names, each after its sources. */
import { rangeError, show, typeError } from '../common/errors.ts';
import type { Backend } from '../kernels/backend.ts';
import { Layer } from '../layers/layer.ts';
import type { AnyLayer } from '../layers/sequential.ts';
import {
  type AnyNode,
  addition,
  concatenation,
  GraphNode,
  input,
  labelOf,
  nodeOf,
  recordName,
} from './node.ts';

/** The source of a step's values: an input, or an earlier step. */
export type Source = { readonly label: string } & (
  | { readonly input: string; readonly size: number | undefined }
  | { readonly step: number }
);

/** A layer or a join, with its sources. */
export interface PlanStep {
  /** The layer's name; for a join its label. */
  readonly name: string;
  /** The step in errors and descriptions: `word`, `0 Dense`, `concatenate(word, 0 Dense)`. */
  readonly label: string;
  readonly node: AnyNode;
  readonly sources: readonly Source[];
}

/** Outputs by the name of their head; a single output is under `''`. */
export type Heads = ReadonlyMap<string, number>;

/** A graph in order. */
export interface Plan {
  readonly steps: readonly PlanStep[];
  readonly heads: Heads;
  /** Whether there is a single output, without a name. */
  readonly single: boolean;
  /** Whether each input is indices. */
  readonly inputs: ReadonlyMap<string, 'indices' | 'dense'>;
  readonly backend: Backend;
}

const WHERE = 'graph';

const LONGEST_LABEL = 200;

/** @throws TypeError if an output is not a node; RangeError if names clash, or the layers do not fit together. */
export function planOf(outputs: unknown): Plan {
  const single = outputs instanceof GraphNode;
  if (outputs instanceof Layer) nodeOf(WHERE, 'outputs', outputs);
  if (typeof outputs !== 'object' || outputs === null || Array.isArray(outputs))
    throw typeError(WHERE, 'outputs', `is ${show(outputs)}`, 'a node, or nodes by the name of their head');
  const entries = single ? [['', outputs as AnyNode] as const] : Object.entries(outputs);
  if (entries.length === 0) throw rangeError(WHERE, 'outputs', 'has no heads', 'at least one');
  const headNames = new Map<AnyNode, string>();
  for (const [head, value] of entries) {
    if (!single) recordName(WHERE, 'the name of a head', head);
    const node = nodeOf(WHERE, single ? 'outputs' : `outputs.${head}`, value);
    if (node.origin.kind === 'input')
      throw rangeError(WHERE, single ? 'outputs' : `outputs.${head}`, 'is an input', 'what a layer gives');
    if (!headNames.has(node)) headNames.set(node, head);
  }
  const order = inOrder(headNames.keys());
  const nodes = order.filter(({ origin }) => origin.kind !== 'input');
  const place = new Map(nodes.map((node, at) => [node, at]));
  const { names, labels } = namesOf(nodes, headNames);
  return {
    steps: nodes.map((node) => ({
      name: names.get(node)!,
      label: labels.get(node)!,
      node,
      sources: node.from.map((from): Source => {
        const { origin, size } = from;
        if (origin.kind === 'input') return { label: origin.name, input: origin.name, size };
        return { label: labels.get(from)!, step: place.get(from)! };
      }),
    })),
    heads: new Map(entries.map(([head, node]) => [head, place.get(node)!])),
    single,
    inputs: inputsOf(order),
    backend: backendOf(nodes),
  };
}

/** All nodes that the outputs need, each after those it is computed from. */
function inOrder(outputs: Iterable<AnyNode>): AnyNode[] {
  const found = new Set<AnyNode>();
  // A list instead of recursion, since the engine's stack is shorter than a chain may be.
  const open = Array.from(outputs, (node) => ({ node, seen: 0 })).reverse();
  for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
    const { from } = last.node;
    while (last.seen < from.length && found.has(from[last.seen]!)) last.seen++;
    if (last.seen < from.length) open.push({ node: from[last.seen]!, seen: 0 });
    else found.add(open.pop()!.node);
  }
  return [...found];
}

/** A layer's own name, or that of its head, or its position among the layers; a join's label. */
function namesOf(
  nodes: readonly AnyNode[],
  heads: ReadonlyMap<AnyNode, string>,
): { readonly names: ReadonlyMap<AnyNode, string>; readonly labels: ReadonlyMap<AnyNode, string> } {
  const names = new Map<AnyNode, string>();
  const labels = new Map<AnyNode, string>();
  const taken = new Set<string>();
  let position = 0;
  for (const node of nodes) {
    const { origin, from } = node;
    if (origin.kind !== 'layer') {
      const parts = from.map((part) => labels.get(part) ?? labelOf(part));
      const whole = `${origin.kind}(${parts.join(', ')})`;
      // A join of joins repeats the names of their parts, so labels may double with each join.
      const label = whole.length > LONGEST_LABEL ? `${origin.kind}(${parts.length} nodes)` : whole;
      names.set(node, label);
      labels.set(node, label);
      continue;
    }
    const own = origin.name ?? heads.get(node) ?? '';
    const name = own || `${position}`;
    labels.set(node, own || `${name} ${origin.layer.type}`);
    position++;
    if (taken.has(name))
      throw rangeError(WHERE, 'outputs', `need two layers named ${show(name)}`, 'a name for each');
    taken.add(name);
    names.set(node, name);
  }
  return { names, labels };
}

function inputsOf(nodes: readonly AnyNode[]): ReadonlyMap<string, 'indices' | 'dense'> {
  const inputs = new Map<string, 'indices' | 'dense' | undefined>();
  for (const { origin } of nodes) if (origin.kind === 'input') inputs.set(origin.name, undefined);
  for (const { origin, from } of nodes)
    for (const { origin: source } of from) {
      if (source.kind !== 'input') continue;
      const kind = origin.kind === 'layer' ? (origin.layer.accepts as 'indices' | 'dense') : 'dense';
      const other = inputs.get(source.name) ?? kind;
      if (kind !== other)
        throw rangeError(
          WHERE,
          `input ${show(source.name)}`,
          'is taken as indices and as features',
          'one of them',
        );
      inputs.set(source.name, kind);
    }
  return inputs as ReadonlyMap<string, 'indices' | 'dense'>;
}

function backendOf(nodes: readonly AnyNode[]): Backend {
  const layers = nodes.flatMap(({ origin }) => (origin.kind === 'layer' ? [origin.layer] : []));
  const [first] = layers;
  if (first === undefined) throw rangeError(WHERE, 'outputs', 'need no layer', 'at least one');
  for (const layer of layers)
    if (layer.backend !== first.backend)
      throw rangeError(
        WHERE,
        `a layer (${layer.type})`,
        `computes in ${layer.backend.name}`,
        `${first.backend.name}, as ${first.type} does`,
      );
  return first.backend;
}

/** How an input is taken. */
export type Taker = Pick<AnyLayer, 'accepts' | 'takesSequences' | 'inputSize'>;

/** How each input is taken: by a layer, or by a join, like a layer of features. */
export function takersOf({ steps }: Plan): ReadonlyMap<string, Taker> {
  const found = new Map<string, Taker>();
  for (const { node, sources } of steps)
    for (const source of sources) {
      if ('step' in source) continue;
      const { origin } = node;
      if (origin.kind === 'layer') found.set(source.input, origin.layer);
      else if (!found.has(source.input))
        found.set(source.input, { accepts: 'dense', takesSequences: false, inputSize: source.size });
    }
  return found;
}

/** A node as JSON, with its sources by position in the list. */
export type SavedNode =
  | { readonly input: string; readonly size?: number | undefined }
  | { readonly layer: string; readonly from: number }
  | { readonly concatenate: readonly number[] }
  | { readonly sum: readonly number[] };

/** A plan as JSON, without its layers. */
export interface SavedGraph {
  readonly nodes: readonly SavedNode[];
  /** The position of the output, or of each head's. */
  readonly outputs: number | { readonly [head: string]: number };
}

/** The JSON of a plan. */
export function savedGraph({ steps, heads, single }: Plan): SavedGraph {
  const nodes: SavedNode[] = [];
  const places: number[] = [];
  const inputs = new Map<string, number>();
  const placeOf = (source: Source): number => {
    if ('step' in source) return places[source.step]!;
    const { input, size } = source;
    const key = JSON.stringify([input, size]);
    const at = inputs.get(key) ?? nodes.push({ input, size }) - 1;
    inputs.set(key, at);
    return at;
  };
  for (const { name, node, sources } of steps) {
    const from = sources.map(placeOf);
    const { kind } = node.origin;
    if (kind === 'layer') nodes.push({ layer: name, from: from[0]! });
    else nodes.push(kind === 'concatenate' ? { concatenate: from } : { sum: from });
    places.push(nodes.length - 1);
  }
  const outputs = Array.from(heads, ([head, at]): [string, number] => [head, places[at]!]);
  return { nodes, outputs: single ? outputs[0]![1] : Object.fromEntries(outputs) };
}

/** The outputs that a saved graph describes, with these layers. */
export function restoredOutputs(
  { nodes, outputs }: SavedGraph,
  layers: { readonly [name: string]: AnyLayer },
): AnyNode | { [head: string]: AnyNode } {
  const made: AnyNode[] = [];
  const at = (place: number): AnyNode => nodeOf(WHERE, `node ${place}`, made[place]);
  for (const node of nodes) {
    if ('input' in node) made.push(input(node.input, node.size));
    else if ('layer' in node) made.push(at(node.from).to(layers[node.layer]!, node.layer));
    else if ('concatenate' in node) made.push(concatenation(node.concatenate.map(at)));
    else made.push(addition(node.sum.map(at)));
  }
  if (typeof outputs === 'number') return at(outputs);
  return Object.fromEntries(Object.entries(outputs).map(([head, place]) => [head, at(place)]));
}
