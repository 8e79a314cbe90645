/** Golden cases of single layers. */
import {
  type Backend,
  Dense,
  Embedding,
  type Indices,
  indices,
  type Nested,
  type Tensor,
} from '../../src/index.ts';
import { compare, type GoldenCase, type TensorResult, take } from './case.ts';

export function runModule(golden: GoldenCase, backend: Backend): TensorResult[] {
  return golden.op === 'Embedding' ? runEmbedding(golden, backend) : runLinear(golden, backend);
}

function runEmbedding(golden: GoldenCase, backend: Backend): TensorResult[] {
  const { num_embeddings: classes, embedding_dim: outputSize, padding_idx } = golden.options;
  const layer = new Embedding({ classes, outputSize, backend, paddingIndex: padding_idx ?? undefined });
  layer.weight.write(take(golden, 'weight').data);
  const pass = layer.forward(batched(golden.ints.input));
  pass.backward({ data: take(golden, 'up.output').data, shape: pass.output.shape });
  return [
    compare(golden, backend.dtype, 'out.output', pass.output.data),
    compare(golden, backend.dtype, 'grad.weight', layer.weight.readGradient()),
  ];
}

/** Tokens of one sequence are a batch of one. */
function batched(tokens: Nested): Indices {
  const { data, shape } = indices(tokens);
  return { data, shape: shape.length === 1 ? [1, ...shape] : shape };
}

function runLinear(golden: GoldenCase, backend: Backend): TensorResult[] {
  const { in_features: inputSize, out_features: outputSize, bias } = golden.options;
  const layer = new Dense({ inputSize, outputSize, bias, backend });
  layer.weight.write(take(golden, 'weight').data);
  layer.bias?.write(take(golden, 'bias').data);
  const pass = layer.forward(take(golden, 'in.input'));
  const d = pass.backward(take(golden, 'up.output') as Tensor);
  return [
    compare(golden, backend.dtype, 'out.output', pass.output.data),
    compare(golden, backend.dtype, 'grad.input', d.input.data),
    compare(golden, backend.dtype, 'grad.weight', layer.weight.readGradient()),
    ...(layer.bias === undefined
      ? []
      : [compare(golden, backend.dtype, 'grad.bias', layer.bias.readGradient())]),
  ];
}
