/** What training minimises: a loss of one output, or a joint loss of several heads. */
import { rangeError, show } from '../common/errors.ts';
import { type Checks, checkOptions, later, record } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import { type Backend, backendOption } from '../kernels/backend.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import type { Signal } from '../signal/signal.ts';
import type { LossOptions } from './output.ts';
import type { Reduction, ValueOf } from './reduction.ts';

/** A loss value and the weight it was averaged over. */
export interface Measured<R extends Reduction = 'mean' | 'sum'> {
  readonly value: ValueOf<R>;
  /** The total weight of the terms kept: their number, or the sum of their class weights. */
  readonly weight: number;
}

/** The options of any loss. */
export interface LossSettings {
  readonly [name: string]: unknown;
}

/** The outputs of a model in the heap: one, or one for each head. */
export type OutputSignals = Signal | { readonly [head: string]: Signal };

/** Their gradients, shaped alike. */
export type OutputGradients = Matrix | { readonly [head: string]: Matrix };

/** An objective computed in the heap, with its backward pass. */
export interface ObjectiveTrace extends Measured {
  /** `dLoss`·∂value/∂output, zero where terms are left out and beyond each length. */
  backward(dLoss: number): OutputGradients;
}

/** The weights of an objective's terms: one tensor, or one for each head. */
export type TermWeights = Tensor | { readonly [head: string]: Tensor | undefined };

/** Options passed with the outputs of several heads. */
export interface HeadOptions {
  /** The valid steps of each sequence: of all heads with a time axis, or by head. */
  readonly lengths?:
    | readonly number[]
    | { readonly [head: string]: readonly number[] | undefined }
    | undefined;
  /** The weights of each head's terms. */
  readonly weights?: { readonly [head: string]: Tensor | undefined } | undefined;
  readonly backend?: Backend | undefined;
}

const headChecks: Checks<HeadOptions> = { lengths: later, weights: later, backend: backendOption };

/**
 * The options of one head.
 *
 * @param heads all heads, if they are known.
 * @throws TypeError if they are not options; RangeError if lengths or weights name an unknown head.
 */
export function optionsOf(
  where: string,
  options: HeadOptions,
  head: string,
  heads?: readonly string[],
): LossOptions {
  const { lengths, weights, backend } = checkOptions(where, options, headChecks);
  const isList = (value: typeof lengths): value is readonly number[] => Array.isArray(value);
  return {
    lengths: isList(lengths) ? lengths : partOf(where, 'lengths', lengths, head, heads),
    weights: partOf(where, 'weights', weights, head, heads),
    backend,
  };
}

/** The part of a head in a record; undefined if there is none. */
export function partOf<Part>(
  where: string,
  argument: string,
  parts: { readonly [head: string]: Part } | undefined,
  head: string,
  heads: readonly string[] = [],
): Part | undefined {
  if (parts === undefined) return undefined;
  record(where, argument, parts);
  if (heads.length > 0)
    for (const name of Object.keys(parts))
      if (!heads.includes(name))
        throw rangeError(where, argument, `has ${show(name)}`, `only ${heads.join(', ')}`);
  return Object.hasOwn(parts, head) ? parts[head] : undefined;
}

/**
 * What `train` minimises: a {@link Loss}, or the joint loss of several heads that `jointLoss` makes.
 *
 * @example
 * ```ts
 * import { jointLoss, meanSquaredError, type Objective } from 'recurrent-cells';
 *
 * const objectives: Objective<never, never>[] = [meanSquaredError(), jointLoss({ next: meanSquaredError() })];
 * objectives.map(({ name }) => name) // → ['meanSquaredError', 'jointLoss']
 * ```
 */
export abstract class Objective<Target = unknown, Output = Tensor, R extends Reduction = 'mean' | 'sum'> {
  /** The factory's name, used in errors and to rebuild the objective. */
  abstract readonly name: string;
  abstract readonly reduction: R;
  /** The factory's options as plain data, from which a worker rebuilds the objective. */
  abstract readonly options: LossSettings;

  /** Computes the value from an output in the heap, with its backward pass. */
  abstract trace(
    arena: Arena,
    where: string,
    output: OutputSignals,
    target: Target,
    weights?: TermWeights | undefined,
  ): ObjectiveTrace;

  /** Computes the value alone. */
  abstract measure(output: Output, target: Target, options?: LossOptions | HeadOptions): Measured<R>;
}
