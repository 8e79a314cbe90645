/** States as tensors by name, the form of files, and back. */
import { isBuiltin } from '../common/builtin.ts';
import { rangeError, show, typeError } from '../common/errors.ts';
import type { Tensor } from '../common/tensor.ts';
import { checkPart, checkState, isTensor } from './stack.ts';
import type { State, Tree } from './state.ts';

// Far deeper than layers are nested.
const DEEPEST = 32;

/**
 * The parts of a state by name, those of inner layers with the layer's name before them: `h`, or `1.h`. `writeSafetensors` makes
 * bytes of them, and {@link unflattenState} a state again.
 *
 * @param state as a cell, layer, model or graph gives it.
 * @throws TypeError or RangeError if it is not a state, or a name in it has a dot.
 *
 * @example
 * ```ts
 * import { flattenState, GRUCell, manyToMany } from 'recurrent-cells';
 *
 * const model = manyToMany({ cell: GRUCell, classes: 5, hiddenSize: [4, 3], outputSize: 5 });
 * [...flattenState(model.initialState(1)).keys()] // → ['1.h', '2.h']
 * ```
 */
export function flattenState(state: State): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  flatten('flattenState', 'state', state, '', 0, tensors);
  return tensors;
}

function flatten(
  where: string,
  at: string,
  state: State,
  prefix: string,
  depth: number,
  into: Map<string, Tensor>,
): void {
  checkState(where, at, state);
  if (depth === DEEPEST) throw rangeError(where, at, 'is within states', `at most ${DEEPEST} of them`);
  for (const [name, node] of Object.entries(state)) {
    if (name.includes('.')) throw rangeError(where, at, `has a part ${show(name)}`, 'names without dots');
    const path = `${at}.${name}`;
    if (!isTensor(node)) flatten(where, path, node, `${prefix}${name}.`, depth + 1, into);
    else {
      checkPart(where, path, node);
      into.set(`${prefix}${name}`, node);
    }
  }
}

/**
 * The state whose parts have these names: what {@link flattenState} has taken apart.
 *
 * @param tensors as `readSafetensors` gives them.
 * @throws TypeError if it is no map of tensors; RangeError if one has not two axes, or the name of another is within its own.
 *
 * @example A state as bytes, such as in a database.
 * ```ts
 * import {
 *   flattenState, LSTMCell, readSafetensors, Sequence, tensor, unflattenState, writeSafetensors,
 * } from 'recurrent-cells';
 *
 * const layer = new Sequence(new LSTMCell({ inputSize: 1, hiddenSize: 2 }));
 * const { state } = layer.infer(tensor([[[1], [2]]]));
 * const bytes = writeSafetensors(flattenState(state));
 * const again = unflattenState<typeof state>(readSafetensors(bytes).tensors);
 * again.h // → state.h
 * ```
 */
export function unflattenState<S extends State = State>(tensors: ReadonlyMap<string, Tensor>): S {
  const where = 'unflattenState';
  if (!isBuiltin(tensors, 'Map'))
    throw typeError(where, 'tensors', `is ${show(tensors)}`, 'a Map of tensors by name');
  if (tensors.size === 0) throw rangeError(where, 'tensors', 'is empty', 'at least one');
  const root: Branch = new Map();
  for (const [name, tensor] of tensors as ReadonlyMap<string, Tensor>) {
    const at = `tensors[${show(name)}]`;
    if (typeof name !== 'string') throw typeError(where, at, 'has no name', 'a string');
    checkPart(where, at, tensor);
    place(where, at, root, name.split('.'), { data: tensor.data, shape: [...tensor.shape] });
  }
  return plain(root) as S;
}

type Branch = Map<string, Branch | Tensor>;

function place(where: string, at: string, root: Branch, path: readonly string[], tensor: Tensor): void {
  if (path.length > DEEPEST)
    throw rangeError(where, at, `has ${path.length} parts in its name`, `at most ${DEEPEST}`);
  let branch = root;
  for (const name of path.slice(0, -1)) {
    const next = branch.get(name) ?? new Map();
    if (!(next instanceof Map)) throw rangeError(where, at, 'is within another tensor', 'one name each');
    branch.set(name, next);
    branch = next;
  }
  const last = path.at(-1)!;
  if (branch.has(last)) throw rangeError(where, at, 'has others within it', 'one name each');
  branch.set(last, tensor);
}

function plain(branch: Branch): Tree<Tensor> {
  return Object.fromEntries(
    [...branch].map(([name, node]) => [name, node instanceof Map ? plain(node) : node]),
  );
}
