/** The initial bias of the gate that keeps a cell's state. */
import { number } from '../common/errors.ts';
import type { Check, Checks } from '../common/options.ts';
import { type Initializer, initializerOption, startingValues } from '../random/initializers.ts';
import { type CellOptions, cellChecks, checkBias } from './cell.ts';

/** Options of cells with a gate that keeps the state: the forget gate of an LSTM, the update gate of a GRU. */
export interface GatedCellOptions<InputSize extends number = number, HiddenSize extends number = number>
  extends CellOptions<InputSize, HiddenSize> {
  /**
   * The initial bias of the gate that keeps the state: 1, or 0 in a GRU, by default. With b, each step keeps σ(b) of the
   * state: 50 % with 0, 73 % with 1. Gers, Schmidhuber and Cummins (2000) proposed a positive one; Jozefowicz, Zaremba and
   * Sutskever (2015) recommend 1. In docs/defaults.md, 0 does better for a language model, 1 where memory is long.
   *
   * An initialiser, such as `chrono(T)`, draws it for each unit; an LSTM's input gate then starts with the negative of it.
   */
  readonly forgetBias?: number | Initializer | undefined;
}

export const forgetBiasOption: Check<number | Initializer> = (where, argument, value) => {
  if (typeof value === 'number') return number(where, argument, value, 'a finite number', Number.isFinite);
  return initializerOption(where, argument, value, 'a number or an initialiser');
};

export const gatedChecks = (): Checks<GatedCellOptions> => ({ ...cellChecks, forgetBias: forgetBiasOption });

/** The initial biases of a gate: one for all units, or [H]. */
type Start = number | Float64Array;

/** The initial bias of the gate that keeps the state, in a cell of `options`. */
export function keepStart(
  where: string,
  { bias, hiddenSize, random, forgetBias }: GatedCellOptions,
  usual: number,
): Start {
  checkBias(where, 'forgetBias', forgetBias, bias);
  if (typeof forgetBias !== 'function') return forgetBias ?? usual;
  return startingValues(where, 'forgetBias', forgetBias, hiddenSize, 1, random);
}

/** The initial bias of a gate that does the opposite. */
export function opposite(start: Start): Start {
  // 0 − b instead of −b, which would turn 0 into −0.
  return typeof start === 'number' ? 0 - start : start.map((bias) => 0 - bias);
}

/** The initial biases of an LSTM: if drawn, its input gate is as closed as its forget gate is open. */
export function lstmStarts(
  where: string,
  options: GatedCellOptions,
): { readonly f: Start; readonly i?: Start } {
  const f = keepStart(where, options, 1);
  return typeof f === 'number' ? { f } : { f, i: opposite(f) };
}
