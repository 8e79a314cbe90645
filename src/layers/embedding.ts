/** A learned vector for each index. */
import type { Architecture } from '../common/architecture.ts';
import { rangeError, weightShape } from '../common/errors.ts';
import { type Checks, checkOptions, count, size } from '../common/options.ts';
import type { Indices } from '../common/tensor.ts';
import { type Backend, backendOption } from '../kernels/backend.ts';
import { float32 } from '../kernels/index.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { gather, scatterAdd } from '../matrix/operations.ts';
import { Parameter } from '../matrix/parameter.ts';
import { type Initializer, initializerOption, normal, startingValues } from '../random/initializers.ts';
import { type Random, randomOption } from '../random/random.ts';
import { type DenseSignal, dense, type OneHotSignal } from '../signal/signal.ts';
import { Layer } from './layer.ts';
import { classCount } from './parts.ts';
import type { Trace } from './trace.ts';

/** Options of {@link Embedding}. */
export interface EmbeddingOptions<Classes extends number = number, OutputSize extends number = number> {
  /** The number of classes: indices go from 0 to `classes` − 1. */
  readonly classes: Classes;
  /** The size of each vector. */
  readonly outputSize: OutputSize;
  /** An index whose vector is initially zero and never trained: default none. */
  readonly paddingIndex?: number | undefined;
  /** The compute backend: default `float32()`. */
  readonly backend?: Backend | undefined;
  /** Draws the initial weights: default the program's shared generator, seeded with 0. */
  readonly random?: Random | undefined;
  /** Initialises the vectors: default `normal(1)`, as in PyTorch. */
  readonly initializer?: Initializer | undefined;
}

const checks: Checks<EmbeddingOptions> = {
  classes: { required: classCount },
  outputSize: { required: size },
  paddingIndex: count,
  backend: backendOption,
  random: randomOption,
  initializer: initializerOption,
};

/**
 * Looks up indices `[batch, time]` in a table: `[batch, time, outputSize]`.
 *
 * Its parameter is `weight` `[classes, outputSize]`, as in PyTorch's `Embedding`. Only the rows that occur are read and
 * receive a gradient; the gradients of repeated indices are summed.
 *
 * @example
 * ```ts
 * import { Embedding, indices } from 'recurrent-cells';
 *
 * const embedding = new Embedding({ classes: 3, outputSize: 2 });
 * embedding.parameters().get('weight')!.write([0, 0, 1, 10, 2, 20]);
 * Array.from(embedding.infer(indices([[2, 1]])).output.data) // → [2, 20, 1, 10]
 * ```
 */
export class Embedding<
  const Classes extends number = number,
  const OutputSize extends number = number,
> extends Layer<Indices, Classes, OutputSize, undefined> {
  readonly type = 'Embedding';
  readonly accepts = 'indices';
  readonly backend: Backend;
  readonly inputSize: Classes;
  readonly outputSize: OutputSize;
  readonly paddingIndex: number | undefined;
  readonly weight: Parameter;

  /** @throws RangeError if a size is not a whole number of at least 1, there are more than 2²⁴ classes, or the padding index is not a class. */
  constructor(options: EmbeddingOptions<Classes, OutputSize>) {
    super();
    const {
      classes,
      outputSize,
      paddingIndex,
      backend = float32(),
      random,
      initializer = normal(1),
    } = checkOptions('Embedding', options, checks);
    if (paddingIndex !== undefined && paddingIndex >= classes)
      throw rangeError(
        'Embedding',
        'paddingIndex',
        `is ${paddingIndex}`,
        `an index from 0 to ${classes - 1}`,
      );
    this.backend = backend;
    this.inputSize = classes;
    this.outputSize = outputSize;
    this.paddingIndex = paddingIndex;
    const shape = weightShape('Embedding', 'weight', classes, outputSize);
    this.weight = new Parameter(backend, shape, () => {
      const vectors = startingValues('Embedding', 'initializer', initializer, classes, outputSize, random);
      if (paddingIndex !== undefined)
        vectors.fill(0, paddingIndex * outputSize, (paddingIndex + 1) * outputSize);
      return vectors;
    });
  }

  override parameters(): ReadonlyMap<string, Parameter> {
    return new Map([['weight', this.weight]]);
  }

  architecture(): Architecture {
    const { type, inputSize: classes, outputSize, paddingIndex } = this;
    return { type, options: { classes, outputSize, paddingIndex } };
  }

  record(arena: Arena, input: OneHotSignal): Trace<undefined, DenseSignal> {
    const values = arena.matrix(input.time * input.batch, this.outputSize);
    gather(values, this.weight.value, input.indices);
    return {
      output: dense(input, values),
      backward: (dOutput) => {
        if (!this.weight.frozen)
          scatterAdd(this.weight.gradient, dOutput, this.#trained(arena, input.indices));
        return {};
      },
    };
  }

  /** The indices whose rows receive a gradient. */
  #trained(arena: Arena, indices: Matrix): Matrix {
    if (this.paddingIndex === undefined) return indices;
    const trained = arena.matrix(1, indices.columns);
    const { values } = indices.backend.heap;
    for (let i = 0; i < indices.columns; i++) {
      const index = values[indices.offset + i]!;
      values[trained.offset + i] = index === this.paddingIndex ? -1 : index;
    }
    return trained;
  }
}
