/** The cells to which the laws apply, with common builders; and the drawing of inputs, states and gradients. */
import {
  type Backend,
  type Cell,
  CoupledLSTMCell,
  GRUCell,
  LayerNormGRUCell,
  LayerNormLSTMCell,
  LSTMCell,
  PeepholeLSTMCell,
  ProjectedLSTMCell,
  type Random,
  RNNCell,
  type State,
  type Tensor,
} from '../../src/index.ts';

export type AnyCell = Cell<string, number, number>;

export interface Shape {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly bias?: boolean;
}

export type MakeCell = (shape: Shape & { readonly backend: Backend; readonly random: Random }) => AnyCell;

/** Every cell of the library. Add a new one here, so that every law is tested for it. */
export const cells: readonly [name: string, make: MakeCell][] = [
  ['RNNCell, tanh', (options) => new RNNCell(options)],
  ['RNNCell, ReLU', (options) => new RNNCell({ ...options, activation: 'relu' })],
  ['LSTMCell', (options) => new LSTMCell(options)],
  ['GRUCell, reset after', (options) => new GRUCell(options)],
  ['GRUCell, reset before', (options) => new GRUCell({ ...options, reset: 'before' })],
  ['PeepholeLSTMCell', (options) => new PeepholeLSTMCell(options)],
  ['CoupledLSTMCell', (options) => new CoupledLSTMCell(options)],
  [
    'ProjectedLSTMCell',
    // One unit more than its output: the laws use the output's size.
    ({ hiddenSize, ...options }) =>
      new ProjectedLSTMCell({ ...options, hiddenSize: hiddenSize + 1, projectionSize: hiddenSize }),
  ],
  // An ε as large as the variances that occur: without it, gradients of nearly equal rows are unbounded.
  ['LayerNormLSTMCell', ({ bias, ...options }) => new LayerNormLSTMCell({ ...options, epsilon: 0.5 })],
  ['LayerNormGRUCell', ({ bias, ...options }) => new LayerNormGRUCell({ ...options, epsilon: 0.5 })],
];

/** Draws normal numbers. */
export function drawn(random: Random, shape: readonly number[]): Tensor {
  const length = shape.reduce((size, dimension) => size * dimension, 1);
  return { data: Float64Array.from({ length }, () => random.normal()), shape };
}

/** Draws a state with the shape of a layer's or cell's. */
export function drawnState<S extends State>(random: Random, like: S): S {
  return Object.fromEntries(
    Object.entries(like).map(([name, node]) => [
      name,
      'data' in node && 'shape' in node
        ? drawn(random, (node as Tensor).shape)
        : drawnState(random, node as State),
    ]),
  ) as S;
}

/** Draws biases and other parameters that start at zero. */
export function shakeParameters(of: Pick<AnyCell, 'parameters'>, random: Random): void {
  for (const parameter of of.parameters().values())
    parameter.write(parameter.read().map((value) => Math.fround(value + 0.3 * random.normal())));
}
