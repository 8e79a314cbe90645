/**
 * What makes a cell the cell it is: its gates, its states, and a pointwise rule φ with its derivative φ′.
 *
 * Every cell has the form
 *
 *     p_t = x_t · W_ihᵀ + b_ih          q_t = s_{t−1} · W_hhᵀ + b_hh          s_t = φ(p_t, q_t, s_{t−1})
 *
 * Products, memory and time are `forward.ts` and `backward.ts`; a rule only combines matrices of [batch, hidden].
 *
 * It lies here and not in `cells/`, so that folders import one way: the engine knows rules, and cells know the engine.
 */
import { rangeError, show } from '../common/errors.ts';
import type { Matrix } from '../matrix/matrix.ts';
import type { Parameter } from '../matrix/parameter.ts';

/** A matrix for each name. */
export type Matrices<Name extends string> = { readonly [name in Name]: Matrix };

/** A value for each name. */
export function mapNames<Name extends string, Value>(
  names: readonly Name[],
  make: (name: Name) => Value,
): { [name in Name]: Value } {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as { [name in Name]: Value };
}

/** What φ sees of one step: it writes `next`, `gates` and `kept`, and only reads the rest. */
export interface Step<
  Gate extends string,
  State extends string,
  Kept extends string,
  Own extends string = never,
> {
  /** t, counted from 0 in the order in which the cell takes the steps. */
  readonly t: number;
  /** s_{t−1} [B, its size] */
  readonly prev: Matrices<State>;
  /** s_t [B, its size] */
  readonly next: Matrices<State>;
  /** p_t, gate by gate [B, H]; p_t + q_t unless the recurrent part is separate. φ may overwrite it: it is kept for φ′. */
  readonly gates: Matrices<Gate>;
  /** q_t, gate by gate, where the recurrent part is separate; else the same matrices as `gates`. */
  readonly recurrent: Matrices<Gate>;
  /** What φ leaves for φ′. [B, its size] */
  readonly kept: Matrices<Kept>;
  /** The rule's own parameters; a row is read again for each sequence: [B, its length]. */
  readonly parameters: Matrices<Own>;
}

/** What φ′ sees beside the step: gradients, each under the name of what it belongs to. */
export interface StepGradient<
  Gate extends string,
  State extends string,
  Kept extends string,
  Own extends string = never,
> {
  /** ∂L/∂s_t [B, its size], complete; φ′ may overwrite it. */
  readonly next: Matrices<State>;
  /** ∂L/∂s_{t−1} [B, its size] through φ alone; zero at first. The product with W_hh is added afterwards. */
  readonly prev: Matrices<State>;
  /** ∂L/∂p_t, gate by gate [B, H], to be written. */
  readonly gates: Matrices<Gate>;
  /** ∂L/∂q_t, to be written where the recurrent part is separate; else the same matrices as `gates`. */
  readonly recurrent: Matrices<Gate>;
  /**
   * ∂L/∂kept [B, its size]. Complete where a later stage multiplied it; to be written where it is what this stage's product gave; else
   * space for intermediates.
   */
  readonly kept: Matrices<Kept>;
  /** The gradients of the rule's own parameters, to be added to; those of rows as they are: [1, length]. */
  readonly parameters: Matrices<Own>;
  /** Space for one intermediate. [B, H] */
  readonly scratch: Matrix;
}

/** A recurrent product, and the part of φ that follows it. Nearly every cell has one stage. */
export interface Stage<
  Gate extends string,
  State extends string,
  Kept extends string,
  Own extends string = never,
> {
  /** The gates whose recurrent part the product gives, consecutive in the rule's order; none if it gives something else. */
  readonly gates: readonly Gate[];
  /** What is multiplied by their rows of W_hh: a previous state, or something kept by an earlier stage. */
  readonly from: State | Kept;
  /** What the product gives where it gives no gates, and the parameter of the rule's own that it multiplies by instead. */
  readonly gives?: { readonly kept: Kept; readonly weight: Own } | undefined;
  /** Before the product: writes what it multiplies, where that is something this stage keeps. */
  prepare?(step: Step<Gate, State, Kept, Own>): void;
  /** φ */
  activate(step: Step<Gate, State, Kept, Own>): void;
  /** φ′: linear in `d.next`. */
  activateBackward(step: Step<Gate, State, Kept, Own>, d: StepGradient<Gate, State, Kept, Own>): void;
  /** `prepare` backward, once the gradient of what was multiplied is complete. */
  prepareBackward?(step: Step<Gate, State, Kept, Own>, d: StepGradient<Gate, State, Kept, Own>): void;
}

/**
 * The shape of a parameter of a rule's own, and where it starts: a row that φ reads, or the weight of a product.
 *
 * @param draw gives the starting values of a recurrent weight.
 */
export type OwnParameter = (
  hiddenSize: number,
  draw: (rows: number, columns: number) => Float64Array,
) => OwnStart;

/** A parameter before it is one. */
export interface OwnStart {
  readonly shape: readonly number[];
  /** Its values, or what gives them. */
  readonly initial: ArrayLike<number> | (() => ArrayLike<number>);
}

/** A row of one value, `blocks` times as long as the hidden size. */
export function constantRow(value: number, blocks = 1): OwnParameter {
  return (hiddenSize) => {
    const length = blocks * hiddenSize;
    return { shape: [length], initial: () => new Float64Array(length).fill(value) };
  };
}

/** A row with a block for each gate, that starts at 0 where `starts` says nothing else. */
export function gateRow<Gate extends string>(
  gates: readonly Gate[],
  starts: { readonly [gate in Gate]?: number },
): OwnParameter {
  return (hiddenSize) => ({
    shape: [gates.length * hiddenSize],
    initial: () => gates.flatMap((gate) => new Array<number>(hiddenSize).fill(starts[gate] ?? 0)),
  });
}

/** A kind of cell. */
export interface Rule<
  Gate extends string,
  State extends string,
  Kept extends string,
  Own extends string = never,
> {
  /** In the order of their blocks of rows in the weights. */
  readonly gates: readonly Gate[];
  /** The first is the output. */
  readonly states: readonly [State, ...State[]];
  readonly kept: readonly Kept[];
  /** Whether φ needs q_t apart from p_t. */
  readonly separateRecurrent: boolean;
  readonly stages: readonly Stage<Gate, State, Kept, Own>[];
  /** Views on several consecutive gates as one matrix, under names of their own. */
  readonly together?: { readonly [name in Gate]?: readonly Gate[] } | undefined;
  /** The columns of states and kept matrices that have not H of them. */
  readonly sizes?:
    | { readonly [name in State | Kept]?: ((hiddenSize: number) => number) | undefined }
    | undefined;
  /** Parameters beside the weights and biases that every cell has, under the names they are saved by. */
  readonly parameters?: { readonly [name in Own]: OwnParameter } | undefined;
  /**
   * Which of the gates, states and kept matrices hold the output of σ or tanh after φ: what can saturate.
   */
  readonly squashed?: { readonly [name in Gate | State | Kept]?: 'sigmoid' | 'tanh' } | undefined;
  /** Where the input biases of some gates start, if not at 0. */
  readonly initialBias?: { readonly [gate in Gate]?: number } | undefined;
}

/** What the engine needs of a cell. G gates of H units each, I inputs, P units of what W_hh multiplies: H but for projections. */
export interface Unrollable<State extends string> {
  readonly type: string;
  readonly rule: Rule<string, State, string, string>;
  readonly hiddenSize: number;
  /** W_ih [G·H, I] */
  readonly weightIh: Parameter;
  /** W_hh [G·H, P] */
  readonly weightHh: Parameter;
  /** b_ih [G·H] */
  readonly biasIh: Parameter | undefined;
  /** b_hh [G·H] */
  readonly biasHh: Parameter | undefined;
  /** The parameters of the rule's own. */
  readonly own: { readonly [name: string]: Parameter };
}

/** The columns of a state, or of something kept. */
export function sizeOf(
  { sizes }: Rule<string, string, string, string>,
  name: string,
  hiddenSize: number,
): number {
  return sizes?.[name]?.(hiddenSize) ?? hiddenSize;
}

/**
 * Checks a rule.
 *
 * @throws RangeError if its stages do not give each gate its recurrent part once, in order, from something known.
 */
export function checkRule(
  type: string,
  { gates, states, kept, stages = [] }: Rule<string, string, string, string>,
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
