/** The random models of drawn.py, built with the library and compared with what PyTorch computed. */
import {
  type AnyLayer,
  Bidirectional,
  type Cell,
  Dense,
  Embedding,
  float64,
  GRUCell,
  graph,
  type Indices,
  input,
  LSTMCell,
  type Parameter,
  Pooling,
  ProjectedLSTMCell,
  RNNCell,
  Sequence,
  Sequential,
  type State,
  type Tensor,
} from '../../src/index.ts';

/** A layer as drawn by drawn.py. */
interface DrawnLayer {
  readonly kind: 'rnn_tanh' | 'rnn_relu' | 'lstm' | 'gru' | 'gru_before';
  readonly direction: 'forward' | 'reverse' | 'both';
  readonly hidden: number;
  readonly bias: boolean;
  /** 0 if there is none. */
  readonly projection: number;
}

/** A model as drawn by drawn.py. */
export interface Drawn {
  /** The number of classes of an embedding, 0 if there is none. */
  readonly embedding: number;
  readonly input: number;
  readonly layers: readonly DrawnLayer[];
  readonly batch: number;
  readonly time: number;
  /** null if all sequences are whole. */
  readonly lengths: readonly number[] | null;
  /** Whether the initial states are drawn; otherwise they are zeros. */
  readonly states: boolean;
  readonly end: 'all' | 'last' | 'mean' | 'max';
  /** The size of each head. */
  readonly heads: readonly number[];
}

const backend = float64();

function makeCell(
  { kind, bias, hidden: hiddenSize, projection }: DrawnLayer,
  inputSize: number,
): Cell<string> {
  const options = { inputSize, hiddenSize, bias, backend };
  if (kind === 'gru') return new GRUCell(options);
  if (kind === 'gru_before') return new GRUCell({ ...options, reset: 'before' });
  if (kind !== 'lstm') return new RNNCell({ ...options, activation: kind === 'rnn_relu' ? 'relu' : 'tanh' });
  return projection > 0
    ? new ProjectedLSTMCell({ ...options, projectionSize: projection })
    : new LSTMCell(options);
}

const pytorchOrder = ['weightIh', 'weightHh', 'biasIh', 'biasHh', 'weightHr', 'weight', 'bias'];

/** The layers before the heads, their width, and the parameters in PyTorch's order. */
function bodyOf({ embedding, input: inputSize, layers, end }: Drawn) {
  const made: AnyLayer[] = [];
  const parameters: Parameter[] = [];
  const add = (part: { parameters(): ReadonlyMap<string, Parameter> }) => {
    const own = part.parameters();
    for (const name of pytorchOrder) if (own.has(name)) parameters.push(own.get(name)!);
  };
  let width = inputSize;
  if (embedding > 0) {
    const table = new Embedding({ classes: embedding, outputSize: width, backend });
    add(table);
    made.push(table);
  }
  layers.forEach((layer, at) => {
    const outputs = end === 'last' && at === layers.length - 1 ? ('last' as const) : ('all' as const);
    const both = layer.direction === 'both';
    const cells = (both ? [0, 1] : [0]).map(() => makeCell(layer, width));
    for (const cell of cells) add(cell);
    made.push(
      (both
        ? new Bidirectional(cells[0]!, cells[1]!, { outputs })
        : new Sequence(cells[0]!, { outputs, reverse: layer.direction === 'reverse' })) as AnyLayer,
    );
    width = made.at(-1)!.outputSize!;
  });
  if (end === 'mean' || end === 'max') made.push(new Pooling({ kind: end, backend }));
  return { made, width, parameters, add };
}

/** Numbers taken from the front. */
function taker(numbers: ArrayLike<number>) {
  const all = Float64Array.from(numbers);
  let at = 0;
  const take = (shape: readonly number[]): Tensor => {
    const from = at;
    at += shape.reduce((size, dimension) => size * dimension, 1);
    if (at > all.length) throw new RangeError(`drawn: there are ${all.length} numbers, expected ${at}`);
    return { data: all.slice(from, at), shape };
  };
  return { take, left: () => all.length - at };
}

/** A state like another one, its tensors in PyTorch's order: by layer, direction and name. */
function mapState(like: State, to: (tensor: Tensor) => Tensor): State {
  return Object.fromEntries(
    Object.entries(like).map(([name, part]) => [
      name,
      'shape' in part ? to(part as Tensor) : mapState(part as State, to),
    ]),
  ) as State;
}

function tensorsOf(state: State): Tensor[] {
  const all: Tensor[] = [];
  mapState(state, (tensor) => {
    all.push(tensor);
    return tensor;
  });
  return all;
}

/** A model of drawn.py with PyTorch's numbers. */
export function build(drawn: Drawn, given: ArrayLike<number>) {
  const { take, left } = taker(given);
  const { made, width, parameters, add } = bodyOf(drawn);
  const heads = drawn.heads.map((outputSize) => new Dense({ inputSize: width, outputSize, backend }));
  for (const head of heads) add(head);
  for (const parameter of parameters) parameter.write(take(parameter.shape).data);
  const body = new Sequential(made);
  const { batch, time } = drawn;
  const x: Tensor | Indices =
    drawn.embedding > 0
      ? { data: Int32Array.from(take([batch, time]).data), shape: [batch, time] }
      : take([batch, time, drawn.input]);
  const lengths = drawn.lengths ?? undefined;
  const state = drawn.states ? mapState(body.initialState(batch), ({ shape }) => take(shape)) : undefined;
  return { body, heads, parameters, x, lengths, state, take, left };
}

/** The largest difference between what the library and PyTorch computed, relative to numbers above 1, and how many were compared. */
export function compare(
  drawn: Drawn,
  given: ArrayLike<number>,
  wanted: ArrayLike<number>,
): { worst: number; count: number } {
  const { body, heads, parameters, x, lengths, state, take, left } = build(drawn, given);
  const front = input('x').to(body, 'body');
  const names = heads.map((_, at) => `head${at}`);
  const model = graph(Object.fromEntries(names.map((name, at) => [name, front.to(heads[at]!)])));
  const pass = model.forward({ x } as never, { lengths, state: state && { body: state } });
  const outputs = pass.output as { [name: string]: Tensor };
  const dOutput = Object.fromEntries(names.map((name) => [name, take(outputs[name]!.shape)]));
  const dState = mapState(pass.state, ({ shape }) => take(shape));
  const d = pass.backward(dOutput, dState);
  if (left() > 0) throw new RangeError(`drawn: ${left()} numbers are left, expected 0`);
  const got = [
    ...names.map((name) => outputs[name]!.data),
    ...tensorsOf(pass.state).map(({ data }) => data),
    ...(drawn.embedding > 0 ? [] : [(d.input as unknown as { x: Tensor }).x.data]),
    ...(drawn.states ? tensorsOf(d.state).map(({ data }) => data) : []),
    ...parameters.map((parameter) => parameter.readGradient()),
  ].flatMap((values) => Array.from(values));
  if (got.length !== wanted.length)
    throw new RangeError(`drawn: there are ${got.length} results, expected ${wanted.length}`);
  const worst = got.reduce((most, value, i) => {
    const off = Math.abs(value - wanted[i]!) / Math.max(1, Math.abs(wanted[i]!));
    return Number.isNaN(off) ? Number.POSITIVE_INFINITY : Math.max(most, off);
  }, 0);
  return { worst, count: got.length };
}
