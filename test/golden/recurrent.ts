/** Golden cases of cells (one step) and layers (stacked, bidirectional, of varying lengths). */
import {
  type Backend,
  Bidirectional,
  type Cell,
  GRUCell,
  type Layer,
  LSTMCell,
  ProjectedLSTMCell,
  RNNCell,
  Sequence,
  Sequential,
  type State,
  type Tensor,
  zeros,
} from '../../src/index.ts';
import {
  compare,
  expectOnly,
  type GoldenCase,
  type GoldenTensor,
  type TensorResult,
  take,
  upstreamOf,
} from './case.ts';

type AnyCell = Cell<string, number, number>;

/** PyTorch's settings of a cell. */
interface CellSettings {
  readonly inputSize: number;
  readonly hiddenSize: number;
  /** 0 if there is none. */
  readonly projectionSize?: number;
  readonly bias: boolean;
  readonly backend: Backend;
}

export function makeCell(mode: string, { projectionSize = 0, ...settings }: CellSettings): AnyCell {
  const options = { ...settings, inputInitializer: zeros, recurrentInitializer: zeros };
  if (projectionSize > 0 && mode !== 'lstm')
    throw new Error(`option proj_size is ${projectionSize} of ${mode}`);
  switch (mode) {
    case 'lstm':
      return projectionSize > 0
        ? new ProjectedLSTMCell({ ...options, projectionSize })
        : new LSTMCell(options);
    case 'gru':
      return new GRUCell(options);
    case 'rnn_tanh':
      return new RNNCell(options);
    case 'rnn_relu':
      return new RNNCell({ ...options, activation: 'relu' });
    default:
      throw new Error(`unknown mode ${mode}`);
  }
}

/** `weight_ih` for `weightIh`. */
const pytorchName = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Writes PyTorch's parameters of one cell; `suffix` is empty, `_l0`, `_l1_reverse` or similar. */
export function loadCell(golden: GoldenCase, cell: AnyCell, prefix: string, suffix: string): void {
  for (const [name, parameter] of cell.parameters())
    parameter.write(take(golden, `${prefix}${pytorchName(name)}${suffix}`).data);
}

function compareCell(
  golden: GoldenCase,
  dtype: Backend['dtype'],
  cell: AnyCell,
  suffix: string,
): TensorResult[] {
  return [...cell.parameters()].map(([name, parameter]) =>
    compare(golden, dtype, `grad.${pytorchName(name)}${suffix}`, parameter.readGradient()),
  );
}

function isStateGiven(golden: GoldenCase): boolean {
  const given = golden.tensors.has('in.h_0');
  expectOnly(golden, { initial_state: given ? 'given' : 'zero' });
  return given;
}

export function runCell(golden: GoldenCase, backend: Backend): TensorResult[] {
  const { dtype } = backend;
  const { mode, input_size: inputSize, hidden_size: hiddenSize, bias } = golden.options;
  const cell = makeCell(mode, { inputSize, hiddenSize, bias, backend });
  loadCell(golden, cell, '', '');
  const states = cell.rule.states;
  const each = (from: (name: string) => Tensor) =>
    Object.fromEntries(states.map((name) => [name, from(name)]));
  const initial = isStateGiven(golden) ? each((name) => take(golden, `in.${name}_0`)) : undefined;
  const pass = cell.forward(take(golden, 'in.input'), { state: initial });
  const d = pass.backward(
    undefined,
    each((name) => upstreamOf(golden, `${name}_1`)),
  );
  return [
    ...states.map((name) => compare(golden, dtype, `out.${name}_1`, pass.state[name]!.data)),
    compare(golden, dtype, 'grad.input', d.input.data),
    ...(initial === undefined
      ? []
      : states.map((name) => compare(golden, dtype, `grad.${name}_0`, d.state[name]!.data))),
    ...compareCell(golden, dtype, cell, ''),
  ];
}

/** One entry for each layer and direction, in PyTorch's order. */
interface Part {
  readonly cell: AnyCell;
  readonly suffix: string;
  /** The path of this part's state in the state of the model. */
  readonly path: readonly string[];
}

/** The values, and all gradients if the case has upstream gradients. */
export function runLayer(golden: GoldenCase, backend: Backend): TensorResult[] {
  const { dtype } = backend;
  const { mode, input_size, hidden_size: hiddenSize, num_layers, bias, bidirectional } = golden.options;
  const { proj_size: projectionSize } = golden.options;
  expectOnly(golden, { dropout: 0 });
  const width = (projectionSize || hiddenSize) * (bidirectional ? 2 : 1);
  const parts: Part[] = [];
  const layers: Layer[] = [];
  for (let l = 0; l < num_layers; l++) {
    const inputSize = l === 0 ? input_size : width;
    const part = (suffix: string, path: readonly string[]) => {
      const cell = makeCell(mode, { inputSize, hiddenSize, projectionSize, bias, backend });
      loadCell(golden, cell, '', suffix);
      parts.push({ cell, suffix, path });
      return cell;
    };
    layers.push(
      bidirectional
        ? (new Bidirectional(
            part(`_l${l}`, [`${l}`, 'forward']),
            part(`_l${l}_reverse`, [`${l}`, 'reverse']),
          ) as unknown as Layer)
        : (new Sequence(part(`_l${l}`, [`${l}`])) as unknown as Layer),
    );
  }
  const model = new Sequential(layers);
  const states = parts[0]!.cell.rule.states;
  const stateFrom = (tensorOf: (name: string) => GoldenTensor): State => {
    const tree: Record<string, Record<string, unknown>> = {};
    parts.forEach(({ path: [layer, direction] }, at) => {
      const own = Object.fromEntries(states.map((name) => [name, slice(tensorOf(name), at)]));
      if (direction === undefined) tree[layer!] = own;
      else tree[layer!] = { ...tree[layer!], [direction]: own };
    });
    return tree as unknown as State;
  };
  const joined = (state: State, name: string): number[] =>
    parts.flatMap(({ path }) => {
      const own = path.reduce((tree, key) => tree[key] as State, state);
      return Array.from((own[name] as Tensor).data);
    });

  const timeFirst = golden.options.batch_first !== true;
  const batchFirst = (tensor: GoldenTensor) => (timeFirst ? exchanged(tensor) : tensor);
  const given = isStateGiven(golden);
  const input = batchFirst(take(golden, 'in.input'));
  const state = given ? stateFrom((name) => take(golden, `in.${name}_0`)) : undefined;
  const options = { lengths: golden.ints.lengths, state };
  const values = (of: { readonly output: Tensor; readonly state: State }) => [
    compare(golden, dtype, 'out.output', batchFirst(of.output as GoldenTensor).data),
    ...states.map((name) => compare(golden, dtype, `out.${name}_n`, joined(of.state, name))),
  ];
  if (![...golden.tensors.keys()].some((name) => name.startsWith('up.')))
    return values(model.infer(input, options));
  const pass = model.forward(input, options);
  const d = pass.backward(
    batchFirst(upstreamOf(golden, 'output')),
    stateFrom((name) => upstreamOf(golden, `${name}_n`)),
  );
  return [
    ...values(pass),
    compare(golden, dtype, 'grad.input', batchFirst(d.input as GoldenTensor).data),
    ...(given ? states.map((name) => compare(golden, dtype, `grad.${name}_0`, joined(d.state, name))) : []),
    ...parts.flatMap(({ cell, suffix }) => compareCell(golden, dtype, cell, suffix)),
  ];
}

/** Entry `at` of the first dimension. */
function slice({ data, shape: [, ...shape] }: GoldenTensor, at: number): Tensor {
  const length = shape.reduce((size, dimension) => size * dimension, 1);
  return { data: data.slice(at * length, (at + 1) * length), shape };
}

/** Exchanges the first two dimensions. */
function exchanged({ data, shape: [a, b, c] }: GoldenTensor): GoldenTensor {
  const out = new Float64Array(data.length);
  for (let i = 0; i < a!; i++)
    for (let j = 0; j < b!; j++)
      out.set(data.subarray((i * b! + j) * c!, (i * b! + j + 1) * c!), (j * a! + i) * c!);
  return { data: out, shape: [b!, a!, c!] };
}
