/**
 * Encoder–decoders as graphs: the scores of whole targets at once, or two graphs for a caller that decodes: the encoder,
 * run once, and the decoder, one token at a time.
 */
import type { Tensor } from '../../common/tensor.ts';
import type { EncoderDecoder } from '../../encoder-decoder/encoder-decoder.ts';
import { partAt, partsOf } from '../../encoder-decoder/state-parts.ts';
import { attended, type Memory, memoryOf, preparedSize } from './attention.ts';
import { type Exporting, type Flow, refused } from './flow.ts';
import { inputFlow, output } from './inputs.ts';
import { dense, exported } from './layers.ts';
import { NamedStates, ownStates, type States } from './states.ts';
import type { GraphWriter } from './writer.ts';

/** Any encoder–decoder. */
// biome-ignore lint/suspicious/noExplicitAny: any source and classes
export type AnyEncoderDecoder = EncoderDecoder<any, any>;

/** Adds all nodes of an encoder–decoder, or of one half. */
export function exportEncoderDecoder(
  graph: GraphWriter,
  model: AnyEncoderDecoder,
  lengths: boolean,
  half: 'encoder' | 'decoder' | undefined,
): void {
  if (half === 'encoder') exportEncoder(graph, model, lengths);
  else if (half === 'decoder') exportStep(graph, model, lengths);
  else exportWhole(graph, model, lengths);
}

/** The scores of whole targets. */
function exportWhole(graph: GraphWriter, model: AnyEncoderDecoder, lengths: boolean): void {
  const { memory, initial } = encoded(graph, model, lengths);
  const to = {
    graph,
    streaming: false,
    states: { ...ownStates, initial: (path: string) => initial.get(path) },
  };
  const target = inputFlow(to, model.decoder, { name: 'target', timed: true, lengths });
  const { scores, weights } = read(to, model, target, memory);
  output(to, '', scores);
  if (weights !== undefined) graph.output('weights', weights, ['batch', 'steps', 'steps.source']);
}

/** What a decoder starts from, and what it attends to. */
function exportEncoder(graph: GraphWriter, model: AnyEncoderDecoder, lengths: boolean): void {
  const { memory, initial } = encoded(graph, model, lengths);
  for (const [path, size] of decoderParts(model))
    graph.output(`initial.${path}`, initial.get(path) ?? ownStart(graph, model, path, size), ['batch', size]);
  if (memory !== undefined) writeMemory(graph, model, memory);
}

/** One token of each target, from the state and the memory before it. */
function exportStep(graph: GraphWriter, model: AnyEncoderDecoder, lengths: boolean): void {
  const states = new NamedStates(graph);
  const to = { graph, streaming: true, states };
  const target = inputFlow(to, model.decoder, { name: 'target', timed: true, lengths: false });
  const memory = memoryInputs(graph, model, lengths);
  const { scores, weights } = read(to, model, target, memory);
  output(to, '', scores);
  if (weights !== undefined) {
    const squeezed = graph.node('Squeeze', [weights, graph.integers([1])]);
    graph.output('weights', squeezed, ['batch', 'steps.source']);
  }
  states.write();
}

/** The encoder's outputs as a memory, and the initial state of the decoder by path: equations (1) and the bridge of (2). */
function encoded(
  graph: GraphWriter,
  { encoder, bridge, attention }: AnyEncoderDecoder,
  lengths: boolean,
): { readonly memory: Memory | undefined; readonly initial: ReadonlyMap<string, string> } {
  const finals = new Map<string, string>();
  const states: States = { ...ownStates, final: (path, value) => finals.set(path, value) };
  const to = { graph, streaming: false, states };
  const source = inputFlow(to, encoder, { name: 'source', timed: true, lengths });
  const flow = exported(to, encoder, 'encoder', source);
  const initial = new Map<string, string>();
  for (const { name, from, layer } of bridge.crossings) {
    const parts = from.map((part) => finals.get(`encoder.${part}`)!);
    const joined = parts.length === 1 ? parts[0]! : graph.node('Concat', parts, { axis: -1 });
    const vector = { value: joined, timed: false, width: 0, lengths: undefined };
    const value = layer === undefined ? joined : graph.node('Tanh', [dense(graph, layer, vector).value]);
    initial.set(`decoder.${name}`, value);
  }
  if (attention !== undefined && !flow.timed)
    throw refused(encoder, 'encoder', 'one that gives a vector at each step, for attention');
  return { memory: attention && memoryOf(graph, attention, flow), initial };
}

/** The scores of the next tokens, by equations (2) to (5). */
function read(
  to: Exporting,
  { decoder, attention, combination, output: scores }: AnyEncoderDecoder,
  target: Flow,
  memory: Memory | undefined,
): { readonly scores: Flow; readonly weights: string | undefined } {
  const { graph } = to;
  let flow = exported(to, decoder, 'decoder', target);
  let weights: string | undefined;
  if (attention !== undefined && combination !== undefined && memory !== undefined) {
    const found = attended(graph, attention, flow.value, memory);
    weights = found.weights;
    const joined = graph.node('Concat', [found.context, flow.value], { axis: -1 });
    flow = dense(graph, combination, { ...flow, value: joined });
    flow = { ...flow, value: graph.node('Tanh', [flow.value]) };
  }
  return { scores: exported(to, scores, 'output', flow), weights };
}

/** Outputs of the encoder that are the inputs of {@link memoryInputs}. */
function writeMemory(graph: GraphWriter, { attention }: AnyEncoderDecoder, memory: Memory): void {
  const { values, keys, lengths } = memory;
  graph.output('memory', values, ['batch', 'steps.source', attention!.keySize]);
  if (keys !== values) graph.output('keys', keys, ['batch', 'steps.source', preparedSize(attention!)]);
  if (lengths !== undefined) graph.output('lengths.memory', lengths, ['batch'], 'int64');
}

function memoryInputs(
  graph: GraphWriter,
  { attention }: AnyEncoderDecoder,
  lengths: boolean,
): Memory | undefined {
  if (attention === undefined) return undefined;
  const steps = (name: string, size: number) => graph.input(name, 'float32', ['batch', 'steps.source', size]);
  const values = steps('memory', attention.keySize);
  return {
    values,
    keys: attention.score === 'dot' ? values : steps('keys', preparedSize(attention)),
    lengths: lengths ? graph.input('lengths.memory', 'int64', ['batch']) : undefined,
  };
}

/** The parts of the decoder's state by path. */
function decoderParts({ decoder }: AnyEncoderDecoder): readonly (readonly [string, number])[] {
  return partsOf(decoder.stateSizes).map(([path, size]) => [`decoder.${path.join('.')}`, size]);
}

/** A part of the decoder's initial state that no encoder's state reaches, [B, size]. */
function ownStart(graph: GraphWriter, { decoder }: AnyEncoderDecoder, path: string, size: number): string {
  const { data } = partAt<Tensor>(decoder.initialState(1)!, path.split('.').slice(1));
  const shape = graph.node('Concat', [graph.size('input.source', 0), graph.integers([size])], { axis: 0 });
  return graph.node('Expand', [graph.floats('initial', data, [1, size]), shape]);
}
