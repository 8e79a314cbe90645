/** Golden cases of single layers. */
import {
  type AnyLayer,
  type Backend,
  Conv1d,
  Dense,
  Embedding,
  type Indices,
  indices,
  LayerNorm,
  type Nested,
  type Tensor,
} from '../../src/index.ts';
import { compare, expectOnly, type GoldenCase, single, type TensorResult, take } from './case.ts';

export function runModule(golden: GoldenCase, backend: Backend): TensorResult[] {
  switch (golden.op) {
    case 'Embedding':
      return runEmbedding(golden, backend);
    case 'Conv1d':
      return runConv1d(golden, backend);
    case 'LayerNorm':
    case 'Linear':
      return runFeatures(golden, backend);
    default:
      throw new Error(`unknown module ${golden.op}`);
  }
}

function runEmbedding(golden: GoldenCase, backend: Backend): TensorResult[] {
  const { num_embeddings: classes, embedding_dim: outputSize, padding_idx } = golden.options;
  expectOnly(golden, { max_norm: null, scale_grad_by_freq: false, sparse: false });
  // PyTorch counts a negative one from the end.
  const paddingIndex = padding_idx < 0 ? classes + padding_idx : (padding_idx ?? undefined);
  const layer = new Embedding({ classes, outputSize, backend, paddingIndex });
  layer.weight.write(take(golden, 'weight').data);
  const pass = layer.forward(batched(golden.ints.input));
  pass.backward({ data: take(golden, 'up.output').data, shape: pass.output.shape });
  return [
    compare(golden, backend.dtype, 'out.output', pass.output.data),
    compare(golden, backend.dtype, 'grad.weight', layer.weight.readGradient()),
  ];
}

/** Turns the tokens of one sequence into a batch of one. */
function batched(tokens: Nested): Indices {
  const { data, shape } = indices(tokens);
  return { data, shape: shape.length === 1 ? [1, ...shape] : shape };
}

function makeFeatures(golden: GoldenCase, backend: Backend): Dense | LayerNorm {
  const { op, options } = golden;
  if (op === 'LayerNorm') {
    const { eps: epsilon, elementwise_affine: affine } = options;
    return new LayerNorm({ inputSize: single(golden, 'normalized_shape')!, epsilon, affine, backend });
  }
  const { in_features: inputSize, out_features: outputSize, bias } = options;
  return new Dense({ inputSize, outputSize, bias, backend });
}

function runFeatures(golden: GoldenCase, backend: Backend): TensorResult[] {
  const layer = makeFeatures(golden, backend);
  const run = () => {
    const pass = layer.forward(take(golden, 'in.input'));
    const d = pass.backward(take(golden, 'up.output') as Tensor);
    return { output: pass.output.data, input: d.input.data };
  };
  return compared(golden, backend, layer, run);
}

function runConv1d(golden: GoldenCase, backend: Backend): TensorResult[] {
  const { in_channels, out_channels, padding, bias } = golden.options;
  expectOnly(golden, { groups: 1 });
  const layer = new Conv1d({
    inputSize: in_channels,
    outputSize: out_channels,
    kernelSize: single(golden, 'kernel_size')!,
    dilation: single(golden, 'dilation'),
    stride: single(golden, 'stride'),
    padding,
    paddingMode: golden.options.padding_mode,
    bias,
    backend,
  });
  const run = () => {
    const pass = layer.forward(exchanged(take(golden, 'in.input')));
    const d = pass.backward(exchanged(take(golden, 'up.output')));
    return { output: exchanged(pass.output).data, input: exchanged(d.input).data };
  };
  return compared(golden, backend, layer, run);
}

/** Exchanges the last two axes: channels first or last. */
function exchanged({ data, shape: [batch, rows, columns] }: Tensor): Tensor {
  const out = data.slice();
  for (let b = 0; b < batch!; b++)
    for (let i = 0; i < rows!; i++)
      for (let j = 0; j < columns!; j++)
        out[(b * columns! + j) * rows! + i] = data[(b * rows! + i) * columns! + j]!;
  return { data: out, shape: [batch!, columns!, rows!] };
}

/** Sets the layer's parameters, runs it, and compares the results. */
function compared(
  golden: GoldenCase,
  { dtype }: Backend,
  layer: AnyLayer,
  run: () => { output: Tensor['data']; input: Tensor['data'] },
): TensorResult[] {
  const parameters = [...layer.parameters()];
  for (const [name, parameter] of parameters) parameter.write(take(golden, name).data);
  const { output, input } = run();
  return [
    compare(golden, dtype, 'out.output', output),
    compare(golden, dtype, 'grad.input', input),
    ...parameters.map(([name, parameter]) =>
      compare(golden, dtype, `grad.${name}`, parameter.readGradient()),
    ),
  ];
}
