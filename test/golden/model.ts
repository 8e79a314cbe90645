/** The golden training run: embedding → stacked LSTMs → linear → cross-entropy, with clipping and Adam. */
import {
  Adam,
  type AnyLayer,
  type Backend,
  Bidirectional,
  clipNorm,
  crossEntropy,
  Dense,
  Embedding,
  indices,
  Sequence,
  Sequential,
  type Tensor,
} from '../../src/index.ts';
import { compare, expectOnly, type GoldenCase, type TensorResult, take } from './case.ts';
import { loadCell, makeCell } from './recurrent.ts';

export function runTraining(golden: GoldenCase, backend: Backend): TensorResult[] {
  const { dtype } = backend;
  if (golden.op !== 'training') throw new Error(`unknown operation ${golden.op}`);
  expectOnly(golden, { dropout: 0, proj_size: 0, batch_first: true });
  const {
    mode,
    rnn_name: rnn,
    vocab,
    embedding_dim,
    hidden_size: hiddenSize,
    num_layers,
    bidirectional,
  } = golden.options;
  const { classes, padding_idx, ignore_index, steps, clip_norm, adam } = golden.options;
  const embedding = new Embedding({
    classes: vocab,
    outputSize: embedding_dim,
    paddingIndex: padding_idx ?? undefined,
    backend,
  });
  embedding.weight.write(take(golden, 'embedding.weight').data);
  const cellOf = (l: number, direction: string) => {
    const inputSize = l === 0 ? embedding_dim : hiddenSize * (bidirectional ? 2 : 1);
    const bias = golden.tensors.has(`${rnn}.bias_ih_l0`);
    const cell = makeCell(mode, { inputSize, hiddenSize, bias, backend });
    loadCell(golden, cell, `${rnn}.`, `_l${l}${direction}`);
    return cell;
  };
  const stack = Array.from(
    { length: num_layers },
    (_, l): AnyLayer =>
      bidirectional ? new Bidirectional(cellOf(l, ''), cellOf(l, '_reverse')) : new Sequence(cellOf(l, '')),
  );
  const linear = new Dense({
    inputSize: hiddenSize * (bidirectional ? 2 : 1),
    outputSize: classes,
    backend,
  });
  linear.weight.write(take(golden, 'linear.weight').data);
  linear.bias!.write(take(golden, 'linear.bias').data);
  const model = new Sequential([embedding, ...stack, linear]);

  const [inputs, targets] = [indices(golden.ints.input), indices(golden.ints.target)];
  const lengths: number[] | undefined = golden.ints.lengths;
  const loss = crossEntropy({ ignoreIndex: ignore_index });
  const optimizer = new Adam({
    learningRate: adam.lr,
    beta1: adam.betas?.[0],
    beta2: adam.betas?.[1],
    epsilon: adam.eps,
    weightDecay: adam.weight_decay,
  });
  const parameters = model.parameters();
  const losses: number[] = [];
  const norms: number[] = [];
  let first: ArrayLike<number> = [];
  for (let step = 0; step < steps; step++) {
    const pass = model.forward(inputs as never, { lengths });
    if (step === 0) first = withPadding(pass.output);
    const lossPass = loss.forward(pass.output, targets);
    losses.push(lossPass.value);
    for (const parameter of parameters.values()) parameter.clearGradient();
    pass.backward(lossPass.backward());
    norms.push(clipNorm(parameters, clip_norm, { epsilon: 1e-6 }));
    optimizer.step(parameters);
  }
  losses.push(loss.measure(model.infer(inputs as never, { lengths }).output, targets).value);

  const finals = [...parameters].map(([name, parameter]) =>
    compare(golden, dtype, `out.final.${pytorchName(name, rnn)}`, parameter.read()),
  );
  return [
    compare(golden, dtype, 'out.logits_first', first),
    compare(golden, dtype, 'out.losses', losses),
    compare(golden, dtype, 'out.grad_norms', norms),
    ...finals,
  ];

  /** Beyond a length, PyTorch's logits are the bias; ours are zero. */
  function withPadding({ data, shape: [, time] }: Tensor): Tensor['data'] {
    lengths?.forEach((length, b) => {
      for (let t = length; t < time!; t++) {
        if (golden.ints.target[b][t] !== ignore_index)
          throw new Error(`target [${b}, ${t}] counts beyond its length, which is not computed`);
        data.set(take(golden, 'linear.bias').data, (b * time! + t) * classes);
      }
    });
    return data;
  }

  /** PyTorch's name: `lstm.weight_ih_l0` for `1.cell.weightIh`, `lstm.bias_hh_l0_reverse` for `1.reverse.biasHh`. */
  function pytorchName(name: string, rnn: string): string {
    const [layer, part, own] = name.split('.') as [string, string, string | undefined];
    if (own === undefined) return `${layer === '0' ? 'embedding' : 'linear'}.${part}`;
    const theirs = own.replace(/[A-Z]/, (letter) => `_${letter.toLowerCase()}`);
    return `${rnn}.${theirs}_l${Number(layer) - 1}${part === 'reverse' ? '_reverse' : ''}`;
  }
}
