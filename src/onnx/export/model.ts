/**
 * Exports models as ONNX graphs.
 *
 * Signals in a graph are time-major, [T, B, width], as in ONNX's recurrent operators; without a time axis they are
 * [B, width].
 */
import { rangeError, show, typeError } from '../../common/errors.ts';
import { instanceOf } from '../../common/instance.ts';
import { type Check, checkOptions, flag } from '../../common/options.ts';
import { EncoderDecoder } from '../../encoder-decoder/encoder-decoder.ts';
import { Layer } from '../../layers/layer.ts';
import type { AnyLayer } from '../../layers/sequential.ts';
import { takesSteps } from '../../layers/time-axis.ts';
import { type AnyGraph, Graph } from '../../models/graph.ts';
import { type AnyEncoderDecoder, exportEncoderDecoder } from './encoder-decoder.ts';
import { type Exporting, WHERE } from './flow.ts';
import { exportGraph } from './graph.ts';
import { inputFlow, output } from './inputs.ts';
import { exported } from './layers.ts';
import { NamedStates, ownStates } from './states.ts';
import { GraphWriter } from './writer.ts';

/** Options of {@link toOnnx}. */
export interface ToOnnxOptions {
  /**
   * Whether initial and final states are inputs and outputs, such as `initial.1.h` and `final.1.h` for the layer at 1. Otherwise
   * sequences start from zeros, or from the learned state. Default true.
   */
  readonly states?: boolean | undefined;
  /** Whether the graph has an input `lengths`, int64 `[batch]`, with the valid steps of each sequence. Default false. */
  readonly lengths?: boolean | undefined;
  /** Whether the graph computes one step, without a time axis, to be run repeatedly with the state. Default false. */
  readonly streaming?: boolean | undefined;
  /**
   * The inputs of a `graph` that have no time axis although they are joined with sequences, to be joined with every step.
   * Default none.
   */
  readonly vectors?: readonly string[] | undefined;
  /**
   * The half of an encoder–decoder to write, for decoding by the caller: the encoder, run once for each source, or the decoder,
   * run once for each token. Default both, which give the scores of whole targets.
   */
  readonly half?: 'encoder' | 'decoder' | undefined;
}

/** The models that have each option. */
const holders: { readonly [Name in keyof ToOnnxOptions]-?: readonly string[] } = {
  states: ['layers', 'graphs'],
  lengths: ['layers', 'graphs', 'encoder–decoders'],
  streaming: ['layers', 'graphs'],
  vectors: ['graphs'],
  half: ['encoder–decoders'],
};

const names: Check<readonly string[]> = (where, argument, value) => {
  if (Array.isArray(value) && value.every((name) => typeof name === 'string')) return value;
  throw typeError(where, argument, `is ${show(value)}`, 'an array of names');
};

/**
 * Writes a model as an ONNX file, for ONNX Runtime on servers, phones and GPUs.
 *
 * | | name | shape |
 * | --- | --- | --- |
 * | input | `input` | float32 `[batch, time, inputSize]`, or int64 `[batch, time]` of indices |
 * | | `lengths` | int64 `[batch]`, if the option is set |
 * | | `initial.1.h`, … | float32 `[batch, hiddenSize]`, a part of the state of the layer at 1 |
 * | output | `output` | the model's output; zero beyond each length |
 * | | `final.1.h`, … | like the initial ones; the initial states for the next segment of the sequence |
 *
 * Batch and time are dynamic. For a model without layers over time, or one that begins with `Repeat`, the input is `[batch,
 * inputSize]`. For one that begins with `EachStep` it is `[batch, time, items, inputSize]`, or `[batch, time, items]` of indices,
 * each sequence followed by −1. With `streaming` there is no time axis: `[batch, inputSize]`, or `[batch]` for indices.
 *
 * A `graph` appends its own names to these: `input.words`, `lengths.words`, `output.tag`, `initial.context.h`. Its inputs of
 * features have a time axis if a layer over time reads them or they are joined with sequences, unless `vectors` names them.
 *
 * An `EncoderDecoder` has the inputs `input.source` and `input.target`, int64 `[batch, target time]`, the start token first, and
 * the outputs `output`, the scores of the next token at each step, and with attention `weights` `[batch, target time, source time]`.
 * A caller that decodes takes two files: `half: 'encoder'` gives `initial.decoder.1.h`, … and, with attention, `memory`, `keys`
 * (unless the score is `dot`) and `lengths.memory`; `half: 'decoder'` takes them and `input.target` `[batch]`, one token, and
 * gives `output` `[batch, classes]`, `weights` and `final.decoder.1.h`, …, the initial states for the next token.
 *
 * Uses standard operators of opset 17, in float32: RNN, LSTM (with peepholes too) and GRU (both forms; time-major, with a
 * transposition at each end, because ONNX Runtime supports no other layout). Dropout and recurrent dropout are omitted, as in
 * `infer`.
 *
 * @throws RangeError if ONNX has no operator for a layer or cell of the model (projected, coupled and normalised cells, zoneout,
 * custom ones), or a `streaming` model looks ahead, or an option is not one of the model's kind; TypeError if the model is not a
 * layer, graph or encoder–decoder.
 *
 * @example
 * ```ts
 * import { Dense, LSTMCell, Sequence, sequential, tensor } from 'recurrent-cells';
 * import { fromOnnx, toOnnx } from 'recurrent-cells/onnx';
 *
 * const model = sequential(
 *   new Sequence(new LSTMCell({ inputSize: 2, hiddenSize: 4 })),
 *   new Dense({ inputSize: 4, outputSize: 1 }),
 * );
 * const step = fromOnnx(toOnnx(model, { streaming: true }));
 * step.outputs.map(({ name }) => name) // → ['output', 'final.0.h', 'final.0.c']
 * const zero = tensor([[0, 0, 0, 0]]);
 * const { output } = step.run({ input: tensor([[1, 2]]), 'initial.0.h': zero, 'initial.0.c': zero });
 * const ours = model.infer(tensor([[[1, 2]]])).output;
 * Math.abs(output!.data[0]! - ours.data[0]!) < 1e-6 // → true
 * ```
 */
export function toOnnx(
  model: AnyLayer | AnyGraph | AnyEncoderDecoder,
  options: ToOnnxOptions = {},
): Uint8Array {
  const checked = checkOptions<ToOnnxOptions, ToOnnxOptions>(WHERE, options, {
    states: flag,
    lengths: flag,
    streaming: flag,
    vectors: names,
    half: ['encoder', 'decoder'],
  });
  const { states = true, lengths = false, streaming = false, vectors = [], half } = checked;
  const kind = kindOf(model);
  for (const [name, kinds] of Object.entries(holders))
    if (checked[name as keyof ToOnnxOptions] !== undefined && !kinds.includes(kind))
      throw rangeError(
        WHERE,
        name,
        'is given',
        `none for ${kind}: it is an option of ${kinds.join(' and ')}`,
      );
  if (lengths && streaming)
    throw rangeError(WHERE, 'lengths', 'is true', 'false where streaming takes one step');
  const graph = new GraphWriter();
  const named = states ? new NamedStates(graph) : undefined;
  const to: Exporting = { graph, streaming, states: named ?? ownStates };
  if (kind === 'graphs') exportGraph(to, model as AnyGraph, lengths, vectors);
  else if (kind === 'encoder–decoders')
    exportEncoderDecoder(graph, model as AnyEncoderDecoder, lengths, half);
  else exportLayer(to, model as AnyLayer, lengths);
  named?.write();
  return graph.bytes('recurrent-cells');
}

/** A model of one input and one output. */
function exportLayer(to: Exporting, model: AnyLayer, lengths: boolean): void {
  const timed = to.streaming || takesSteps(model);
  output(to, '', exported(to, model, '', inputFlow(to, model, { name: '', timed, lengths })));
}

function kindOf(model: AnyLayer | AnyGraph | AnyEncoderDecoder): string {
  if (model instanceof Graph) return 'graphs';
  if (model instanceof EncoderDecoder) return 'encoder–decoders';
  const hint = 'new Sequence(cell) makes a layer of a cell';
  instanceOf(WHERE, 'model', model, Layer, `a layer, a graph or an encoder–decoder: ${hint}`);
  return 'layers';
}
