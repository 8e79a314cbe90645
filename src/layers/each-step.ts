/** A layer of sequences applied to each step of a sequence. */
import type { Architecture } from '../common/architecture.ts';
import { rangeError } from '../common/errors.ts';
import { instanceOf } from '../common/instance.ts';
import type { Indices, Tensor } from '../common/tensor.ts';
import { type Backend, newValues } from '../kernels/backend.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { gather, scatterAdd } from '../matrix/operations.ts';
import type { Parameter } from '../matrix/parameter.ts';
import { MOST_INDICES } from '../matrix/rows.ts';
import { randomsOf } from '../random/randoms.ts';
import { checkLengths, checkTensor } from '../signal/checks.ts';
import { type DenseSignal, dense, denseOnly, type Signal } from '../signal/signal.ts';
import { type GradientOf, Layer, type SignalOf } from './layer.ts';
import {
  allSteps,
  distinctSequences,
  type Found,
  featureSequences,
  indexSequences,
  type Nested,
  nested,
} from './nested.ts';
import { prefixed } from './parts.ts';
import { type Computed, type Trace, traceBackward } from './trace.ts';

/**
 * Reads a sequence at each step: an encoder of characters inside an encoder of words (Ling et al. 2015, arXiv:1508.02096).
 *
 * The inner layer reduces a sequence to one vector. Indices `[batch, time, steps]` or features `[batch, time, steps, inputSize]`
 * give `[batch, time, outputSize]`. Sequences of indices end at their first −1; those of features have all steps. The `lengths`
 * are those of the outer sequences; steps beyond them are not computed. Every inner sequence starts from the inner layer's
 * initial state. Equal sequences of indices, such as a word that occurs twice, are computed once, unless the inner layer draws
 * random numbers.
 *
 * It must be the first layer of a model, or of a graph's input.
 *
 * @example
 * ```ts
 * import { EachStep, Embedding, GRUCell, indices, Sequence, sequential } from 'recurrent-cells';
 *
 * const spelling = sequential(
 *   new Embedding({ classes: 26, outputSize: 4 }),
 *   new Sequence(new GRUCell({ inputSize: 4, hiddenSize: 6 }), { outputs: 'last' }),
 * );
 * const words = indices([[[8, -1, -1], [0, 12, -1], [8, 19, 18]]]);
 * new EachStep(spelling).infer(words).output.shape // → [1, 3, 6]
 * ```
 */
export class EachStep<
  Input extends Tensor | Indices = Tensor,
  InputSize extends number = number,
  OutputSize extends number = number,
> extends Layer<Input, InputSize, OutputSize, undefined> {
  readonly type = 'EachStep';
  readonly accepts: Input extends Tensor ? 'dense' : 'indices';
  readonly backend: Backend;
  readonly inputSize: InputSize | undefined;
  readonly outputSize: OutputSize | undefined;
  override readonly takesSequences = true;
  // biome-ignore lint/suspicious/noExplicitAny: any state
  readonly layer: Layer<Input, InputSize, OutputSize, any>;

  /** @throws TypeError if it is not a layer; RangeError if it is itself applied to each step. */
  // biome-ignore lint/suspicious/noExplicitAny: any state
  constructor(layer: Layer<Input, InputSize, OutputSize, any>) {
    super();
    instanceOf('EachStep', 'layer', layer, Layer, 'a layer that makes a vector of a sequence');
    if (layer.takesSequences)
      throw rangeError('EachStep', 'layer', `(${layer.type}) takes a sequence at each step`, 'one sequence');
    this.layer = layer;
    this.accepts = layer.accepts;
    this.backend = layer.backend;
    this.inputSize = layer.inputSize;
    this.outputSize = layer.outputSize;
  }

  override parameters(): ReadonlyMap<string, Parameter> {
    return prefixed({ layer: this.layer });
  }

  architecture(): Architecture {
    return { type: this.type, options: {}, parts: { layer: this.layer } };
  }

  override compute(arena: Arena, input: SignalOf<Input>): Computed {
    const { sequences, places } = nested(input);
    const { output } = this.layer.compute(arena, this.#accepted(sequences), undefined);
    return { output: this.#steps(arena, input, output, places) };
  }

  record(arena: Arena, input: SignalOf<Input>): Trace<undefined, DenseSignal> {
    const { sequences, places } = nested(input);
    const trace = this.layer.record(arena, this.#accepted(sequences), undefined);
    const output = this.#steps(arena, input, trace.output, places);
    return {
      output,
      backward: (dOutput, _, needsInput) => {
        const dVectors = arena.zeros(sequences.batch, output.width);
        scatterAdd(dVectors, dOutput, places);
        return { input: traceBackward(trace, dVectors, undefined, needsInput).input };
      },
    };
  }

  override accept(signal: Signal): Signal {
    return nested(signal);
  }

  override toSignal(
    arena: Arena,
    where: string,
    input: Input,
    lengths: readonly number[] | undefined,
    argument = 'inputs',
    lengthsName: string | undefined = 'lengths',
  ): SignalOf<Input> {
    const [batch, time, inner] = this.#extent(where, argument, input);
    const valid = checkLengths(where, lengths, batch, time, lengthsName);
    const ends = valid ?? new Array<number>(batch).fill(time);
    const extent = { batch, time, timed: true, lengths: valid };
    const nest = (sequences: Signal, { places }: Found) =>
      ({ ...sequences, ...extent, sequences, places: row(arena, places) }) as Nested & SignalOf<Input>;
    if (this.accepts === 'indices') {
      const classes = this.inputSize!;
      // Only a layer that draws nothing gives equal sequences equal vectors.
      const distinct = randomsOf(this.layer).length === 0;
      const found = distinctSequences(where, argument, input as Indices, ends, classes, distinct);
      return nest(indexSequences(arena, input as Indices, found, classes), found);
    }
    const found = allSteps(batch, time, inner, ends);
    return nest(featureSequences(arena, input as Tensor, found), found);
  }

  override inputGradient(_: Arena, signal: Signal, gradient: Matrix): GradientOf<Input> {
    const { sequences, places, batch, time, width } = nested(signal);
    const { heap } = this.backend;
    const data = newValues(this.backend, batch * time * sequences.time * width);
    for (let t = 0; t < time; t++)
      for (let b = 0; b < batch; b++) {
        const place = heap.values[places.offset + t * batch + b]!;
        if (place < 0) continue;
        for (let l = 0; l < sequences.time; l++) {
          const from = gradient.offset + (l * sequences.batch + place) * gradient.stride;
          data.set(heap.values.subarray(from, from + width), ((b * time + t) * sequences.time + l) * width);
        }
      }
    return { data, shape: [batch, time, sequences.time, width] } as unknown as GradientOf<Input>;
  }

  /** The batch, the steps, and the steps of each step's sequence. */
  #extent(where: string, argument: string, input: Input): [number, number, number] {
    const { accepts, inputSize } = this;
    checkTensor(where, argument, input, accepts === 'indices' ? 'index' : 'real');
    const { shape } = input;
    const axes = ['batch', 'time', 'steps', ...(accepts === 'indices' ? [] : [inputSize ?? 'inputSize'])];
    const came = `has shape [${shape.join(', ')}]`;
    if (
      shape.length !== axes.length ||
      (accepts !== 'indices' && inputSize !== undefined && shape[3] !== inputSize)
    )
      throw rangeError(where, argument, came, `[${axes.join(', ')}], a sequence at each step`);
    const [batch = 0, time = 0, inner = 0] = shape;
    if (batch === 0) throw rangeError(where, argument, came, 'at least one sequence');
    if (batch * time * Math.max(inner, 1) > MOST_INDICES)
      throw rangeError(where, argument, came, `at most ${MOST_INDICES} steps in all sequences together`);
    return [batch, time, inner];
  }

  #accepted(sequences: Signal): SignalOf<Input> {
    // `accept` refuses indices, which only a first layer takes.
    return (this.accepts === 'indices' ? sequences : this.layer.accept(sequences)) as SignalOf<Input>;
  }

  /** The vector of each step, zeros beyond each length. */
  #steps(arena: Arena, input: Signal, output: Signal, places: Matrix): DenseSignal {
    const name = `layer (${this.layer.type})`;
    const { values, timed, width } = denseOnly('EachStep', `what its ${name} gives`, output);
    if (timed)
      throw rangeError(
        'EachStep',
        name,
        `gives [batch, time, ${width}]`,
        'one vector for each sequence, as with outputs "last" or a Pooling',
      );
    const steps = arena.matrix(input.time * input.batch, width);
    gather(steps, values, places);
    return dense(input, steps);
  }
}

function row(arena: Arena, numbers: Int32Array): Matrix {
  const matrix = arena.matrix(1, numbers.length);
  matrix.write(numbers);
  return matrix;
}
