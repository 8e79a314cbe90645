/** Two sequences over the same input, one forward and one in reverse, side by side. */

import type { Architecture } from '../architecture.ts';
import type { Cell, CellState } from '../cells/cell.ts';
import { rangeError, wholeNumber } from '../errors.ts';
import type { Backend } from '../kernels/backend.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { add, copy } from '../matrix/operations.ts';
import type { Parameter } from '../matrix/parameter.ts';
import type { Random } from '../random/random.ts';
import type { Expectation } from '../signal/checks.ts';
import { dense, type Signal } from '../signal/signal.ts';
import type { MatrixState, State, StateSizes } from '../signal/state.ts';
import type { Tensor } from '../tensor.ts';
import { type Computed, Layer, type Trace } from './layer.ts';
import { prefixed } from './parts.ts';
import { Sequence, type SequenceOptions } from './sequence.ts';

/** The state of a {@link Bidirectional} layer: one for each direction. */
export interface BidirectionalState<Name extends string> {
  readonly [direction: string]: CellState<Name>;
  readonly forward: CellState<Name>;
  readonly reverse: CellState<Name>;
}

/**
 * A cell for each direction; their outputs are concatenated, forward first: `[batch, time, 2·hiddenSize]`.
 *
 * Each direction has parameters of its own, under `forward.` and `reverse.`, and a state of its own; learned initial
 * states (`forward.initial.h`) are where each begins, the reverse one at the last step. Each draws masks of its own, from
 * one generator. With `outputs: 'last'` the output joins the states in which both directions end. Schuster and Paliwal
 * (1997).
 *
 * @example
 * ```ts
 * import { Bidirectional, GRUCell, tensor } from 'recurrent-cells';
 *
 * const cell = () => new GRUCell({ inputSize: 1, hiddenSize: 4 });
 * const layer = new Bidirectional(cell(), cell());
 * layer.infer(tensor([[[1], [2], [3]]])).output.shape // → [1, 3, 8]
 * ```
 */
export class Bidirectional<
  Name extends string,
  InputSize extends number = number,
  HiddenSize extends number = number,
> extends Layer<Tensor, InputSize, number, BidirectionalState<Name>> {
  readonly type = 'Bidirectional';
  readonly accepts = 'dense';
  readonly backend: Backend;
  readonly inputSize: InputSize;
  readonly outputSize: number;
  override readonly stateSizes: StateSizes;
  /** The generator of both directions' masks; undefined where there are none. */
  readonly random: Random | undefined;
  readonly #forward: Sequence<Cell<Name, InputSize, HiddenSize>>;
  readonly #reverse: Sequence<Cell<Name, InputSize, HiddenSize>>;

  /** @throws RangeError if the two cells' inputs differ in size, or their backends differ. */
  constructor(
    forward: Cell<Name, InputSize, HiddenSize>,
    reverse: Cell<Name, InputSize, HiddenSize>,
    options: Omit<SequenceOptions<Name>, 'reverse'> = {},
  ) {
    super();
    this.#forward = new Sequence(forward, options);
    this.random = this.#forward.random;
    this.#reverse = new Sequence(reverse, { ...options, random: this.random, reverse: true });
    if (forward.backend !== reverse.backend)
      throw rangeError(
        'Bidirectional',
        'reverse',
        `computes in ${reverse.backend.name}`,
        `${forward.backend.name}, as forward does`,
      );
    if (forward.inputSize !== reverse.inputSize)
      throw rangeError(
        'Bidirectional',
        'reverse',
        `has inputSize ${reverse.inputSize}`,
        `${forward.inputSize}, as forward has`,
      );
    this.backend = forward.backend;
    this.inputSize = forward.inputSize;
    this.outputSize = forward.hiddenSize + reverse.hiddenSize;
    this.stateSizes = { forward: forward.stateSizes, reverse: reverse.stateSizes };
  }

  parameters(): ReadonlyMap<string, Parameter> {
    const [forward, reverse] = [this.#forward, this.#reverse];
    const cells = { forward: forward.cell, reverse: reverse.cell };
    if (forward.initial === undefined || reverse.initial === undefined) return prefixed(cells);
    return prefixed({ ...cells, 'forward.initial': forward.initial, 'reverse.initial': reverse.initial });
  }

  architecture(): Architecture {
    const { reverse: _, ...options } = this.#forward.architecture().options;
    return {
      type: this.type,
      options,
      parts: { forward: this.#forward.cell, reverse: this.#reverse.cell },
    };
  }

  override initialState(batch: number): BidirectionalState<Name> {
    wholeNumber(`${this.type}.initialState`, 'batch', batch);
    const start = (of: { initialState(batch: number): State }) => of.initialState(batch) as CellState<Name>;
    return { forward: start(this.#forward), reverse: start(this.#reverse) };
  }

  compute(arena: Arena, input: Signal, state: MatrixState | undefined): Computed {
    const forward = this.#forward.compute(arena, input, state?.forward as MatrixState | undefined);
    const reverse = this.#reverse.compute(arena, input, state?.reverse as MatrixState | undefined);
    return this.#joined(arena, forward, reverse);
  }

  record(arena: Arena, input: Signal, state: MatrixState | undefined): Trace {
    const forward = this.#forward.record(arena, input, state?.forward as MatrixState | undefined);
    const reverse = this.#reverse.record(arena, input, state?.reverse as MatrixState | undefined);
    const split = this.#forward.outputSize;
    return {
      ...this.#joined(arena, forward, reverse),
      backward: (dOutput, dState, needsInput) => {
        const a = forward.backward(
          dOutput?.columnsFrom(0, split),
          dState?.forward as MatrixState | undefined,
          needsInput,
        );
        const b = reverse.backward(
          dOutput?.columnsFrom(split, this.outputSize - split),
          dState?.reverse as MatrixState | undefined,
          needsInput,
        );
        if (a.input !== undefined && b.input !== undefined) add(a.input, a.input, b.input);
        return { input: a.input, state: { forward: a.state!, reverse: b.state! } };
      },
    };
  }

  protected override expectation(where: string): Expectation {
    return { ...super.expectation(where), timed: true };
  }

  #joined(arena: Arena, forward: Computed, reverse: Computed): Computed {
    const halves = [forward, reverse].map(({ output }) => (output as { values: Matrix }).values);
    const values = arena.matrix(halves[0]!.rows, this.outputSize);
    let column = 0;
    for (const half of halves) {
      copy(values.columnsFrom(column, half.columns), half);
      column += half.columns;
    }
    return {
      output: dense(forward.output, values),
      state: { forward: forward.state!, reverse: reverse.state! },
    };
  }
}
