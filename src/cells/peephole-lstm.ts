/** The long short-term memory cell with peephole connections. */
import { checkOptions } from '../common/options.ts';
import {
  add,
  addColumnSums,
  mul,
  mulAdd,
  sigmoid,
  sigmoidBackward,
  tanh,
  tanhBackward,
} from '../matrix/operations.ts';
import { constantRow, type Rule } from '../unroll/rule.ts';
import { Cell } from './cell.ts';
import { type GatedCellOptions, gatedChecks, lstmStarts } from './forget-bias.ts';

const rule: Rule<'i' | 'f' | 'g' | 'o', 'h' | 'c', 'tanhC', 'weightCi' | 'weightCf' | 'weightCo'> = {
  gates: ['i', 'f', 'g', 'o'],
  states: ['h', 'c'],
  kept: ['tanhC'],
  parameters: {
    weightCi: /* @__PURE__ */ constantRow(0),
    weightCf: /* @__PURE__ */ constantRow(0),
    weightCo: /* @__PURE__ */ constantRow(0),
  },
  separateRecurrent: false,
  squashed: { i: 'sigmoid', f: 'sigmoid', g: 'tanh', o: 'sigmoid' },
  stages: [
    {
      gates: ['i', 'f', 'g', 'o'],
      from: 'h',

      activate({ prev, next, gates: { i, f, g, o }, kept: { tanhC }, parameters }) {
        mulAdd(i, prev.c, parameters.weightCi); // (1)
        sigmoid(i, i);
        mulAdd(f, prev.c, parameters.weightCf);
        sigmoid(f, f);
        tanh(g, g); // (2)
        mul(next.c, f, prev.c); // (3)
        mulAdd(next.c, i, g);
        mulAdd(o, next.c, parameters.weightCo); // (4)
        sigmoid(o, o);
        tanh(tanhC, next.c); // (5)
        mul(next.h, o, tanhC);
      },

      activateBackward({ prev, next, gates: { i, f, g, o }, kept: { tanhC }, parameters }, d) {
        const { h: dh, c: dc } = d.next;
        const part = d.scratch;
        mul(d.gates.o, dh, tanhC); // (5)
        mul(part, dh, o);
        tanhBackward(part, tanhC, part);
        add(dc, dc, part);
        sigmoidBackward(d.gates.o, o, d.gates.o); // (4)
        mulAdd(dc, d.gates.o, parameters.weightCo);
        mul(part, d.gates.o, next.c);
        addColumnSums(d.parameters.weightCo, part);
        mul(d.gates.i, dc, g); // (3)
        mul(d.gates.g, dc, i);
        mul(d.gates.f, dc, prev.c);
        mul(d.prev.c, dc, f);
        tanhBackward(d.gates.g, g, d.gates.g); // (2)
        sigmoidBackward(d.gates.f, f, d.gates.f); // (1)
        mulAdd(d.prev.c, d.gates.f, parameters.weightCf);
        mul(part, d.gates.f, prev.c);
        addColumnSums(d.parameters.weightCf, part);
        sigmoidBackward(d.gates.i, i, d.gates.i);
        mulAdd(d.prev.c, d.gates.i, parameters.weightCi);
        mul(part, d.gates.i, prev.c);
        addColumnSums(d.parameters.weightCi, part);
      },
    },
  ],
};

/**
 * The long short-term memory cell with peepholes: each unit's gates see its own cell state, which helps it to measure time.
 *
 *     (1) i = σ(W_ii x_t + b_ii + W_hi h_{t−1} + b_hi + w_ci * c_{t−1})        f likewise, with w_cf
 *     (2) g = tanh(W_ig x_t + b_ig + W_hg h_{t−1} + b_hg)
 *     (3) c_t = f * c_{t−1} + i * g
 *     (4) o = σ(W_io x_t + b_io + W_ho h_{t−1} + b_ho + w_co * c_t)
 *     (5) h_t = o * tanh c_t
 *
 * Gers and Schmidhuber (2000), "Recurrent nets that time and count": the input and forget gates see the previous cell state,
 * the output gate the new one. In addition to the parameters of an `LSTMCell` it has `weightCi`, `weightCf` and `weightCo`
 * `[hiddenSize]`, initially 0.
 *
 * @example
 * ```ts
 * import { PeepholeLSTMCell } from 'recurrent-cells';
 *
 * const cell = new PeepholeLSTMCell({ inputSize: 3, hiddenSize: 2 });
 * cell.parameters().get('weightCo')!.shape // → [2]
 * ```
 */
export class PeepholeLSTMCell<
  const InputSize extends number = number,
  const HiddenSize extends number = number,
> extends Cell<'h' | 'c', InputSize, HiddenSize> {
  constructor(options: GatedCellOptions<InputSize, HiddenSize>) {
    const type = 'PeepholeLSTMCell';
    const { forgetBias, ...shared } = checkOptions(type, options, gatedChecks());
    super(type, { ...rule, initialBias: lstmStarts(type, options) }, shared);
  }
}
