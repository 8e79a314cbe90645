/** Operators with weights, which become layers of the library. */
import type { Cell } from '../cells/cell.ts';
import { GRUCell } from '../cells/gru.ts';
import { LSTMCell } from '../cells/lstm.ts';
import { RNNCell } from '../cells/rnn.ts';
import type { Tensor } from '../common/tensor.ts';
import { Bidirectional } from '../layers/bidirectional.ts';
import { Conv1d } from '../layers/conv1d.ts';
import { Dense } from '../layers/dense.ts';
import { Sequence } from '../layers/sequence.ts';
import type { AnyLayer } from '../layers/sequential.ts';
import { withoutStart } from '../matrix/parameter.ts';
import { product } from './arithmetic.ts';
import { gathered } from './arrangement.ts';
import {
  type Compute,
  type Making,
  numberOf,
  numbersOf,
  type Operator,
  refused,
  required,
  textOf,
} from './operator.ts';
import { allocate, axisOf, reshaped, sliced, transposed, type Value } from './value.ts';

/** A weight of a node, which must be constant. */
function weight({ node, known }: Making, at: number, axes: number): Value {
  const value = known[at];
  if (value === undefined) throw refused(node, `computes its input ${at}`, 'weights that are in the file');
  if (value.shape.length !== axes)
    throw refused(node, `has weights of shape [${value.shape.join(', ')}]`, `${axes} axes`);
  return value;
}

const optional = ({ node, known }: Making, at: number): Value | undefined => {
  if ((node.inputs[at] ?? '') !== '' && known[at] === undefined)
    throw refused(node, `computes its input ${at}`, 'weights that are in the file');
  return known[at];
};

interface Kind {
  /** For each gate of the cell, its position among ONNX's. */
  readonly gates: readonly number[];
  readonly states: readonly string[];
  readonly activations: readonly (readonly string[])[];
  readonly make: (
    sizes: {
      readonly inputSize: number;
      readonly hiddenSize: number;
      readonly bias: boolean;
      readonly backend: Making['backend'];
    },
    activation: string,
    making: Making,
  ) => Cell<string>;
}

const kinds: { readonly [op: string]: Kind } = {
  RNN: {
    gates: [0],
    states: ['h'],
    activations: [['tanh'], ['relu']],
    make: (sizes, activation) =>
      new RNNCell({ ...sizes, activation: activation === 'relu' ? 'relu' : 'tanh' }),
  },
  // ONNX orders the gates i, o, f, c; LSTMCell i, f, g, o.
  LSTM: {
    gates: [0, 2, 3, 1],
    states: ['h', 'c'],
    activations: [['sigmoid', 'tanh', 'tanh']],
    make: (sizes) => new LSTMCell(sizes),
  },
  // ONNX orders the gates z, r, h; GRUCell r, z, n.
  GRU: {
    gates: [1, 0, 2],
    states: ['h'],
    activations: [['sigmoid', 'tanh']],
    make: (sizes, _, making) =>
      new GRUCell({ ...sizes, reset: numberOf(making, 'linear_before_reset', 0) === 0 ? 'before' : 'after' }),
  },
};

/** The activation of one direction, which must be one that the kind supports. */
function activationOf(making: Making, { activations }: Kind, directions: number): string {
  const { node } = making;
  const given = (node.attributes.get('activations') as readonly string[] | undefined)?.map((name) =>
    name.toLowerCase(),
  );
  if (given === undefined) return activations[0]![0]!;
  const each = given.length / directions;
  for (const known of activations)
    if (each === known.length && given.every((name, at) => name === known[at % each])) return known[0]!;
  throw refused(
    node,
    `has activations ${given.join(', ')}`,
    activations.map((known) => known.join(', ')).join(' or '),
  );
}

/** Reorders the rows of gates for the cell; `data` holds one block per gate. */
function ordered(data: Value['data'], from: number, gates: readonly number[], block: number): Float64Array {
  const out = new Float64Array(gates.length * block);
  gates.forEach((gate, g) => {
    out.set(data.subarray(from + gate * block, from + (gate + 1) * block), g * block);
  });
  return out;
}

const recurrent: Operator = (making) => {
  const { node, backend } = making;
  const kind = kinds[node.op]!;
  const direction = textOf(making, 'direction', 'forward');
  const directions = direction === 'bidirectional' ? 2 : 1;
  const batchFirst = numberOf(making, 'layout', 0) !== 0;
  if (numberOf(making, 'clip', 0) !== 0) throw refused(node, 'clips its gates', 'none that does');
  if (numberOf(making, 'input_forget', 0) !== 0)
    throw refused(node, 'couples its input and forget gates', 'none that does');
  if (optional(making, 7)?.data.some((value: number) => value !== 0))
    throw refused(node, 'has peepholes', 'none');
  const activation = activationOf(making, kind, directions);
  const [w, r, b] = [weight(making, 1, 3), weight(making, 2, 3), optional(making, 3)];
  const [, rows, inputSize] = w.shape as [number, number, number];
  const hiddenSize = r.shape[2]!;
  const gates = kind.gates.length;
  if (
    w.shape[0] !== directions ||
    r.shape.join() !== [directions, rows, hiddenSize].join() ||
    rows !== gates * hiddenSize
  )
    throw refused(
      node,
      `has weights of shapes [${w.shape.join(', ')}] and [${r.shape.join(', ')}]`,
      `[${directions}, ${gates} · hidden_size, …] for direction ${direction}`,
    );
  if (b !== undefined && b.data.length !== directions * 2 * rows)
    throw refused(node, `has biases of shape [${b.shape.join(', ')}]`, `[${directions}, ${2 * rows}]`);
  const cellOf = (d: number) => {
    const cell = kind.make({ inputSize, hiddenSize, bias: b !== undefined, backend }, activation, making);
    cell.weightIh.write(ordered(w.data, d * rows * inputSize, kind.gates, hiddenSize * inputSize));
    cell.weightHh.write(ordered(r.data, d * rows * hiddenSize, kind.gates, hiddenSize * hiddenSize));
    if (b !== undefined) {
      cell.biasIh!.write(ordered(b.data, 2 * d * rows, kind.gates, hiddenSize));
      cell.biasHh!.write(ordered(b.data, (2 * d + 1) * rows, kind.gates, hiddenSize));
    }
    return cell;
  };
  const elements = w.data.length + r.data.length + (b?.data.length ?? 0);
  const layer = withoutStart(elements, () =>
    directions === 2
      ? new Bidirectional(cellOf(0), cellOf(1))
      : new Sequence(cellOf(0), { reverse: direction === 'reverse' }),
  ) as AnyLayer;
  making.made(layer);
  return (inputs) => runRecurrent(making, kind, layer, hiddenSize, directions, batchFirst, inputs);
};

function runRecurrent(
  { node }: Making,
  { states }: Kind,
  layer: AnyLayer,
  hiddenSize: number,
  directions: number,
  batchFirst: boolean,
  inputs: readonly (Value | undefined)[],
): readonly Value[] {
  const given = required(node, inputs[0], 0);
  if (given.shape.length !== 3)
    throw refused(node, `has an input of shape [${given.shape.join(', ')}]`, '3 axes');
  const x = batchFirst ? given : transposed(given, [1, 0, 2]);
  const [batch, time] = x.shape as [number, number];
  const lengths = inputs[4] && Array.from(inputs[4].data);
  // ONNX stacks the states of all directions, [directions, batch, hidden], first h, then c.
  const initial = states
    .map((_, at) => inputs[5 + at])
    .map((state) => state && (batchFirst ? transposed(state, [1, 0, 2]) : state));
  for (const state of initial)
    if (state !== undefined && state.shape.join() !== [directions, batch, hiddenSize].join())
      throw refused(
        node,
        `has a state of shape [${state.shape.join(', ')}]`,
        `[${directions}, ${batch}, ${hiddenSize}]`,
      );
  const stateOf = (d: number) =>
    Object.fromEntries(
      states.map((name, at) => {
        const state = initial[at];
        const shape = [batch, hiddenSize];
        return [
          name,
          state === undefined ? allocate('real', shape, x.data) : reshaped(sliced(state, 0, d, 1), shape),
        ];
      }),
    );
  const one = directions === 1;
  const result = layer.infer(x as Tensor, {
    lengths,
    state: one ? stateOf(0) : { forward: stateOf(0), reverse: stateOf(1) },
  });
  const y = reshaped({ kind: 'real', ...result.output }, [batch, time, directions, hiddenSize]);
  const finals = (one ? [result.state] : [result.state.forward, result.state.reverse]) as {
    [name: string]: Tensor;
  }[];
  const final = (name: string): Value => {
    const out = allocate('real', [directions, batch, hiddenSize], result.output.data);
    finals.forEach((state, d) => {
      out.data.set(state[name]!.data, d * batch * hiddenSize);
    });
    return batchFirst ? transposed(out, [1, 0, 2]) : out;
  };
  return [batchFirst ? y : transposed(y, [1, 2, 0, 3]), ...states.map(final)];
}

/** A dense layer from a weight [inputs, outputs], or transposed, [outputs, inputs]. */
function denseOf(
  making: Making,
  value: Value,
  turned: boolean,
  factor: number,
  bias: Value | undefined,
): Dense {
  const [outputSize, inputSize] = (turned ? value.shape : [...value.shape].reverse()) as [number, number];
  const dense = withoutStart(
    value.data.length + outputSize,
    () => new Dense({ inputSize, outputSize, bias: bias !== undefined, backend: making.backend }),
  );
  const { data } = turned ? value : transposed(value, [1, 0]);
  dense.weight.write(factor === 1 ? data : Float64Array.from(data, (element) => element * factor));
  if (bias !== undefined)
    dense.bias!.write(
      Float64Array.from({ length: outputSize }, (_, j) => bias.data[bias.data.length === 1 ? 0 : j]!),
    );
  making.made(dense);
  return dense;
}

/** Applies a dense layer over the last axis of any shape. */
function applied({ node }: Making, dense: Dense): Compute {
  return (inputs) => {
    const x = required(node, inputs[0], 0);
    const width = x.shape.at(-1);
    if (width !== dense.inputSize)
      throw refused(node, `has an input of shape [${x.shape.join(', ')}]`, `${dense.inputSize} features`);
    const { output } = dense.infer(reshaped(x, [x.data.length / width, width]) as Tensor);
    return [reshaped({ kind: 'real', ...output }, [...x.shape.slice(0, -1), dense.outputSize])];
  };
}

const gemm: Operator = (making) => {
  const { node } = making;
  const [alpha, beta] = [numberOf(making, 'alpha', 1), numberOf(making, 'beta', 1)];
  const turned = numberOf(making, 'transB', 0) !== 0;
  if (numberOf(making, 'transA', 0) !== 0) throw refused(node, 'transposes its input', 'transA 0');
  const b = weight(making, 1, 2);
  const bias = optional(making, 2);
  const outputs = turned ? b.shape[0]! : b.shape[1]!;
  if (bias !== undefined && bias.data.length !== 1 && bias.data.length !== outputs)
    throw refused(node, `has a bias of shape [${bias.shape.join(', ')}]`, `[${outputs}]`);
  const scaled =
    bias &&
    (beta === 1 ? bias : { ...bias, data: Float64Array.from(bias.data, (element) => element * beta) });
  return applied(making, denseOf(making, b, turned, alpha, scaled));
};

const matMul: Operator = (making) => {
  const { node, known } = making;
  if (known[1]?.shape.length === 2 && known[1].kind === 'real')
    return applied(making, denseOf(making, known[1], false, 1, undefined));
  return (inputs) => [product(required(node, inputs[0], 0), required(node, inputs[1], 1), making)];
};

const convolution: Operator = (making) => {
  const { node, backend } = making;
  const w = weight(making, 1, 3);
  const b = optional(making, 2);
  const [outputSize, inputSize, kernelSize] = w.shape as [number, number, number];
  if (numberOf(making, 'group', 1) !== 1) throw refused(node, 'has groups', 'group 1');
  const auto = textOf(making, 'auto_pad', 'NOTSET');
  const one = (name: string) => numbersOf(making, name)?.[0] ?? 1;
  const pads = numbersOf(making, 'pads') ?? [0, 0];
  if (auto !== 'NOTSET' && auto !== 'VALID' && !(auto === 'SAME_UPPER' && one('strides') === 1))
    throw refused(node, `has auto_pad ${auto}`, 'explicit pads');
  const padding = auto === 'NOTSET' ? ([pads[0]!, pads[1]!] as const) : auto === 'VALID' ? 'valid' : 'same';
  const layer = withoutStart(
    w.data.length + outputSize,
    () =>
      new Conv1d({
        inputSize,
        outputSize,
        kernelSize,
        dilation: one('dilations'),
        stride: one('strides'),
        padding,
        bias: b !== undefined,
        backend,
      }),
  );
  layer.weight.write(w.data);
  if (b !== undefined) layer.bias!.write(b.data);
  making.made(layer);
  return (inputs) => {
    const x = required(node, inputs[0], 0);
    if (x.shape.length !== 3)
      throw refused(node, `has an input of shape [${x.shape.join(', ')}]`, '[batch, channels, time]');
    const { output } = layer.infer(transposed(x, [0, 2, 1]) as Tensor);
    return [transposed({ kind: 'real', ...output }, [0, 2, 1])];
  };
};

const gather: Operator = (making) => {
  const given = numberOf(making, 'axis', 0);
  return (inputs) => {
    const x = required(making.node, inputs[0], 0);
    return [gathered(x, required(making.node, inputs[1], 1), axisOf(given, x.shape.length), making)];
  };
};

export const layered: { readonly [op: string]: Operator } = {
  Conv: convolution,
  Gather: gather,
  Gemm: gemm,
  GRU: recurrent,
  LSTM: recurrent,
  MatMul: matMul,
  RNN: recurrent,
};
