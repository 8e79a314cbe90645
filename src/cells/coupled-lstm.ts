/** The long short-term memory cell with coupled input and forget gates. */
import { checkOptions } from '../common/options.ts';
import { add, mul, sigmoid, sigmoidBackward, sub, tanh, tanhBackward } from '../matrix/operations.ts';
import type { Rule } from '../unroll/rule.ts';
import { Cell } from './cell.ts';
import { type GatedCellOptions, gatedChecks, keepStart, opposite } from './forget-bias.ts';

const rule: Rule<'i' | 'g' | 'o', 'h' | 'c', 'tanhC'> = {
  gates: ['i', 'g', 'o'],
  states: ['h', 'c'],
  kept: ['tanhC'],
  separateRecurrent: false,
  squashed: { i: 'sigmoid', g: 'tanh', o: 'sigmoid' },
  stages: [
    {
      gates: ['i', 'g', 'o'],
      from: 'h',

      activate({ prev, next, gates: { i, g, o }, kept: { tanhC } }) {
        sigmoid(i, i); // (1)
        tanh(g, g);
        sigmoid(o, o);
        sub(next.c, g, prev.c); // (2)
        mul(next.c, i, next.c);
        add(next.c, prev.c, next.c);
        tanh(tanhC, next.c); // (3)
        mul(next.h, o, tanhC); // (4)
      },

      activateBackward({ prev, gates: { i, g, o }, kept: { tanhC } }, d) {
        const { h: dh, c: dc } = d.next;
        const dTanhC = d.scratch;
        mul(d.gates.o, dh, tanhC); // (4)
        mul(dTanhC, dh, o);
        tanhBackward(dTanhC, tanhC, dTanhC); // (3)
        add(dc, dc, dTanhC);
        mul(d.gates.g, dc, i); // (2)
        sub(d.prev.c, dc, d.gates.g);
        sub(d.gates.i, g, prev.c);
        mul(d.gates.i, dc, d.gates.i);
        sigmoidBackward(d.gates.i, i, d.gates.i); // (1)
        tanhBackward(d.gates.g, g, d.gates.g);
        sigmoidBackward(d.gates.o, o, d.gates.o);
      },
    },
  ],
};

/**
 * The long short-term memory cell with its input and forget gates coupled, f = 1 − i: three gates instead of four.
 *
 *     (1) i, o = σ(W_ih x_t + b_ih + W_hh h_{t−1} + b_hh)        g = tanh(…)
 *     (2) c_t = (1 − i) * c_{t−1} + i * g = c_{t−1} + i * (g − c_{t−1})
 *     (3) tanhC = tanh c_t
 *     (4) h_t = o * tanhC
 *
 * The "CIFG" of Greff et al. (2015), arXiv:1503.04069, without peepholes: as accurate there as the `LSTMCell`, with a quarter fewer
 * parameters. Gates in the order i, g, o. The input gate's bias starts at the negative of `forgetBias`,
 * by default 1, so that the forget gate starts open.
 *
 * @example
 * ```ts
 * import { CoupledLSTMCell } from 'recurrent-cells';
 *
 * new CoupledLSTMCell({ inputSize: 3, hiddenSize: 2 }).weightIh.shape // → [6, 3]
 * ```
 */
export class CoupledLSTMCell<
  const InputSize extends number = number,
  const HiddenSize extends number = number,
> extends Cell<'h' | 'c', InputSize, HiddenSize> {
  constructor(options: GatedCellOptions<InputSize, HiddenSize>) {
    const type = 'CoupledLSTMCell';
    const { forgetBias, ...shared } = checkOptions(type, options, gatedChecks());
    // 1 − σ(−b) = σ(b): the forget gate is as open as in the other LSTM cells.
    super(type, { ...rule, initialBias: { i: opposite(keepStart(type, options, 1)) } }, shared);
  }
}
