/** Layers that change the steps of a sequence, or reduce them, as nodes of a graph. */
import type { Conv1d } from '../../layers/conv1d.ts';
import type { Pooling } from '../../layers/pooling.ts';
import type { Repeat } from '../../layers/repeat.ts';
import { convolved, type Flow, mask, masked, refused } from './flow.ts';
import type { GraphWriter } from './writer.ts';

/** A convolution, which ONNX computes over the last axis. */
export function conv1d(
  graph: GraphWriter,
  streaming: boolean,
  layer: Conv1d,
  path: string,
  flow: Flow,
): Flow {
  const { kernelSize, dilation, stride, paddingMode, weight, bias, outputSize } = layer;
  if (streaming && kernelSize > 1) throw refused(layer, path, 'kernelSize 1 where streaming takes one step');
  const reach = (kernelSize - 1) * dilation;
  const [before, after] = marginsOf(layer, reach);
  const mirrored = paddingMode === 'reflect' && before + after > 0;
  if (mirrored && flow.lengths !== undefined)
    throw refused(layer, path, 'no reflection where lengths are an input');
  const x = after > 0 && flow.lengths !== undefined ? masked(graph, flow) : flow.value;
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
  const lengths = flow.lengths && convolved(graph, flow.lengths, reach - before - after, stride);
  return { ...flow, value, width: outputSize, lengths };
}

/** A reduction over time; with lengths, over the valid steps. */
export function pooling(
  graph: GraphWriter,
  streaming: boolean,
  layer: Pooling,
  path: string,
  flow: Flow,
): Flow {
  if (streaming || !flow.timed) throw refused(layer, path, 'a sequence of many steps');
  const over = { axes: [0], keepdims: 0 };
  const pooled = { timed: false, width: flow.width, lengths: undefined };
  if (flow.lengths === undefined)
    return {
      ...pooled,
      value: graph.node(layer.kind === 'mean' ? 'ReduceMean' : 'ReduceMax', [flow.value], over),
    };
  const count = graph.unsqueezed(flow.lengths, 1);
  if (layer.kind === 'mean') {
    const total = graph.node('ReduceSum', [masked(graph, flow), graph.integers([0])], { keepdims: 0 });
    const steps = graph.cast(graph.node('Max', [count, graph.integers([1], [])]), 'float32');
    return { ...pooled, value: graph.node('Div', [total, steps]) };
  }
  const low = graph.floats('low', [Number.NEGATIVE_INFINITY], []);
  const most = graph.node('ReduceMax', [graph.node('Where', [mask(graph, flow), flow.value, low])], over);
  const some = graph.node('Greater', [count, graph.integers([0], [])]);
  return { ...pooled, value: graph.node('Where', [some, most, graph.floats('zero', [0], [])]) };
}

/** The same vector at each step. */
export function repeat(graph: GraphWriter, layer: Repeat, path: string, flow: Flow): Flow {
  if (flow.timed) throw refused(layer, path, 'one vector');
  const value = graph.node('Expand', [graph.unsqueezed(flow.value, 0), graph.integers([layer.steps, 1, 1])]);
  return { ...flow, value, timed: true, lengths: undefined };
}

function marginsOf({ padding }: Conv1d, reach: number): readonly [before: number, after: number] {
  if (padding === 'causal') return [reach, 0];
  if (padding === 'same') return [Math.floor(reach / 2), reach - Math.floor(reach / 2)];
  if (padding === 'valid') return [0, 0];
  return typeof padding === 'number' ? [padding, padding] : padding;
}
