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

/** PyTorch's options of each loss besides `reduction`, and ours. */
const optionNames: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  cross_entropy: { ignore_index: 'ignoreIndex', label_smoothing: 'labelSmoothing' },
  nll_loss: { ignore_index: 'ignoreIndex' },
  binary_cross_entropy_with_logits: {},
  mse_loss: {},
  huber_loss: { delta: 'delta' },
  smooth_l1_loss: { beta: 'beta' },
};

const classLosses = { cross_entropy: crossEntropy, nll_loss: negativeLogLikelihood };
const elementLosses = {
  binary_cross_entropy_with_logits: binaryCrossEntropy,
  mse_loss: meanSquaredError,
  huber_loss: huber,
  smooth_l1_loss: smoothL1,
};

export function runLoss(golden: GoldenCase, backend: Backend): TensorResult[] {
  const names = optionNames[golden.op];
  if (names === undefined) throw new Error(`unknown loss ${golden.op}`);
  const options: Record<string, unknown> = { reduction: golden.options.reduction };
  for (const [theirs, ours] of Object.entries(names)) options[ours] = golden.options[theirs];
  const output = take(golden, 'in.input');
  if (golden.op in classLosses) {
    const make = classLosses[golden.op as keyof typeof classLosses];
    const weight = golden.tensors.get('in.weight');
    const loss = make<Reduction>({
      ...options,
      ignoreIndex: (options.ignoreIndex ?? -100) as number,
      ...(weight && { classWeights: Array.from(weight.data) }),
    });
    const { target } = golden.ints;
    return run<Indices>(golden, backend, loss, output, Array.isArray(target) ? indices(target) : target);
  }
  const make = elementLosses[golden.op as keyof typeof elementLosses];
  const loss = make<Reduction>({ ...options, ...positiveWeight(golden) });
  const target = take(golden, 'in.target');
  return run<Tensor>(golden, backend, loss, output, target, elementWeights(golden, target.shape));
}

/** The weight of each element, broadcast to the target's shape; only binary cross-entropy uses it. */
function elementWeights(golden: GoldenCase, shape: readonly number[]): Tensor | undefined {
  if (golden.op !== 'binary_cross_entropy_with_logits') return undefined;
  const weight = golden.tensors.get('in.weight');
  if (weight === undefined) return undefined;
  // Dimensions are matched from the last; a missing one, or a 1, applies to all.
  const own = shape.map((_, axis) => weight.shape[axis - shape.length + weight.shape.length] ?? 1);
  const length = shape.reduce((size, dimension) => size * dimension, 1);
  const data = Float64Array.from({ length }, (_, i) => {
    let [at, rest, stride] = [0, i, 1];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (own[axis] !== 1) at += (rest % shape[axis]!) * stride;
      rest = Math.floor(rest / shape[axis]!);
      stride *= own[axis]!;
    }
    return weight.data[at]!;
  });
  return { data, shape };
}

/** One for all features or one per feature; only binary cross-entropy uses it. */
function positiveWeight(golden: GoldenCase): { positiveWeight?: number | number[] } {
  if (golden.op !== 'binary_cross_entropy_with_logits') return {};
  const weight = golden.tensors.get('in.pos_weight');
  if (weight === undefined) return {};
  const { data, shape } = weight;
  if (shape.length > 1)
    throw new Error(`tensor in.pos_weight has shape [${shape}], only [features] is computed`);
  return { positiveWeight: data.length === 1 ? data[0]! : Array.from(data) };
}

/** The upstream gradient of a loss: a number, or shaped like its terms. */
export function upstream<Value extends number | Tensor>(golden: GoldenCase, value: Value): Value | undefined {
  const up = golden.tensors.get('up.loss');
  return (typeof value === 'number' ? up?.data[0] : up) as Value | undefined;
}

function run<Target extends Indices | Tensor>(
  golden: GoldenCase,
  backend: Backend,
  loss: Loss<Target, Reduction>,
  output: Tensor,
  target: Target,
  weights?: Tensor,
): TensorResult[] {
  const pass = loss.forward(output, target, { weights, backend });
  const value = typeof pass.value === 'number' ? [pass.value] : pass.value.data;
  const gradient = pass.backward(upstream(golden, pass.value));
  return [
    compare(golden, backend.dtype, 'out.loss', value),
    compare(golden, backend.dtype, 'grad.input', gradient.data),
  ];
}
