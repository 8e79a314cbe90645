/** Builds recurrent layers from the names and shapes of their weights alone. */

import type { Cell } from '../cells/cell.ts';
import { GRUCell } from '../cells/gru.ts';
import { LSTMCell } from '../cells/lstm.ts';
import { ProjectedLSTMCell } from '../cells/projected-lstm.ts';
import { RNNCell } from '../cells/rnn.ts';
import { rangeError } from '../common/errors.ts';
import { type Checks, checkOptions } from '../common/options.ts';
import { elementsOf } from '../common/tensor.ts';
import { type Backend, backendOption } from '../kernels/backend.ts';
import { Bidirectional } from '../layers/bidirectional.ts';
import { Sequence } from '../layers/sequence.ts';
import { type AnyLayer, Sequential } from '../layers/sequential.ts';
import { withoutStart } from '../matrix/parameter.ts';
import { join, prefixCheck } from './names.ts';
import { loadStateDict, type Tensors, tensorsOf } from './state-dict.ts';

/** Options of {@link recurrent}. */
export interface RecurrentOptions {
  /** The nonlinearity of an `nn.RNN`, which its weights do not reveal: required for an RNN, refused otherwise. */
  readonly activation?: 'tanh' | 'relu' | undefined;
  /** The output of the last layer: every step, or each sequence's last. Default `'all'`. */
  readonly outputs?: 'all' | 'last' | undefined;
  /** The compute backend. Default `float32()`. */
  readonly backend?: Backend | undefined;
}

const where = 'recurrent';

const checks: Checks<RecurrentOptions> = {
  activation: ['tanh', 'relu'],
  outputs: ['all', 'last'],
  backend: backendOption,
};

/**
 * Builds the layers of an `nn.RNN`, `nn.LSTM` or `nn.GRU` from its tensors alone, and loads their values.
 *
 * The number of layers and directions follows from the names, sizes from the shapes, and the kind of cell from the ratio of
 * rows to columns of `weight_hh_l0`: 1 for an RNN, 3 for a GRU, 4 for an LSTM (with `weight_hr_l0`, an LSTM with `proj_size`).
 * The model has one layer per PyTorch layer; its states are `{ 0: { h, c }, 1: … }`.
 *
 * @param tensors by PyTorch name, as from `readSafetensors` or {@link readCheckpoint}.
 * @param prefix the module's name, such as `'encoder.rnn'`; empty for a file with only this module.
 * @throws RangeError if there is no such recurrent module, a shape fits no cell, or a name is missing or unknown.
 *
 * @example
 * ```ts
 * import { LSTMCell, Sequence } from 'recurrent-cells';
 * import { recurrent, stateDict } from 'recurrent-cells/pytorch';
 *
 * const tensors = stateDict(new Sequence(new LSTMCell({ inputSize: 3, hiddenSize: 4 })), { prefix: 'encoder.rnn' });
 * const model = recurrent(tensors, 'encoder.rnn');
 * model.layers.map(({ inputSize, outputSize }) => [inputSize, outputSize]) // → [[3, 4]]
 * ```
 */
export function recurrent(tensors: Tensors, prefix: string, options: RecurrentOptions = {}): Sequential {
  checkOptions(where, options, checks);
  const given = tensorsOf(where, tensors);
  prefixCheck(where, 'prefix', prefix);
  const layers: AnyLayer[] = [];
  const shapeOf = (name: string) => given.get(join(prefix, name))?.shape;
  let depth = 0;
  while (shapeOf(`weight_ih_l${depth}`) !== undefined) depth++;
  if (depth === 0)
    throw rangeError(where, 'tensors', `has no ${join(prefix, 'weight_ih_l0')}`, recurrentModules(given));
  let elements = 0;
  for (const [name, { shape }] of given) if (name.startsWith(prefix)) elements += elementsOf(shape);
  // Skips the random initial weights; those of the file replace them.
  withoutStart(elements, () => {
    for (let layer = 0; layer < depth; layer++) {
      const cell = (direction: string) => makeCell(prefix, shapeOf, `_l${layer}${direction}`, options);
      const outputs = layer === depth - 1 ? (options.outputs ?? 'all') : 'all';
      layers.push(
        shapeOf(`weight_ih_l${layer}_reverse`) === undefined
          ? new Sequence(cell(''), { outputs })
          : (new Bidirectional(cell(''), cell('_reverse'), { outputs }) as AnyLayer),
      );
    }
  });
  const model = new Sequential(layers);
  loadStateDict(model, given, { prefix, names: Object.fromEntries(layers.map((_, at) => [at, ''])) });
  return model;
}

/** The modules that an error suggests in place of a missing one. */
function recurrentModules(tensors: Tensors): string {
  const found = [...tensors.keys()].filter((name) => /(^|\.)weight_ih_l0$/.test(name));
  const modules = found.map((name) => JSON.stringify(name.replace(/\.?weight_ih_l0$/, '')));
  return modules.length === 0
    ? 'the tensors of a recurrent module'
    : `one of the modules ${modules.join(', ')}`;
}

function makeCell(
  prefix: string,
  shapeOf: (name: string) => readonly number[] | undefined,
  suffix: string,
  { activation, backend }: RecurrentOptions,
): Cell<string> {
  const [ih, hh, hr] = ['weight_ih', 'weight_hh', 'weight_hr'].map((name) => shapeOf(`${name}${suffix}`));
  const module = join(prefix, `weight_hh${suffix}`);
  if (ih?.length !== 2 || hh?.length !== 2 || (hr !== undefined && hr.length !== 2))
    throw rangeError(where, 'tensors', `has ${module} of shape [${hh}]`, '[gates · hiddenSize, hiddenSize]');
  const [rows, inputSize] = ih as [number, number];
  const hiddenSize = hr === undefined ? hh[1]! : hr[1]!;
  const sizes = { inputSize, hiddenSize, bias: shapeOf(`bias_ih${suffix}`) !== undefined, backend };
  const gates = rows / hiddenSize;
  if (gates !== 1 && activation !== undefined)
    throw rangeError(
      where,
      'activation',
      `is ${activation}`,
      `none for ${module} of shape [${hh.join(', ')}]`,
    );
  if (gates === 4 && hr !== undefined) return new ProjectedLSTMCell({ ...sizes, projectionSize: hr[0]! });
  if (gates === 4) return new LSTMCell(sizes);
  if (gates === 3) return new GRUCell(sizes);
  if (gates !== 1)
    throw rangeError(
      where,
      'tensors',
      `has ${module} of shape [${hh.join(', ')}]`,
      '1, 3 or 4 rows for each column',
    );
  if (activation === undefined)
    throw rangeError(where, 'activation', 'is undefined', `'tanh' or 'relu': ${module} is that of an nn.RNN`);
  return new RNNCell({ ...sizes, activation });
}
