/** Two sequences over the same input, one forward and one in reverse. */

import type { Cell, CellState } from '../cells/cell.ts';
import type { Architecture } from '../common/architecture.ts';
import { rangeError, wholeNumber } from '../common/errors.ts';
import { type Checks, checkOptions } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import type { Backend } from '../kernels/backend.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { add, copy, mul, scale } from '../matrix/operations.ts';
import type { Parameter } from '../matrix/parameter.ts';
import type { Random } from '../random/random.ts';
import type { Expectation } from '../signal/checks.ts';
import { type DenseSignal, dense, type OneHotSignal, type Signal } from '../signal/signal.ts';
import { type MatrixState, partOf, type State, type StateSizes } from '../signal/state.ts';
import { Layer } from './layer.ts';
import { prefixed } from './parts.ts';
import { checkCell, Sequence, type SequenceOptions, sequenceChecks } from './sequence.ts';
import { type Computed, type Trace, traceBackward } from './trace.ts';

/** The state of a {@link Bidirectional} layer: one for each direction. */
export interface BidirectionalState<Name extends string> {
  readonly [direction: string]: CellState<Name>;
  readonly forward: CellState<Name>;
  readonly reverse: CellState<Name>;
}

/** How a {@link Bidirectional} layer combines its two outputs. */
export type Merge = 'concatenate' | 'sum' | 'mean' | 'product';

export const merges: readonly Merge[] = ['concatenate', 'sum', 'mean', 'product'];

/** Options of {@link Bidirectional}. */
export interface BidirectionalOptions<Name extends string = string, M extends Merge = Merge>
  extends Omit<SequenceOptions<Name>, 'reverse'> {
  /** How the outputs of the directions are combined: default `'concatenate'`, forward first. */
  readonly merge?: M | undefined;
}

function checks(): Checks<BidirectionalOptions> {
  const { reverse, ...shared } = sequenceChecks;
  return { ...shared, merge: merges };
}

/** The width of a merged output; when concatenated it is only known to be a number. */
type MergedSize<HiddenSize extends number, M extends Merge> = M extends 'concatenate' ? number : HiddenSize;

/**
 * A cell for each direction; their outputs are concatenated, forward first, `[batch, time, 2·hiddenSize]`, or merged
 * element by element, `[batch, time, hiddenSize]`.
 *
 * Each direction has separate parameters, under `forward.` and `reverse.`, and a separate state; learned initial states
 * (`forward.initial.h`) are the states each direction starts from, the reverse one at the last step. The directions draw separate
 * noise masks from one generator. With `outputs: 'last'` the output joins the final states of both directions. Schuster and
 * Paliwal (1997).
 *
 * To get the two outputs separately, run the two layers in `directions`: they share this layer's parameters, so each can have
 * a separate loss, and what they learn is saved with this layer.
 *
 * @example
 * ```ts
 * import { Bidirectional, GRUCell, tensor } from 'recurrent-cells';
 *
 * const cell = () => new GRUCell({ inputSize: 1, hiddenSize: 4 });
 * const layer = new Bidirectional(cell(), cell());
 * const x = tensor([[[1], [2], [3]]]);
 * layer.infer(x).output.shape // → [1, 3, 8]
 * const { forward, reverse } = layer.directions;
 * [forward, reverse].map((direction) => direction.infer(x).output.shape) // → [[1, 3, 4], [1, 3, 4]]
 * ```
 */
export class Bidirectional<
  Name extends string,
  InputSize extends number = number,
  HiddenSize extends number = number,
  const M extends Merge = 'concatenate',
> extends Layer<
  Tensor,
  InputSize,
  MergedSize<HiddenSize, M>,
  BidirectionalState<Name>,
  readonly number[],
  OneHotSignal
> {
  readonly type = 'Bidirectional';
  readonly accepts = 'dense';
  override readonly takesOneHot = true;
  readonly backend: Backend;
  readonly inputSize: InputSize;
  readonly outputSize: MergedSize<HiddenSize, M>;
  override readonly stateSizes: StateSizes;
  /** The generator of both directions' noise. */
  readonly random: Random | undefined;
  readonly merge: M;
  /** The layer of each direction, which shares its parameters with this one. */
  readonly directions: {
    readonly [direction in 'forward' | 'reverse']: Sequence<Cell<Name, InputSize, HiddenSize, number>>;
  };

  /** @throws RangeError if the cells' inputs, or hidden sizes that are to be merged, differ, or their backends do. */
  constructor(
    forward: Cell<Name, InputSize, HiddenSize, number>,
    reverse: Cell<Name, InputSize, HiddenSize, number>,
    options: BidirectionalOptions<Name, M> = {},
  ) {
    super();
    const { merge = 'concatenate' as M, ...shared } = checkOptions('Bidirectional', options, checks());
    checkCell('Bidirectional', 'forward', forward);
    checkCell('Bidirectional', 'reverse', reverse);
    const first = new Sequence(forward, shared);
    this.random = first.random;
    const second = new Sequence(reverse, { ...shared, reverse: true });
    this.directions = { forward: first, reverse: second };
    this.merge = merge;
    const apart = merge === 'concatenate';
    if (!apart && forward.outputSize !== reverse.outputSize)
      throw rangeError(
        'Bidirectional',
        'reverse',
        `has hiddenSize ${reverse.outputSize}`,
        `${forward.outputSize}, as forward has, for merge ${merge}`,
      );
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
    this.outputSize = (forward.outputSize + (apart ? reverse.outputSize : 0)) as MergedSize<HiddenSize, M>;
    this.stateSizes = { forward: forward.stateSizes, reverse: reverse.stateSizes };
  }

  override parameters(): ReadonlyMap<string, Parameter> {
    const { forward, reverse } = this.directions;
    const initial = { 'forward.initial': forward.initial, 'reverse.initial': reverse.initial };
    return prefixed({ forward: forward.cell, reverse: reverse.cell, ...initial });
  }

  architecture(): Architecture {
    const { forward, reverse } = this.directions;
    const { reverse: _, ...options } = forward.architecture().options;
    return {
      type: this.type,
      options: { ...options, merge: this.merge },
      parts: { forward: forward.cell, reverse: reverse.cell },
    };
  }

  override initialState(batch: number): BidirectionalState<Name> {
    wholeNumber(`${this.type}.initialState`, 'batch', batch);
    const { forward, reverse } = this.directions;
    const start = (of: { initialState(batch: number): State }) => of.initialState(batch) as CellState<Name>;
    return { forward: start(forward), reverse: start(reverse) };
  }

  override compute(arena: Arena, input: Signal, state: MatrixState | undefined): Computed<DenseSignal> {
    const { forward, reverse } = this.directions;
    const a = forward.compute(arena, input, partOf(state, 'forward'));
    const b = reverse.compute(arena, input, partOf(state, 'reverse'));
    return this.#merged(arena, a, b);
  }

  record(
    arena: Arena,
    input: Signal,
    state: MatrixState | undefined,
  ): Trace<BidirectionalState<Name>, DenseSignal> {
    const { forward, reverse } = this.directions;
    const a = forward.record(arena, input, partOf(state, 'forward'));
    const b = reverse.record(arena, input, partOf(state, 'reverse'));
    return {
      ...this.#merged(arena, a, b),
      backward: (dOutput, dState, needsInput) => {
        const [dA, dB] = this.#apart(arena, a.output.values, b.output.values, dOutput);
        const da = traceBackward(a, dA, partOf(dState, 'forward'), needsInput);
        const db = traceBackward(b, dB, partOf(dState, 'reverse'), needsInput);
        if (da.input !== undefined) add(da.input, da.input, db.input!);
        return { input: da.input, state: { forward: da.state!, reverse: db.state! } };
      },
    };
  }

  override expectation(where: string): Expectation {
    return { ...super.expectation(where), timed: true };
  }

  #merged(
    arena: Arena,
    forward: Computed<DenseSignal>,
    reverse: Computed<DenseSignal>,
  ): Computed<DenseSignal> {
    const [a, b] = [forward.output.values, reverse.output.values];
    const y = arena.matrix(a.rows, this.outputSize);
    if (this.merge === 'concatenate') {
      copy(y.columnsFrom(0, a.columns), a);
      copy(y.columnsFrom(a.columns, b.columns), b);
    } else if (this.merge === 'product') mul(y, a, b);
    else {
      add(y, a, b);
      if (this.merge === 'mean') scale(y, y, 1 / 2);
    }
    return {
      output: dense(forward.output, y),
      state: { forward: forward.state!, reverse: reverse.state! },
    };
  }

  /** The gradients of the outputs a and b of the two directions. */
  #apart(arena: Arena, a: Matrix, b: Matrix, dy: Matrix | undefined): (Matrix | undefined)[] {
    if (dy === undefined || this.merge === 'sum') return [dy, dy];
    if (this.merge === 'concatenate')
      return [dy.columnsFrom(0, a.columns), dy.columnsFrom(a.columns, b.columns)];
    const [da, db] = [a, b].map(({ rows, columns }) => arena.matrix(rows, columns)) as [Matrix, Matrix];
    if (this.merge === 'mean') {
      scale(da, dy, 1 / 2);
      return [da, da];
    }
    mul(da, dy, b);
    mul(db, dy, a);
    return [da, db];
  }
}
