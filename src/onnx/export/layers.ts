/** Any layer as nodes of a graph; those that need more than a few nodes are in files of their own. */
import type { Cell } from '../../cells/cell.ts';
import type { Activation } from '../../layers/activation.ts';
import type { Bidirectional } from '../../layers/bidirectional.ts';
import type { Conv1d } from '../../layers/conv1d.ts';
import type { Dense } from '../../layers/dense.ts';
import type { EachStep } from '../../layers/each-step.ts';
import type { Embedding } from '../../layers/embedding.ts';
import { type LayerNorm, LEAST_EPSILON } from '../../layers/layer-norm.ts';
import type { Pooling } from '../../layers/pooling.ts';
import type { Repeat } from '../../layers/repeat.ts';
import type { Residual } from '../../layers/residual.ts';
import type { Sequence } from '../../layers/sequence.ts';
import type { AnyLayer, Sequential } from '../../layers/sequential.ts';
import { type Exporting, type Flow, join, refused } from './flow.ts';
import { bidirectional, sequence } from './recurrent.ts';
import { ownStates } from './states.ts';
import { conv1d, pooling, repeat } from './steps.ts';
import type { GraphWriter } from './writer.ts';

/** Adds the nodes of a layer, at a path such as `1.forward`. */
export function exported(to: Exporting, layer: AnyLayer, path: string, flow: Flow): Flow {
  const { graph, streaming } = to;
  switch (layer.type) {
    case 'Sequential':
      return (layer as Sequential).layers.reduce(
        (before, part, at) => exported(to, part, join(path, `${at}`), before),
        flow,
      );
    case 'Sequence':
      return sequence(to, layer as Sequence<Cell>, path, flow);
    case 'Bidirectional':
      return bidirectional(to, layer as Bidirectional<string>, path, flow);
    case 'Dense':
      return dense(graph, layer as Dense, flow);
    case 'Embedding':
      return embedding(graph, layer as Embedding, flow);
    case 'OneHot':
      return oneHot(graph, layer, flow);
    case 'Activation':
      return activation(graph, layer as Activation, path, flow);
    case 'LayerNorm':
      return layerNorm(graph, layer as LayerNorm, flow);
    case 'Conv1d':
      return conv1d(graph, streaming, layer as Conv1d, path, flow);
    case 'Pooling':
      return pooling(graph, streaming, layer as Pooling, path, flow);
    case 'Repeat':
      return repeat(graph, layer as Repeat, path, flow);
    case 'Residual': {
      const inner = exported(to, (layer as Residual).layer as AnyLayer, path, flow);
      return { ...inner, value: graph.node('Add', [flow.value, inner.value]) };
    }
    case 'EachStep':
      return eachStep(to, layer as EachStep, path, flow);
    case 'Dropout':
      return flow;
    default:
      throw refused(layer, path, 'a layer that ONNX has operators for');
  }
}

/** A product and a sum. */
export function dense(graph: GraphWriter, { weight, bias, inputSize, outputSize }: Dense, flow: Flow): Flow {
  let value = graph.product(flow.value, weight.read(), outputSize, inputSize);
  if (bias !== undefined) value = graph.node('Add', [value, graph.floats('bias', bias.read(), [outputSize])]);
  return { ...flow, value, width: outputSize };
}

function embedding(graph: GraphWriter, { weight, outputSize }: Embedding, flow: Flow): Flow {
  const table = graph.floats('embedding', weight.read(), weight.shape);
  return { ...flow, value: graph.node('Gather', [table, flow.value]), width: outputSize };
}

function oneHot(graph: GraphWriter, { inputSize }: AnyLayer, flow: Flow): Flow {
  const depth = graph.integers([inputSize!], []);
  const values = graph.floats('values', [0, 1], [2]);
  return { ...flow, value: graph.node('OneHot', [flow.value, depth, values]), width: inputSize! };
}

function activation(graph: GraphWriter, layer: Activation, path: string, flow: Flow): Flow {
  const op = { tanh: 'Tanh', sigmoid: 'Sigmoid', relu: 'Relu' }[layer.kind];
  if (op === undefined) throw refused(layer, path, 'tanh, sigmoid or relu');
  return { ...flow, value: graph.node(op, [flow.value]) };
}

/** The operator of the same name. */
function layerNorm(graph: GraphWriter, { weight, bias, epsilon, inputSize }: LayerNorm, flow: Flow): Flow {
  const [scale, shift] = [weight?.read() ?? filled(inputSize, 1), bias?.read() ?? filled(inputSize, 0)].map(
    (values) => graph.floats('norm', values, [inputSize]),
  ) as [string, string];
  const attributes = { axis: -1, epsilon: Float32Array.of(Math.max(epsilon, LEAST_EPSILON)) };
  return { ...flow, value: graph.node('LayerNormalization', [flow.value, scale, shift], attributes) };
}

/** All sequences as one batch, [steps, T · B, …], and their vectors as steps again. Sequences of indices end at −1. */
function eachStep(to: Exporting, layer: EachStep, path: string, flow: Flow): Flow {
  const { graph } = to;
  const indices = (layer.accepts as string) === 'indices';
  const width = flow.width;
  const axes = indices ? [] : [graph.size(flow.value, 3)];
  const rows = graph.reshaped(flow.value, [graph.integers([-1]), graph.size(flow.value, 2), ...axes]);
  let value = graph.node('Transpose', [rows], { perm: indices ? [1, 0] : [1, 0, 2] });
  let lengths: string | undefined;
  if (indices) {
    const zero = graph.integers([0], []);
    const valid = graph.cast(graph.node('GreaterOrEqual', [rows, zero]), 'int64');
    lengths = graph.node('ReduceSum', [valid, graph.integers([1])], { keepdims: 0 });
    value = graph.node('Max', [value, zero]);
  }
  const alone = { graph, streaming: false, states: ownStates };
  const vectors = exported(alone, layer.layer, join(path, 'layer'), { value, timed: true, width, lengths });
  if (vectors.timed) throw refused(layer, path, 'one whose layer gives a vector of a sequence');
  const sizes = [0, 1].map((axis) => graph.size(flow.value, axis));
  const steps = graph.reshaped(vectors.value, [...sizes, graph.integers([vectors.width as number])]);
  return { ...flow, value: steps, width: vectors.width };
}

function filled(length: number, value: number): Float64Array {
  return new Float64Array(length).fill(value);
}
