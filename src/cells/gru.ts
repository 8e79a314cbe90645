/** The gated recurrent unit, with the reset gate after or before the recurrent product. */
import type { Architecture } from '../common/architecture.ts';
import { type Checks, checkOptions } from '../common/options.ts';
import {
  add,
  copy,
  mul,
  mulAdd,
  sigmoid,
  sigmoidBackward,
  sub,
  tanh,
  tanhBackward,
} from '../matrix/operations.ts';
import type { Matrices, Rule, StepGradient } from '../unroll/rule.ts';
import { Cell } from './cell.ts';
import { type GatedCellOptions, gatedChecks, keepStart } from './forget-bias.ts';

type Gate = 'r' | 'z' | 'n';

const squashed = { r: 'sigmoid', z: 'sigmoid', n: 'tanh' } as const;

/** (4) h ← n + z * (h₋₁ − n) */
function interpolate(h: Matrices<'h'>['h'], { z, n }: Matrices<Gate>, prev: Matrices<'h'>): void {
  sub(h, prev.h, n);
  mul(h, z, h);
  add(h, n, h);
}

/** (4) backward, then the activations of (3) and (2) */
function interpolateBackward(
  { z, n }: Matrices<Gate>,
  prev: Matrices<'h'>,
  d: StepGradient<Gate, 'h', string>,
): void {
  const { h: dh } = d.next;
  mul(d.prev.h, dh, z);
  sub(d.gates.n, dh, d.prev.h);
  sub(d.gates.z, prev.h, n);
  mul(d.gates.z, d.gates.z, dh);
  tanhBackward(d.gates.n, n, d.gates.n);
  sigmoidBackward(d.gates.z, z, d.gates.z);
}

/** The rule of a GRU whose reset gate acts after the product. */
export const resetAfter: Rule<Gate, 'h', never> = {
  gates: ['r', 'z', 'n'],
  states: ['h'],
  kept: [],
  separateRecurrent: true,
  squashed,
  stages: [
    {
      gates: ['r', 'z', 'n'],
      from: 'h',

      activate({ prev, next, gates, recurrent: q }) {
        const { r, z, n } = gates;
        add(r, r, q.r); // (1)
        sigmoid(r, r);
        add(z, z, q.z); // (2)
        sigmoid(z, z);
        mulAdd(n, r, q.n); // (3)
        tanh(n, n);
        interpolate(next.h, gates, prev); // (4)
      },

      activateBackward({ prev, gates, recurrent: q }, d) {
        const { r } = gates;
        interpolateBackward(gates, prev, d); // (4)
        mul(d.gates.r, d.gates.n, q.n); // (3)
        mul(d.recurrent.n, d.gates.n, r);
        copy(d.recurrent.z, d.gates.z); // (2)
        sigmoidBackward(d.gates.r, r, d.gates.r); // (1)
        copy(d.recurrent.r, d.gates.r);
      },
    },
  ],
};

const resetBefore: Rule<Gate, 'h', 'reset'> = {
  gates: ['r', 'z', 'n'],
  states: ['h'],
  kept: ['reset'],
  separateRecurrent: false,
  squashed,
  stages: [
    {
      gates: ['r', 'z'],
      from: 'h',

      activate({ prev, gates: { r, z }, kept: { reset } }) {
        sigmoid(r, r); // (1)
        sigmoid(z, z); // (2)
        mul(reset, r, prev.h);
      },

      activateBackward({ prev, gates: { r } }, d) {
        mulAdd(d.prev.h, d.kept.reset, r);
        mul(d.gates.r, d.kept.reset, prev.h);
        sigmoidBackward(d.gates.r, r, d.gates.r); // (1)
      },
    },
    {
      gates: ['n'],
      from: 'reset',

      activate({ prev, next, gates }) {
        tanh(gates.n, gates.n); // (3′)
        interpolate(next.h, gates, prev); // (4)
      },

      activateBackward({ prev, gates }, d) {
        interpolateBackward(gates, prev, d); // (4), (3′), (2)
      },
    },
  ],
};

/** Options of {@link GRUCell}. */
export interface GRUCellOptions<InputSize extends number, HiddenSize extends number>
  extends GatedCellOptions<InputSize, HiddenSize> {
  /** Whether the reset gate acts after the recurrent product, as in cuDNN and PyTorch, or before it: default `'after'`. */
  readonly reset?: 'after' | 'before' | undefined;
}

const checks = (): Checks<GRUCellOptions<number, number>> => ({
  ...gatedChecks(),
  reset: ['after', 'before'],
});

/**
 * The gated recurrent unit: its new state interpolates between the old one and a candidate `n`.
 *
 *     (1) r = σ(W_ir x_t + b_ir + W_hr h_{t−1} + b_hr)
 *     (2) z = σ(W_iz x_t + b_iz + W_hz h_{t−1} + b_hz)
 *     (3) n = tanh(W_in x_t + b_in + r * (W_hn h_{t−1} + b_hn))            reset after the product
 *     (3′) n = tanh(W_in x_t + b_in + W_hn (r * h_{t−1}) + b_hn)           reset before it
 *     (4) h_t = (1 − z) * n + z * h_{t−1} = n + z * (h_{t−1} − n)
 *
 * Cho et al. (2014), arXiv:1406.1078, use (3′); the first version of that paper, PyTorch, cuDNN and Keras 3 use (3). Gates in
 * the order r, z, n and parameters as in PyTorch's `GRUCell`. `forgetBias`, of the update gate z, defaults to 0.
 *
 * @example
 * ```ts
 * import { GRUCell, tensor } from 'recurrent-cells';
 *
 * const cell = new GRUCell({ inputSize: 3, hiddenSize: 2 });
 * const { state } = cell.infer(tensor([[1, 0, 0]]), { state: cell.initialState(1) });
 * state.h.shape // → [1, 2]
 * ```
 */
export class GRUCell<
  const InputSize extends number = number,
  const HiddenSize extends number = number,
> extends Cell<'h', InputSize, HiddenSize> {
  readonly reset: 'after' | 'before';

  constructor(options: GRUCellOptions<InputSize, HiddenSize>) {
    const type = 'GRUCell';
    const { reset = 'after', forgetBias, ...shared } = checkOptions(type, options, checks());
    const rule = reset === 'after' ? resetAfter : resetBefore;
    super(type, { ...rule, initialBias: { z: keepStart(type, options, 0) } }, shared);
    this.reset = reset;
  }
  override architecture(): Architecture {
    const { type, options } = super.architecture();
    return { type, options: { ...options, reset: this.reset } };
  }
}
