/** The states of recurrent layers: named parts of `[batch, size]` each, nested like the layers. */
import { rangeError, show, typeError } from '../common/errors.ts';
import type { Tensor } from '../common/tensor.ts';
import { type Backend, newValues } from '../kernels/backend.ts';
import type { Arena } from '../matrix/arena.ts';
import { Matrix } from '../matrix/matrix.ts';
import { checkTensor } from './checks.ts';

/** Named leaves, nested. */
export interface Tree<Leaf> {
  readonly [name: string]: Leaf | Tree<Leaf>;
}

/** A public state: `{ h, c }`, each `[batch, hiddenSize]`, or such parts nested by layer. */
export type State = Tree<Tensor>;

/** The size of each part of a state. */
export type StateSizes = Tree<number>;

/** A state in the heap, each part `[batch, size]`. */
export type MatrixState = Tree<Matrix>;

/** The zero state of a batch. */
export function zeroState(backend: Backend, sizes: StateSizes, batch: number): State {
  return mapValues(sizes, (size) =>
    typeof size === 'number'
      ? { data: newValues(backend, batch * size), shape: [batch, size] }
      : zeroState(backend, size, batch),
  );
}

/**
 * Copies a state into the arena.
 *
 * @throws TypeError if a part is missing or not a tensor; RangeError if its shape is not `[batch, size]` or a part is unknown.
 */
export function stateInput(
  arena: Arena,
  where: string,
  argument: string,
  state: State,
  sizes: StateSizes,
  batch: number,
): MatrixState {
  const names = () => Object.keys(sizes).join(', ');
  if (typeof state !== 'object' || state === null || Array.isArray(state))
    throw typeError(where, argument, `is ${show(state)}`, `a state of ${names()}`);
  for (const name of Object.keys(state))
    if (!Object.hasOwn(sizes, name)) {
      // A chain names states by the positions of its layers, which mean little on their own.
      const places = /^\d/.test(names()) ? ', the positions of the layers with a state' : '';
      const expected = names() === '' ? 'none: there is no state here' : `only ${names()}${places}`;
      throw rangeError(where, argument, `has a part ${show(name)}`, expected);
    }
  return mapValues(sizes, (size, name) => {
    const part = state[name];
    const path = `${argument}.${name}`;
    if (part === undefined) throw typeError(where, path, 'is missing', `a state of ${names()}`);
    if (typeof size !== 'number') return stateInput(arena, where, path, part as State, size, batch);
    return partInput(arena, where, path, part as Tensor, size, batch);
  });
}

function partInput(
  arena: Arena,
  where: string,
  path: string,
  part: Tensor,
  size: number,
  batch: number,
): Matrix {
  checkTensor(where, path, part, 'real');
  const [rows, columns] = part.shape;
  if (part.shape.length !== 2 || rows !== batch || columns !== size)
    throw rangeError(where, path, `has shape [${part.shape.join(', ')}]`, `[${batch}, ${size}]`);
  const matrix = arena.matrix(batch, size);
  arena.backend.heap.values.set(part.data, matrix.offset);
  return matrix;
}

/** The state of one part of a layer; undefined if there is none. */
export function partOf(state: MatrixState | undefined, part: string | number): MatrixState | undefined {
  const node = state?.[part];
  return node instanceof Matrix ? undefined : node;
}

/** The matrices of a state without nested parts, such as a cell's. */
export function matricesOf(state: MatrixState | undefined): { readonly [name: string]: Matrix } | undefined {
  if (state === undefined) return undefined;
  const isMatrix = (entry: [string, Matrix | MatrixState]): entry is [string, Matrix] =>
    entry[1] instanceof Matrix;
  return Object.fromEntries(Object.entries(state).filter(isMatrix));
}

/** Copies a state to tensors. */
export function stateOutput(state: MatrixState): State {
  return mapValues(state, (part) =>
    part instanceof Matrix ? { data: part.read(), shape: [part.rows, part.columns] } : stateOutput(part),
  );
}

function mapValues<From, To>(
  tree: { readonly [name: string]: From },
  map: (value: From, name: string) => To,
): { [name: string]: To } {
  return Object.fromEntries(Object.entries(tree).map(([name, value]) => [name, map(value, name)]));
}
