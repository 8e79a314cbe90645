/** Loads weights from bytes into an existing model. */
import { rangeError, show, typeError } from '../common/errors.ts';
import type { Tensor } from '../common/tensor.ts';
import type { Parameter } from '../matrix/parameter.ts';
import { bytesOf, decodeTensors } from './safetensors.ts';

/** Anything with parameters: a cell, a layer, a model. */
export interface Weighted {
  /** The parameters by name. */
  parameters(): ReadonlyMap<string, Parameter>;
}

/**
 * Overwrites a model's parameters with the tensors of the same names, from a file written by {@link save} or any
 * safetensors file.
 *
 * Unlike {@link load} it takes an existing model, so a program bundles only the classes its model uses.
 *
 * @throws TypeError if `bytes` is not a Uint8Array; RangeError if it is not a complete file, or its tensors do not match the
 * model. Nothing is changed then.
 *
 * @example
 * ```ts
 * import { Dense, loadWeights, save, tensor } from 'recurrent-cells';
 *
 * const [trained, other] = [1, 2].map(() => new Dense({ inputSize: 2, outputSize: 1 })) as [Dense, Dense];
 * loadWeights(other, save(trained));
 * const x = tensor([[3, 4]]);
 * other.infer(x).output.data[0] === trained.infer(x).output.data[0] // → true
 * ```
 */
export function loadWeights(model: Weighted, bytes: Uint8Array): void {
  checkWeighted(WHERE, model);
  writeParameters(WHERE, model, decodeTensors(WHERE, bytesOf(WHERE, bytes)).tensors);
}

const WHERE = 'loadWeights';

/** @throws TypeError if it has no parameters. */
export function checkWeighted(where: string, model: unknown): void {
  if (typeof (model as Partial<Weighted> | null)?.parameters !== 'function')
    throw typeError(where, 'model', `is ${show(model)}`, 'a cell, a layer or a model');
}

/** Overwrites all parameters with the tensors of their names, or none of them. */
export function writeParameters(where: string, model: Weighted, tensors: ReadonlyMap<string, Tensor>): void {
  const parameters = model.parameters();
  const wrong = (came: string, expected: string) => rangeError(where, 'bytes', came, expected);
  for (const name of tensors.keys())
    if (!parameters.has(name)) throw wrong(`holds a tensor ${show(name)}`, 'only parameters of the model');
  for (const [name, { shape }] of parameters) {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw wrong(`lacks the tensor ${show(name)}`, 'every parameter of the model');
    if (tensor.shape.join() !== shape.join())
      throw wrong(
        `holds tensor ${show(name)} of shape [${tensor.shape.join(', ')}]`,
        `[${shape.join(', ')}]`,
      );
  }
  // Convert everything before writing anything.
  const values = [...parameters].map(([name, parameter]) => [parameter, tensors.get(name)!.data] as const);
  for (const [parameter, data] of values) parameter.write(data);
}
