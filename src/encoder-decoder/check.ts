/** Checks that the parts of an encoder–decoder fit together. */

import { Attention } from '../attention/attention.ts';
import type { Part } from '../common/architecture.ts';
import { rangeError } from '../common/errors.ts';
import { instanceOf } from '../common/instance.ts';
import { notStepwise } from '../layers/causal.ts';
import { Layer } from '../layers/layer.ts';
import type { AnyLayer } from '../layers/sequential.ts';

const where = 'EncoderDecoder';

/** @throws TypeError if a part has the wrong type; RangeError if two parts do not fit. */
export function checkParts(parts: {
  readonly encoder: AnyLayer;
  readonly decoder: AnyLayer;
  readonly attention: Attention | undefined;
  readonly output: AnyLayer;
}): void {
  const { encoder, decoder, attention, output } = parts;
  for (const [name, layer] of Object.entries({ encoder, decoder, output }))
    instanceOf<AnyLayer>(where, name, layer, Layer, 'a layer');
  if (attention !== undefined) instanceOf(where, 'attention', attention, Attention, 'an Attention');
  for (const [name, part] of Object.entries(parts))
    if (part !== undefined && part.backend !== encoder.backend)
      throw rangeError(
        where,
        name,
        `computes in ${part.backend.name}`,
        `${encoder.backend.name}, as encoder does`,
      );
  if (decoder.accepts !== 'indices')
    throw rangeError(
      where,
      'decoder',
      'takes features',
      'a layer of tokens, such as a stack on an Embedding',
    );
  if (Object.keys(decoder.stateSizes ?? {}).length === 0)
    throw rangeError(where, 'decoder', 'has no state', 'recurrent layers, which know what came before');
  checkSteps(decoder);
  if (attention !== undefined) checkAttention(encoder, decoder, attention);
  checkOutput(decoder, attention, output);
}

function checkAttention(encoder: AnyLayer, decoder: AnyLayer, { querySize, keySize }: Attention): void {
  same('attention', `has querySize ${querySize}`, querySize, decoder.outputSize, 'the decoder gives');
  same('attention', `has keySize ${keySize}`, keySize, encoder.outputSize, 'the encoder gives');
}

function checkOutput(decoder: AnyLayer, attention: Attention | undefined, output: AnyLayer): void {
  const { inputSize, outputSize, stateSizes = {} } = output;
  if (inputSize === undefined || outputSize === undefined)
    throw rangeError(where, 'output', 'has no size of its own', 'a layer that gives scores, such as a Dense');
  const found = notStepwise(output) ?? (Object.keys(stateSizes).length > 0 ? 'a state' : undefined);
  if (found !== undefined)
    throw rangeError(where, 'output', `has ${found}`, 'layers that see only the step they are at');
  if (attention === undefined)
    same('output', `has inputSize ${inputSize}`, inputSize, decoder.outputSize, 'the decoder gives');
  same(
    'output',
    `has outputSize ${outputSize}`,
    outputSize,
    decoder.inputSize,
    'the tokens the decoder takes',
  );
}

function same(name: string, came: string, size: number, other: number | undefined, what: string): void {
  if (other !== undefined && size !== other) throw rangeError(where, name, came, `${other}, ${what}`);
}

/** Decoding token by token, the decoder must be causal and give an output at each step. */
function checkSteps(decoder: AnyLayer): void {
  const found = notStepwise(decoder) ?? lastOnly(decoder);
  if (found !== undefined)
    throw rangeError(where, 'decoder', `has ${found}`, 'an output each step, from what came before');
}

/** A decoder that starts from the encoder's state must not learn its own initial state. */
export function checkStart(part: Part): void {
  const { type, options, parts = {} } = part.architecture();
  if (options.learnInitialState === true)
    throw rangeError(
      where,
      'decoder',
      `has a ${type} with learnInitialState`,
      'none: it begins from the encoder’s state',
    );
  Object.values(parts).forEach(checkStart);
}

/** The layer that outputs only its last step, if there is one. */
function lastOnly(part: Part): string | undefined {
  const { type, options, parts = {} } = part.architecture();
  if (options.outputs === 'last') return `a ${type} that keeps only the last output`;
  return Object.values(parts)
    .map(lastOnly)
    .find((found) => found !== undefined);
}
