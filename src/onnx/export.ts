/**
 * Exports models as ONNX graphs.
 *
 * Signals in a graph are time-major, [T, B, width], as in ONNX's recurrent operators; without a time axis they are
 * [B, width].
 */
import type { Cell } from '../cells/cell.ts';
import type { GRUCell } from '../cells/gru.ts';
import type { RNNCell } from '../cells/rnn.ts';
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
import { GraphWriter } from './writer.ts';

const WHERE = 'toOnnx';

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

/** A signal in a graph. */
interface Flow {
  /** The value's name: [T, B, width], or [B, width] without a time axis; indices [T, B]. */
  readonly value: string;
  readonly timed: boolean;
  readonly width: number;
  /** The name of the value with the valid steps, int64 [B]. */
  readonly lengths: string | undefined;
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
    if (this.#streaming) value = this.#unsqueezed(value, 0);
    const lengths = this.#withLengths && timed ? graph.input('lengths', 'int64', ['batch']) : undefined;
    const flow = this.#layer(model, '', { value, timed: timed || this.#streaming, width, lengths });
    let output = flow.value;
    if (flow.timed && flow.lengths !== undefined) output = this.#masked(flow);
    if (this.#streaming) output = this.#squeezed(output);
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
        return this.#dense(layer as Dense, flow);
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
        if (op === undefined) throw this.#refused(layer, path, 'tanh, sigmoid or relu');
        return { ...flow, value: this.#graph.node(op, [flow.value]) };
      }
      case 'LayerNorm':
        return this.#layerNorm(layer as LayerNorm, flow);
      case 'Conv1d':
        return this.#conv1d(layer as Conv1d, path, flow);
      case 'Pooling':
        return this.#pooling(layer as Pooling, path, flow);
      case 'Repeat':
        return this.#repeat(layer as Repeat, path, flow);
      case 'Residual': {
        const inner = this.#layer((layer as Residual).layer as AnyLayer, path, flow);
        return { ...inner, value: this.#graph.node('Add', [flow.value, inner.value]) };
      }
      case 'Dropout':
        return flow;
      default:
        throw this.#refused(layer, path, 'a layer that ONNX has operators for');
    }
  }

  #refused({ type }: { readonly type: string }, path: string, expected: string): RangeError {
    return rangeError(WHERE, 'model', `has a ${type}${path === '' ? '' : ` at ${path}`}`, expected);
  }

  #unsqueezed(value: string, ...axes: number[]): string {
    return this.#graph.node('Unsqueeze', [value, this.#graph.integers(axes)]);
  }

  #squeezed(value: string): string {
    return this.#graph.node('Squeeze', [value, this.#graph.integers([0])]);
  }

  /** The size of an axis, [1]. */
  #size(value: string, axis: number): string {
    return this.#graph.node('Gather', [this.#graph.node('Shape', [value]), this.#graph.integers([axis])]);
  }

  /** Which steps are valid, bool [T, B, 1]. */
  #mask({ value, lengths }: Flow): string {
    const graph = this.#graph;
    const steps = this.#squeezed(this.#size(value, 0));
    const counted = graph.node('Range', [graph.integers([0], []), steps, graph.integers([1], [])]);
    return graph.node('Less', [this.#unsqueezed(counted, 1, 2), this.#unsqueezed(lengths!, 0, 2)]);
  }

  /** The signal with zeros beyond each length. */
  #masked(flow: Flow): string {
    return this.#graph.node('Where', [this.#mask(flow), flow.value, this.#graph.floats('zero', [0], [])]);
  }

  #dense({ weight, bias, inputSize, outputSize }: Dense, flow: Flow): Flow {
    const graph = this.#graph;
    const turned = turn(weight.read(), outputSize, inputSize);
    let value = graph.node('MatMul', [flow.value, graph.floats('weight', turned, [inputSize, outputSize])]);
    if (bias !== undefined)
      value = graph.node('Add', [value, graph.floats('bias', bias.read(), [outputSize])]);
    return { ...flow, value, width: outputSize };
  }

  #layerNorm({ weight, bias, epsilon, inputSize }: LayerNorm, flow: Flow): Flow {
    const [scale, shift] = [weight?.read() ?? filled(inputSize, 1), bias?.read() ?? filled(inputSize, 0)].map(
      (values) => this.#graph.floats('norm', values, [inputSize]),
    ) as [string, string];
    const attributes = { axis: -1, epsilon: Float32Array.of(epsilon) };
    return { ...flow, value: this.#graph.node('LayerNormalization', [flow.value, scale, shift], attributes) };
  }

  #sequence(layer: Sequence<Cell>, path: string, flow: Flow): Flow {
    this.#checkNoise(layer, path);
    const { cell, reverse, outputs } = layer;
    if (reverse && this.#streaming)
      throw this.#refused(layer, path, 'none in reverse where streaming takes one step');
    const { all, last } = this.#cell(cell, path, flow, reverse, layer.initial?.parameters());
    const width = layer.outputSize;
    return outputs === 'all'
      ? { ...flow, value: all, width }
      : { value: last, timed: false, width, lengths: undefined };
  }

  #bidirectional(layer: Bidirectional<string>, path: string, flow: Flow): Flow {
    if (this.#streaming) throw this.#refused(layer, path, 'one direction where streaming takes one step');
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
      throw this.#refused({ type: `${type} with zoneout` }, path, 'one without');
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
    if (!flow.timed) throw this.#refused(cell, path, 'a sequence: a layer before it gives one vector');
    const kind = Object.hasOwn(cells, cell.type) ? cells[cell.type]! : undefined;
    if (kind === undefined) throw this.#refused(cell, path, `one of ${Object.keys(cells).join(', ')}`);
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
      [flow.value, ...weights, lengths, ...initial, ...this.#peepholes(cell)],
      { hidden_size: hiddenSize, direction: reverse ? 'reverse' : 'forward', ...kind.attributes(cell) },
      1 + states.length,
    ) as [string, ...string[]];
    const finals = last.map((value) => this.#squeezed(value));
    if (this.#states)
      states.forEach((name, at) => {
        this.#finals.push({ name: `final.${join(path, name)}`, value: finals[at]!, size: hiddenSize });
      });
    // [T, 1, B, H], for one direction
    return { all: graph.node('Squeeze', [all, graph.integers([1])]), last: finals[0]! };
  }

  /** The peepholes of a cell, [1, 3 · H], which ONNX orders i, o, f; empty for other cells. */
  #peepholes(cell: Cell): string[] {
    if (cell.type !== 'PeepholeLSTMCell') return [];
    const parameters = cell.parameters();
    const values = ['weightCi', 'weightCo', 'weightCf'].flatMap((name) => [...parameters.get(name)!.read()]);
    return [this.#graph.floats('P', values, [1, values.length])];
  }

  /** A part of the initial state, [1, B, H]; empty for zeros. */
  #initial(name: string, size: number, x: string, learned: ArrayLike<number> | undefined): string {
    if (this.#states)
      return this.#unsqueezed(this.#graph.input(`initial.${name}`, 'float32', ['batch', size]), 0);
    if (learned === undefined) return '';
    const graph = this.#graph;
    const shape = graph.node('Concat', [graph.integers([1]), this.#size(x, 1), graph.integers([size])], {
      axis: 0,
    });
    return graph.node('Expand', [graph.floats('initial', learned, [1, 1, size]), shape]);
  }

  #conv1d(layer: Conv1d, path: string, flow: Flow): Flow {
    const graph = this.#graph;
    const { kernelSize, dilation, stride, paddingMode, weight, bias, outputSize } = layer;
    if (this.#streaming && kernelSize > 1)
      throw this.#refused(layer, path, 'kernelSize 1 where streaming takes one step');
    const reach = (kernelSize - 1) * dilation;
    const [before, after] = marginsOf(layer, reach);
    const mirrored = paddingMode === 'reflect' && before + after > 0;
    if (mirrored && flow.lengths !== undefined)
      throw this.#refused(layer, path, 'no reflection where lengths are an input');
    const x = after > 0 && flow.lengths !== undefined ? this.#masked(flow) : flow.value;
    let value = graph.node('Transpose', [x], { perm: [1, 2, 0] });
    if (mirrored)
      value = graph.node('Pad', [value, graph.integers([0, 0, before, 0, 0, after])], { mode: 'reflect' });
    const inputs = [value, graph.floats('kernel', weight.read(), weight.shape)];
    if (bias !== undefined) inputs.push(graph.floats('bias', bias.read(), [outputSize]));
    const attributes = {
      kernel_shape: [kernelSize],
      dilations: [dilation],
      strides: [stride],
      pads: mirrored ? [0, 0] : [before, after],
    };
    value = graph.node('Transpose', [graph.node('Conv', inputs, attributes)], { perm: [2, 0, 1] });
    const lengths = flow.lengths && this.#convolved(flow.lengths, reach - before - after, stride);
    return { ...flow, value, width: outputSize, lengths };
  }

  /** ⌊(n − reach − 1) / stride⌋ + 1 for each length n, at least 0; 0 for n = 0. */
  #convolved(lengths: string, reach: number, stride: number): string {
    const graph = this.#graph;
    const number = (value: number) => graph.integers([value], []);
    // Offset by a multiple of the stride, because integer division rounds towards 0.
    const more = Math.max(reach, 0) + 1;
    const shifted = graph.node('Add', [lengths, number(stride * more - reach - 1)]);
    const counted = graph.node('Sub', [graph.node('Div', [shifted, number(stride)]), number(more - 1)]);
    const least = graph.node('Max', [counted, number(0)]);
    return graph.node('Where', [graph.node('Greater', [lengths, number(0)]), least, number(0)]);
  }

  #pooling(layer: Pooling, path: string, flow: Flow): Flow {
    const graph = this.#graph;
    if (this.#streaming || !flow.timed) throw this.#refused(layer, path, 'a sequence of many steps');
    const over = { axes: [0], keepdims: 0 };
    const pooled = { timed: false, width: flow.width, lengths: undefined };
    if (flow.lengths === undefined)
      return {
        ...pooled,
        value: graph.node(layer.kind === 'mean' ? 'ReduceMean' : 'ReduceMax', [flow.value], over),
      };
    const count = this.#unsqueezed(flow.lengths, 1);
    if (layer.kind === 'mean') {
      const total = graph.node('ReduceSum', [this.#masked(flow), graph.integers([0])], { keepdims: 0 });
      const steps = graph.cast(graph.node('Max', [count, graph.integers([1], [])]), 'float32');
      return { ...pooled, value: graph.node('Div', [total, steps]) };
    }
    const low = graph.floats('low', [Number.NEGATIVE_INFINITY], []);
    const most = graph.node('ReduceMax', [graph.node('Where', [this.#mask(flow), flow.value, low])], over);
    const some = graph.node('Greater', [count, graph.integers([0], [])]);
    return { ...pooled, value: graph.node('Where', [some, most, graph.floats('zero', [0], [])]) };
  }

  #repeat(layer: Repeat, path: string, flow: Flow): Flow {
    if (flow.timed) throw this.#refused(layer, path, 'one vector');
    const value = this.#graph.node('Expand', [
      this.#unsqueezed(flow.value, 0),
      this.#graph.integers([layer.steps, 1, 1]),
    ]);
    return { ...flow, value, timed: true, lengths: undefined };
  }
}

/** How each cell is written: the operator, the position of each ONNX gate among the cell's, and its attributes. */
const cells: {
  readonly [type: string]: {
    readonly op: string;
    readonly gates: readonly number[];
    readonly attributes: (cell: Cell) => { readonly [name: string]: number | readonly string[] };
  };
} = {
  RNNCell: {
    op: 'RNN',
    gates: [0],
    attributes: (cell) => ({ activations: [(cell as RNNCell).activation === 'relu' ? 'Relu' : 'Tanh'] }),
  },
  // ONNX orders the gates i, o, f, c; LSTMCell i, f, g, o.
  LSTMCell: { op: 'LSTM', gates: [0, 3, 1, 2], attributes: () => ({}) },
  PeepholeLSTMCell: { op: 'LSTM', gates: [0, 3, 1, 2], attributes: () => ({}) },
  // ONNX orders the gates z, r, h; GRUCell r, z, n.
  GRUCell: {
    op: 'GRU',
    gates: [1, 0, 2],
    attributes: (cell) => ({ linear_before_reset: (cell as GRUCell).reset === 'after' ? 1 : 0 }),
  },
};

function marginsOf({ padding }: Conv1d, reach: number): readonly [before: number, after: number] {
  if (padding === 'causal') return [reach, 0];
  if (padding === 'same') return [Math.floor(reach / 2), reach - Math.floor(reach / 2)];
  if (padding === 'valid') return [0, 0];
  return typeof padding === 'number' ? [padding, padding] : padding;
}

/** Reorders the blocks of gates. */
function arrange(values: ArrayLike<number>, gates: readonly number[]): number[] {
  const block = values.length / gates.length;
  return gates.flatMap((gate) => Array.from({ length: block }, (_, i) => values[gate * block + i]!));
}

/** [rows, columns] → [columns, rows] */
function turn(values: ArrayLike<number>, rows: number, columns: number): Float64Array {
  return Float64Array.from(
    { length: rows * columns },
    (_, at) => values[(at % rows) * columns + Math.floor(at / rows)]!,
  );
}

function filled(length: number, value: number): Float64Array {
  return new Float64Array(length).fill(value);
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
