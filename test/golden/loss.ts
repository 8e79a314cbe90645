/** Golden cases of losses. */
import {
  type Backend,
  binaryCrossEntropy,
  crossEntropy,
  huber,
  type Indices,
  indices,
  type Loss,
  meanSquaredError,
  negativeLogLikelihood,
  type Reduction,
  smoothL1,
  type Tensor,
} from '../../src/index.ts';
import { compare, type GoldenCase, type TensorResult, take } from './case.ts';

/** PyTorch's name of each option, and ours. */
const optionNames: Readonly<Record<string, string>> = {
  reduction: 'reduction',
  ignore_index: 'ignoreIndex',
  label_smoothing: 'labelSmoothing',
  delta: 'delta',
  beta: 'beta',
};

const classLosses = { cross_entropy: crossEntropy, nll_loss: negativeLogLikelihood };
const elementLosses = {
  binary_cross_entropy_with_logits: binaryCrossEntropy,
  mse_loss: meanSquaredError,
  huber_loss: huber,
  smooth_l1_loss: smoothL1,
};

export function runLoss(golden: GoldenCase, backend: Backend): TensorResult[] {
  const options: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(golden.options)) {
    if (optionNames[name] === undefined) throw new Error(`${golden.name}: unknown option ${name}`);
    options[optionNames[name]] = value;
  }
  const output = take(golden, 'in.input');
  if (golden.op in classLosses) {
    const make = classLosses[golden.op as keyof typeof classLosses];
    const weight = golden.tensors.get('in.weight');
    const loss = make<Reduction>({
      ignoreIndex: -100,
      ...options,
      ...(weight && { classWeights: Array.from(weight.data) }),
    });
    const { target } = golden.ints;
    return run<Indices>(golden, backend, loss, output, Array.isArray(target) ? indices(target) : target);
  }
  const make = elementLosses[golden.op as keyof typeof elementLosses];
  if (make === undefined) throw new Error(`${golden.name}: unknown loss ${golden.op}`);
  const weight = golden.tensors.get('in.pos_weight');
  const loss = make<Reduction>({ ...options, ...(weight && { positiveWeight: Array.from(weight.data) }) });
  return run<Tensor>(golden, backend, loss, output, take(golden, 'in.target'));
}

function run<Target extends Indices | Tensor>(
  golden: GoldenCase,
  backend: Backend,
  loss: Loss<Target, Reduction>,
  output: Tensor,
  target: Target,
): TensorResult[] {
  const pass = loss.forward(output, target, { backend });
  const value = typeof pass.value === 'number' ? [pass.value] : pass.value.data;
  const gradient = pass.backward(golden.tensors.get('up.loss') as never);
  return [
    compare(golden, backend.dtype, 'out.loss', value),
    compare(golden, backend.dtype, 'grad.input', gradient.data),
  ];
}
