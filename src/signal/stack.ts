/** Combines the states of separate sessions into one batch, and splits them again. */
import { rangeError, show, typeError, wholeNumber } from '../common/errors.ts';
import type { Tensor } from '../common/tensor.ts';
import { checkTensor } from './checks.ts';
import type { State } from './state.ts';

/**
 * Stacks the states of several batches, such as one for each session of a server, into the state of one batch.
 *
 * @param states as a cell, layer or graph gives them, in the order of the sequences of the batch.
 * @throws TypeError or RangeError if there are none, or their parts differ in name, size or precision, or those of one
 * state in sequences.
 *
 * @example One call serves two sessions that wait for a step.
 * ```ts
 * import { LSTMCell, Sequence, splitStates, stackStates, tensor } from 'recurrent-cells';
 *
 * const model = new Sequence(new LSTMCell({ inputSize: 2, hiddenSize: 3 }));
 * const sessions = new Map([['ann', model.initialState(1)], ['bob', model.initialState(1)]]);
 * const waiting = [...sessions.keys()];
 * const { output, state } = model.infer(tensor([[[1, 2]], [[3, 4]]]), {
 *   state: stackStates(waiting.map((name) => sessions.get(name)!)),
 * });
 * splitStates(state).forEach((own, i) => sessions.set(waiting[i]!, own));
 * output.shape // → [2, 1, 3]
 * sessions.get('bob')!.h.shape // → [1, 3]
 * ```
 */
export function stackStates<S extends State>(states: readonly S[]): S {
  const where = 'stackStates';
  if (!Array.isArray(states)) throw typeError(where, 'states', `is ${show(states)}`, 'an array of states');
  if (states.length === 0) throw rangeError(where, 'states', 'is empty', 'at least one');
  return stacked(
    where,
    Array.from(states as readonly S[], (state, i) => {
      const at = `states[${i}]`;
      batchOf(where, at, state);
      return { at, state };
    }),
  ) as S;
}

/**
 * Splits the state of a batch into those of its sequences, or of groups of them.
 *
 * @param sizes the number of sequences of each group: default one each.
 * @throws TypeError if it is not a state; RangeError if its parts differ in sequences, or the sizes do not add up to them.
 *
 * @example
 * ```ts
 * import { GRUCell, splitStates } from 'recurrent-cells';
 *
 * const state = new GRUCell({ inputSize: 1, hiddenSize: 2 }).initialState(3);
 * splitStates(state).length // → 3
 * splitStates(state, [1, 2]).map(({ h }) => h.shape) // → [[1, 2], [2, 2]]
 * ```
 */
export function splitStates<S extends State>(state: S, sizes?: readonly number[]): S[] {
  const where = 'splitStates';
  const batch = batchOf(where, 'state', state);
  const groups = sizes ?? new Array<number>(batch).fill(1);
  if (!Array.isArray(groups))
    throw typeError(where, 'sizes', `is ${show(sizes)}`, 'an array of whole numbers');
  let start = 0;
  const starts = Array.from(groups as readonly number[], (size, i) => {
    const from = start;
    start += wholeNumber(where, `sizes[${i}]`, size);
    return from;
  });
  if (start !== batch)
    throw rangeError(where, 'sizes', `add up to ${start}`, `${batch}, the sequences of the state`);
  return starts.map((from, i) => part(state, from, groups[i]!) as S);
}

interface Named {
  /** The place of the state, in errors. */
  readonly at: string;
  readonly state: State;
}

function stacked(where: string, states: readonly Named[]): State {
  const [first] = states as [Named];
  for (const { at, state } of states) checkState(where, at, state);
  const names = Object.keys(first.state);
  for (const { at, state } of states)
    if (Object.keys(state).length !== names.length || !names.every((name) => Object.hasOwn(state, name)))
      throw rangeError(
        where,
        at,
        `has the parts ${Object.keys(state).join(', ')}`,
        `${names.join(', ')}, as ${first.at} has`,
      );
  return Object.fromEntries(
    names.map((name) => {
      const own = states.map(({ at, state }) => ({ at: `${at}.${name}`, part: state[name]! }));
      const tensors = own.filter((entry): entry is { at: string; part: Tensor } => isTensor(entry.part));
      if (tensors.length === own.length) return [name, joined(where, tensors)];
      return [
        name,
        stacked(
          where,
          own.map(({ at, part }) => ({ at, state: part as State })),
        ),
      ];
    }),
  );
}

function joined(where: string, parts: readonly { readonly at: string; readonly part: Tensor }[]): Tensor {
  const [first] = parts as [(typeof parts)[number]];
  let rows = 0;
  for (const { at, part } of parts) {
    checkPart(where, at, part);
    if (part.shape[1] !== first.part.shape[1])
      throw rangeError(
        where,
        at,
        `has shape [${part.shape.join(', ')}]`,
        `[batch, ${first.part.shape[1]}], as ${first.at} has`,
      );
    if (part.data.constructor !== first.part.data.constructor)
      throw typeError(
        where,
        at,
        `has data that is ${show(part.data)}`,
        `${show(first.part.data)}, as ${first.at} has`,
      );
    rows += part.shape[0]!;
  }
  const size = first.part.shape[1]!;
  const data = new (first.part.data.constructor as Float32ArrayConstructor)(rows * size);
  let start = 0;
  for (const { part } of parts) {
    data.set(part.data, start);
    start += part.data.length;
  }
  return { data, shape: [rows, size] };
}

/** The number of sequences, the same in all parts. */
function batchOf(where: string, argument: string, state: State): number {
  checkState(where, argument, state);
  let batch: { readonly path: string; readonly rows: number } | undefined;
  for (const [name, node] of Object.entries(state)) {
    const path = `${argument}.${name}`;
    if (isTensor(node)) checkPart(where, path, node);
    const rows = isTensor(node) ? node.shape[0]! : batchOf(where, path, node);
    batch ??= { path, rows };
    if (rows !== batch.rows)
      throw rangeError(where, path, `has ${rows} sequences`, `${batch.rows}, as ${batch.path} has`);
  }
  return batch!.rows;
}

function part(state: State, start: number, count: number): State {
  return Object.fromEntries(
    Object.entries(state).map(([name, node]): [string, State | Tensor] => {
      if (!isTensor(node)) return [name, part(node, start, count)];
      const size = node.shape[1]!;
      return [name, { data: node.data.slice(start * size, (start + count) * size), shape: [count, size] }];
    }),
  );
}

export function checkState(where: string, argument: string, state: unknown): void {
  if (typeof state !== 'object' || state === null || Array.isArray(state) || isTensor(state as State))
    throw typeError(
      where,
      argument,
      `is ${isTensor(state as State) ? 'a tensor' : show(state)}`,
      'a state, tensors by name',
    );
  if (Object.keys(state).length === 0)
    throw rangeError(where, argument, 'has no parts', 'the state of a layer that has one');
}

export function checkPart(where: string, argument: string, part: Tensor): void {
  checkTensor(where, argument, part, 'real');
  if (part.shape.length !== 2)
    throw rangeError(where, argument, `has shape [${part.shape.join(', ')}]`, '[batch, size]');
}

export function isTensor(node: State | Tensor): node is Tensor {
  return typeof node === 'object' && node !== null && ArrayBuffer.isView((node as Partial<Tensor>).data);
}
