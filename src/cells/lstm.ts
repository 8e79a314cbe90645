/** The long short-term memory cell, with a forget gate. */
import { checkOptions } from '../common/options.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { add, mul, mulAdd, sigmoid, sigmoidBackward, tanh, tanhBackward } from '../matrix/operations.ts';
import type { Rule, Step, StepGradient } from '../unroll/rule.ts';
import { Cell } from './cell.ts';
import { type GatedCellOptions, gatedChecks, lstmStarts } from './forget-bias.ts';

type Gate = 'i' | 'f' | 'g' | 'o';
type State = 'h' | 'c';

/** Equations (1) to (4), the output into `h` [B, H]. */
export function lstm(
  { prev, next, gates: { i, f, g, o }, kept: { tanhC } }: Step<Gate, State, 'tanhC'>,
  h: Matrix,
): void {
  sigmoid(i, i); // (1)
  sigmoid(f, f);
  tanh(g, g);
  sigmoid(o, o);
  mul(next.c, f, prev.c); // (2)
  mulAdd(next.c, i, g);
  tanh(tanhC, next.c); // (3)
  mul(h, o, tanhC); // (4)
}

/** The backward pass of {@link lstm}, from the gradient of its output, `dh` [B, H]. */
export function lstmBackward(
  { prev, gates: { i, f, g, o }, kept: { tanhC } }: Step<Gate, State, 'tanhC'>,
  d: StepGradient<Gate, State, 'tanhC'>,
  dh: Matrix,
): void {
  const { c: dc } = d.next;
  const dTanhC = d.scratch;
  mul(d.gates.o, dh, tanhC); // (4)
  mul(dTanhC, dh, o);
  tanhBackward(dTanhC, tanhC, dTanhC); // (3)
  add(dc, dc, dTanhC);
  mul(d.gates.i, dc, g); // (2)
  mul(d.gates.g, dc, i);
  mul(d.gates.f, dc, prev.c);
  mul(d.prev.c, dc, f);
  sigmoidBackward(d.gates.i, i, d.gates.i); // (1)
  sigmoidBackward(d.gates.f, f, d.gates.f);
  tanhBackward(d.gates.g, g, d.gates.g);
  sigmoidBackward(d.gates.o, o, d.gates.o);
}

const rule: Rule<Gate, State, 'tanhC'> = {
  gates: ['i', 'f', 'g', 'o'],
  states: ['h', 'c'],
  kept: ['tanhC'],
  separateRecurrent: false,
  squashed: { i: 'sigmoid', f: 'sigmoid', g: 'tanh', o: 'sigmoid' },
  stages: [
    {
      gates: ['i', 'f', 'g', 'o'],
      from: 'h',
      activate: (step) => lstm(step, step.next.h),
      activateBackward: (step, d) => lstmBackward(step, d, d.next.h),
    },
  ],
};

/**
 * The long short-term memory cell: its cell state `c` is updated additively, so that gradients last.
 *
 *     (1) i, f, o = σ(W_ih x_t + b_ih + W_hh h_{t−1} + b_hh)        g = tanh(…)
 *     (2) c_t = f * c_{t−1} + i * g
 *     (3) tanhC = tanh c_t
 *     (4) h_t = o * tanhC
 *
 * Hochreiter and Schmidhuber (1997), with the forget gate of Gers, Schmidhuber and Cummins (2000); gates in the order
 * i, f, g, o and parameters as in PyTorch's `LSTMCell`. `forgetBias` defaults to 1 (Jozefowicz et al. 2015).
 *
 * @example
 * ```ts
 * import { LSTMCell, tensor } from 'recurrent-cells';
 *
 * const cell = new LSTMCell({ inputSize: 3, hiddenSize: 2 });
 * const { state } = cell.infer(tensor([[1, 0, 0]]), { state: cell.initialState(1) });
 * state.h.shape // → [1, 2]
 * state.c.shape // → [1, 2]
 * ```
 */
export class LSTMCell<
  const InputSize extends number = number,
  const HiddenSize extends number = number,
> extends Cell<'h' | 'c', InputSize, HiddenSize> {
  constructor(options: GatedCellOptions<InputSize, HiddenSize>) {
    const type = 'LSTMCell';
    const { forgetBias, ...shared } = checkOptions(type, options, gatedChecks());
    super(type, { ...rule, initialBias: lstmStarts(type, options) }, shared);
  }
}
