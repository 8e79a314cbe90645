/** The gated recurrent unit with layer normalisation. */
import type { Architecture } from '../common/architecture.ts';
import type { GateStarts, Rule, Stage } from '../unroll/rule.ts';
import { Cell } from './cell.ts';
import { keepStart } from './forget-bias.ts';
import { resetAfter } from './gru.ts';
import {
  type LayerNormCellOptions,
  layerNormOptions,
  normalizedProducts,
  normalizeProducts,
  normalizeProductsBackward,
} from './layer-norm.ts';

function rule(epsilon: number, starts: GateStarts<string>): Rule<string, 'h', string, string> {
  return {
    ...resetAfter,
    ...normalizedProducts<string>(resetAfter.gates, starts),
    stages: resetAfter.stages.map(
      (plain): Stage<string, 'h', string, string> => ({
        ...plain,
        activate(step) {
          normalizeProducts(step, epsilon); // (1)
          plain.activate(step); // (2), (3), (4), (5)
        },
        activateBackward(step, d) {
          plain.activateBackward(step, d);
          normalizeProductsBackward(step, d);
        },
      }),
    ),
  };
}

/**
 * The gated recurrent unit with layer normalisation.
 *
 *     (1) p = LN(W_ih x_t; gainIh, shiftIh)        q = LN(W_hh h_{t−1}; gainHh, shiftHh)
 *     (2) r = σ(p.r + q.r)
 *     (3) z = σ(p.z + q.z)
 *     (4) n = tanh(p.n + r * q.n)
 *     (5) h_t = (1 − z) * n + z * h_{t−1}
 *
 *     LN(a; gain, shift) = gain * (a − μ)/√(σ² + ε) + shift        μ, σ² the mean and the biased variance of all of a
 *
 * Ba, Kiros and Hinton (2016), arXiv:1607.06450, with one mean and variance over the three gates of each product, as in
 * haste; the paper normalises r and z separately from n, and writes 1 − z for z. Gates in the order r, z, n.
 * Gains and shifts are `[3·hiddenSize]`; there are no other biases.
 *
 * @example
 * ```ts
 * import { LayerNormGRUCell } from 'recurrent-cells';
 *
 * const cell = new LayerNormGRUCell({ inputSize: 3, hiddenSize: 2 });
 * cell.parameters().get('gainIh')!.shape // → [6]
 * ```
 */
export class LayerNormGRUCell<
  const InputSize extends number = number,
  const HiddenSize extends number = number,
> extends Cell<'h', InputSize, HiddenSize> {
  readonly epsilon: number;

  /** @throws RangeError if `epsilon` is negative or NaN, and as every cell. */
  constructor(options: LayerNormCellOptions<InputSize, HiddenSize>) {
    const type = 'LayerNormGRUCell';
    const { epsilon = 1e-5, forgetBias, ...shared } = layerNormOptions(type, options);
    const z = keepStart(type, { ...shared, forgetBias }, 0);
    super(type, rule(epsilon, { z }), { ...shared, bias: false });
    this.epsilon = epsilon;
  }

  override architecture(): Architecture {
    const { type, inputSize, hiddenSize, epsilon } = this;
    return { type, options: { inputSize, hiddenSize, epsilon } };
  }
}
