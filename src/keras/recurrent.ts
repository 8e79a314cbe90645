/** Builds recurrent layers from those of Keras: SimpleRNN, LSTM and GRU, alone or in both directions. */
import type { Cell } from '../cells/cell.ts';
import { GRUCell } from '../cells/gru.ts';
import { LSTMCell } from '../cells/lstm.ts';
import { RNNCell } from '../cells/rnn.ts';
import type { Backend } from '../kernels/backend.ts';
import { Bidirectional, type Merge } from '../layers/bidirectional.ts';
import { Sequence } from '../layers/sequence.ts';
import type { AnyLayer } from '../layers/sequential.ts';
import { type KerasLayer, layerOf } from './config.ts';
import {
  hasBias,
  type Maker,
  ordered,
  refused,
  type Source,
  setting,
  turned,
  weight,
  write,
} from './source.ts';

/** Kinds of cells by class: the order of Keras's gates, and the cell. */
const kinds: {
  readonly [type: string]: {
    readonly gates: readonly number[];
    readonly make: (
      sizes: {
        readonly inputSize: number;
        readonly hiddenSize: number;
        readonly bias: boolean;
        readonly backend: Backend;
      },
      layer: KerasLayer,
      source: Source,
    ) => Cell<string>;
  };
} = {
  SimpleRNN: {
    gates: [0],
    make: (sizes, layer, source) =>
      new RNNCell({ ...sizes, activation: setting(source, layer, 'activation', ['tanh', 'relu'] as const) }),
  },
  // Keras orders the gates i, f, c, o, like LSTMCell's i, f, g, o.
  LSTM: {
    gates: [0, 1, 2, 3],
    make: (sizes, layer, source) => gated(layer, source, () => new LSTMCell(sizes)),
  },
  // Keras orders the gates z, r, h; GRUCell r, z, n.
  GRU: {
    gates: [1, 0, 2],
    make: (sizes, layer, source) =>
      gated(
        layer,
        source,
        () => new GRUCell({ ...sizes, reset: layer.options.reset_after === true ? 'after' : 'before' }),
      ),
  },
};

/** Makes a cell after checking its activations: hard_sigmoid, the default of TensorFlow.js, is a different function. */
function gated<Made>(layer: KerasLayer, source: Source, make: () => Made): Made {
  setting(source, layer, 'activation', ['tanh']);
  setting(source, layer, 'recurrent_activation', ['sigmoid']);
  return make();
}

function makeCell(
  layer: KerasLayer,
  source: Source,
  owner: KerasLayer,
  direction?: 'forward' | 'backward',
): Cell<string> {
  const kind = Object.hasOwn(kinds, layer.type) ? kinds[layer.type]! : undefined;
  if (kind === undefined)
    throw refused(source, layer, 'is no recurrent layer', Object.keys(kinds).join(', '));
  if (layer.options.return_state === true)
    throw refused(source, layer, 'returns its state', 'one that does not');
  const take = (name: string, axes: number) => weight(source, owner, name, axes, direction);
  const [kernel, recurrent] = [take('kernel', 2), take('recurrent_kernel', 2)];
  const hiddenSize = recurrent.shape[0]!;
  const bias = hasBias(layer);
  const { backend } = source;
  const cell = kind.make({ inputSize: kernel.shape[0]!, hiddenSize, bias, backend }, layer, source);
  write(source, owner, 'kernel', cell.weightIh, ordered(turned(kernel), kind.gates));
  write(source, owner, 'recurrent_kernel', cell.weightHh, ordered(turned(recurrent), kind.gates));
  if (!bias) return cell;
  // One bias, or two for a GRU that resets after the product.
  const two = layer.type === 'GRU' && layer.options.reset_after === true;
  const { data } = take('bias', two ? 2 : 1);
  const rows = kind.gates.length * hiddenSize;
  write(source, owner, 'bias', cell.biasIh!, ordered(data.subarray(0, two ? rows : undefined), kind.gates));
  if (two) write(source, owner, 'bias', cell.biasHh!, ordered(data.subarray(rows), kind.gates));
  else cell.biasHh!.write(new Float64Array(rows));
  return cell;
}

const outputsOf = ({ options }: KerasLayer) =>
  options.return_sequences === true ? ('all' as const) : ('last' as const);

/** A layer of one direction. */
export const recurrent: Maker = (layer, source) => {
  const reverse = layer.options.go_backwards === true;
  const outputs = outputsOf(layer);
  // Keras keeps such outputs in the order of computation.
  if (reverse && outputs === 'all')
    throw refused(source, layer, 'returns its steps backwards', 'go_backwards false');
  source.masked &&= outputs === 'all';
  return [new Sequence(makeCell(layer, source, layer), { reverse, outputs })];
};

const merges: { readonly [mode: string]: Merge } = {
  concat: 'concatenate',
  sum: 'sum',
  ave: 'mean',
  mul: 'product',
};

/** A layer of two directions. */
export const bidirectional: Maker = (layer, source) => {
  const forward = layerOf(source.where, layer.options.layer);
  const backward = layer.options.backward_layer
    ? layerOf(source.where, layer.options.backward_layer)
    : forward;
  const mode = setting(source, layer, 'merge_mode', ['concat', 'sum', 'ave', 'mul']);
  const outputs = outputsOf(forward);
  source.masked &&= outputs === 'all';
  const made = new Bidirectional(
    makeCell(forward, source, layer, 'forward'),
    makeCell(backward, source, layer, 'backward'),
    { outputs, merge: merges[mode]! },
  );
  return [made as AnyLayer];
};
