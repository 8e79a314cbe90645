/** Sequence to sequence: an encoder, a decoder, and optional attention between them. */

import type { Memory } from '../attention/attend.ts';
import type { Attention } from '../attention/attention.ts';
import type { Architecture } from '../common/architecture.ts';
import { rangeError, typeError, wholeNumber } from '../common/errors.ts';
import { checkOptions } from '../common/options.ts';
import type { Indices, StepsShape, Tensor } from '../common/tensor.ts';
import type { Backend } from '../kernels/backend.ts';
import { Dense } from '../layers/dense.ts';
import type { GradientOf, Layer, SignalOf } from '../layers/layer.ts';
import { prefixed } from '../layers/parts.ts';
import { type BatchTrace, type Computed, traceBackward } from '../layers/trace.ts';
import { type Arena, withArena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { type Parameter, releaseParameters } from '../matrix/parameter.ts';
import { gradientInput, gradientOutput, output as outputTensor } from '../signal/boundary.ts';
import { type Pass, recordPass } from '../signal/pass.ts';
import { type DenseSignal, denseOnly, type OneHotSignal, type Signal, validSteps } from '../signal/signal.ts';
import type { MatrixState } from '../signal/state.ts';
import { Bridge } from './bridge.ts';
import { checkParts, checkStart } from './check.ts';
import {
  type EncoderDecoderInput,
  type EncoderDecoderOptions,
  type EncoderDecoderOutput,
  encoderDecoderChecks,
  inputChecks,
} from './options.ts';
import { read, recordRead } from './readout.ts';
import { Steps } from './steps.ts';

/**
 * Turns a sequence into another of any length (Sutskever, Vinyals and Le 2014, arXiv:1409.3215), with attention as
 * Luong, Pham and Manning's (2015, arXiv:1508.04025) global attention:
 *
 *     m_1 … m_n, s = encoder(x)                        (1)
 *     h_1 … h_T = decoder(start, y_1 … y_{T−1}; bridge(s))      (2)
 *     c_t = attention(h_t; m)                          (3)
 *     h̃_t = tanh(W_c [c_t; h_t] + b_c)                 (4)
 *     scores of y_t = output(h̃_t)                      (5)
 *
 * Without attention h̃_t = h_t. There is no input feeding (h̃_t as an input of step t + 1), so training computes all steps
 * of a target together.
 *
 * The bridge passes each part of the encoder's final state on unchanged if it fits, and applies `tanh(W s + b)` if sizes
 * differ or the encoder is bidirectional, whose two halves are concatenated. Layer k of the decoder starts from layer k of the
 * encoder; if the numbers of recurrent layers differ, all start from the encoder's last. A part the encoder lacks, such as
 * the cell state of an LSTM after a GRU, is computed from the encoder's first part.
 *
 * Parameters are named under `encoder.`, `bridge.`, `decoder.`, `attention.`, `combination.` and `output.`.
 *
 * @example
 * ```ts
 * import {
 *   Adam, Attention, crossEntropy, Dense, Embedding, EncoderDecoder, GRUCell, greedy, indices, Random, Sequence,
 *   sequential, teacherForcing, train,
 * } from 'recurrent-cells';
 *
 * const random = new Random(1);
 * const [classes, size, start, end] = [5, 16, 0, 1];
 * const tokens = () =>
 *   sequential(
 *     new Embedding({ classes, outputSize: size, random }),
 *     new Sequence(new GRUCell({ inputSize: size, hiddenSize: size, random })),
 *   );
 * const model = new EncoderDecoder({
 *   encoder: tokens(),
 *   decoder: tokens(),
 *   attention: new Attention({ score: 'general', querySize: size, keySize: size, random }),
 *   output: new Dense({ inputSize: size, outputSize: classes, random }),
 *   start,
 *   end,
 *   random,
 * });
 *
 * // Reversal: 2 3 4 → 4 3 2, 3 2 → 2 3.
 * const batch = teacherForcing(model, [[2, 3, 4], [3, 2]], [[4, 3, 2], [2, 3]]);
 * for await (const _ of train(model, Array(60).fill(batch), {
 *   loss: crossEntropy(),
 *   optimizer: new Adam({ learningRate: 0.02 }),
 * }));
 * const turned = greedy(model, indices([[2, 3, 4], [3, 2, 0]]), { lengths: [3, 2], maxLength: 5 });
 * turned.map(({ tokens }) => tokens) // → [[4, 3, 2], [2, 3]]
 * ```
 */
export class EncoderDecoder<Source extends Tensor | Indices = Indices, Classes extends number = number> {
  readonly type = 'EncoderDecoder';
  readonly backend: Backend;
  // biome-ignore lint/suspicious/noExplicitAny: any widths and states
  readonly encoder: Layer<Source, any, any, any>;
  // biome-ignore lint/suspicious/noExplicitAny: any widths and states
  readonly decoder: Layer<Indices, any, any, any>;
  readonly attention: Attention | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: any width
  readonly output: Layer<Tensor, any, Classes, any>;
  readonly start: number;
  readonly end: number;
  /** The size of the target vocabulary. */
  readonly classes: Classes;
  /** @internal */
  readonly bridge: Bridge;
  /** @internal W_c and b_c; undefined without attention. */
  readonly combination: Dense | undefined;

  /** @throws TypeError or RangeError if a part is missing, or the parts do not fit together. */
  constructor(options: EncoderDecoderOptions<Source, Classes>) {
    const { encoder, decoder, attention, output, start, end, random, initializer } = checkOptions(
      'EncoderDecoder',
      options,
      encoderDecoderChecks,
    );
    checkParts({ encoder, decoder, attention, output });
    this.backend = encoder.backend;
    this.encoder = encoder;
    this.decoder = decoder;
    this.attention = attention;
    this.output = output;
    this.classes = output.outputSize as Classes;
    this.start = this.#token('start', start);
    this.end = this.#token('end', end);
    const { backend } = this;
    this.bridge = new Bridge(encoder.stateSizes, decoder.stateSizes, { random, initializer, backend });
    if (this.bridge.empty && attention === undefined)
      throw rangeError(
        'EncoderDecoder',
        'attention',
        'is missing, and no state goes from encoder to decoder',
        'one of them: nothing would reach the decoder',
      );
    if (!this.bridge.empty) checkStart(decoder);
    this.combination =
      attention &&
      new Dense({
        inputSize: attention.keySize + attention.querySize,
        outputSize: output.inputSize,
        random,
        initializer,
        backend,
      });
  }

  /** The parameters by name, such as `decoder.1.cell.weightIh`. */
  parameters(): ReadonlyMap<string, Parameter> {
    const { encoder, bridge, decoder, attention, combination, output } = this;
    return prefixed({
      encoder,
      bridge,
      decoder,
      ...(attention && { attention }),
      ...(combination && { combination }),
      output,
    });
  }

  /** Releases the model at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.release();
  }

  /** Frees the parameters' memory immediately instead of at garbage collection; later use throws. */
  release(): void {
    releaseParameters(this);
  }

  /** The options and parts needed to rebuild this model, without parameter values. */
  architecture(): Architecture {
    const { type, start, end, encoder, decoder, attention, output } = this;
    const parts = { encoder, decoder, ...(attention && { attention }), output };
    return { type, options: { start, end }, parts };
  }

  /**
   * Computes the scores of a whole target at once, and records what the backward pass needs.
   *
   * @returns a pass whose `output` is `[batch, target time, classes]` and whose `backward` returns the source's gradient.
   * @throws RangeError or TypeError if sources, targets or lengths do not fit.
   */
  forward(
    input: EncoderDecoderInput<Source>,
  ): Pass<Tensor, GradientOf<Source>, undefined> & { readonly output: Tensor<StepsShape<Classes>> } {
    const where = 'EncoderDecoder.forward';
    const pass: Pass<Tensor, GradientOf<Source>, undefined> = recordPass(where, this, (arena) => {
      const { source, target } = this.toSignals(arena, where, input);
      const trace = this.#record(arena, source, target);
      return {
        output: outputTensor(arena, trace.output),
        state: undefined,
        backward: (dOutput) => {
          const d =
            dOutput &&
            trace.backward(gradientInput(arena, 'EncoderDecoder.backward', trace.output, dOutput), true);
          const gradient =
            source.kind === 'oneHot'
              ? undefined
              : gradientOutput(arena, source, d ?? arena.zeros(source.values.rows, source.width));
          return { input: gradient as GradientOf<Source>, state: undefined };
        },
      };
    });
    return pass as typeof pass & { readonly output: Tensor<StepsShape<Classes>> };
  }

  /**
   * Computes the scores of a whole target at once in inference mode, recording nothing.
   *
   * @throws RangeError or TypeError if sources, targets or lengths do not fit.
   */
  infer(input: EncoderDecoderInput<Source>): EncoderDecoderOutput<Classes> {
    const where = 'EncoderDecoder.infer';
    return withArena(this.backend, (arena) => {
      const { source, target } = this.toSignals(arena, where, input);
      const { memory, initial } = this.#encode(arena, source);
      const decoded = this.decoder.compute(arena, target, initial);
      const { output, weights } = read(arena, this, decoderOutput(decoded), memory);
      const { batch, time } = target;
      return {
        output: outputTensor(arena, output) as Tensor<StepsShape<Classes>>,
        weights: weights && { data: weights.read(), shape: [batch, time, weights.columns] },
        lengths: input.targetLengths,
        state: undefined,
      };
    });
  }

  /** Records the forward pass of a training batch. */
  recordBatch(
    arena: Arena,
    where: string,
    input: EncoderDecoderInput<Source>,
    { lengths }: { readonly lengths?: readonly number[] | undefined } = {},
  ): BatchTrace {
    if (lengths !== undefined)
      throw rangeError(where, 'lengths', 'is given', 'inputs.targetLengths, and sourceLengths, in its place');
    const { source, target } = this.toSignals(arena, where, input);
    const trace = this.#record(arena, source, target);
    return {
      output: trace.output,
      state: undefined,
      tokens: validSteps(target),
      backward: (dOutput) => trace.backward(dOutput, false),
    };
  }

  /**
   * Encodes sources and starts decoding with `width` hypotheses per source.
   *
   * @internal
   */
  begin(arena: Arena, source: SignalOf<Source>, width: number): Steps {
    const { batch } = source;
    const { decoder, combination, output } = this;
    const { memory, initial = this.#ownStart(arena, source) } = this.#encode(arena, source);
    return new Steps(arena, { memory, initial, decoder, combination, output, batch, width });
  }

  /**
   * Checks sources and copies them into the arena.
   *
   * @internal
   */
  toSource(
    arena: Arena,
    where: string,
    source: Source,
    lengths: readonly number[] | undefined,
    lengthsName = 'sourceLengths',
  ): SignalOf<Source> {
    return this.encoder.toSignal(arena, where, source, lengths, 'source', lengthsName);
  }

  /**
   * Checks an input and copies it into the arena.
   *
   * @internal
   */
  toSignals(
    arena: Arena,
    where: string,
    input: EncoderDecoderInput<Source>,
  ): { readonly source: SignalOf<Source>; readonly target: OneHotSignal } {
    if (Object.hasOwn(Object(input), 'data'))
      throw typeError(where, 'inputs', 'is one tensor', 'an object { source, target }');
    checkOptions(where, input, inputChecks);
    const source = this.toSource(arena, where, input.source, input.sourceLengths);
    const target = this.decoder.toSignal(arena, where, input.target, input.targetLengths, 'target');
    if (target.batch !== source.batch)
      throw rangeError(
        where,
        'target',
        `has shape [${input.target.shape.join(', ')}]`,
        `${source.batch} sequences, as source has`,
      );
    return { source, target };
  }

  #token(name: string, value: unknown): number {
    const { classes } = this;
    const token = wholeNumber('EncoderDecoder', name, value, 0);
    if (token < classes) return token;
    throw rangeError('EncoderDecoder', name, `is ${token}`, `a token from 0 to ${classes - 1}`);
  }

  /** The encoder's outputs, prepared for attention. */
  #memory(arena: Arena, outputs: Signal): Memory | undefined {
    if (this.attention === undefined) return undefined;
    const { timed, kind, width } = outputs;
    const expected = `real features [batch, time, ${width}] for attention to look at`;
    if (kind === 'oneHot') throw rangeError('EncoderDecoder', 'encoder', 'gives one-hot vectors', expected);
    if (!timed) throw rangeError('EncoderDecoder', 'encoder', `gives [batch, ${width}]`, expected);
    return this.attention.memory(arena, outputs);
  }

  /** The decoder's initial state if none comes from the encoder: zeros or learned. */
  #ownStart(arena: Arena, source: Signal): MatrixState {
    const { decoder, type } = this;
    return decoder.toMatrixState(arena, type, 'state', decoder.initialState(source.batch), source)!;
  }

  #encode(arena: Arena, source: SignalOf<Source>) {
    const { output, state } = this.encoder.compute(arena, source, undefined);
    return { memory: this.#memory(arena, output), initial: this.bridge.record(arena, state).state };
  }

  #record(
    arena: Arena,
    source: SignalOf<Source>,
    target: OneHotSignal,
  ): { readonly output: Signal; backward(dOutput: Matrix, needsInput: boolean): Matrix | undefined } {
    const encoded = this.encoder.record(arena, source, undefined);
    const bridged = this.bridge.record(arena, encoded.state);
    const decoded = this.decoder.record(arena, target, bridged.state);
    const memory = this.#memory(arena, encoded.output);
    const scores = recordRead(arena, this, decoderOutput(decoded), memory);
    return {
      output: scores.output,
      backward(dOutput, needsInput) {
        const d = scores.backward(dOutput);
        const { state: dInitial } = traceBackward(decoded, d.hidden, undefined, false);
        return traceBackward(encoded, d.memory, bridged.backward(dInitial), needsInput).input;
      },
    };
  }
}

function decoderOutput({ output }: Computed): DenseSignal {
  return denseOnly('EncoderDecoder', 'what its decoder gives', output);
}
