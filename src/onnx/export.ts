/**
 * Exports models as ONNX graphs.
 *
 * Signals in a graph are time-major, [T, B, width], as in ONNX's recurrent operators; without a time axis they are
 * [B, width].
 */
import type { Cell } from '../cells/cell.ts';
import { rangeError, show, typeError } from '../common/errors.ts';
import { checkOptions, flag } from '../common/options.ts';
import type { Activation } from '../layers/activation.ts';
import type { Bidirectional } from '../layers/bidirectional.ts';
import type { Conv1d } from '../layers/conv1d.ts';
import type { Dense } from '../layers/dense.ts';
import type { Embedding } from '../layers/embedding.ts';
import type { LayerNorm } from '../layers/layer-norm.ts';
import type { Pooling } from '../layers/pooling.ts';
import type { Repeat } from '../layers/repeat.ts';
import type { Residual } from '../layers/residual.ts';
import type { Sequence } from '../layers/sequence.ts';
import type { AnyLayer, Sequential } from '../layers/sequential.ts';
import { arrange, cells, peepholes } from './exported-cells.ts';
import { conv1d, dense, layerNorm, pooling, repeat } from './exported-layers.ts';
import { type Flow, masked, refused, WHERE } from './flow.ts';
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
}

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
 * inputSize]`. With `streaming` there is no time axis: `[batch, inputSize]`, or `[batch]` for indices.
 *
 * Uses standard operators of opset 17, in float32: RNN, LSTM (with peepholes too) and GRU (both forms; time-major, with a transposition at both
 * ends, because ONNX Runtime supports no other layout). Dropout and recurrent dropout are omitted, as in `infer`.
 *
 * @throws RangeError if ONNX has no operator for a layer or cell of the model (projected, coupled and normalised cells,
 * zoneout, custom ones), or a `streaming` model looks ahead; TypeError if the model is not a layer. An encoder–decoder is none:
 * its decoding is a loop of the caller.
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
export function toOnnx(model: AnyLayer, options: ToOnnxOptions = {}): Uint8Array {
  checkOptions<ToOnnxOptions, ToOnnxOptions>(WHERE, options, {
    states: flag,
    lengths: flag,
    streaming: flag,
  });
  if (typeof model?.infer !== 'function' || typeof model.architecture !== 'function' || !('accepts' in model))
    throw typeError(WHERE, 'model', `is ${show(model)}`, 'a layer: new Sequence(cell) makes one of a cell');
  return new Exporter(options).write(model);
}

/** Layers that need a time axis. */
const overTime = ['Sequence', 'Bidirectional', 'Conv1d', 'Pooling', 'Embedding', 'OneHot'];

/** Whether a model takes sequences rather than single vectors. */
function takesSteps(model: AnyLayer): boolean {
  const { type } = model;
  if (type === 'Residual') return takesSteps((model as Residual).layer as AnyLayer);
  if (type !== 'Sequential') return overTime.includes(type);
  for (const layer of (model as Sequential).layers) {
    if (layer.type === 'Repeat') return false;
    if (takesSteps(layer)) return true;
  }
  return false;
}

class Exporter {
  readonly #graph = new GraphWriter();
  readonly #states: boolean;
  readonly #streaming: boolean;
  readonly #withLengths: boolean;
  readonly #finals: { readonly name: string; readonly value: string; readonly size: number }[] = [];

  constructor({ states = true, lengths = false, streaming = false }: ToOnnxOptions) {
    this.#states = states;
    this.#streaming = streaming;
    this.#withLengths = lengths;
    if (lengths && streaming)
      throw rangeError(WHERE, 'lengths', 'is true', 'false where streaming takes one step');
  }

  write(model: AnyLayer): Uint8Array {
    const graph = this.#graph;
    const timed = takesSteps(model) && !this.#streaming;
    const indices = model.accepts === 'indices';
    const width = model.inputSize ?? 1;
    const axes = ['batch', ...(timed ? ['time'] : []), ...(indices ? [] : [model.inputSize ?? 'features'])];
    let value = graph.input('input', indices ? 'int64' : 'float32', axes);
    if (timed) value = graph.node('Transpose', [value], { perm: indices ? [1, 0] : [1, 0, 2] });
    // One step is a sequence of length 1.
    if (this.#streaming) value = this.#graph.unsqueezed(value, 0);
    const lengths = this.#withLengths && timed ? graph.input('lengths', 'int64', ['batch']) : undefined;
    const flow = this.#layer(model, '', { value, timed: timed || this.#streaming, width, lengths });
    let output = flow.value;
    if (flow.timed && flow.lengths !== undefined) output = masked(this.#graph, flow);
    if (this.#streaming) output = this.#graph.squeezed(output);
    else if (flow.timed) output = graph.node('Transpose', [output], { perm: [1, 0, 2] });
    graph.output('output', output, [
      'batch',
      ...(flow.timed && !this.#streaming ? ['steps'] : []),
      flow.width,
    ]);
    for (const { name, value, size } of this.#finals) graph.output(name, value, ['batch', size]);
    return graph.bytes('recurrent-cells');
  }

  #layer(layer: AnyLayer, path: string, flow: Flow): Flow {
    switch (layer.type) {
      case 'Sequential':
        return (layer as Sequential).layers.reduce(
          (before, part, at) => this.#layer(part, join(path, `${at}`), before),
          flow,
        );
      case 'Sequence':
        return this.#sequence(layer as Sequence<Cell>, path, flow);
      case 'Bidirectional':
        return this.#bidirectional(layer as Bidirectional<string>, path, flow);
      case 'Dense':
        return dense(this.#graph, layer as Dense, flow);
      case 'Embedding': {
        const { weight, outputSize } = layer as Embedding;
        const table = this.#graph.floats('embedding', weight.read(), weight.shape);
        return { ...flow, value: this.#graph.node('Gather', [table, flow.value]), width: outputSize };
      }
      case 'OneHot': {
        const depth = this.#graph.integers([layer.inputSize!], []);
        const values = this.#graph.floats('values', [0, 1], [2]);
        return {
          ...flow,
          value: this.#graph.node('OneHot', [flow.value, depth, values]),
          width: layer.inputSize!,
        };
      }
      case 'Activation': {
        const op = { tanh: 'Tanh', sigmoid: 'Sigmoid', relu: 'Relu' }[(layer as Activation).kind];
        if (op === undefined) throw refused(layer, path, 'tanh, sigmoid or relu');
        return { ...flow, value: this.#graph.node(op, [flow.value]) };
      }
      case 'LayerNorm':
        return layerNorm(this.#graph, layer as LayerNorm, flow);
      case 'Conv1d':
        return conv1d(this.#graph, this.#streaming, layer as Conv1d, path, flow);
      case 'Pooling':
        return pooling(this.#graph, this.#streaming, layer as Pooling, path, flow);
      case 'Repeat':
        return repeat(this.#graph, layer as Repeat, path, flow);
      case 'Residual': {
        const inner = this.#layer((layer as Residual).layer as AnyLayer, path, flow);
        return { ...inner, value: this.#graph.node('Add', [flow.value, inner.value]) };
      }
      case 'Dropout':
        return flow;
      default:
        throw refused(layer, path, 'a layer that ONNX has operators for');
    }
  }

  #sequence(layer: Sequence<Cell>, path: string, flow: Flow): Flow {
    this.#checkNoise(layer, path);
    const { cell, reverse, outputs } = layer;
    if (reverse && this.#streaming)
      throw refused(layer, path, 'none in reverse where streaming takes one step');
    const { all, last } = this.#cell(cell, path, flow, reverse, layer.initial?.parameters());
    const width = layer.outputSize;
    return outputs === 'all'
      ? { ...flow, value: all, width }
      : { value: last, timed: false, width, lengths: undefined };
  }

  #bidirectional(layer: Bidirectional<string>, path: string, flow: Flow): Flow {
    if (this.#streaming) throw refused(layer, path, 'one direction where streaming takes one step');
    const { forward, reverse } = layer.directions;
    this.#checkNoise(forward, path);
    const [a, b] = (
      [
        ['forward', forward],
        ['reverse', reverse],
      ] as const
    ).map(([name, direction]) => {
      const { all, last } = this.#cell(
        direction.cell,
        join(path, name),
        flow,
        name === 'reverse',
        direction.initial?.parameters(),
      );
      return forward.outputs === 'all' ? all : last;
    }) as [string, string];
    const graph = this.#graph;
    const merge = {
      concatenate: () => graph.node('Concat', [a, b], { axis: -1 }),
      sum: () => graph.node('Add', [a, b]),
      mean: () => graph.node('Mul', [graph.node('Add', [a, b]), graph.floats('half', [0.5], [])]),
      product: () => graph.node('Mul', [a, b]),
    }[layer.merge];
    const timed = forward.outputs === 'all';
    return { value: merge(), timed, width: layer.outputSize, lengths: timed ? flow.lengths : undefined };
  }

  #checkNoise({ noise, type }: Sequence<Cell>, path: string): void {
    const { zoneout = 0 } = noise ?? {};
    const rates = typeof zoneout === 'number' ? [zoneout] : Object.values(zoneout);
    if (rates.some((rate) => rate !== 0))
      throw refused({ type: `${type} with zoneout` }, path, 'one without');
  }

  /** Adds the node of a cell; returns all outputs [T, B, H], and the last ones [B, H]. */
  #cell(
    cell: Cell,
    path: string,
    flow: Flow,
    reverse: boolean,
    learned: ReadonlyMap<string, { read(): ArrayLike<number> }> | undefined,
  ): { all: string; last: string } {
    const graph = this.#graph;
    if (!flow.timed) throw refused(cell, path, 'a sequence: a layer before it gives one vector');
    const kind = Object.hasOwn(cells, cell.type) ? cells[cell.type]! : undefined;
    if (kind === undefined) throw refused(cell, path, `one of ${Object.keys(cells).join(', ')}`);
    const { hiddenSize, inputSize, weightIh, weightHh, biasIh, biasHh } = cell;
    const rows = kind.gates.length * hiddenSize;
    const arranged = (values: ArrayLike<number>) => arrange(values, kind.gates);
    const weights = [
      graph.floats('W', arranged(weightIh.read()), [1, rows, inputSize]),
      graph.floats('R', arranged(weightHh.read()), [1, rows, hiddenSize]),
      biasIh === undefined
        ? ''
        : graph.floats('B', [...arranged(biasIh.read()), ...arranged(biasHh!.read())], [1, 2 * rows]),
    ];
    const lengths = flow.lengths === undefined ? '' : graph.cast(flow.lengths, 'int32');
    const { states } = cell.rule;
    const initial = states.map((name) =>
      this.#initial(join(path, name), hiddenSize, flow.value, learned?.get(name)?.read()),
    );
    const [all, ...last] = graph.nodes(
      kind.op,
      [flow.value, ...weights, lengths, ...initial, ...peepholes(this.#graph, cell)],
      { hidden_size: hiddenSize, direction: reverse ? 'reverse' : 'forward', ...kind.attributes(cell) },
      1 + states.length,
    ) as [string, ...string[]];
    const finals = last.map((value) => this.#graph.squeezed(value));
    if (this.#states)
      states.forEach((name, at) => {
        this.#finals.push({ name: `final.${join(path, name)}`, value: finals[at]!, size: hiddenSize });
      });
    // [T, 1, B, H], for one direction
    return { all: graph.node('Squeeze', [all, graph.integers([1])]), last: finals[0]! };
  }

  /** A part of the initial state, [1, B, H]; empty for zeros. */
  #initial(name: string, size: number, x: string, learned: ArrayLike<number> | undefined): string {
    const graph = this.#graph;
    if (this.#states) return graph.unsqueezed(graph.input(`initial.${name}`, 'float32', ['batch', size]), 0);
    if (learned === undefined) return '';
    const sizes = [graph.integers([1]), graph.size(x, 1), graph.integers([size])];
    const shape = graph.node('Concat', sizes, { axis: 0 });
    return graph.node('Expand', [graph.floats('initial', learned, [1, 1, size]), shape]);
  }
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
