/** Copies of weights outside the heap, as stored in checkpoints. */
import { rangeError, show, typeError } from '../common/errors.ts';
import { isRow } from '../common/tensor.ts';
import type { Values } from '../kernels/heap.ts';
import type { Copies } from '../matrix/copies.ts';
import type { Parameters } from '../optimizers/optimizer.ts';

/** An array for each parameter, by name. */
export interface WeightArrays {
  readonly [name: string]: Values;
}

/** The copies of the parameters' values, by name. */
export function namedArrays(parameters: Parameters, copies: Copies): WeightArrays {
  const names = [...parameters.keys()];
  return Object.fromEntries(copies.matrices.map((matrix, i) => [names[i]!, matrix.read()]));
}

/** @throws TypeError or RangeError unless there is one array of the right length for each parameter. */
export function checkArrays(where: string, parameters: Parameters, state: WeightArrays): void {
  if (typeof state !== 'object' || state === null)
    throw typeError(where, 'state', `is ${show(state)}`, 'arrays by the names of the parameters');
  for (const name of Object.keys(state))
    if (!parameters.has(name))
      throw rangeError(where, 'state', `has ${show(name)}`, 'only names of the parameters');
  for (const [name, { value }] of parameters) {
    const values: unknown = state[name];
    const length = value.rows * value.columns;
    if (values !== undefined && !isRow(values))
      throw typeError(where, name, `is ${show(values)}`, `an array of ${length} numbers`);
    if (values?.length !== length) throw rangeError(where, name, `has length ${values?.length}`, `${length}`);
    for (let i = 0; i < length; i++)
      if (typeof values[i] !== 'number')
        throw typeError(where, `${name}[${i}]`, `is ${show(values[i])}`, 'a number');
  }
}

/** @throws RangeError if a parameter is not one of the model's. */
export function checkOwner(where: string, parameters: Parameters, own: Parameters): void {
  const known = new Set(own.values());
  for (const [name, parameter] of parameters)
    if (!known.has(parameter)) throw rangeError(where, name, 'is of another model', 'parameters of this one');
}
