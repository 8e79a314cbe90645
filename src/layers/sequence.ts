/** A cell, unrolled over the steps of a sequence. */

import { Cell, type CellState } from '../cells/cell.ts';
import type { Architecture } from '../common/architecture.ts';
import { instanceOf } from '../common/instance.ts';
import { type Checks, checkOptions, flag, size } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import type { Backend } from '../kernels/backend.ts';
import { type Arena, withArena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { add, copy } from '../matrix/operations.ts';
import type { Parameter } from '../matrix/parameter.ts';
import type { Random } from '../random/random.ts';
import type { Expectation } from '../signal/checks.ts';
import { flip, flipped, reversal } from '../signal/flip.ts';
import { type DenseSignal, dense, type OneHotSignal, type Signal, vectors } from '../signal/signal.ts';
import { type MatrixState, matricesOf, type StateSizes, stateOutput } from '../signal/state.ts';
import { type Matrices, mapNames } from '../unroll/rule.ts';
import { type CellOutput, inferSegments, traceSegments, traceWhole } from '../unroll/segments.ts';
import { noiseOption } from './cell-noise.ts';
import { InitialState } from './initial-state.ts';
import { Layer } from './layer.ts';
import type { Noise, ZoneoutRates } from './noise.ts';
import { prefixed } from './parts.ts';
import type { Computed, Trace } from './trace.ts';

/** Options of {@link Sequence}. */
export interface SequenceOptions<Name extends string = string> {
  /** Every step's output, `[batch, time, hiddenSize]`, or each sequence's last, `[batch, hiddenSize]`: default `'all'`. */
  readonly outputs?: 'all' | 'last' | undefined;
  /** Whether to run from each sequence's last step to its first; outputs stay at the steps they belong to. */
  readonly reverse?: boolean | undefined;
  /**
   * The number of steps gradients flow back: none flows from step k·history to the one before it. Default no limit.
   *
   * Equivalent to training on chunks of that length with the state carried over.
   */
  readonly history?: number | undefined;
  /**
   * To save memory, keeps only the state before every k-th step, and recomputes the steps between in the backward pass.
   *
   * For T steps, k near √T uses the least memory. k is rounded up to whole blocks of ⌈256 / batch⌉ steps; the gradients are
   * identical bit for bit. By default all steps are kept.
   */
  readonly recompute?: number | undefined;
  /**
   * Whether the initial state is learned: parameters `initial.h` and so on, `[hiddenSize]` each, initially zero and
   * shared by all sequences. A `state` passed with an input replaces them, and they then get no gradient.
   */
  readonly learnInitialState?: boolean | undefined;
  /** Noise applied in training: dropped or kept units. Default none. */
  readonly noise?: Noise<number | ZoneoutRates<Name>> | undefined;
}

export const sequenceChecks: Checks<SequenceOptions> = {
  outputs: ['all', 'last'],
  reverse: flag,
  history: size,
  recompute: size,
  learnInitialState: flag,
  noise: noiseOption,
};

/** The names of a cell's states. */
type NameOf<C> = C extends Cell<infer Name, number, number> ? Name : never;
type InputSizeOf<C> = C extends Cell<string, infer InputSize, number> ? InputSize : never;
type OutputSizeOf<C> = C extends Cell<string, number, number, infer OutputSize> ? OutputSize : never;

/**
 * Runs a cell over every step of a batch of sequences.
 *
 * | | shape |
 * | --- | --- |
 * | input | `[batch, time, inputSize]` |
 * | output | `[batch, time, hiddenSize]`, zeros beyond each length; `[batch, hiddenSize]` with `outputs: 'last'` |
 * | state | `[batch, hiddenSize]` for each of the cell's states: the one after each sequence's own last step |
 *
 * Sequences of length 0 keep their initial state. Back-propagation through time (Werbos 1990) covers all steps, or
 * `history` of them.
 *
 * Memory, in elements, for batch B, steps T, inputs D and hidden size H, with a cell of G gates (counted twice if φ needs
 * the recurrent part separately), S states and K kept matrices; M = G + S + K (RNN 2, LSTM 7, GRU 7):
 *
 *     a recorded pass              T·B·(D + M·H)
 *     the same and its backward    T·B·(2D + (M + 1)·H) + W
 *     with `recompute: k`          T·B·(2D + H) + k·B·M·H + T/k·B·S·H + W
 *     infer                        T·B·(D + H) + 256·M·H + W
 *
 * W = G·H·(D + H + 256) + T·max(D, H) does not grow with the batch; 256 is T·B if that is less. The H with `recompute` is
 * the output, whose memory its gradient reuses; within a chain it is 2H, and with `outputs: 'last'` zero.
 *
 * With {@link Noise}, `recurrentDropout` keeps one more matrix per stage of the cell's rule (one, or two for a `GRUCell` that resets before the
 * product), `zoneout` two per state.
 *
 * @example
 * ```ts
 * import { LSTMCell, Sequence, tensor } from 'recurrent-cells';
 *
 * const lstm = new Sequence(new LSTMCell({ inputSize: 1, hiddenSize: 4 }));
 * const pass = lstm.forward(tensor([[[1], [2], [3]], [[4], [5], [0]]]), { lengths: [3, 2] });
 * pass.output.shape // → [2, 3, 4]
 * pass.state.c.shape // → [2, 4]
 * const gradients = pass.backward(pass.output);
 * gradients.input.shape // → [2, 3, 1]
 * ```
 */
export class Sequence<C extends Cell<string, number, number>> extends Layer<
  Tensor,
  InputSizeOf<C>,
  OutputSizeOf<C>,
  CellState<NameOf<C>>,
  readonly number[],
  OneHotSignal
> {
  readonly type = 'Sequence';
  readonly accepts = 'dense';
  override readonly takesOneHot = true;
  readonly cell: C;
  readonly backend: Backend;
  readonly inputSize: InputSizeOf<C>;
  readonly outputSize: OutputSizeOf<C>;
  override readonly stateSizes: StateSizes;
  readonly outputs: 'all' | 'last';
  readonly reverse: boolean;
  readonly history: number | undefined;
  readonly recompute: number | undefined;
  readonly noise: Noise<number | ZoneoutRates<NameOf<C>>> | undefined;
  /** The generator of the noise. */
  readonly random: Random | undefined;
  readonly learnInitialState: boolean;
  /** @internal */
  readonly initial: InitialState | undefined;

  /** @throws RangeError if an option is not one of its values; TypeError if `cell` is not a cell. */
  constructor(cell: C, options: SequenceOptions<NameOf<C>> = {}) {
    super();
    const {
      outputs = 'all',
      reverse = false,
      history,
      recompute,
      learnInitialState = false,
      noise,
    } = checkOptions('Sequence', options, sequenceChecks);
    checkCell('Sequence', 'cell', cell);
    this.cell = cell;
    this.backend = cell.backend;
    this.inputSize = cell.inputSize as InputSizeOf<C>;
    this.outputSize = cell.outputSize as OutputSizeOf<C>;
    this.stateSizes = cell.stateSizes;
    this.outputs = outputs;
    this.reverse = reverse;
    this.history = history;
    this.recompute = recompute;
    noise?.check('Sequence', cell.rule.states);
    this.noise = noise;
    this.random = noise?.random;
    this.learnInitialState = learnInitialState;
    this.initial = learnInitialState ? new InitialState(cell.backend, cell.stateSizes) : undefined;
  }

  override parameters(): ReadonlyMap<string, Parameter> {
    const { cell, initial } = this;
    return prefixed({ cell, initial });
  }

  architecture(): Architecture {
    const { type, cell, outputs, reverse, history, recompute, learnInitialState, noise } = this;
    return {
      type,
      options: { outputs, reverse, history, recompute, learnInitialState, ...noise?.saved() },
      parts: { cell },
    };
  }

  /**
   * The initial state of a batch if none is passed: zeros, or the current learned state.
   *
   * @example
   * ```ts
   * import { GRUCell, Sequence } from 'recurrent-cells';
   *
   * const layer = new Sequence(new GRUCell({ inputSize: 1, hiddenSize: 2 }), { learnInitialState: true });
   * layer.parameters().get('initial.h')!.write([0.5, -0.5]);
   * Array.from(layer.initialState(2).h.data) // → [0.5, -0.5, 0.5, -0.5]
   * ```
   */
  override initialState(batch: number): CellState<NameOf<C>> {
    const zeros = super.initialState(batch);
    const { initial, backend } = this;
    if (initial === undefined) return zeros;
    return withArena(backend, (arena) => stateOutput(initial.state(arena, batch))) as CellState<NameOf<C>>;
  }

  record(
    arena: Arena,
    given: Signal,
    state: MatrixState | undefined,
  ): Trace<CellState<NameOf<C>>, DenseSignal> {
    const { recompute, history, initial } = this;
    const { input, ordered } = this.#directed(arena, given);
    const cell = this.noise?.drawn(arena, this.cell, input.batch) ?? this.cell;
    const start = this.#start(arena, input, state);
    const everyOutput = this.outputs === 'all';
    const trace =
      recompute === undefined
        ? traceWhole(arena, cell, input, start, history)
        : traceSegments(arena, cell, input, start, recompute, everyOutput, history);
    const computed = this.#computed(given, trace, ordered);
    return {
      ...computed,
      // Without recomputation, the backward pass reads the states again, and the outputs are part of them.
      spare: recompute !== undefined && everyOutput ? computed.output.values : undefined,
      backward: (dOutput, dState, needsInput) => {
        const upstream = everyOutput
          ? { dOutput: dOutput && ordered(dOutput), dFinal: matricesOf(dState) }
          : { dFinal: withOutput(arena, trace.final, matricesOf(dState), dOutput) };
        const d = trace.backward(upstream, needsInput);
        if (state === undefined) initial?.addGradient(d.initial);
        return { input: d.input && ordered(d.input), state: d.initial };
      },
    };
  }

  override compute(arena: Arena, given: Signal, state: MatrixState | undefined): Computed<DenseSignal> {
    const { input, ordered } = this.#directed(arena, given);
    const cell = this.noise?.expected(this.cell) ?? this.cell;
    const start = this.#start(arena, input, state);
    return this.#computed(given, inferSegments(arena, cell, input, start, this.outputs === 'all'), ordered);
  }

  #computed(
    given: Signal,
    { outputs, final }: CellOutput<string>,
    ordered: (values: Matrix) => Matrix,
  ): Computed<DenseSignal> {
    const output =
      this.outputs === 'all' ? dense(given, ordered(outputs!)) : vectors(final[this.cell.rule.states[0]]!);
    return { output, state: final };
  }

  /** The input in the cell's order, and a function that maps outputs and gradients between the two orders. */
  #directed(arena: Arena, given: Signal): { input: Signal; ordered: (values: Matrix) => Matrix } {
    if (!this.reverse) return { input: given, ordered: (values) => values };
    const order = reversal(arena, given);
    return { input: flip(arena, given, order), ordered: (values) => flipped(arena, values, order) };
  }

  /** The initial state; undefined if it is zero. */
  #start(arena: Arena, { batch }: Signal, given: MatrixState | undefined): Matrices<string> | undefined {
    return matricesOf(given) ?? this.initial?.state(arena, batch);
  }

  override expectation(where: string): Expectation {
    return { ...super.expectation(where), timed: true };
  }
}

/** @throws TypeError if it is not a cell. */
export function checkCell(where: string, argument: string, cell: unknown): void {
  instanceOf<Cell>(where, argument, cell, Cell, 'a cell, such as an LSTMCell');
}

/** The final state's gradient [B, its size], plus the output's gradient dOutput [B, H], since the state's first part is the output. */
function withOutput(
  arena: Arena,
  final: Matrices<string>,
  dState: Matrices<string> | undefined,
  dOutput: Matrix | undefined,
): Matrices<string> | undefined {
  if (dOutput === undefined) return dState;
  const names = Object.keys(final);
  const d = mapNames(names, (name) => {
    const sum = arena.zeros(dOutput.rows, final[name]!.columns);
    if (dState !== undefined) copy(sum, dState[name]!);
    return sum;
  });
  const h = d[names[0]!]!;
  add(h, h, dOutput);
  return d;
}
