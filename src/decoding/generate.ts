/** Generation from a language model, token by token. */

import { breathe } from '../async/breathe.ts';
import { type AbortSignalLike, signalOption } from '../async/until-aborted.ts';
import { isBuiltin } from '../common/builtin.ts';
import { rangeError, show, typeError, wholeNumber } from '../common/errors.ts';
import { instanceOf } from '../common/instance.ts';
import { type Check, type Checks, checkOptions, count, later } from '../common/options.ts';
import type { Indices } from '../common/tensor.ts';
import { indices } from '../common/tensor.ts';
import { notStepwise } from '../layers/causal.ts';
import { Layer } from '../layers/layer.ts';
import { type DrawOptions, drawChecks, drawingFrom } from '../random/random.ts';
import { type Drawn, type SamplingOptions, sampler, samplingChecks } from '../random/sampling.ts';
import type { State } from '../signal/state.ts';

/** Options of {@link generate}. */
export interface GenerateOptions extends SamplingOptions, DrawOptions {
  /** The tokens the model reads first: at least one. */
  readonly prompt: readonly number[] | Int32Array;
  /** The maximum number of tokens to draw: default no limit. */
  readonly length?: number | undefined;
  /** Stops after this token, after any of these, or when the function of the tokens so far returns true. */
  readonly stop?:
    | number
    | readonly number[]
    | ReadonlySet<number>
    | ((tokens: readonly number[]) => boolean)
    | undefined;
  /** The state before the prompt: default zeros. */
  readonly state?: State | undefined;
  /** Aborting it stops the generation before the next token. */
  readonly signal?: AbortSignalLike | undefined;
}

const promptOption: Check<GenerateOptions['prompt']> = (where, argument, value) => {
  if (!Array.isArray(value) && !isBuiltin(value, 'Int32Array'))
    throw typeError(where, argument, `is ${show(value)}`, 'an array of indices');
  const prompt = value as GenerateOptions['prompt'];
  if (prompt.length === 0) throw rangeError(where, argument, 'is empty', 'at least one index');
  return prompt;
};

const checks = (): Checks<GenerateOptions> => ({
  ...samplingChecks,
  ...drawChecks,
  prompt: { required: promptOption },
  length: count,
  stop: later,
  state: later,
  signal: signalOption,
});

/** A generated token. */
export interface Generated extends Drawn {
  /** The state before this token is read: to continue later, pass it with the token as prompt. */
  readonly state: State;
}

/**
 * Generates tokens from a language model: `[batch, time]` indices → `[batch, time, classes]` logits of the next.
 *
 * The caller owns the loop: `break` ends it, as do `length`, `stop` (whose token is the last one yielded) and an aborted
 * `signal`. The state is carried, so each token costs one step however long the text is; the event loop runs between tokens.
 *
 * @throws RangeError or TypeError if an option does not fit, or the model has a layer that cannot run step by step.
 *
 * @example
 * ```ts
 * import { generate, manyToMany } from 'recurrent-cells';
 *
 * const model = manyToMany({ classes: 5, hiddenSize: 8, outputSize: 5 });
 * const tokens = [];
 * for await (const { token } of generate(model, { prompt: [0, 3], length: 10, topK: 2, seed: 1 }))
 *   tokens.push(token);
 * tokens.length // → 10
 * ```
 */
export async function* generate(
  // biome-ignore lint/suspicious/noExplicitAny: widths and states play no part here
  model: Layer<Indices, any, any, any>,
  options: GenerateOptions,
): AsyncGenerator<Generated, void, undefined> {
  check(model, checkOptions('generate', options, checks()));
  const { prompt, length = Number.POSITIVE_INFINITY, stop, signal } = options;
  const ends = ending(stop);
  const draw = sampler('generate', options, drawingFrom('generate', options));
  const tokens: number[] = [];
  let next: readonly number[] = [...prompt];
  let state = options.state;
  while (tokens.length < length && !signal?.aborted) {
    const { output, state: after } = model.infer(indices([next]), { state });
    const width = output.shape.at(-1)!;
    const result = draw(output.data.subarray(output.data.length - width));
    state = after as State;
    tokens.push(result.token);
    yield { ...result, state };
    if (ends(tokens)) return;
    next = [result.token];
    await breathe();
  }
}

// biome-ignore lint/suspicious/noExplicitAny: widths and states play no part here
function check(model: Layer<Indices, any, any, any>, { stop }: GenerateOptions): void {
  const expected = 'a model whose inputs are indices';
  instanceOf('generate', 'model', model, Layer, expected);
  if (model.accepts !== 'indices')
    throw typeError('generate', 'model', `(${model.type}) takes features`, expected);
  const found = notStepwise(model);
  if (found !== undefined)
    throw rangeError(
      'generate',
      'model',
      `has ${found}`,
      'a model that knows what came before from its state',
    );
  const { inputSize, outputSize } = model;
  if (outputSize > inputSize)
    throw rangeError(
      'generate',
      'model',
      `scores ${outputSize} classes and reads ${inputSize}`,
      'no more than it reads: what is drawn is read next',
    );
  if (stop === undefined || typeof stop === 'function') return;
  if (typeof stop !== 'number' && !Array.isArray(stop) && !isBuiltin(stop, 'Set'))
    throw typeError(
      'generate',
      'stop',
      `is ${show(stop)}`,
      'a token, an array or a Set of them, or a function of the tokens so far',
    );
  for (const token of tokensOf(stop))
    if (wholeNumber('generate', 'stop', token, 0) >= outputSize)
      throw rangeError('generate', 'stop', `is ${token}`, `a token from 0 to ${outputSize - 1}`);
}

/** A test of whether generation ends after these tokens. */
function ending(stop: GenerateOptions['stop']): (tokens: readonly number[]) => boolean {
  if (typeof stop === 'function') return stop;
  const last = new Set(stop === undefined ? [] : tokensOf(stop));
  return (tokens) => last.has(tokens.at(-1)!);
}

function tokensOf(stop: number | readonly number[] | ReadonlySet<number>): Iterable<number> {
  return typeof stop === 'number' ? [stop] : stop;
}
