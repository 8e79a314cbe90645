/** Attention: a weighted average of values for each query. */
import type { Architecture } from '../common/architecture.ts';
import { rangeError, show, typeError, weightShape, wholeNumber } from '../common/errors.ts';
import { type Checks, checkOptions, later, size } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import { type Backend, backendOption } from '../kernels/backend.ts';
import { float32 } from '../kernels/index.ts';
import { type Arena, withArena } from '../matrix/arena.ts';
import { add } from '../matrix/operations.ts';
import { Parameter, releaseParameters } from '../matrix/parameter.ts';
import {
  glorotUniform,
  type Initializer,
  initializerOption,
  startingValues,
} from '../random/initializers.ts';
import { type Random, randomOption } from '../random/random.ts';
import { denseInput, gradientOutput, output } from '../signal/boundary.ts';
import { recordPass } from '../signal/pass.ts';
import { type DenseSignal, dense } from '../signal/signal.ts';
import { type AttentionTrace, attend, type Memory } from './attend.ts';
import { AttentionPass, attentionGradient } from './pass.ts';
import { additiveScore, dotScore, generalScore, type Score } from './scores.ts';

/** Options of {@link Attention}. */
export interface AttentionOptions {
  /** The score function comparing a query with a key. */
  readonly score: 'dot' | 'general' | 'additive';
  readonly querySize: number;
  readonly keySize: number;
  /** The number of hidden units: required for `additive`, not allowed otherwise. */
  readonly attentionSize?: number | undefined;
  /** Scale factor for `dot`, such as 1/√keySize (Vaswani et al. 2017, arXiv:1706.03762): default 1. */
  readonly scale?: number | undefined;
  /** The compute backend: default `float32()`. */
  readonly backend?: Backend | undefined;
  /** Draws the initial weights: default the program's shared generator, seeded with 0. */
  readonly random?: Random | undefined;
  /** Initialises the weights: default `glorotUniform`. */
  readonly initializer?: Initializer | undefined;
}

const checks: Checks<AttentionOptions> = {
  score: { required: ['dot', 'general', 'additive'] },
  querySize: { required: size },
  keySize: { required: size },
  attentionSize: later,
  scale: later,
  backend: backendOption,
  random: randomOption,
  initializer: initializerOption,
};

/** The input of {@link Attention}. */
export interface AttentionInput {
  /** `[batch, queries, querySize]` */
  readonly query: Tensor;
  /** `[batch, keys, keySize]` */
  readonly keys: Tensor;
  /** `[batch, keys, any size]`; default the keys. */
  readonly values?: Tensor | undefined;
  /** The valid keys of each sequence: default all. Other keys get weight 0. */
  readonly keyLengths?: readonly number[] | undefined;
}

const inputChecks: Checks<AttentionInput> = {
  query: { required: later },
  keys: { required: later },
  values: later,
  keyLengths: later,
};

/**
 * Attention over the keys of a sequence: weights `a_i = softmax_j(score(q_i, k_j))`, output `c_i = Σ_j a_ij v_j`.
 *
 * | `score` | formula | parameters |
 * | --- | --- | --- |
 * | `dot` | `scale · q·k` | none |
 * | `general` | `q·W k` | `weight` `[querySize, keySize]` |
 * | `additive` | `v·tanh(W_q q + W_k k)`, no biases | `weightQuery` `[attentionSize, querySize]`, `weightKey` `[attentionSize, keySize]`, `v` `[attentionSize]` |
 *
 * `dot` and `general` are from Luong, Pham and Manning (2015, arXiv:1508.04025), `additive` from Bahdanau, Cho and Bengio
 * (2015, arXiv:1409.0473). If a sequence has no valid key, its weights and output are 0.
 *
 * @example
 * ```ts
 * import { Attention, tensor } from 'recurrent-cells';
 *
 * const attention = new Attention({ score: 'dot', querySize: 2, keySize: 2 });
 * const { output, weights } = attention.infer({
 *   query: tensor([[[1, 0]]]),
 *   keys: tensor([[[50, 0], [0, 50], [99, 99]]]),
 *   values: tensor([[[3], [4], [5]]]),
 *   keyLengths: [2],
 * });
 * Array.from(output.data) // → [3]
 * weights.shape // → [1, 1, 3]
 * Array.from(weights.data, (a) => a.toFixed(3)) // → ['1.000', '0.000', '0.000']
 * ```
 */
export class Attention {
  readonly type = 'Attention';
  readonly score: 'dot' | 'general' | 'additive';
  readonly querySize: number;
  readonly keySize: number;
  readonly attentionSize: number | undefined;
  readonly scale: number;
  readonly backend: Backend;
  readonly #score: Score;

  /** @throws RangeError if the score is unknown, or a size or the scale does not fit it. */
  constructor(options: AttentionOptions) {
    const {
      score,
      querySize,
      keySize,
      attentionSize,
      scale = 1,
      backend = float32(),
    } = checkOptions('Attention', options, checks);
    this.score = score;
    this.querySize = querySize;
    this.keySize = keySize;
    this.attentionSize = attentionSize;
    this.scale = scale;
    this.backend = backend;
    this.#check();
    this.#score = this.#make(options);
  }

  /** The parameters by name. */
  parameters(): ReadonlyMap<string, Parameter> {
    return this.#score.parameters();
  }

  /** Releases the layer at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.release();
  }

  /** Frees the parameters' memory immediately instead of at garbage collection; later use throws. */
  release(): void {
    releaseParameters(this);
  }

  /** The options needed to rebuild this layer, without parameter values. */
  architecture(): Architecture {
    const { type, score, querySize, keySize, attentionSize, scale } = this;
    return { type, options: { score, querySize, keySize, attentionSize, scale } };
  }

  /**
   * Computes attention and records what the backward pass needs.
   *
   * @throws TypeError or RangeError if a tensor or the lengths do not fit.
   */
  forward(input: AttentionInput): AttentionPass {
    const where = 'Attention.forward';
    return new AttentionPass(
      recordPass(where, this, (arena) => {
        const { query, keys, values } = this.#signals(arena, where, input);
        const attended = attend(arena, query.values, this.memory(arena, keys, values));
        const result = this.#output(arena, attended, query);
        return {
          output: result,
          state: undefined,
          backward: (dOutput) => {
            const context = dense(query, attended.context);
            const { dContext, dWeights } = attentionGradient(arena, context, result, dOutput ?? {});
            const d = attended.backward(dContext, dWeights);
            if (values === keys) add(d.keys, d.keys, d.values);
            const gradients = {
              query: gradientOutput(arena, query, d.query),
              keys: gradientOutput(arena, keys, d.keys),
              values: values === keys ? undefined : gradientOutput(arena, values, d.values),
            };
            return { input: gradients, state: undefined };
          },
        };
      }),
    );
  }

  /**
   * Computes attention and records nothing.
   *
   * @throws TypeError or RangeError if a tensor or the lengths do not fit.
   */
  infer(input: AttentionInput): { readonly output: Tensor; readonly weights: Tensor } {
    const where = 'Attention.infer';
    return withArena(this.backend, (arena) => {
      const { query, keys, values } = this.#signals(arena, where, input);
      return this.#output(arena, attend(arena, query.values, this.memory(arena, keys, values)), query);
    });
  }

  /**
   * Prepares keys and values for queries.
   *
   * @internal
   */
  memory(arena: Arena, keys: DenseSignal, values: DenseSignal = keys): Memory {
    const { batch, time, lengths } = keys;
    const prepared = this.#score.prepare(arena, keys.values, batch);
    return { batch, time, lengths, keys: prepared, values: values.values };
  }

  #check(): void {
    const { score, querySize, keySize, attentionSize, scale } = this;
    if (score === 'dot' && querySize !== keySize)
      throw rangeError(
        'Attention',
        'keySize',
        `is ${keySize}`,
        `${querySize}, the querySize, for score "dot" ("general" and "additive" take any)`,
      );
    if (score === 'additive') wholeNumber('Attention', 'attentionSize', attentionSize);
    else if (attentionSize !== undefined)
      throw rangeError(
        'Attention',
        'attentionSize',
        `is ${show(attentionSize)}`,
        `none for score "${score}"`,
      );
    if (typeof scale !== 'number') throw typeError('Attention', 'scale', `is ${show(scale)}`, 'a number');
    if (!Number.isFinite(scale)) throw rangeError('Attention', 'scale', `is ${scale}`, 'a finite number');
    if (score !== 'dot' && scale !== 1)
      throw rangeError('Attention', 'scale', `is ${scale}`, `none for score "${score}"`);
  }

  #make({ random, initializer = glorotUniform }: AttentionOptions): Score {
    const { score, querySize, keySize, attentionSize = 0, scale, backend } = this;
    const drawn = (rows: number, columns: number) => () =>
      startingValues('Attention', 'initializer', initializer, rows, columns, random);
    const weight = (name: string, rows: number, columns: number) =>
      new Parameter(backend, weightShape('Attention', name, rows, columns), drawn(rows, columns));
    if (score === 'dot') return dotScore(scale);
    if (score === 'general') return generalScore(weight('weight', querySize, keySize));
    return additiveScore({
      weightQuery: weight('weightQuery', attentionSize, querySize),
      weightKey: weight('weightKey', attentionSize, keySize),
      v: new Parameter(backend, [attentionSize], drawn(1, attentionSize)),
    });
  }

  #signals(
    arena: Arena,
    where: string,
    input: AttentionInput,
  ): { readonly query: DenseSignal; readonly keys: DenseSignal; readonly values: DenseSignal } {
    const { query, keys, values, keyLengths } = checkOptions(where, input, inputChecks);
    const signal = (argument: string, tensor: Tensor, width: number | undefined, widthName: string) => {
      const expectation = { where, argument, width, widthName, timed: true, lengthsName: 'keyLengths' };
      return denseInput(arena, expectation, tensor, argument === 'query' ? undefined : keyLengths);
    };
    const queries = signal('query', query, this.querySize, 'querySize');
    const signals = {
      query: queries,
      keys: signal('keys', keys, this.keySize, 'keySize'),
    };
    const { batch, time } = signals.keys;
    if (batch !== queries.batch)
      throw rangeError(
        where,
        'keys',
        `has shape [${keys.shape.join(', ')}]`,
        `${queries.batch} sequences, as query has`,
      );
    if (values === undefined) return { ...signals, values: signals.keys };
    const ofValues = signal('values', values, undefined, 'valueSize');
    if (ofValues.batch !== batch || ofValues.time !== time)
      throw rangeError(
        where,
        'values',
        `has shape [${values.shape.join(', ')}]`,
        `[${batch}, ${time}, valueSize], as keys has`,
      );
    return { ...signals, values: ofValues };
  }

  #output(
    arena: Arena,
    { context, weights }: AttentionTrace,
    query: DenseSignal,
  ): { readonly output: Tensor; readonly weights: Tensor } {
    const shape = [query.batch, query.time, weights.columns];
    return {
      output: output(arena, dense(query, context)),
      weights: { data: weights.read(), shape },
    };
  }
}
