/** The tensors in inputs, outputs and states, which may be nested records. */
import { isBuiltin } from '../common/builtin.ts';
import { show, typeError } from '../common/errors.ts';
import type { Indices, Tensor } from '../common/tensor.ts';
import { checkTensor } from '../signal/checks.ts';
import type { State } from '../signal/state.ts';

/** The input of a layer, or the inputs of a graph by name. */
export type AnyInput = Tensor | Indices | { readonly [input: string]: Tensor | Indices };

/** @throws TypeError or RangeError if it is neither tensor nor indices nor a record of them. */
export function copyOf(of: AnyInput): AnyInput {
  const copy = (name: string, value: Tensor | Indices) => {
    checkTensor('checkGradients', name, value, isBuiltin(value?.data, 'Int32Array') ? 'index' : 'real');
    return { ...value, data: value.data.slice() } as Tensor | Indices;
  };
  if (typeof of !== 'object' || of === null || 'data' in of || 'shape' in of || Array.isArray(of))
    return copy('input', of as Tensor | Indices);
  return Object.fromEntries(Object.entries(of).map(([name, value]) => [name, copy(`input.${name}`, value)]));
}

export function copyState(state: State): State {
  return mapState(state, (leaf) => ({ data: Float64Array.from(leaf.data), shape: leaf.shape }));
}

export const isTensor = (node: Tensor | State): node is Tensor =>
  typeof node === 'object' && node !== null && 'data' in node && 'shape' in node;

export function mapState(state: State, map: (leaf: Tensor) => Tensor): State {
  if (typeof state !== 'object' || state === null)
    throw typeError(
      'checkGradients',
      'state',
      `has a part that is ${show(state)}`,
      'tensors by name, nested',
    );
  return Object.fromEntries(
    Object.entries(state).map(([name, node]) => [name, isTensor(node) ? map(node) : mapState(node, map)]),
  );
}

/** A tensor under the path '', or the tensors of a state with their paths: `.h`, `.1.c`. */
export function leaves(of: Tensor | State | undefined, path = ''): [string, Tensor][] {
  if (of === undefined) return [];
  if (isTensor(of)) return [[path, of]];
  return Object.entries(of).flatMap(([name, node]) => leaves(node, `${path}.${name}`));
}
