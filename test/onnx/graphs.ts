/** Random graphs that ONNX can express, and inputs for them. */
import * as fc from 'fast-check';
import {
  Activation,
  type AnyLayer,
  type AnyNode,
  type Backend,
  Bidirectional,
  concatenate,
  Dense,
  EachStep,
  Embedding,
  GRUCell,
  type Graph,
  graph,
  type Indices,
  input,
  LayerNorm,
  LSTMCell,
  Pooling,
  Random,
  Repeat,
  RNNCell,
  Sequence,
  Sequential,
  sum,
  type Tensor,
} from '../../src/index.ts';
import { shakeParameters } from '../laws/subjects.ts';

const WIDTH = 3;
const CLASSES = 5;
const ITEMS = 4;

export const graphPlan = fc.record({
  joins: fc.array(fc.constantFrom('concatenate', 'sum') as fc.Arbitrary<'concatenate' | 'sum'>, {
    minLength: 1,
    maxLength: 3,
  }),
  /** What joins the words, in turn. */
  parts: fc.array(fc.constantFrom('words', 'shared', 'features', 'speaker', 'spelling', 'shapes', 'gist'), {
    minLength: 1,
    maxLength: 3,
  }),
  middle: fc.constantFrom('none', 'dense', 'lstm', 'both'),
  heads: fc.uniqueArray(fc.constantFrom('tag', 'input', 'topic', 'most', 'again'), {
    minLength: 1,
    maxLength: 4,
  }),
  single: fc.boolean(),
  lengths: fc.boolean(),
  states: fc.boolean(),
  learnInitialState: fc.boolean(),
  batch: fc.integer({ min: 1, max: 3 }),
  time: fc.integer({ min: 1, max: 5 }),
  seed: fc.nat(1e6),
});

export type GraphPlan = typeof graphPlan extends fc.Arbitrary<infer P> ? P : never;

type Any = { [name: string]: Tensor | Indices };
export type AnyGraph = Graph<Any, Tensor | { readonly [head: string]: Tensor }>;

/** A model whose widths are not known to the compiler. */
export function buildGraph(plan: GraphPlan, backend: Backend): AnyGraph {
  const { parts, joins, middle, heads, single, learnInitialState } = plan;
  const sizes = { inputSize: WIDTH, hiddenSize: WIDTH, backend };
  const options = { learnInitialState };
  const recurrent = (outputs: 'all' | 'last') =>
    new Sequence(new GRUCell(sizes), { outputs, ...options }) as AnyLayer;
  const both = (inputSize: number, outputs: 'all' | 'last') => {
    const cell = () => new RNNCell({ ...sizes, inputSize });
    return new Bidirectional(cell(), cell(), { outputs, merge: 'mean', ...options }) as AnyLayer;
  };
  const embedding = new Embedding({ classes: CLASSES, outputSize: WIDTH, backend });
  const words = input('words').to(embedding, 'word') as AnyNode;
  const shared = recurrent('all');
  const characters = new Embedding({ classes: CLASSES, outputSize: WIDTH, backend });
  const makers: { [part: string]: (name: string) => AnyNode } = {
    words: () => words,
    shared: (name) => words.to(shared as never, name),
    features: () => input('features', WIDTH) as AnyNode,
    speaker: () => input('speaker', WIDTH) as AnyNode,
    spelling: (name) =>
      input('characters').to(
        new EachStep(new Sequential([characters, both(WIDTH, 'last')]) as never) as never,
        name,
      ) as AnyNode,
    shapes: (name) => input('shapes').to(new EachStep(recurrent('last') as never) as never, name) as AnyNode,
    gist: (name) => words.to(recurrent('last') as never, name),
  };
  let node = words.to(shared as never, 'first') as AnyNode;
  parts.forEach((part, at) => {
    const other = makers[part]!(`${part}${at}`);
    node =
      joins[at % joins.length] === 'concatenate'
        ? concatenate(other, node).to(
            new Dense({ inputSize: 2 * WIDTH, outputSize: WIDTH, backend }) as never,
          )
        : at % 2 === 0
          ? sum(node, other)
          : sum(other, node);
  });
  if (middle === 'dense')
    node = node.to(
      new Sequential([
        new LayerNorm({ inputSize: WIDTH, epsilon: 1, backend }),
        new Activation({ kind: 'tanh', backend }),
      ]) as never,
    );
  if (middle === 'lstm') node = node.to(new Sequence(new LSTMCell(sizes), options) as never, 'middle');
  if (middle === 'both') node = node.to(both(WIDTH, 'all') as never);
  const dense = () => new Dense({ inputSize: WIDTH, outputSize: 2, backend });
  const made: { [head: string]: AnyNode } = {};
  for (const head of heads) {
    if (head === 'tag' || head === 'input') made[head] = node.to(dense() as never);
    else if (head === 'topic') made[head] = node.to(new Sequential([recurrent('last'), dense()]) as never);
    else if (head === 'most') made[head] = node.to(new Pooling({ kind: 'max', backend }) as never);
    else {
      const repeated = node
        .to(new Pooling({ kind: 'mean', backend }) as never)
        .to(new Repeat({ steps: 3, backend }) as never);
      made[head] = repeated.to(dense() as never);
    }
  }
  const model = graph(single ? made[heads[0]!]! : made) as unknown as AnyGraph;
  shakeParameters(model, new Random(plan.seed));
  return model;
}

/** The inputs of a graph, and their lengths by name. */
export function graphInputs(
  model: AnyGraph,
  { batch, time, seed, ...plan }: GraphPlan,
): { readonly inputs: Any; readonly lengths: { [name: string]: number[] } | undefined } {
  const random = new Random(seed + 1);
  const below = (limit: number) => Math.floor(random.next() * limit);
  const real = (...shape: number[]): Tensor => ({
    data: Float64Array.from({ length: shape.reduce((a, b) => a * b) }, () =>
      Math.fround(random.next() * 4 - 2),
    ),
    shape,
  });
  const makers: { [name: string]: () => Tensor | Indices } = {
    words: () => ({
      data: Int32Array.from({ length: batch * time }, () => below(CLASSES)),
      shape: [batch, time],
    }),
    features: () => real(batch, time, WIDTH),
    speaker: () => real(batch, WIDTH),
    shapes: () => real(batch, time, ITEMS, WIDTH),
    characters: () => {
      const data = new Int32Array(batch * time * ITEMS).fill(-1);
      for (let step = 0; step < batch * time; step++)
        for (let i = below(ITEMS + 1) - 1; i >= 0; i--) data[step * ITEMS + i] = below(CLASSES);
      return { data, shape: [batch, time, ITEMS] };
    },
  };
  const names = [...model.plan.inputs.keys()];
  const inputs = Object.fromEntries(names.map((name) => [name, makers[name]!()]));
  const valid = Array.from({ length: batch }, () => below(time + 1));
  const timed = names.filter((name) => name !== 'speaker');
  return {
    inputs,
    lengths: plan.lengths ? Object.fromEntries(timed.map((name) => [name, valid])) : undefined,
  };
}
