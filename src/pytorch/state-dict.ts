/** Converts the parameters of a model to and from PyTorch's state_dict. */
import { isBuiltin } from '../common/builtin.ts';
import { rangeError, show, typeError } from '../common/errors.ts';
import { checkOptions, flag, record } from '../common/options.ts';
import { elementsOf, type Tensor } from '../common/tensor.ts';
import { join, type Nameable, type NameOptions, pytorchParameters } from './names.ts';

/** Tensors by name, as from `readSafetensors` and {@link readCheckpoint}. */
export type Tensors = ReadonlyMap<string, Tensor>;

/** Options of {@link loadStateDict}. */
export interface LoadStateDictOptions extends NameOptions {
  /** Whether tensors under the prefix without a place in the model are an error. Default true. */
  readonly strict?: boolean | undefined;
}

/**
 * The parameters of a model by PyTorch name, ready for `writeSafetensors`.
 *
 * Cells have `weight_ih` and so on, recurrent layers `weight_ih_l0` (`weight_ih_l0_reverse` for a second direction, and for
 * a `Sequence` in reverse), projections `weight_hr_l0`, all others `weight` and `bias`. PyTorch loads them with
 * `module.load_state_dict(safetensors.torch.load_file(path))`. A layer that occurs twice is written under both names.
 *
 * @throws RangeError if a layer of the model has no PyTorch equivalent, or `names` contains an unknown layer.
 *
 * @example
 * ```ts
 * import { Dense, Embedding, LSTMCell, Sequence, sequential } from 'recurrent-cells';
 * import { stateDict } from 'recurrent-cells/pytorch';
 *
 * const model = sequential(
 *   new Embedding({ classes: 5, outputSize: 3 }),
 *   new Sequence(new LSTMCell({ inputSize: 3, hiddenSize: 4, bias: false })),
 *   new Sequence(new LSTMCell({ inputSize: 4, hiddenSize: 4, bias: false })),
 *   new Dense({ inputSize: 4, outputSize: 2 }),
 * );
 * const names = { 0: 'embedding', 1: 'rnn', 2: 'rnn', 3: 'linear' };
 * const theirs = [...stateDict(model, { names }).keys()];
 * theirs.slice(0, 3) // → ['embedding.weight', 'rnn.weight_ih_l0', 'rnn.weight_hh_l0']
 * theirs.slice(3) // → ['rnn.weight_ih_l1', 'rnn.weight_hh_l1', 'linear.weight', 'linear.bias']
 * ```
 */
export function stateDict(model: Nameable, options: NameOptions = {}): Map<string, Tensor> {
  const parameters = pytorchParameters('stateDict', model, options);
  return new Map(
    [...parameters].map(([name, parameter]) => [name, { data: parameter.read(), shape: parameter.shape }]),
  );
}

/**
 * Overwrites the parameters of a model with a PyTorch state_dict.
 *
 * @param tensors by PyTorch name, from a safetensors file (`readSafetensors`) or a `.pt` file
 * ({@link readCheckpoint}).
 * @throws RangeError listing every name that is missing, unexpected or of another shape, or if a layer of the model has
 * no PyTorch equivalent. The model is then unchanged.
 *
 * @example
 * ```ts
 * import { GRUCell, readSafetensors, Sequence, tensor, writeSafetensors } from 'recurrent-cells';
 * import { loadStateDict, stateDict } from 'recurrent-cells/pytorch';
 *
 * const make = () => new Sequence(new GRUCell({ inputSize: 1, hiddenSize: 2 }));
 * const [trained, fresh] = [make(), make()];
 * const file = writeSafetensors(stateDict(trained, { prefix: 'encoder.gru' }));
 * loadStateDict(fresh, readSafetensors(file).tensors, { prefix: 'encoder.gru' });
 * const x = tensor([[[1], [2]]]);
 * fresh.infer(x).output.data.join() === trained.infer(x).output.data.join() // → true
 * ```
 */
export function loadStateDict(model: Nameable, tensors: Tensors, options: LoadStateDictOptions = {}): void {
  const where = 'loadStateDict';
  const { strict = true, ...naming } = record(where, 'options', options) as typeof options;
  checkOptions<Pick<LoadStateDictOptions, 'strict'>, Pick<LoadStateDictOptions, 'strict'>>(
    where,
    { strict },
    { strict: flag },
  );
  const given = tensorsOf(where, tensors);
  const parameters = pytorchParameters(where, model, naming);
  const under = join(naming.prefix ?? '', ' ').slice(0, -1);
  const missing = [...parameters.keys()].filter((name) => !given.has(name));
  const unexpected = [...given.keys()].filter((name) => name.startsWith(under) && !parameters.has(name));
  const misshaped = [...parameters].flatMap(([name, { shape }]) => {
    const came = given.get(name)?.shape;
    return came === undefined || came.join() === shape.join()
      ? []
      : [`${JSON.stringify(name)} of shape [${came.join(', ')}] instead of [${shape.join(', ')}]`];
  });
  const quoted = (names: readonly string[]) => names.map((name) => JSON.stringify(name)).join(', ');
  const problems = [
    missing.length > 0 && `lacks ${quoted(missing)}`,
    strict && unexpected.length > 0 && `has ${quoted(unexpected)} besides`,
    misshaped.length > 0 && `has ${misshaped.join(', ')}`,
  ].filter((problem) => problem !== false);
  if (problems.length > 0)
    throw rangeError(where, 'tensors', problems.join('; '), 'the parameters of the model');
  // Converts all values before writing any.
  const values = [...parameters].map(([name, parameter]) => {
    const { data } = given.get(name)!;
    const length = elementsOf(parameter.shape);
    if (data.length !== length)
      throw rangeError(
        where,
        `tensor ${show(name)}`,
        `has ${data.length} numbers`,
        `${length} for its shape`,
      );
    return [parameter, data] as const;
  });
  for (const [parameter, data] of values) parameter.write(data);
}

/** Checks that tensors are a map. */
export function tensorsOf(where: string, tensors: Tensors): Tensors {
  if (isBuiltin(tensors, 'Map')) return tensors;
  throw typeError(where, 'tensors', `is ${show(tensors)}`, 'a Map of tensors by name');
}
