/**
 * What makes a cell the cell it is: its gates, its states, and a pointwise rule φ with its derivative φ′.
 *
 * Every cell has the form
 *
 *     p_t = x_t · W_ihᵀ + b_ih          q_t = s_{t−1} · W_hhᵀ + b_hh          s_t = φ(p_t, q_t, s_{t−1})
 *
 * Products, memory and the walk through time are `unroll.ts`; a rule only combines matrices of [batch, hidden].
 */
import { rangeError, show } from '../errors.ts';
import type { Matrix } from '../matrix/matrix.ts';

/** A matrix for each name. */
export type Matrices<Name extends string> = { readonly [name in Name]: Matrix };

/** What φ sees of one step: it writes `next`, `gates` and `kept`, and only reads the rest. */
export interface Step<Gate extends string, State extends string, Kept extends string> {
  /** t, counted from 0 in the order of the walk. */
  readonly t: number;
  /** s_{t−1} */
  readonly prev: Matrices<State>;
  /** s_t */
  readonly next: Matrices<State>;
  /** p_t, gate by gate; p_t + q_t unless the recurrent part is separate. φ may overwrite it: it is kept for φ′. */
  readonly gates: Matrices<Gate>;
  /** q_t, gate by gate, where the recurrent part is separate; else the same matrices as `gates`. */
  readonly recurrent: Matrices<Gate>;
  /** What φ leaves for φ′. */
  readonly kept: Matrices<Kept>;
}

/** What φ′ sees beside the step: gradients, each under the name of what it belongs to. */
export interface StepGradient<Gate extends string, State extends string, Kept extends string> {
  /** ∂L/∂s_t, complete; φ′ may overwrite it. */
  readonly next: Matrices<State>;
  /** ∂L/∂s_{t−1} through φ alone; zero at first. The product with W_hh is added afterwards. */
  readonly prev: Matrices<State>;
  /** ∂L/∂p_t, to be written. */
  readonly gates: Matrices<Gate>;
  /** ∂L/∂q_t, to be written where the recurrent part is separate; else the same matrices as `gates`. */
  readonly recurrent: Matrices<Gate>;
  /** ∂L/∂kept, complete, for what a later stage multiplied by W_hh; else unused. */
  readonly kept: Matrices<Kept>;
  /** Space for one intermediate. */
  readonly scratch: Matrix;
}

/** A recurrent product, and the part of φ that follows it. Nearly every cell has one stage. */
export interface Stage<Gate extends string, State extends string, Kept extends string> {
  /** The gates whose recurrent part the product gives, consecutive in the rule's order. */
  readonly gates: readonly Gate[];
  /** What is multiplied by their rows of W_hh: a previous state, or something kept by an earlier stage. */
  readonly from: State | Kept;
  /** Before the product: writes what it multiplies, where that is something this stage keeps. */
  prepare?(step: Step<Gate, State, Kept>): void;
  /** φ */
  activate(step: Step<Gate, State, Kept>): void;
  /** φ′: linear in `d.next`. */
  activateBackward(step: Step<Gate, State, Kept>, d: StepGradient<Gate, State, Kept>): void;
  /** `prepare` backward, once the gradient of what was multiplied is complete. */
  prepareBackward?(step: Step<Gate, State, Kept>, d: StepGradient<Gate, State, Kept>): void;
}

/** A kind of cell. */
export interface Rule<Gate extends string, State extends string, Kept extends string> {
  /** In the order of their blocks of rows in the weights. */
  readonly gates: readonly Gate[];
  /** The first is the output. */
  readonly states: readonly [State, ...State[]];
  readonly kept: readonly Kept[];
  /** Whether φ needs q_t apart from p_t. */
  readonly separateRecurrent: boolean;
  readonly stages: readonly Stage<Gate, State, Kept>[];
  /** Which of the gates, states and kept matrices hold the output of σ or tanh after φ: what can saturate. */
  readonly squashed?: { readonly [name in Gate | State | Kept]?: 'sigmoid' | 'tanh' } | undefined;
  /** Where the input biases of some gates start, if not at 0. */
  readonly initialBias?: { readonly [gate in Gate]?: number } | undefined;
}

/** @throws RangeError if the stages of a rule do not give each gate its recurrent part once, in order, from something known. */
export function checkRule(
  type: string,
  { gates, states, kept, stages = [] }: Rule<string, string, string>,
): void {
  const given = stages.flatMap((stage) => stage.gates);
  if (given.join() !== gates.join())
    throw rangeError(
      type,
      'rule.stages',
      `gives gates ${show(given.join(', '))}`,
      `${gates.join(', ')}, each once, in order`,
    );
  const known = [...states, ...kept];
  const unknown = stages.find(({ from }) => !known.includes(from));
  if (unknown !== undefined)
    throw rangeError(type, 'rule.stages', `multiplies ${show(unknown.from)}`, `one of ${known.join(', ')}`);
}
