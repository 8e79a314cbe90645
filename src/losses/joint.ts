/** The weighted sum of the losses of several heads. */
import { rangeError, show, typeError } from '../common/errors.ts';
import { instanceOf } from '../common/instance.ts';
import { type Check, type Checks, checkOptions, magnitude, record } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import type { Signal } from '../signal/signal.ts';
import { Loss, type LossTrace } from './loss.ts';
import {
  type HeadOptions,
  type LossSettings,
  type Measured,
  Objective,
  type ObjectiveTrace,
  type OutputSignals,
  optionsOf,
  partOf,
  type TermWeights,
} from './objective.ts';

/** Losses by the name of their head. */
export interface HeadLosses {
  // biome-ignore lint/suspicious/noExplicitAny: any targets
  readonly [head: string]: Loss<any>;
}

/** The targets of several heads. */
export type HeadTargets<Losses> = {
  readonly [Head in keyof Losses]: Losses[Head] extends Loss<infer Target> ? Target : never;
};

/** The outputs of several heads. */
export type HeadOutputs<Losses> = { readonly [Head in keyof Losses]: Tensor };

/** Options of {@link jointLoss}. */
export interface JointLossOptions<Losses = HeadLosses> {
  /** The factor λ of each head's loss; default 1. */
  readonly weights?: { readonly [Head in keyof Losses]?: number | undefined } | undefined;
}

const checks: Checks<JointLossOptions> = { weights: record as Check<{ readonly [head: string]: number }> };

/**
 * The weighted sum of the losses of several heads, `L = Σ_h λ_h·L_h`, for a model whose outputs are a record.
 *
 * Each head's loss is reduced on its own, so heads with one term per sequence and heads with one per step can be combined.
 * Where a batch is divided (`trainParallel`, `accumulate`), a part counts by the number of its terms in all heads together. That
 * is the loss of the whole batch if all heads divide alike, as tags and boundaries of the same words do, or with reduction `sum`;
 * otherwise each head's mean is a mean of the parts' means.
 *
 * @param losses by head, as in the targets. Their reduction is all `mean` or all `sum`.
 * @throws TypeError if one is not a loss; RangeError if reductions differ, or a weight has no loss, is negative or not finite.
 *
 * @example
 * ```ts
 * import { crossEntropy, indices, jointLoss, meanSquaredError, tensor } from 'recurrent-cells';
 *
 * const loss = jointLoss({ kind: crossEntropy(), size: meanSquaredError() }, { weights: { size: 0.5 } });
 * const outputs = { kind: tensor([[0, 0]]), size: tensor([[3]]) };
 * const { value } = loss.measure(outputs, { kind: indices([1]), size: tensor([[1]]) });
 * value.toFixed(4) // → '2.6931'
 * ```
 */
export function jointLoss<const Losses extends HeadLosses>(
  losses: Losses,
  options: JointLossOptions<Losses> = {},
): JointLoss<Losses> {
  return new JointLoss(losses, options);
}

/**
 * A weighted sum of losses, made by {@link jointLoss}. It is a metric too: `evaluate` reports its value over all batches.
 *
 * @example
 * ```ts
 * import { indices, crossEntropy, jointLoss, tensor } from 'recurrent-cells';
 *
 * const tally = jointLoss({ tag: crossEntropy() }).begin();
 * tally.add({ tag: tensor([[0, 0]]) }, { tag: indices([1]) });
 * tally.value().toFixed(4) // → '0.6931'
 * ```
 */
export class JointLoss<Losses extends HeadLosses = HeadLosses> extends Objective<
  HeadTargets<Losses>,
  HeadOutputs<Losses>
> {
  readonly name = 'jointLoss';
  readonly reduction: 'mean' | 'sum';
  readonly options: LossSettings;
  readonly losses: Losses;
  /** λ of each head. */
  readonly weights: { readonly [Head in keyof Losses]: number };

  /** @internal */
  constructor(losses: Losses, options: JointLossOptions<Losses> = {}) {
    super();
    const where = 'jointLoss';
    const { weights = {} } = checkOptions<JointLossOptions, JointLossOptions>(where, options, checks);
    record(where, 'losses', losses);
    const heads = Object.entries(losses);
    if (heads.length === 0) throw rangeError(where, 'losses', 'has no heads', 'at least one');
    const [, first] = heads[0]!;
    for (const [head, loss] of heads) {
      const { reduction } = instanceOf<HeadLosses[string]>(
        where,
        `losses.${head}`,
        loss,
        Loss,
        'a loss such as crossEntropy()',
      );
      if ((reduction as string) === 'none' || reduction !== first.reduction)
        throw rangeError(
          where,
          `losses.${head}`,
          `has reduction ${show(reduction)}`,
          (first.reduction as string) === 'none'
            ? '"mean" or "sum"'
            : `${show(first.reduction)}, as the first has`,
        );
    }
    for (const [head, weight] of Object.entries(weights)) {
      if (!Object.hasOwn(losses, head))
        throw rangeError(where, 'weights', `has ${show(head)}`, `only ${Object.keys(losses).join(', ')}`);
      if (weight !== undefined) magnitude(where, `weights.${head}`, weight);
    }
    this.reduction = first.reduction;
    this.losses = { ...losses };
    this.weights = Object.fromEntries(
      heads.map(([head]) => [head, partOf(where, 'weights', weights, head) ?? 1]),
    ) as typeof this.weights;
    this.options = {
      losses: Object.fromEntries(heads.map(([head, { name, options }]) => [head, { name, options }])),
      weights: this.weights,
    };
  }

  trace(
    arena: Arena,
    where: string,
    output: OutputSignals,
    target: HeadTargets<Losses>,
    weights?: TermWeights,
  ): ObjectiveTrace {
    if (typeof output.kind === 'string')
      throw typeError(
        where,
        'loss',
        `is jointLoss of ${this.#heads()}`,
        'a loss of one output, as the model gives',
      );
    this.#check(where, 'outputs', output);
    this.#check(where, 'targets', target);
    const signals = output as { readonly [head: string]: Signal };
    const perHead = weights as HeadOptions['weights'];
    const heads = Object.keys(this.losses);
    const traces = this.#each((head, loss): LossTrace => {
      const terms = partOf(where, 'weights', perHead, head, heads);
      return loss.trace(arena, `${where}: head ${head}`, signals[head]!, target[head], terms);
    });
    return {
      ...this.#sum(traces),
      backward: (dLoss) =>
        Object.fromEntries(
          traces.map(([head, factor, trace]): [string, Matrix] => [head, trace.backward(dLoss * factor)]),
        ),
    };
  }

  /** @throws TypeError or RangeError if the outputs, targets or lengths do not fit. */
  measure(outputs: HeadOutputs<Losses>, targets: HeadTargets<Losses>, options: HeadOptions = {}): Measured {
    return this.#sum(this.#measured('jointLoss.measure', outputs, targets, options));
  }

  /** Starts a tally of the value over any number of batches. */
  begin(): JointTally<Losses> {
    const sums = new Map<string, { value: number; weight: number }>();
    return {
      add: (outputs, targets, options = {}) => {
        for (const [head, , { value, weight }] of this.#measured(
          'jointLoss.add',
          outputs,
          targets,
          options,
        )) {
          const sum = sums.get(head) ?? { value: 0, weight: 0 };
          sum.value += this.reduction === 'sum' ? value : value * weight;
          sum.weight += weight;
          sums.set(head, sum);
        }
      },
      value: () =>
        this.#each((head) => sums.get(head)).reduce((total, [, factor, sum]) => {
          const { value, weight } = sum ?? { value: 0, weight: 0 };
          return total + factor * (this.reduction === 'sum' ? value : value / weight);
        }, 0),
    };
  }

  #measured(where: string, outputs: HeadOutputs<Losses>, targets: HeadTargets<Losses>, options: HeadOptions) {
    this.#check(where, 'outputs', outputs);
    this.#check(where, 'targets', targets);
    const heads = Object.keys(this.losses);
    return this.#each(
      (head, loss): Measured =>
        loss.measure(outputs[head]!, targets[head], optionsOf(where, options, head, heads)),
    );
  }

  #each<Result>(of: (head: string, loss: HeadLosses[string]) => Result): [string, number, Result][] {
    return Object.entries(this.losses).map(([head, loss]) => [head, this.weights[head]!, of(head, loss)]);
  }

  #sum(parts: readonly [string, number, Measured][]): Measured {
    return {
      value: parts.reduce((sum, [, factor, { value }]) => sum + factor * value, 0),
      weight: parts.reduce((sum, [, , { weight }]) => sum + weight, 0),
    };
  }

  #heads(): string {
    return Object.keys(this.losses).join(', ');
  }

  /** @throws TypeError if targets of a head are missing; RangeError if a head is unknown or has no loss. */
  #check(where: string, argument: string, values: unknown): void {
    const given = record(where, argument, values);
    for (const head of Object.keys(this.losses))
      if (!Object.hasOwn(given, head))
        throw argument === 'outputs'
          ? rangeError(
              where,
              'jointLoss',
              `has ${show(head)}`,
              `heads of the outputs, ${Object.keys(given).join(', ')}`,
            )
          : typeError(where, `${argument}.${head}`, 'is missing', this.#heads());
    for (const head of Object.keys(given))
      if (!Object.hasOwn(this.losses, head))
        throw rangeError(
          where,
          argument,
          `has ${show(head)}`,
          `only ${this.#heads()}, the heads with a loss`,
        );
  }
}

/** A running value of a joint loss. */
export interface JointTally<Losses> {
  /** Adds one batch. */
  add(outputs: HeadOutputs<Losses>, targets: HeadTargets<Losses>, options?: HeadOptions): void;
  /** The value over all batches; NaN if a head has no terms. */
  value(): number;
}
