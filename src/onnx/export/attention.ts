/** Attention as nodes of a graph. Its products of single sequences require the batch to come first. */
import type { Attention } from '../../attention/attention.ts';
import type { Flow } from './flow.ts';
import type { GraphWriter } from './writer.ts';

/** What is attended to. */
export interface Memory {
  /** [B, S, keySize] */
  readonly values: string;
  /** The keys prepared for scores, [B, S, any size]. */
  readonly keys: string;
  /** The name of the value with the valid keys, int64 [B]. */
  readonly lengths: string | undefined;
}

/** The width of prepared keys. */
export function preparedSize({ score, querySize, attentionSize }: Attention): number {
  return score === 'additive' ? attentionSize! : querySize;
}

/** The steps of a signal as keys and values. */
export function memoryOf(graph: GraphWriter, attention: Attention, { value, lengths }: Flow): Memory {
  const values = graph.node('Transpose', [value], { perm: [1, 0, 2] });
  const weight = { dot: undefined, general: 'weight', additive: 'weightKey' }[attention.score];
  return {
    values,
    keys: weight === undefined ? values : projected(graph, attention, weight, values),
    lengths,
  };
}

/** The context of each query, [T, B, keySize], and the weights, [B, T, S], of queries [T, B, querySize]. */
export function attended(
  graph: GraphWriter,
  attention: Attention,
  queries: string,
  { values, keys, lengths }: Memory,
): { readonly context: string; readonly weights: string } {
  const query = graph.node('Transpose', [queries], { perm: [1, 0, 2] });
  const scores =
    attention.score === 'additive'
      ? additive(graph, attention, query, keys)
      : dot(graph, attention, query, keys);
  const weights =
    lengths === undefined
      ? graph.node('Softmax', [scores], { axis: -1 })
      : valid(graph, scores, keys, lengths);
  const context = graph.node('MatMul', [weights, values]);
  return { context: graph.node('Transpose', [context], { perm: [1, 0, 2] }), weights };
}

/** scale · q · k */
function dot(graph: GraphWriter, { scale }: Attention, query: string, keys: string): string {
  const scores = graph.node('MatMul', [query, graph.node('Transpose', [keys], { perm: [0, 2, 1] })]);
  return scale === 1 ? scores : graph.node('Mul', [scores, graph.floats('scale', [scale], [])]);
}

/** v · tanh(W_q q + k), for every pair */
function additive(graph: GraphWriter, attention: Attention, query: string, keys: string): string {
  const ofQuery = graph.unsqueezed(projected(graph, attention, 'weightQuery', query), 2);
  const hidden = graph.node('Tanh', [graph.node('Add', [ofQuery, graph.unsqueezed(keys, 1)])]);
  const v = attention.parameters().get('v')!.read();
  return graph.node('Squeeze', [graph.product(hidden, v, 1, v.length), graph.integers([3])]);
}

/** The softmax over the valid keys; zeros for a sequence without any. */
function valid(graph: GraphWriter, scores: string, keys: string, lengths: string): string {
  const steps = graph.squeezed(graph.size(keys, 1));
  const counted = graph.node('Range', [graph.integers([0], []), steps, graph.integers([1], [])]);
  const mask = graph.node('Less', [counted, graph.unsqueezed(lengths, 1, 2)]);
  const low = graph.floats('low', [Number.NEGATIVE_INFINITY], []);
  const weights = graph.node('Softmax', [graph.node('Where', [mask, scores, low])], { axis: -1 });
  return graph.node('Where', [mask, weights, graph.floats('zero', [0], [])]);
}

/** x · Wᵀ */
function projected(graph: GraphWriter, attention: Attention, name: string, x: string): string {
  const weight = attention.parameters().get(name)!;
  const [rows, columns] = weight.shape as readonly [number, number];
  return graph.product(x, weight.read(), rows, columns);
}
