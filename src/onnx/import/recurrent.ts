/** The recurrent operators: RNN, LSTM and GRU become `Sequence` and `Bidirectional`. */
import type { Cell } from '../../cells/cell.ts';
import { GRUCell } from '../../cells/gru.ts';
import { LSTMCell } from '../../cells/lstm.ts';
import { PeepholeLSTMCell } from '../../cells/peephole-lstm.ts';
import { RNNCell } from '../../cells/rnn.ts';
import { show } from '../../common/errors.ts';
import type { Tensor } from '../../common/tensor.ts';
import { Bidirectional } from '../../layers/bidirectional.ts';
import { Sequence } from '../../layers/sequence.ts';
import type { AnyLayer } from '../../layers/sequential.ts';
import { withoutStart } from '../../matrix/parameter.ts';
import type { Node } from './graph.ts';
import {
  type Making,
  numberOf,
  type Operator,
  optional,
  refused,
  required,
  textOf,
  textsOf,
  weight,
} from './operator.ts';
import { takeElements, takeOperations } from './room.ts';
import { allocate, reshaped, sliced, transposed, type Value } from './value.ts';

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
    make: (sizes, _, making) => (peepholesOf(making) ? new PeepholeLSTMCell(sizes) : new LSTMCell(sizes)),
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

/** The peepholes of an LSTM, [directions, 3 · hidden_size]; undefined if there are none, or all are 0. */
function peepholesOf(making: Making): Value | undefined {
  const value = optional(making, 7);
  return value?.data.some((element: number) => element !== 0) ? value : undefined;
}

/** Writes the peepholes of direction `d`, which ONNX orders i, o, f. */
function writePeepholes(cell: Cell<string>, { data }: Value, d: number): void {
  const { hiddenSize } = cell;
  ['weightCi', 'weightCo', 'weightCf'].forEach((name, at) => {
    const from = (3 * d + at) * hiddenSize;
    cell
      .parameters()
      .get(name)!
      .write(data.subarray(from, from + hiddenSize));
  });
}

/** The activation of one direction, which must be one that the kind supports. */
function activationOf(making: Making, { activations }: Kind, directions: number): string {
  const { node } = making;
  const given = textsOf(making, 'activations')?.map((name) => name.toLowerCase());
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

/** Compiles a recurrent node. */
export const recurrent: Operator = (making) => {
  const { node, backend } = making;
  const kind = kinds[node.op]!;
  const direction = textOf(making, 'direction', 'forward');
  if (!['forward', 'reverse', 'bidirectional'].includes(direction))
    throw refused(node, `has direction ${show(direction)}`, 'forward, reverse or bidirectional');
  const directions = direction === 'bidirectional' ? 2 : 1;
  const batchFirst = numberOf(making, 'layout', 0) !== 0;
  if (numberOf(making, 'clip', 0) !== 0) throw refused(node, 'clips its gates', 'none that does');
  if (numberOf(making, 'input_forget', 0) !== 0)
    throw refused(node, 'couples its input and forget gates', 'none that does');
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
  const peepholes = node.op === 'LSTM' ? peepholesOf(making) : undefined;
  if (peepholes !== undefined && peepholes.data.length !== directions * 3 * hiddenSize)
    throw refused(
      node,
      `has peepholes of shape [${peepholes.shape.join(', ')}]`,
      `[${directions}, ${3 * hiddenSize}]`,
    );
  const cellOf = (d: number) => {
    const cell = kind.make({ inputSize, hiddenSize, bias: b !== undefined, backend }, activation, making);
    cell.weightIh.write(ordered(w.data, d * rows * inputSize, kind.gates, hiddenSize * inputSize));
    cell.weightHh.write(ordered(r.data, d * rows * hiddenSize, kind.gates, hiddenSize * hiddenSize));
    if (b !== undefined) {
      cell.biasIh!.write(ordered(b.data, 2 * d * rows, kind.gates, hiddenSize));
      cell.biasHh!.write(ordered(b.data, (2 * d + 1) * rows, kind.gates, hiddenSize));
    }
    if (peepholes !== undefined) writePeepholes(cell, peepholes, d);
    return cell;
  };
  const elements = w.data.length + r.data.length + (b?.data.length ?? 0) + (peepholes?.data.length ?? 0);
  // Once in the order of the cell, and once in its layer.
  takeElements(2 * elements);
  const layer = withoutStart(elements, () =>
    directions === 2
      ? new Bidirectional(cellOf(0), cellOf(1))
      : new Sequence(cellOf(0), { reverse: direction === 'reverse' }),
  ) as AnyLayer;
  making.made(layer);
  const weights = rows * (inputSize + hiddenSize);
  const made = { node, states: kind.states, layer, hiddenSize, weights, directions, batchFirst };
  return (inputs) => runRecurrent(made, inputs);
};

/** A compiled recurrent node. */
interface Recurrent {
  readonly node: Node;
  readonly states: readonly string[];
  readonly layer: AnyLayer;
  readonly hiddenSize: number;
  /** The weights of one direction, without biases. */
  readonly weights: number;
  readonly directions: number;
  readonly batchFirst: boolean;
}

// The cost of a step besides its products, in multiply–adds of the kernels.
const PER_STEP = 1000;

function runRecurrent(
  { node, states, layer, hiddenSize, weights, directions, batchFirst }: Recurrent,
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
  takeElements(x.data.length + 2 * directions * batch * time * hiddenSize);
  takeOperations(directions * time * (PER_STEP + batch * weights));
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
