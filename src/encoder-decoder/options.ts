/** The options, inputs and results of an encoder–decoder. */
import type { Attention } from '../attention/attention.ts';
import { type Checks, later } from '../common/options.ts';
import type { Indices, StepsShape, Tensor } from '../common/tensor.ts';
import type { Layer } from '../layers/layer.ts';
import { type Initializer, initializerOption } from '../random/initializers.ts';
import { type Random, randomOption } from '../random/random.ts';

/** The parts of an {@link EncoderDecoder}. */
export interface EncoderDecoderOptions<
  Source extends Tensor | Indices = Indices,
  Classes extends number = number,
> {
  /** Maps source tokens or features to an output per step and a final state: any layer or stack. */
  // biome-ignore lint/suspicious/noExplicitAny: any widths and states
  readonly encoder: Layer<Source, any, any, any>;
  /** Maps target tokens to an output per step, and is causal: typically an `Embedding` and recurrent layers. */
  // biome-ignore lint/suspicious/noExplicitAny: any widths and states
  readonly decoder: Layer<Indices, any, any, any>;
  /** Attends from the decoder's outputs (queries) to the encoder's (keys and values): default none. */
  readonly attention?: Attention | undefined;
  /** Maps to the scores of the tokens: a `Dense`, or a stack that ends in one. */
  // biome-ignore lint/suspicious/noExplicitAny: any width
  readonly output: Layer<Tensor, any, Classes, any>;
  /** The token fed to the decoder before the first target token. */
  readonly start: number;
  /** The token that ends a target. */
  readonly end: number;
  /** Draws the initial weights of the bridge and the combination: default the program's shared generator. */
  readonly random?: Random | undefined;
  /** Initialises the weights of the bridge and the combination: default `glorotUniform`. */
  readonly initializer?: Initializer | undefined;
}

// `check.ts` checks that the parts fit together.
// biome-ignore lint/suspicious/noExplicitAny: of any source
export const encoderDecoderChecks: Checks<EncoderDecoderOptions<any, any>> = {
  encoder: { required: later },
  decoder: { required: later },
  attention: later,
  output: { required: later },
  start: { required: later },
  end: { required: later },
  random: randomOption,
  initializer: initializerOption,
};

/** Training input of an {@link EncoderDecoder} with teacher forcing: each step reads the true previous token. */
export interface EncoderDecoderInput<Source extends Tensor | Indices = Indices> {
  /** `[batch, source time]`, or features `[batch, source time, width]` */
  readonly source: Source;
  /** `[batch, target time]` The start token, then the target without its end token. */
  readonly target: Indices;
  /** The valid steps of each source: default all. */
  readonly sourceLengths?: readonly number[] | undefined;
  /** The valid steps of each target: default all. */
  readonly targetLengths?: readonly number[] | undefined;
}

export const inputChecks: Checks<EncoderDecoderInput<Tensor | Indices>> = {
  source: { required: later },
  target: { required: later },
  sourceLengths: later,
  targetLengths: later,
};

/** The result of {@link EncoderDecoder.infer}. */
export interface EncoderDecoderOutput<Classes extends number = number> {
  /** `[batch, target time, classes]` The scores (logits) of the next token at each step. */
  readonly output: Tensor<StepsShape<Classes>>;
  /** `[batch, target time, steps of the encoder's outputs]` The attention weights of each step; undefined without attention. */
  readonly weights: Tensor<readonly [batch: number, targetTime: number, sourceTime: number]> | undefined;
  /** The valid steps of each target, as passed in. */
  readonly lengths: readonly number[] | undefined;
  /** Always undefined: a target cannot be continued. */
  readonly state: undefined;
}
