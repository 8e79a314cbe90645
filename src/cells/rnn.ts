/** The simple recurrent cell (Elman 1990), with tanh or ReLU. */
import type { Architecture } from '../common/architecture.ts';
import { type Checks, checkOptions } from '../common/options.ts';
import { relu, reluBackward, tanh, tanhBackward } from '../matrix/operations.ts';
import type { Rule } from '../unroll/rule.ts';
import { Cell, type CellOptions, cellChecks } from './cell.ts';

type RNNRule = Rule<'a', 'h', never>;

function rule(
  activation: typeof tanh,
  derivative: typeof tanhBackward,
  squashed: RNNRule['squashed'],
): RNNRule {
  return {
    gates: ['a'],
    states: ['h'],
    kept: [],
    separateRecurrent: false,
    squashed,
    stages: [
      {
        gates: ['a'],
        from: 'h',
        activate({ next, gates: { a } }) {
          activation(next.h, a);
        },
        activateBackward({ next }, d) {
          derivative(d.gates.a, next.h, d.next.h);
        },
      },
    ],
  };
}

const rules = {
  tanh: /* @__PURE__ */ rule(tanh, tanhBackward, { h: 'tanh' }),
  relu: /* @__PURE__ */ rule(relu, reluBackward, {}),
};

/** Options of {@link RNNCell}. */
export interface RNNCellOptions<InputSize extends number, HiddenSize extends number>
  extends CellOptions<InputSize, HiddenSize> {
  /** f: default `'tanh'`. */
  readonly activation?: 'tanh' | 'relu' | undefined;
}

const checks = (): Checks<RNNCellOptions<number, number>> => ({
  ...cellChecks,
  activation: ['tanh', 'relu'],
});

/**
 * The simple recurrent cell: its state is its output.
 *
 *     (1) h_t = f(W_ih x_t + b_ih + W_hh h_{t−1} + b_hh)        f = tanh or ReLU
 *
 * Elman (1990), "Finding structure in time"; parameters as in PyTorch's `RNNCell`. With `activation: 'relu'` and
 * `recurrentInitializer: identity` it is the IRNN of Le, Jaitly and Hinton (2015), arXiv:1504.00941, which also draws its
 * input weights by `normal(0.001)`.
 *
 * @example
 * ```ts
 * import { RNNCell, tensor } from 'recurrent-cells';
 *
 * const cell = new RNNCell({ inputSize: 3, hiddenSize: 2 });
 * const { state } = cell.infer(tensor([[1, 0, 0]]), { state: cell.initialState(1) });
 * state.h.shape // → [1, 2]
 * ```
 */
export class RNNCell<
  const InputSize extends number = number,
  const HiddenSize extends number = number,
> extends Cell<'h', InputSize, HiddenSize> {
  readonly activation: 'tanh' | 'relu';

  constructor(options: RNNCellOptions<InputSize, HiddenSize>) {
    const { activation = 'tanh', ...shared } = checkOptions('RNNCell', options, checks());
    super('RNNCell', rules[activation], shared);
    this.activation = activation;
  }
  override architecture(): Architecture {
    const { type, options } = super.architecture();
    return { type, options: { ...options, activation: this.activation } };
  }
}
