/**
 * The base of all losses: terms and their reduction to one number.
 *
 * It implements reduction, the public methods and the backward pass. A subclass defines the terms, which of them are left out,
 * and their gradient.
 */
import { oneOf, rangeError, show, typeError } from '../common/errors.ts';
import { type Check, checkOptions } from '../common/options.ts';
import { type Indices, isRow, type Tensor } from '../common/tensor.ts';
import type { Values } from '../kernels/heap.ts';
import { type Arena, withArena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { gradientOutput } from '../signal/boundary.ts';
import { recordPass } from '../signal/pass.ts';
import type { DenseSignal, Signal } from '../signal/signal.ts';
import { type LossSettings, type Measured, Objective, type ObjectiveTrace } from './objective.ts';
import { batchMajor, type TermsExtent, timeMajor } from './order.ts';
import { backendOf, type LossOptions, lossChecks, outputSignal } from './output.ts';
import { LossPass } from './pass.ts';
import { type Reduction, reductions, type ValueOf } from './reduction.ts';

/** A loss computed in the heap, with its backward pass. */
export interface LossTrace extends ObjectiveTrace {
  /** `dLoss`·∂value/∂output: [time·batch, width] in the arena; zero where terms are left out and beyond each length. */
  backward(dLoss: number): Matrix;
}

/** The terms of a loss before reduction. Rows are time-major, each with one term or several. */
export interface Terms {
  /** The terms, row by row; zero where left out. */
  readonly values: Values;
  /** The total weight of the terms kept. */
  readonly weight: number;
  /** Whether there is one term per sequence, [batch], instead of one or several per row: default false. */
  readonly perSequence?: boolean | undefined;
  /** ∂(Σ dTerms·values)/∂output, from one factor for all terms or one per term; zero where left out. */
  gradient(dTerms: number | Float64Array): Matrix;
}

/**
 * A loss: `forward` for the gradient, `measure` for the value alone.
 *
 * Extend it and implement `terms` to define a custom loss.
 *
 * @example
 * ```ts
 * import { type Loss, meanSquaredError, type Tensor, tensor } from 'recurrent-cells';
 *
 * const loss: Loss<Tensor> = meanSquaredError();
 * const pass = loss.forward(tensor([[1, 2]]), tensor([[0, 0]]));
 * pass.value // → 2.5
 * Array.from(pass.backward().data) // → [1, 2]
 * loss.measure(tensor([[1, 2]]), tensor([[0, 0]])) // → { value: 2.5, weight: 2 }
 * ```
 */
export abstract class Loss<
  Target extends Indices | Tensor,
  R extends Reduction = 'mean' | 'sum',
> extends Objective<Target, Tensor, R> {
  /** The factory's name, used in errors and to rebuild the loss. */
  readonly name: string;
  readonly reduction: R;
  /** The factory's options as plain data, from which a worker rebuilds the loss. */
  readonly options: LossSettings;

  /** @throws RangeError if `reduction` is unknown. */
  constructor(name: string, reduction: R, options: LossSettings = {}) {
    super();
    this.name = name;
    this.reduction = oneOf(name, 'reduction', reduction, reductions) as R;
    this.options = { ...options, reduction };
  }

  /**
   * Checks the target and computes the terms in the heap.
   *
   * @throws TypeError or RangeError if the target does not fit the output.
   */
  abstract terms(arena: Arena, where: string, output: DenseSignal, target: Target): Terms;

  /**
   * Computes the loss and records what the backward pass needs.
   *
   * @param output `[batch, time, width]` or `[batch, width]`.
   * @throws TypeError or RangeError if the output, the target or the lengths do not fit.
   */
  forward(output: Tensor, target: Target, options: LossOptions = {}): LossPass<R> {
    const where = `${this.name}.forward`;
    checkOptions(where, options, lossChecks);
    let weight = 0;
    const owner = { backend: backendOf(output, options) };
    const pass = recordPass<ValueOf<R>, Tensor, undefined>(where, owner, (arena) => {
      const signal = outputSignal(arena, where, output, options);
      const terms = this.#terms(arena, where, signal, target, options.weights);
      weight = terms.weight;
      const value = this.#value(arena, signal, terms, target);
      return {
        output: value,
        state: undefined,
        backward: (dLoss) => {
          const dTerms = this.#dTerms(signal, terms, value, dLoss);
          return { input: gradientOutput(arena, signal, terms.gradient(dTerms)), state: undefined };
        },
      };
    });
    return new LossPass(pass, weight);
  }

  /**
   * Computes the loss and records nothing.
   *
   * @param output as for `forward`.
   * @throws TypeError or RangeError if the output, the target or the lengths do not fit.
   */
  measure(output: Tensor, target: Target, options: LossOptions = {}): Measured<R> {
    const where = `${this.name}.measure`;
    checkOptions(where, options, lossChecks);
    return withArena(backendOf(output, options), (arena) => {
      const signal = outputSignal(arena, where, output, options);
      const terms = this.#terms(arena, where, signal, target, options.weights);
      return { value: this.#value(arena, signal, terms, target), weight: terms.weight };
    });
  }

  /**
   * Like `forward`, for an output that a model computed in the heap.
   *
   * @throws TypeError or RangeError if the output is not real features, the target does not fit, or the reduction is `none`.
   */
  trace(
    arena: Arena,
    where: string,
    output: Signal,
    target: Target,
    weights?: Tensor | undefined,
  ): LossTrace {
    if (this.reduction === 'none')
      throw rangeError(where, 'loss', `${this.name} has reduction "none"`, '"mean" or "sum"');
    if (output.kind !== 'dense')
      throw output.kind === 'oneHot'
        ? typeError(where, 'output', 'is one-hot', 'real features')
        : typeError(
            where,
            'loss',
            `is ${this.name}, of one output`,
            `jointLoss(…) of ${Object.keys(output).join(', ')}`,
          );
    const terms = this.#terms(arena, where, output, target, weights);
    return {
      value: this.#value(arena, output, terms, target) as number,
      weight: terms.weight,
      backward: (dLoss) => terms.gradient(dLoss * this.#factor(terms.weight)),
    };
  }

  /** The terms, multiplied by their weights if given. */
  #terms(
    arena: Arena,
    where: string,
    signal: DenseSignal,
    target: Target,
    weights: Tensor | undefined,
  ): Terms {
    const terms = this.terms(arena, where, signal, target);
    if (weights === undefined) return terms;
    const shape = terms.perSequence ? [signal.batch] : target.shape;
    const of = terms.perSequence ? 'one for each sequence' : "the target's";
    const ordered = { where, argument: 'weights', shape, of, why: ` of shape [${shape.join(', ')}], ${of}` };
    const factors = timeMajor(weights, ordered, extentOf(signal, terms));
    return {
      ...terms,
      // A term that is left out stays 0, whatever its weight.
      values: terms.values.map((term, i) => (term === 0 ? 0 : term * factors[i]!)),
      gradient: (dTerms) =>
        terms.gradient(
          factors.map((factor, i) => factor * (typeof dTerms === 'number' ? dTerms : dTerms[i]!)),
        ),
    };
  }

  /** The factor of the sum. The mean of no terms is 0, so a batch of only padding neither stops nor changes training. */
  #factor(weight: number): number {
    if (this.reduction === 'sum') return 1;
    return weight === 0 ? 0 : 1 / weight;
  }

  #value({ backend }: Arena, signal: DenseSignal, terms: Terms, target: Target): ValueOf<R> {
    const { values, weight, perSequence } = terms;
    if (this.reduction === 'none') {
      const shape = perSequence ? [signal.batch] : target.shape;
      return batchMajor(backend, values, extentOf(signal, terms), shape) as ValueOf<R>;
    }
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[i]!;
    if (this.reduction === 'mean') sum = weight === 0 ? 0 : sum / weight;
    return sum as ValueOf<R>;
  }

  #dTerms(
    signal: DenseSignal,
    terms: Terms,
    value: ValueOf<R>,
    dLoss: ValueOf<R> | undefined,
  ): number | Float64Array {
    if (dLoss === undefined) return this.reduction === 'none' ? 1 : this.#factor(terms.weight);
    const where = `${this.name}.backward`;
    if (typeof value !== 'number') {
      const ordered = {
        where,
        argument: 'dLoss',
        shape: value.shape,
        of: "the value's",
        why: ', since the reduction is "none"',
      };
      return timeMajor(dLoss, ordered, extentOf(signal, terms));
    }
    if (typeof dLoss !== 'number') throw typeError(where, 'dLoss', `is ${show(dLoss)}`, 'a number');
    return dLoss * this.#factor(terms.weight);
  }
}

/** Weights of classes or features. */
export const weights: Check<ArrayLike<number>> = (where, argument, value) => {
  const expected = 'finite numbers of at least 0';
  if (!isRow(value)) throw typeError(where, argument, `is ${show(value)}`, `an array of ${expected}`);
  for (const weight of Array.from(value as ArrayLike<number>))
    if (!(weight >= 0 && Number.isFinite(weight)))
      throw rangeError(where, argument, `has ${show(weight)}`, expected);
  return value as ArrayLike<number>;
};

/** An option that may be an array, as a copy that never changes: workers rebuild the loss from its options. */
export function lasting<Value extends number | ArrayLike<number> | undefined>(value: Value): Value {
  return isRow(value) ? (Object.freeze(Array.from(value)) as unknown as Value) : value;
}

/** The steps that terms belong to: a term per sequence counts as a single step. */
function extentOf({ batch, time }: DenseSignal, { perSequence }: Terms): TermsExtent {
  return { batch, time: perSequence ? 1 : time };
}
