import { show } from '../../common/errors.ts';
import { elementsOf, type Tensor } from '../../common/tensor.ts';
import { Conv1d } from '../../layers/conv1d.ts';
import { outputSteps } from '../../layers/conv1d-rows.ts';
import { Dense } from '../../layers/dense.ts';
import { withoutStart } from '../../matrix/parameter.ts';
import { product } from './arithmetic.ts';
import { gathered } from './indexing.ts';
import {
  type Compute,
  type Making,
  numberOf,
  numbersOf,
  type Operator,
  optional,
  refused,
  required,
  textOf,
  weight,
} from './operator.ts';
import { recurrent } from './recurrent.ts';
import { takeElements, takeOperations } from './room.ts';
import { axisOf, listed, reshaped, transposed, type Value } from './value.ts';

/** A dense layer from a weight [inputs, outputs], or transposed, [outputs, inputs]. */
function denseOf(
  making: Making,
  value: Value,
  turned: boolean,
  factor: number,
  bias: Value | undefined,
): Dense {
  takeElements(value.data.length);
  const [outputSize, inputSize] = (turned ? value.shape : [...value.shape].reverse()) as [number, number];
  const dense = withoutStart(
    value.data.length + outputSize,
    () => new Dense({ inputSize, outputSize, bias: bias !== undefined, backend: making.backend }),
  );
  const { data } = turned ? value : transposed(value, [1, 0]);
  dense.weight.write(factor === 1 ? data : Float64Array.from(data, (element) => element * factor));
  if (bias !== undefined)
    dense.bias!.write(
      Float64Array.from({ length: outputSize }, (_, j) => bias.data[bias.data.length === 1 ? 0 : j]!),
    );
  making.made(dense);
  return dense;
}

/** Applies a dense layer over the last axis of any shape. */
function applied({ node }: Making, dense: Dense): Compute {
  return (inputs) => {
    const x = required(node, inputs[0], 0);
    const width = x.shape.at(-1);
    if (width !== dense.inputSize)
      throw refused(node, `has an input of shape [${x.shape.join(', ')}]`, `${dense.inputSize} features`);
    const rows = x.data.length / width;
    takeElements(rows * (width + dense.outputSize));
    takeOperations(rows * width * dense.outputSize);
    const { output } = dense.infer(reshaped(x, [rows, width]) as Tensor);
    return [reshaped({ kind: 'real', ...output }, [...x.shape.slice(0, -1), dense.outputSize])];
  };
}

const gemm: Operator = (making) => {
  const { node } = making;
  const [alpha, beta] = [numberOf(making, 'alpha', 1), numberOf(making, 'beta', 1)];
  const turned = numberOf(making, 'transB', 0) !== 0;
  if (numberOf(making, 'transA', 0) !== 0) throw refused(node, 'transposes its input', 'transA 0');
  const b = weight(making, 1, 2);
  const bias = optional(making, 2);
  const outputs = turned ? b.shape[0]! : b.shape[1]!;
  if (bias !== undefined && bias.data.length !== 1 && bias.data.length !== outputs)
    throw refused(node, `has a bias of shape [${bias.shape.join(', ')}]`, `[${outputs}]`);
  const scaled =
    bias &&
    (beta === 1 ? bias : { ...bias, data: Float64Array.from(bias.data, (element) => element * beta) });
  return applied(making, denseOf(making, b, turned, alpha, scaled));
};

const matMul: Operator = (making) => {
  const { node, known } = making;
  if (known[1]?.shape.length === 2 && known[1].kind === 'real')
    return applied(making, denseOf(making, known[1], false, 1, undefined));
  return (inputs) => [product(required(node, inputs[0], 0), required(node, inputs[1], 1), making)];
};

const convolution: Operator = (making) => {
  const { node, backend } = making;
  const w = weight(making, 1, 3);
  const b = optional(making, 2);
  const [outputSize, inputSize, kernelSize] = w.shape as [number, number, number];
  if (numberOf(making, 'group', 1) !== 1) throw refused(node, 'has groups', 'group 1');
  const auto = textOf(making, 'auto_pad', 'NOTSET');
  const one = (name: string) => numbersOf(making, name)?.[0] ?? 1;
  const pads = numbersOf(making, 'pads') ?? [0, 0];
  if (pads.length !== 2) throw refused(node, `has pads ${listed(pads)}`, 'two');
  if (auto !== 'NOTSET' && auto !== 'VALID' && !(auto === 'SAME_UPPER' && one('strides') === 1))
    throw refused(node, `has auto_pad ${show(auto)}`, 'explicit pads');
  const padding = auto === 'NOTSET' ? ([pads[0]!, pads[1]!] as const) : auto === 'VALID' ? 'valid' : 'same';
  takeElements(w.data.length);
  const layer = withoutStart(
    w.data.length + outputSize,
    () =>
      new Conv1d({
        inputSize,
        outputSize,
        kernelSize,
        dilation: one('dilations'),
        stride: one('strides'),
        padding,
        bias: b !== undefined,
        backend,
      }),
  );
  layer.weight.write(w.data);
  if (b !== undefined) layer.bias!.write(b.data);
  making.made(layer);
  return (inputs) => {
    const x = required(node, inputs[0], 0);
    if (x.shape.length !== 3)
      throw refused(node, `has an input of shape [${x.shape.join(', ')}]`, '[batch, channels, time]');
    const [batch, , time] = x.shape as [number, number, number];
    const outputs = batch * outputSteps(layer, time)(time);
    // With a stride, the rows of each sequence and tap have their own view.
    const views = kernelSize * (layer.stride === 1 ? 1 : batch);
    takeElements(elementsOf(x.shape) + outputs * outputSize + 32 * views);
    takeOperations(outputs * w.data.length);
    const { output } = layer.infer(transposed(x, [0, 2, 1]) as Tensor);
    return [transposed({ kind: 'real', ...output }, [0, 2, 1])];
  };
};

const gather: Operator = (making) => {
  const given = numberOf(making, 'axis', 0);
  return (inputs) => {
    const x = required(making.node, inputs[0], 0);
    return [gathered(x, required(making.node, inputs[1], 1), axisOf(given, x.shape.length), making)];
  };
};

export const layered: { readonly [op: string]: Operator } = {
  Conv: convolution,
  Gather: gather,
  Gemm: gemm,
  GRU: recurrent,
  LSTM: recurrent,
  MatMul: matMul,
  RNN: recurrent,
};
